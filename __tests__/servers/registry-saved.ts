/** Images as engines save and export them. */
import { LayoutWriter, sha256, type TarFile, type TestImage } from './registry-images.ts';

const MANIFEST = 'application/vnd.oci.image.manifest.v1+json';
const hex = (digest: string) => digest.slice(7);
const blob = (digest: string) => `blobs/sha256/${hex(digest)}`;

/** What `docker save` says of a name in `index.json` since version 25. */
function namedAs(name: string) {
  const full = name.includes('/') ? name : `library/${name}`;
  return {
    annotations: {
      'io.containerd.image.name': `docker.io/${full}`,
      'org.opencontainers.image.ref.name': name.slice(name.lastIndexOf(':') + 1),
    },
  };
}

/** @returns the same as engines since version 25 write it: an OCI layout of uncompressed layers beside */
export function toSavedWithLayout(image: TestImage, tags: readonly string[]): readonly TarFile[] {
  return toSavedTogether(tags.length === 0 ? [[image, undefined]] : tags.map((tag) => [image, tag]));
}

/** @returns several images in one archive, as engines since version 25 save them from a classic store */
export function toSavedTogether(
  images: readonly (readonly [image: TestImage, name: string | undefined])[],
): readonly TarFile[] {
  const layout = new LayoutWriter();
  const saved = images.map(([{ config, layers }, name]) => {
    const described = layers.map((layer) => layout.add('application/vnd.oci.image.layer.v1.tar', layer));
    const manifest = {
      schemaVersion: 2,
      mediaType: MANIFEST,
      config: layout.add('application/vnd.oci.image.config.v1+json', config),
      layers: described,
    };
    layout.list(layout.json(MANIFEST, manifest, name === undefined ? {} : namedAs(name)));
    return {
      Config: blob(sha256(config)),
      RepoTags: name === undefined ? null : [name],
      Layers: described.map(({ digest }) => blob(digest)),
    };
  });
  return layout.saved(saved);
}

/** @returns several images in one archive, as an engine saves them from a containerd store: as they are */
export function toSavedByContainerd(
  images: readonly (readonly [image: TestImage, name: string])[],
): readonly TarFile[] {
  const layout = new LayoutWriter();
  const saved = images.map(([image, name]) => {
    const manifest = layout.image(image, namedAs(name));
    layout.list(manifest);
    const { layers } = JSON.parse(String(layout.files.get(blob(manifest.digest))));
    const paths = layers.map((layer: { digest: string }) => blob(layer.digest));
    return { Config: blob(sha256(image.config)), RepoTags: [name], Layers: paths };
  });
  return layout.saved(saved);
}

/** @returns the export of Podman: layers by their diff ids, and what Docker's would hold as links to them */
export function toSavedByPodman({ config, layers }: TestImage, tags: readonly string[]): readonly TarFile[] {
  const paths = layers.map((layer) => `${hex(sha256(layer))}.tar`);
  const name = `${hex(sha256(config))}.json`;
  const manifest = [{ Config: name, RepoTags: tags, Layers: paths }];
  const links = layers.flatMap((_, i): TarFile[] => {
    const folder = String(i).repeat(64).slice(0, 64);
    const json = Buffer.from(JSON.stringify({ id: folder, os: 'linux' }));
    return [
      [`${folder}/VERSION`, Buffer.from('1.0')],
      [`${folder}/layer.tar`, { to: `../${paths[i]}` }],
      [`${folder}/json`, json],
    ];
  });
  return [
    ...layers.map((layer, i): TarFile => [paths[i] ?? '', layer]),
    [name, config],
    ...links,
    ['manifest.json', Buffer.from(JSON.stringify(manifest))],
  ];
}

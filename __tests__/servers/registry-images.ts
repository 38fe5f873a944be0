import { createHash, randomBytes } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { Header } from 'tar/header';

/** A small image, in all the forms that it can be written in. */
export interface TestImage {
  readonly config: Buffer;
  /** Uncompressed. */
  readonly layers: readonly Buffer[];
}

export function sha256(bytes: Buffer | string): `sha256:${string}` {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}

/** @param contents of each layer's one file; equal contents give equal layers */
export function makeImage(contents: readonly (string | Buffer)[], architecture = 'amd64'): TestImage {
  const layers = contents.map((content, i) => makeTar([[`file-${i}`, Buffer.from(content)]]));
  const config = {
    architecture,
    os: 'linux',
    config: { Cmd: ['/file-0'] },
    rootfs: { type: 'layers', diff_ids: layers.map(sha256) },
    history: layers.map(() => ({ created: '2026-01-01T00:00:00Z' })),
  };
  return { config: Buffer.from(JSON.stringify(config)), layers };
}

/** @returns bytes that do not shrink */
export function noise(bytes: number): Buffer {
  return randomBytes(bytes);
}

/** One entry of a tar; a link has a target instead of content. */
export type TarFile =
  | readonly [path: string, content: Buffer]
  | readonly [path: string, link: { readonly to: string }];

export function makeTar(files: readonly TarFile[]): Buffer {
  const blocks: Buffer[] = [];
  for (const [path, content] of files) {
    const block = Buffer.alloc(512);
    const common = { path, mode: 0o644, uid: 0, gid: 0, mtime: new Date(0) };
    if (!Buffer.isBuffer(content)) {
      new Header({ ...common, size: 0, type: 'SymbolicLink', linkpath: content.to }).encode(block);
      blocks.push(block);
      continue;
    }
    new Header({ ...common, size: content.length, type: 'File' }).encode(block);
    blocks.push(block, content, Buffer.alloc((512 - (content.length % 512)) % 512));
  }
  return Buffer.concat([...blocks, Buffer.alloc(1024)]);
}

const hex = (digest: string) => digest.slice(7);

/** @returns the files of `docker save`, as engines until version 24 write it */
export function toSaved({ config, layers }: TestImage, tags: readonly string[]): readonly TarFile[] {
  const paths = layers.map((_, i) => `${String(i).repeat(64).slice(0, 64)}/layer.tar`);
  const first = new Map<string, string>();
  const files: TarFile[] = layers.map((layer, i) => {
    const path = paths[i] ?? '';
    const before = first.get(sha256(layer));
    if (before !== undefined) return [path, { to: `../${before}` }];
    first.set(sha256(layer), path);
    return [path, layer];
  });
  const name = `${hex(sha256(config))}.json`;
  const manifest = [{ Config: name, RepoTags: tags, Layers: paths }];
  return [...files, [name, config], ['manifest.json', Buffer.from(JSON.stringify(manifest))]];
}

const MANIFEST = 'application/vnd.oci.image.manifest.v1+json';
const CONFIG = 'application/vnd.oci.image.config.v1+json';
/** What buildx attests by default, and what by `--sbom`. */
export const PROVENANCE = 'https://slsa.dev/provenance/v1';
export const SBOM = 'https://spdx.dev/Document';

/** An OCI layout in the making. */
export class LayoutWriter {
  readonly files = new Map<string, Buffer>();
  readonly #listed: unknown[] = [];

  add(mediaType: string, bytes: Buffer, more: object = {}) {
    const digest = sha256(bytes);
    this.files.set(`blobs/sha256/${hex(digest)}`, bytes);
    return { mediaType, digest, size: bytes.length, ...more };
  }

  /** @returns the manifest's descriptor */
  image({ config, layers }: TestImage, more: object = {}) {
    const manifest = {
      schemaVersion: 2,
      mediaType: MANIFEST,
      config: this.add(CONFIG, config),
      layers: layers.map((layer) => this.add('application/vnd.oci.image.layer.v1.tar+gzip', gzipSync(layer))),
    };
    return this.json(manifest.mediaType, manifest, more);
  }

  json(mediaType: string, value: unknown, more: object = {}) {
    return this.add(mediaType, Buffer.from(JSON.stringify(value)), more);
  }

  /** An index of several manifests, as buildx writes for several platforms. */
  index(manifests: readonly unknown[], more: object = {}) {
    const mediaType = 'application/vnd.oci.image.index.v1+json';
    return this.json(mediaType, { schemaVersion: 2, mediaType, manifests }, more);
  }

  /** An image with an attestation beside, as buildx writes by default. @returns the index' descriptor */
  attested(image: TestImage, statement: string, predicates?: readonly string[]) {
    const held = this.image(image, { platform: { os: 'linux', architecture: 'amd64' } });
    return this.index([held, this.attestation(held.digest, statement, predicates)]);
  }

  /**
   * @param predicates the types of what is attested, one layer each
   * @returns the descriptor of an attestation of a manifest
   */
  attestation(of: string, statement: string, predicates: readonly string[] = [PROVENANCE]) {
    const nothing = '{"architecture":"unknown","os":"unknown","rootfs":{"type":"layers","diff_ids":[]}}';
    const manifest = {
      schemaVersion: 2,
      mediaType: MANIFEST,
      config: this.add(CONFIG, Buffer.from(nothing)),
      layers: predicates.map((type) =>
        this.add('application/vnd.in-toto+json', Buffer.from(JSON.stringify({ statement, type })), {
          annotations: { 'in-toto.io/predicate-type': type },
        }),
      ),
    };
    return this.json(MANIFEST, manifest, {
      platform: { os: 'unknown', architecture: 'unknown' },
      annotations: { 'vnd.docker.reference.type': 'attestation-manifest', 'vnd.docker.reference.digest': of },
    });
  }

  /** A signature, which names what it is of. @returns its descriptor */
  signature(subject: object, more: object = {}) {
    const type = 'application/vnd.dev.sigstore.bundle.v0.3+json';
    const manifest = {
      schemaVersion: 2,
      mediaType: MANIFEST,
      artifactType: type,
      config: this.add('application/vnd.oci.empty.v1+json', Buffer.from('{}')),
      layers: [this.add(type, Buffer.from('{"signed":true}'))],
      subject,
    };
    return this.json(MANIFEST, manifest, more);
  }

  /** Lists a manifest in `index.json`. */
  list(descriptor: object, tag?: string): this {
    const annotations =
      tag === undefined ? {} : { annotations: { 'org.opencontainers.image.ref.name': tag } };
    this.#listed.push({ ...descriptor, ...annotations });
    return this;
  }

  entries(): readonly TarFile[] {
    const index = { schemaVersion: 2, manifests: this.#listed };
    return [
      ...this.files,
      ['index.json', Buffer.from(JSON.stringify(index))],
      ['oci-layout', Buffer.from('{"imageLayoutVersion":"1.0.0"}')],
    ];
  }

  /** @returns all of it with what older readers of `docker save` look for */
  saved(manifest: readonly object[]): readonly TarFile[] {
    return [...this.entries(), ['manifest.json', Buffer.from(JSON.stringify(manifest))]];
  }

  async write(directory: string): Promise<void> {
    for (const [path, content] of this.entries()) {
      if (!Buffer.isBuffer(content)) continue;
      await mkdir(join(directory, path, '..'), { recursive: true });
      await writeFile(join(directory, path), content);
    }
  }
}

import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { LayoutWriter, makeImage, sha256 } from '../../servers/registry-images.ts';
import { CANARY } from '../row.ts';

/** An OCI layout in a folder, spoilt; and what is told of it. */
export type Layout = readonly [
  what: string,
  make: (layout: LayoutWriter) => void,
  told: RegExp,
  spoil?: (folder: string) => void,
];

const image = makeImage(['a', 'b']);
const CONFIG = 'application/vnd.oci.image.config.v1+json';
const MANIFEST = 'application/vnd.oci.image.manifest.v1+json';
const LAYER = 'application/vnd.oci.image.layer.v1.tar+gzip';
const absent = { mediaType: LAYER, digest: sha256('absent'), size: 5 };

const whole = (layout: LayoutWriter) => void layout.list(layout.image(image), 'v1');
const listing = (descriptor: object) => (layout: LayoutWriter) => void layout.list(descriptor);
/** A manifest with these layers. */
const layered =
  (...layers: unknown[]) =>
  (layout: LayoutWriter) =>
    void layout.list(
      layout.json(MANIFEST, {
        schemaVersion: 2,
        mediaType: MANIFEST,
        config: layout.add(CONFIG, image.config),
        layers,
      }),
    );
/** A manifest that is this document. */
const manifest =
  (document: unknown, mediaType = MANIFEST) =>
  (layout: LayoutWriter) =>
    void layout.list(layout.json(mediaType, document));
const index = (text: string) => (folder: string) => writeFileSync(join(folder, 'index.json'), text);
/** Something else stands where index.json was. */
const replaced = (make: (path: string) => void) => (folder: string) => {
  const path = join(folder, 'index.json');
  rmSync(path);
  make(path);
};
const first = (layout: LayoutWriter): string => [...layout.files.keys()][0] ?? '';

export const LAYOUTS: readonly Layout[] = [
  ['a layout without index.json', whole, /it holds no index\.json/, replaced(() => {})],
  ['a folder for index.json', whole, /it holds no index\.json/, replaced((path) => void mkdirSync(path))],
  [
    'a bundle of a runtime for a layout',
    whole,
    /is a bundle for a runtime: .*\(tar -C .*\/rootfs -c \. \| docker import - NAME:TAG\)/,
    replaced((path) => writeFileSync(join(path, '../config.json'), '{}')),
  ],
  [
    'an unpacked docker save for a layout',
    whole,
    /docker save wrote it: pack it again \(tar -C .* -cf FILE \.\), and write docker-archive:FILE/,
    replaced((path) => writeFileSync(join(path, '../manifest.json'), '[]')),
  ],
  [
    'a pipe for index.json',
    whole,
    /it holds no index\.json/,
    replaced((path) => void execFileSync('mkfifo', [path])),
  ],
  [
    'a link to itself for index.json',
    whole,
    /index\.json cannot be read \(ELOOP\); write the image again/,
    replaced((path) => symlinkSync('index.json', path)),
  ],
  [
    'a link out for index.json',
    whole,
    /is a link that leaves the directory/,
    replaced((path) => symlinkSync('/etc/hostname', path)),
  ],
  ['index.json that is no JSON', whole, /index\.json of .* is not JSON/, index(`{${CANARY}`)],
  ['index.json that is a list', whole, /is not a JSON object/, index('[]')],
  ['an index that lists nothing', () => {}, /holds no image; its tags: none/],
  ['an index of texts', whole, /holds no image; its tags: none/, index(`{"manifests":["${CANARY}"]}`)],
  [
    'an index of two images',
    (layout) => void layout.list(layout.image(image), 'one').list(layout.image(makeImage(['x'])), 'two'),
    /more than one image; its tags: one, two/,
  ],
  [
    'a digest of sha512',
    listing({ mediaType: MANIFEST, digest: `sha512:${'a'.repeat(128)}`, size: 5 }),
    /is not a sha256 digest/,
  ],
  [
    'a digest that climbs',
    listing({ mediaType: MANIFEST, digest: 'sha256:../../../etc/passwd', size: 5 }),
    /is not a sha256 digest/,
  ],
  [
    'a digest in capitals',
    listing({ mediaType: MANIFEST, digest: `sha256:${'A'.repeat(64)}`, size: 5 }),
    /is not a sha256 digest/,
  ],
  ['a size in text', listing({ ...absent, mediaType: MANIFEST, size: '5' }), /is not a number of bytes/],
  [
    'a size of less than nothing',
    listing({ ...absent, mediaType: MANIFEST, size: -1 }),
    /is not a number of bytes/,
  ],
  ['half a byte', listing({ ...absent, mediaType: MANIFEST, size: 1.5 }), /is not a number of bytes/],
  ['a size past all', listing({ ...absent, mediaType: MANIFEST, size: 2 ** 60 }), /is not a number of bytes/],
  ['no media type', listing({ digest: absent.digest, size: 5 }), /has no media type/],
  [
    'a manifest that is missing',
    listing({ ...absent, mediaType: MANIFEST }),
    /holds no blobs\/sha256\/.*; write the image again/,
  ],
  [
    'a manifest of 5 MiB',
    listing({ ...absent, mediaType: MANIFEST, size: 5 * 2 ** 20 }),
    /ECR takes 4 MiB at most/,
  ],
  [
    'a manifest whose size lies',
    (layout) => void layout.list({ ...layout.image(image), size: 7 }),
    /does not have the content that its digest names; build the image again/,
  ],
  [
    'a manifest that is no JSON',
    (layout) => void layout.list(layout.add(MANIFEST, Buffer.from(`{${CANARY}`))),
    /is not JSON/,
  ],
  ['a manifest without layers', manifest({ schemaVersion: 2, config: absent }), /has no list of layers/],
  [
    'a manifest without a configuration',
    manifest({ schemaVersion: 2, layers: [] }),
    /holds a descriptor that is no object/,
  ],
  [
    'a manifest of another kind',
    manifest({ schemaVersion: 1, fsLayers: [] }, 'application/vnd.docker.distribution.manifest.v1+json'),
    /manifest/,
  ],
  ['texts for layers', layered(CANARY), /holds a descriptor that is no object/],
  [
    'a list of nothing but a text',
    (layout) => void layout.list(layout.index([layout.add('text/plain', Buffer.from('x'))])),
    /which is no image manifest/,
  ],
  [
    'an index without its list',
    (layout) =>
      void layout.list(layout.json('application/vnd.oci.image.index.v1+json', { schemaVersion: 2 })),
    /has no list of manifests/,
  ],
  [
    'indexes in indexes',
    (layout) => {
      let inner = layout.image(image);
      for (let depth = 0; depth < 6; depth++) inner = layout.index([inner]);
      layout.list(inner);
    },
    /nested deeper than 4 indexes/,
  ],
  ['a layer that is not there', layered(absent), /lacks the blob .*; write it again/],
  [
    'a layer whose size lies',
    (layout) => layered({ ...layout.add(LAYER, Buffer.from('abc')), size: 4 })(layout),
    /has 3 bytes, its manifest says 4; write it again/,
  ],
  [
    'a layer past 52,000 MiB',
    layered({ ...absent, size: 52_001 * 2 ** 20 }),
    /larger than the 52,000 MiB that ECR takes/,
  ],
  [
    'a foreign layer by its type',
    layered({ ...absent, mediaType: 'application/vnd.docker.image.rootfs.foreign.diff.tar.gzip' }),
    /is foreign .* build on a base image/,
  ],
  [
    'a foreign layer by its address',
    layered({ ...absent, urls: [`https://mcr.example/${'w'}`] }),
    /is foreign .* build on a base image/,
  ],
  [
    'a layer that may not be distributed',
    layered({ ...absent, mediaType: 'application/vnd.oci.image.layer.nondistributable.v1.tar' }),
    /is foreign/,
  ],
  [
    'a pipe for a blob',
    whole,
    /lacks the blob|holds no blobs|does not have/,
    (folder) => {
      const layout = new LayoutWriter();
      whole(layout);
      const path = join(folder, first(layout));
      rmSync(path);
      execFileSync('mkfifo', [path]);
    },
  ],
  [
    'a link out for a blob',
    whole,
    /is a link that leaves the directory/,
    (folder) => {
      const layout = new LayoutWriter();
      whole(layout);
      const path = join(folder, first(layout));
      rmSync(path);
      symlinkSync('/etc/hostname', path);
    },
  ],
  [
    'another configuration under the digest',
    (layout) => {
      whole(layout);
      const bytes = layout.files.get(first(layout)) ?? Buffer.alloc(0);
      layout.files.set(first(layout), Buffer.from(bytes.toString().replace('amd64', 'arm32')));
    },
    /does not have the content that its digest names/,
  ],
  [
    'a configuration that is not JSON',
    (layout) =>
      void layout.list(
        layout.json(MANIFEST, {
          schemaVersion: 2,
          mediaType: MANIFEST,
          config: layout.add(CONFIG, Buffer.from(`{${CANARY}`)),
          layers: [],
        }),
      ),
    /the configuration .* is not JSON/,
  ],
];

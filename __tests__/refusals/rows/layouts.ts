import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ImageFault } from '../../../src/registry/errors.ts';
import { LayoutWriter, makeImage, sha256 } from '../../servers/registry-images.ts';
import { CANARY } from '../row.ts';

/** An OCI layout in a folder, damaged; the error that it is, and the key or remedy that its message names. */
export type Layout = readonly [
  what: string,
  make: (layout: LayoutWriter) => void,
  fault: ImageFault,
  key: RegExp,
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
/** Something else is where index.json was. */
const replaced = (make: (path: string) => void) => (folder: string) => {
  const path = join(folder, 'index.json');
  rmSync(path);
  make(path);
};
const first = (layout: LayoutWriter): string => [...layout.files.keys()][0] ?? '';

export const LAYOUTS: readonly Layout[] = [
  ['a layout without index.json', whole, 'LAYOUT', /no index\.json/, replaced(() => {})],
  ['a folder for index.json', whole, 'LAYOUT', /no index\.json/, replaced((path) => void mkdirSync(path))],
  [
    'a bundle of a runtime for a layout',
    whole,
    'LAYOUT',
    /a runtime: .*\(tar -C .*\/rootfs -c \. \| docker import - NAME:TAG\)/,
    replaced((path) => writeFileSync(join(path, '../config.json'), '{}')),
  ],
  [
    'an unpacked docker save for a layout',
    whole,
    'LAYOUT',
    /docker save.*: .*it again \(tar -C .* -cf FILE \.\), and write docker-archive:FILE/,
    replaced((path) => writeFileSync(join(path, '../manifest.json'), '[]')),
  ],
  [
    'a pipe for index.json',
    whole,
    'LAYOUT',
    /no index\.json/,
    replaced((path) => void execFileSync('mkfifo', [path])),
  ],
  [
    'a link to itself for index.json',
    whole,
    'LAYOUT',
    /index\.json .*be read \(ELOOP\)/,
    replaced((path) => symlinkSync('index.json', path)),
  ],
  [
    'a link out for index.json',
    whole,
    'UNSAFE_PATH',
    /a link/,
    replaced((path) => symlinkSync('/etc/hostname', path)),
  ],
  ['index.json that is no JSON', whole, 'LAYOUT', /index\.json of .* is not JSON/, index(`{${CANARY}`)],
  ['index.json that is a list', whole, 'LAYOUT', /not a JSON object/, index('[]')],
  ['an index that lists nothing', () => {}, 'NO_SUCH_IMAGE', /no image; its tags: none/],
  [
    'an index of texts',
    whole,
    'NO_SUCH_IMAGE',
    /no image; its tags: none/,
    index(`{"manifests":["${CANARY}"]}`),
  ],
  [
    'an index of two images',
    (layout) => void layout.list(layout.image(image), 'one').list(layout.image(makeImage(['x'])), 'two'),
    'NO_SUCH_IMAGE',
    /one image; its tags: one, two/,
  ],
  [
    'a digest of sha512',
    listing({ mediaType: MANIFEST, digest: `sha512:${'a'.repeat(128)}`, size: 5 }),
    'LAYOUT',
    /not a sha256 digest/,
  ],
  [
    'a digest that climbs',
    listing({ mediaType: MANIFEST, digest: 'sha256:../../../etc/passwd', size: 5 }),
    'LAYOUT',
    /not a sha256 digest/,
  ],
  [
    'a digest in capitals',
    listing({ mediaType: MANIFEST, digest: `sha256:${'A'.repeat(64)}`, size: 5 }),
    'LAYOUT',
    /not a sha256 digest/,
  ],
  ['a size in text', listing({ ...absent, mediaType: MANIFEST, size: '5' }), 'LAYOUT', /of bytes/],
  [
    'a size of less than nothing',
    listing({ ...absent, mediaType: MANIFEST, size: -1 }),
    'LAYOUT',
    /of bytes/,
  ],
  ['half a byte', listing({ ...absent, mediaType: MANIFEST, size: 1.5 }), 'LAYOUT', /of bytes/],
  ['a size past all', listing({ ...absent, mediaType: MANIFEST, size: 2 ** 60 }), 'LAYOUT', /of bytes/],
  ['no media type', listing({ digest: absent.digest, size: 5 }), 'LAYOUT', /media type/],
  [
    'a manifest that is missing',
    listing({ ...absent, mediaType: MANIFEST }),
    'MISSING_BLOB',
    /blobs\/sha256\/.*/,
  ],
  [
    'a manifest of 5 MiB',
    listing({ ...absent, mediaType: MANIFEST, size: 5 * 2 ** 20 }),
    'TOO_LARGE',
    /ECR takes 4 MiB at most/,
  ],
  [
    'a manifest whose size lies',
    (layout) => void layout.list({ ...layout.image(image), size: 7 }),
    'WRONG_DIGEST',
    /digest names/,
  ],
  [
    'a manifest that is no JSON',
    (layout) => void layout.list(layout.add(MANIFEST, Buffer.from(`{${CANARY}`))),
    'LAYOUT',
    /is not JSON/,
  ],
  ['a manifest without layers', manifest({ schemaVersion: 2, config: absent }), 'LAYOUT', /of layers/],
  ['a manifest without a configuration', manifest({ schemaVersion: 2, layers: [] }), 'LAYOUT', /no object/],
  [
    'a manifest of another kind',
    manifest({ schemaVersion: 1, fsLayers: [] }, 'application/vnd.docker.distribution.manifest.v1+json'),
    'LAYOUT',
    /manifest/,
  ],
  ['texts for layers', layered(CANARY), 'LAYOUT', /no object/],
  [
    'a list of nothing but a text',
    (layout) => void layout.list(layout.index([layout.add('text/plain', Buffer.from('x'))])),
    'LAYOUT',
    /image manifest/,
  ],
  [
    'an index without its list',
    (layout) =>
      void layout.list(layout.json('application/vnd.oci.image.index.v1+json', { schemaVersion: 2 })),
    'LAYOUT',
    /of manifests/,
  ],
  [
    'indexes in indexes',
    (layout) => {
      let inner = layout.image(image);
      for (let depth = 0; depth < 6; depth++) inner = layout.index([inner]);
      layout.list(inner);
    },
    'LAYOUT',
    /nested deeper.* 4 indexes/,
  ],
  ['a layer that is not there', layered(absent), 'MISSING_BLOB', /the blob .*/],
  [
    'a layer whose size lies',
    (layout) => layered({ ...layout.add(LAYER, Buffer.from('abc')), size: 4 })(layout),
    'WRONG_DIGEST',
    /has 3 .*manifest says 4/,
  ],
  [
    'a layer past 52,000 MiB',
    layered({ ...absent, size: 52_001 * 2 ** 20 }),
    'TOO_LARGE',
    /larger than.* 52,000 MiB that ECR takes/,
  ],
  [
    'a foreign layer by its type',
    layered({ ...absent, mediaType: 'application/vnd.docker.image.rootfs.foreign.diff.tar.gzip' }),
    'FOREIGN_LAYER',
    /is foreign .* base image/,
  ],
  [
    'a foreign layer by its address',
    layered({ ...absent, urls: [`https://mcr.example/${'w'}`] }),
    'FOREIGN_LAYER',
    /is foreign .* base image/,
  ],
  [
    'a layer that may not be distributed',
    layered({ ...absent, mediaType: 'application/vnd.oci.image.layer.nondistributable.v1.tar' }),
    'FOREIGN_LAYER',
    /is foreign/,
  ],
  [
    'a pipe for a blob',
    whole,
    'MISSING_BLOB',
    /blob|not have/,
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
    'UNSAFE_PATH',
    /a link/,
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
    'WRONG_DIGEST',
    /digest names/,
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
    'LAYOUT',
    /the configuration .* is not JSON/,
  ],
];

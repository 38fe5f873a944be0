/** Images on disk, given what is nearly one: each is opened or refused, soon, and closed. */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, it } from 'vitest';
import { openImage } from '../../src/registry/open.ts';
import { Scratch, surroundings } from '../registry/harness.ts';
import {
  LayoutWriter,
  makeImage,
  makeTar,
  sha256,
  type TarFile,
  toSaved,
} from '../servers/registry-images.ts';
import {
  CANARY,
  expectHarmless,
  expectOurs,
  inTime,
  isReported,
  nearlyRight,
  RUNS,
  reshaped,
} from './fuzz-texts.ts';

let scratch: Scratch;
beforeAll(async () => {
  scratch = await Scratch.make();
});
afterAll(() => scratch[Symbol.asyncDispose]());

const image = makeImage(['a', CANARY]);
const other = makeImage(['b'], 'arm64');

async function open(reference: string): Promise<void> {
  try {
    const source = await inTime(() => openImage(reference, surroundings()));
    expectHarmless([source.notices]);
    await source.close();
  } catch (error) {
    expectOurs(error, isReported);
  }
}

const each = <T>(cases: fc.Arbitrary<T>, read: (input: T) => Promise<void>) =>
  fc.assert(fc.asyncProperty(cases, read), RUNS);

/** A document of names alone, which messages repeat. */
const ofNames = (document: unknown) => broken(document).map((text) => text.replaceAll(CANARY, 'name'));

/** A document of an image, whose digest messages repeat as it is, so that its content is what counts. */
const broken = (document: unknown) =>
  fc.oneof(
    reshaped(document).map((made) => JSON.stringify(made) ?? ''),
    nearlyRight(JSON.stringify(document)),
  );

const MANIFEST = 'application/vnd.oci.image.manifest.v1+json';
const parsed = (bytes: Buffer | undefined) => JSON.parse(bytes?.toString() ?? 'null');

/** The documents of a layout with two images and an index over them. */
function whole() {
  const layout = new LayoutWriter();
  const held = [layout.image(image), layout.image(other)];
  const root = layout.index(held, { platform: { os: 'linux', architecture: 'amd64' } });
  const blob = (digest: string) => layout.files.get(`blobs/sha256/${digest.slice(7)}`);
  const manifest = parsed(blob(held[0]?.digest ?? ''));
  const config = { ...parsed(image.config), config: { Env: [`PASSWORD=${CANARY}`] } };
  const index = {
    schemaVersion: 2,
    manifests: [{ ...root, annotations: { 'org.opencontainers.image.ref.name': 'v1' } }, held[1]],
  };
  return { index, manifest, list: parsed(blob(root.digest)), config };
}
const { index, manifest, list, config } = whole();

/** @returns the files of a layout in which one document is this text */
function layoutWith(which: 'index' | 'manifest' | 'list' | 'config', text: string): readonly TarFile[] {
  const layout = new LayoutWriter();
  layout.image(image);
  layout.image(other);
  const bytes = Buffer.from(text);
  if (which === 'index') return [...layout.files, ['index.json', bytes]];
  if (which === 'list') layout.list(layout.add('application/vnd.oci.image.index.v1+json', bytes), 'v1');
  if (which === 'manifest') layout.list(layout.add(MANIFEST, bytes), 'v1');
  if (which === 'config') layout.list(layout.image({ config: bytes, layers: image.layers }), 'v1');
  return layout.entries();
}

const layouts = fc.oneof(
  fc.tuple(fc.constant('index' as const), ofNames(index)),
  fc.tuple(fc.constant('manifest' as const), broken(manifest)),
  fc.tuple(fc.constant('list' as const), broken(list)),
  fc.tuple(fc.constant('config' as const), broken(config)),
);
const select = fc.constantFrom('', '', ':v1', ':app:v1');

describe('an image on disk', () => {
  it('as an OCI directory', () =>
    each(fc.tuple(layouts, select), async ([[which, text], chosen]) => {
      // Blobs have names of their content: only what may differ is written again.
      for (const [path, content] of layoutWith(which, text))
        if (Buffer.isBuffer(content)) await place(`layout/${path}`, content);
      await open(`oci:${scratch.at('layout')}${chosen}`);
    }));

  it('as an OCI archive', () =>
    each(fc.tuple(layouts, select), async ([[which, text], chosen]) =>
      open(`oci-archive:${await scratch.tar('oci.tar', layoutWith(which, text))}${chosen}`),
    ));

  const saved = toSaved(image, ['app:v1']);
  const described = parsed(saved.find(([path]) => path === 'manifest.json')?.[1] as Buffer);
  it('as an archive of docker save', () =>
    each(
      fc.tuple(ofNames(described), broken(config), fc.boolean(), select),
      async ([text, inner, isOuter, chosen]) => {
        const files = isOuter
          ? saved.map(
              (file): TarFile => (file[0] === 'manifest.json' ? ['manifest.json', Buffer.from(text)] : file),
            )
          : toSaved({ config: Buffer.from(inner), layers: image.layers }, ['app:v1']);
        await open(`docker-archive:${await scratch.tar('saved.tar', files)}${chosen}`);
      },
    ));
});

const BLOCK = 512;
/** Fields of a header, by their places. @see https://pubs.opengroup.org/onlinepubs/9699919799/utilities/pax.html */
const FIELDS = {
  name: [0, 100],
  mode: [100, 8],
  size: [124, 12],
  type: [156, 1],
  link: [157, 100],
  magic: [257, 8],
  prefix: [345, 155],
} as const;
const SIZES = [
  '77777777777',
  '-1',
  '00000000000',
  '99999999999',
  '\x80\0\0\0\0\0\0\0\0\0\0\x07',
  '\xff'.repeat(12),
  'abc',
  '00000001000',
];
const TYPES = ['0', '1', '2', '3', '5', '6', '7', 'g', 'x', 'L', 'K', 'S', 'X', '\0', '\xff', '9'];
const NAMES = [
  '../x',
  '/etc/passwd',
  'a\\b',
  'C:x',
  '',
  '.',
  './index.json',
  'manifest.json',
  '\xff'.repeat(100),
  '::error::x',
];
const PAX = [
  '30 path=../../x\n',
  '12 size=-1\n',
  '9999999 path=x\n',
  '19 size=1e999999999\n',
  '-1 a=b\n',
  '\0',
  '20 linkpath=/etc/x\n',
  '23 __proto__=polluted00\n',
];

const damage = fc.record({
  block: fc.nat(),
  field: fc.constantFrom(...(Object.keys(FIELDS) as (keyof typeof FIELDS)[])),
  text: fc.oneof(fc.constantFrom(...SIZES, ...TYPES, ...NAMES), fc.string({ unit: 'binary', maxLength: 12 })),
  isSummed: fc.boolean(),
});

/** Changes a field of a header, and most times its checksum with it: else nothing behind it would be looked at. */
function damaged(
  tar: Buffer,
  { block, field, text, isSummed }: typeof damage extends fc.Arbitrary<infer D> ? D : never,
) {
  const made = Buffer.from(tar);
  const headers = Array.from({ length: tar.length / BLOCK }, (_, at) => at * BLOCK).filter(
    (at) => tar.toString('latin1', at + 257, at + 262) === 'ustar',
  );
  const at = headers[block % Math.max(headers.length, 1)] ?? 0;
  const [from, length] = FIELDS[field];
  made.fill(0, at + from, at + from + length);
  made.write(text.slice(0, length), at + from, 'latin1');
  if (!isSummed) return made;
  made.fill(' ', at + 148, at + 156);
  const sum = made.subarray(at, at + BLOCK).reduce((total, byte) => total + byte, 0);
  made.write(`${sum.toString(8).padStart(6, '0')}\0 `, at + 148, 'latin1');
  return made;
}

describe('a tar', () => {
  const layout = new LayoutWriter();
  layout.list(layout.image(image), 'v1');
  const tars = [makeTar(layout.entries()), makeTar(toSaved(image, ['app:v1']))];
  const extended = fc.constantFrom(...PAX).map((text) => {
    const header = makeTar([['pax', Buffer.from(text)]]).subarray(0, 2 * BLOCK);
    return damaged(header, {
      block: 0,
      field: 'type',
      text: text.length % 2 === 0 ? 'x' : 'g',
      isSummed: true,
    });
  });
  const start = fc.oneof(
    extended,
    fc.constantFrom(...['1f8b', '28b52ffd', '', '00'.repeat(600)]).map((hex) => Buffer.from(hex, 'hex')),
  );

  it('with damaged headers, or truncated', () =>
    each(
      fc.tuple(
        fc.constantFrom(...tars),
        fc.array(damage, { maxLength: 3 }),
        start,
        fc.double({ min: 0, max: 1.5, noNaN: true }),
        fc.constantFrom('oci-archive', 'docker-archive'),
      ),
      async ([tar, damages, before, cut, transport]) => {
        const made = Buffer.concat([before, damages.reduce(damaged, tar)]);
        await place('damaged.tar', made.subarray(0, Math.ceil(cut * made.length)));
        await open(`${transport}:${scratch.at('damaged.tar')}`);
      },
    ));
});

const placed = new Set<string>();
async function place(path: string, bytes: Buffer): Promise<void> {
  const isBlob = path.includes('/blobs/');
  if (isBlob && placed.has(path) && sha256(await readFile(scratch.at(path))).endsWith(path.slice(-64)))
    return;
  await mkdir(dirname(scratch.at(path)), { recursive: true });
  await writeFile(scratch.at(path), bytes);
  placed.add(path);
}

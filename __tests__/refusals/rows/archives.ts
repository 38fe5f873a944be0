import { gzipSync } from 'node:zlib';
import { Header } from 'tar/header';
import type { ImageFault } from '../../../src/registry/errors.ts';
import { makeImage, makeTar, sha256, type TarFile, toSaved } from '../../servers/registry-images.ts';
import { CANARY } from '../row.ts';

/** The bytes of a `docker-archive`, the error that they are, and the key or remedy that its message names. */
export type Archive = readonly [
  what: string,
  bytes: () => Buffer,
  fault: ImageFault,
  key: RegExp,
  select?: string,
];

const image = makeImage(['a', 'b']);
const whole = (): TarFile[] => [...toSaved(image, ['app:v1'])];
const tar = () => makeTar(whole());
const before = (...files: TarFile[]) => makeTar([...files, ...whole()]);
const PAD = 512;

/** One header by itself, as a tar has it. */
function header(
  fields: ConstructorParameters<typeof Header>[0],
  spoil: (block: Buffer) => void = () => {},
): Buffer {
  const block = Buffer.alloc(PAD);
  new Header({ mode: 0o644, uid: 0, gid: 0, mtime: new Date(0), size: 0, ...(fields as object) }).encode(
    block,
  );
  spoil(block);
  return block;
}

/** A header of this kind with a text behind it, before a whole archive. */
function extended(
  type: 'ExtendedHeader' | 'NextFileHasLongPath' | 'NextFileHasLongLinkpath',
  text: string,
): Buffer {
  const body = Buffer.from(text);
  const padded = Buffer.concat([body, Buffer.alloc((PAD - (body.length % PAD)) % PAD)]);
  return Buffer.concat([header({ path: 'x', type, size: body.length }), padded]);
}

/** A file that is recognized by its first bytes. */
const starting = (magic: string, at = 0) => {
  const bytes = Buffer.alloc(1024);
  bytes.write(magic, at, 'latin1');
  return bytes;
};

/** `manifest.json` in another shape. */
function manifest(value: unknown): Buffer {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return makeTar([...whole().slice(0, -1), ['manifest.json', Buffer.from(text)]]);
}

const saved = () => JSON.parse(String(whole().at(-1)?.[1]))[0] as { Config: string; Layers: string[] };

/** Another configuration under a name that holds no digest. */
function configured(config: string | Buffer, layers = saved().Layers): Buffer {
  const files = whole().slice(0, -1);
  const list = [{ Config: 'config', RepoTags: ['app:v1'], Layers: layers }];
  return makeTar([
    ...files,
    ['config', Buffer.from(config)],
    ['manifest.json', Buffer.from(JSON.stringify(list))],
  ]);
}

/** Writes another size, and the sum that goes with it. */
const sized =
  (write: (size: Buffer) => void) =>
  (block: Buffer): void => {
    write(block.subarray(124, 136));
    block.write('        ', 148);
    const sum = block.reduce((all, byte) => all + byte, 0);
    block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  };

/** A record of an extended header; its length counts the digits of the length. */
function record(key: string, value: string): string {
  const rest = ` ${key}=${value}\n`;
  const length = [...Array(4).keys()]
    .map((digits) => rest.length + digits)
    .find((all) => String(all).length + rest.length === all);
  return `${length}${rest}`;
}

export const ARCHIVES: readonly Archive[] = [
  ['an empty file', () => Buffer.alloc(0), 'LAYOUT', /no manifest\.json, .*docker save/],
  ['a text for a tar', () => Buffer.from(`${CANARY}\n`.repeat(60)), 'LAYOUT', /a tar/],
  ['less than a block', () => Buffer.alloc(100, 'x'), 'LAYOUT', /cut off/],
  ['a tar that is cut off in a header', () => tar().subarray(0, 200), 'LAYOUT', /cut off/],
  ['a tar that is cut off in a layer', () => tar().subarray(0, 1200), 'LAYOUT', /cut off/],
  [
    'a header whose sum is wrong',
    () => Buffer.concat([header({ path: 'x' }, (block) => block.write('7777777', 148)), tar()]),
    'LAYOUT',
    /a tar/,
  ],
  [
    'a size past the file',
    () => Buffer.concat([header({ path: 'x', size: 2 ** 40, type: 'File' }), tar()]),
    'LAYOUT',
    /cut off/,
  ],
  [
    'a size below zero',
    () =>
      Buffer.concat([
        header(
          { path: 'x', type: 'File' },
          sized((size) => size.fill(0xff).writeInt16BE(-512, 10)),
        ),
        tar(),
      ]),
    'LAYOUT',
    /a tar/,
  ],
  [
    'a size past what a number holds in binary',
    () =>
      Buffer.concat([
        header(
          { path: 'x', type: 'File' },
          sized((size) => size.fill(0x80)),
        ),
        tar(),
      ]),
    'LAYOUT',
    /a tar/,
  ],
  [
    'a size in letters',
    () =>
      Buffer.concat([
        header(
          { path: 'x', type: 'File' },
          sized((size) => size.fill('z')),
        ),
        tar(),
      ]),
    'LAYOUT',
    /a tar/,
  ],
  ['an archive in gzip that is cut off', () => gzipSync(tar()).subarray(0, 100), 'LAYOUT', /\.tar .*cut off/],
  [
    'an archive in gzip that is damaged',
    () => Buffer.concat([Buffer.from('1f8b0800000000000003', 'hex'), Buffer.alloc(100, 0xff)]),
    'LAYOUT',
    /is damaged: .*be unpacked/,
  ],
  ['a text in gzip', () => gzipSync(`${CANARY}\n`.repeat(60)), 'LAYOUT', /a tar/],
  ...(
    [
      ['zstd', '28b52ffd'],
      ['xz', 'fd377a585a00'],
      ['bzip2', '425a6839'],
      ['lz4', '04224d18'],
    ] as const
  ).map(
    ([name, magic]): Archive => [
      `an archive in ${name}`,
      () => Buffer.concat([Buffer.from(magic, 'hex'), tar()]),
      'COMPRESSED_ARCHIVE',
      new RegExp(`by ${name}; .*\\(${name} -dc .*\\.tar > OTHER\\.tar\\).* docker-archive:OTHER`),
    ],
  ),
  ['a squashfs', () => starting('hsqs'), 'LAYOUT', /file system; unpack it \(unsquashfs -d DIR FILE\)/],
  ['an image of Apptainer', () => starting('SIF_MAGIC', 32), 'LAYOUT', /skopeo copy sif:FILE oci:DIR/],
  ['a zip', () => starting('PK\x03\x04'), 'LAYOUT', /zip file; unpack it \(unzip FILE\)/],
  ['a WebAssembly module', () => starting('\0asm'), 'LAYOUT', /is a WebAssembly module; build/],
  ['a program', () => starting('\x7fELF'), 'LAYOUT', /a program; build/],
  ['a disk', () => starting('QFI\xfb'), 'LAYOUT', /virtual machine; .*container image/],
  [
    'a root file system',
    () => makeTar([['etc/passwd', Buffer.from('root')]]),
    'LAYOUT',
    /docker import FILE NAME:TAG; .*write docker:NAME:TAG/,
  ],
  ...(
    [
      ['zstd', '28b52ffd'],
      ['xz', 'fd377a585a00'],
    ] as const
  ).map(
    ([name, magic]): Archive => [
      `a layer in ${name}`,
      () =>
        makeTar([
          ...whole().map(
            ([path, content]): TarFile =>
              path === saved().Layers[1] ? [path, Buffer.from(magic, 'hex')] : ([path, content] as TarFile),
          ),
        ]),
      'LAYOUT',
      new RegExp(`layer .* by ${name}, .*skopeo copy docker-archive:.* oci:DIR\\)`),
    ],
  ),
  [
    'a path out of the archive',
    () => before(['../../etc/passwd', Buffer.from('x')]),
    'UNSAFE_PATH',
    /\bleaves\b.*; .*docker save/,
  ],
  ['an absolute path in it', () => before(['/etc/passwd', Buffer.from('x')]), 'UNSAFE_PATH', /\bleaves\b/],
  ['a path of Windows', () => before(['C:/windows/x', Buffer.from('x')]), 'UNSAFE_PATH', /\bleaves\b/],
  ['a path with backslashes', () => before(['a\\..\\b', Buffer.from('x')]), 'UNSAFE_PATH', /\bleaves\b/],
  ['a link out of the archive', () => before(['a/b', { to: '../../c' }]), 'UNSAFE_PATH', /\bleaves\b/],
  ['an absolute link in it', () => before(['a', { to: '/etc/passwd' }]), 'UNSAFE_PATH', /\bleaves\b/],
  [
    'a hard link out of the archive',
    () => Buffer.concat([header({ path: 'a', type: 'Link', linkpath: '../b' }), tar()]),
    'UNSAFE_PATH',
    /\bleaves\b/,
  ],
  [
    'an absolute hard link',
    () => Buffer.concat([header({ path: 'a', type: 'Link', linkpath: '/etc/passwd' }), tar()]),
    'UNSAFE_PATH',
    /\bleaves\b/,
  ],
  [
    'a path out of it in an extended header',
    () =>
      Buffer.concat([
        extended('ExtendedHeader', record('path', '../../../etc/passwd')),
        header({ path: 'a', type: 'File' }),
        tar(),
      ]),
    'UNSAFE_PATH',
    /\bleaves\b/,
  ],
  [
    'a path out of it as a long name',
    () =>
      Buffer.concat([
        extended('NextFileHasLongPath', `../${'x'.repeat(120)}\0`),
        header({ path: 'a', type: 'File' }),
        tar(),
      ]),
    'UNSAFE_PATH',
    /\bleaves\b/,
  ],
  [
    'a link out of it as a long name',
    () =>
      Buffer.concat([
        extended('NextFileHasLongLinkpath', `../${'x'.repeat(120)}\0`),
        header({ path: 'a', type: 'SymbolicLink', linkpath: 'b' }),
        tar(),
      ]),
    'UNSAFE_PATH',
    /\bleaves\b/,
  ],
  [
    'an extended header of megabytes',
    () => Buffer.concat([extended('ExtendedHeader', 'x'.repeat(2 ** 20 + 1)), tar()]),
    'LAYOUT',
    /header of 1048577 bytes/,
  ],
  ['no manifest.json', () => makeTar(whole().slice(0, -1)), 'LAYOUT', /docker save/],
  [
    'a folder for manifest.json',
    () => Buffer.concat([header({ path: 'manifest.json', type: 'Directory' }), Buffer.alloc(1024)]),
    'LAYOUT',
    /no manifest\.json/,
  ],
  [
    'a device for manifest.json',
    () => Buffer.concat([header({ path: 'manifest.json', type: 'CharacterDevice' }), Buffer.alloc(1024)]),
    'LAYOUT',
    /no manifest\.json/,
  ],
  [
    'links in a circle for manifest.json',
    () =>
      makeTar([
        ['manifest.json', { to: 'b' }],
        ['b', { to: 'manifest.json' }],
      ]),
    'LAYOUT',
    /no manifest\.json/,
  ],
  [
    'a layout for docker save',
    () => makeTar([['index.json', Buffer.from('{}')]]),
    'LAYOUT',
    /write oci-archive:/,
  ],
  [
    'manifest.json that is no JSON',
    () => manifest(`[${CANARY}`),
    'LAYOUT',
    /manifest\.json of .* is not JSON/,
  ],
  ['manifest.json without an image', () => manifest([]), 'NO_SUCH_IMAGE', /such image/],
  ['manifest.json that is an object', () => manifest(saved()), 'NO_SUCH_IMAGE', /such image/],
  [
    'manifest.json without a configuration',
    () => manifest([{ ...saved(), Config: 5 }]),
    'LAYOUT',
    /no layers/,
  ],
  [
    'manifest.json without layers',
    () => manifest([{ ...saved(), Layers: undefined }]),
    'LAYOUT',
    /no layers/,
  ],
  [
    'manifest.json with numbers for layers',
    () => manifest([{ ...saved(), Layers: [1, 2] }]),
    'LAYOUT',
    /no layers/,
  ],
  [
    'manifest.json of 5 MiB',
    () => manifest([{ ...saved(), x: 'x'.repeat(5 * 2 ** 20) }]),
    'TOO_LARGE',
    /larger than 4194304 bytes/,
  ],
  ['a tag that is not in it', () => tar(), 'NO_SUCH_IMAGE', /of: app:v1/, ':v2'],
  [
    'a configuration that is missing',
    () => manifest([{ ...saved(), Config: 'nowhere.json' }]),
    'MISSING_BLOB',
    /no nowhere\.json/,
  ],
  [
    'a configuration outside',
    () => manifest([{ ...saved(), Config: '../../etc/passwd' }]),
    'MISSING_BLOB',
    /holds no .*/,
  ],
  [
    'a configuration that is no JSON',
    () => configured(`{${CANARY}`),
    'LAYOUT',
    /configuration of .* is not JSON/,
  ],
  ['a configuration that is a list', () => configured('[]'), 'LAYOUT', /not a JSON object/],
  [
    'a configuration of 5 MiB',
    () => configured(' '.repeat(5 * 2 ** 20)),
    'TOO_LARGE',
    /larger than 4194304 bytes/,
  ],
  [
    'a configuration without diff ids',
    () => configured('{"os":"linux"}'),
    'LAYOUT',
    /2 .*its configuration 0/,
  ],
  [
    'a configuration with diff ids that are none',
    () => configured(JSON.stringify({ rootfs: { diff_ids: ['sha256:1', 'md5:2'] } })),
    'LAYOUT',
    /its configuration 0/,
  ],
  [
    'another configuration under its digest',
    () =>
      makeTar(
        whole().map(
          ([path, content]): TarFile =>
            path.endsWith('.json') && path !== 'manifest.json'
              ? [path, Buffer.from('{"rootfs":{}}')]
              : ([path, content] as TarFile),
        ),
      ),
    'WRONG_DIGEST',
    /digest names/,
  ],
  [
    'a layer too few',
    () => manifest([{ ...saved(), Layers: saved().Layers.slice(1) }]),
    'LAYOUT',
    /1 .*its configuration 2/,
  ],
  [
    'a layer that is missing',
    () => manifest([{ ...saved(), Layers: ['nowhere/layer.tar', saved().Layers[1]] }]),
    'MISSING_BLOB',
    /layer nowhere\/layer\.tar/,
  ],
  [
    'a folder for a layer',
    () =>
      Buffer.concat([
        header({ path: 'dir', type: 'Directory' }),
        manifest([{ ...saved(), Layers: ['dir', saved().Layers[1]] }]),
      ]),
    'MISSING_BLOB',
    /layer dir/,
  ],
  [
    'a layer that lies with its maker',
    () =>
      manifest([
        {
          ...saved(),
          LayerSources: {
            [sha256('w')]: {
              mediaType: 'application/vnd.docker.image.rootfs.foreign.diff.tar.gzip',
              urls: ['https://mcr.example/w'],
            },
          },
        },
      ]),
    'FOREIGN_LAYER',
    /is foreign .* base image/,
  ],
];

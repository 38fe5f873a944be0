import { gzipSync } from 'node:zlib';
import { Header } from 'tar/header';
import { makeImage, makeTar, sha256, type TarFile, toSaved } from '../../servers/registry-images.ts';
import { CANARY } from '../row.ts';

/** The bytes of a `docker-archive`, and what is told of them. */
export type Archive = readonly [what: string, bytes: () => Buffer, told: RegExp, select?: string];

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

/** A file that is told by its first bytes. */
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
  ['an empty file', () => Buffer.alloc(0), /holds no manifest\.json, so docker save did not write it/],
  ['a text for a tar', () => Buffer.from(`${CANARY}\n`.repeat(60)), /is not a tar, or it is damaged/],
  ['less than a block', () => Buffer.alloc(100, 'x'), /cut off; write it again/],
  ['a tar that is cut off in a header', () => tar().subarray(0, 200), /cut off; write it again/],
  ['a tar that is cut off in a layer', () => tar().subarray(0, 1200), /cut off; write it again/],
  [
    'a header whose sum is wrong',
    () => Buffer.concat([header({ path: 'x' }, (block) => block.write('7777777', 148)), tar()]),
    /is not a tar, or it is damaged/,
  ],
  [
    'a size past the file',
    () => Buffer.concat([header({ path: 'x', size: 2 ** 40, type: 'File' }), tar()]),
    /cut off; write it again/,
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
    /is not a tar, or it is damaged/,
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
    /is not a tar, or it is damaged/,
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
    /is not a tar, or it is damaged/,
  ],
  [
    'an archive in gzip that is cut off',
    () => gzipSync(tar()).subarray(0, 100),
    /\.tar is cut off; write it again/,
  ],
  [
    'an archive in gzip that is damaged',
    () => Buffer.concat([Buffer.from('1f8b0800000000000003', 'hex'), Buffer.alloc(100, 0xff)]),
    /is damaged: it cannot be unpacked; write it again/,
  ],
  ['a text in gzip', () => gzipSync(`${CANARY}\n`.repeat(60)), /is not a tar, or it is damaged; write/],
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
      new RegExp(
        `compressed by ${name}; unpack it first \\(${name} -dc .*\\.tar > OTHER\\.tar\\), and write docker-archive:OTHER`,
      ),
    ],
  ),
  ['a squashfs', () => starting('hsqs'), /is a squashfs file system; unpack it \(unsquashfs -d DIR FILE\)/],
  ['an image of Apptainer', () => starting('SIF_MAGIC', 32), /skopeo copy sif:FILE oci:DIR/],
  ['a zip', () => starting('PK\x03\x04'), /is a zip file; unpack it \(unzip FILE\)/],
  ['a WebAssembly module', () => starting('\0asm'), /is a WebAssembly module; build an image/],
  ['a program', () => starting('\x7fELF'), /is a program; build an image/],
  ['a disk', () => starting('QFI\xfb'), /is the disk of a virtual machine; build a container image/],
  [
    'a root file system',
    () => makeTar([['etc/passwd', Buffer.from('root')]]),
    /docker import FILE NAME:TAG; then write docker:NAME:TAG/,
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
      new RegExp(`layer .* is compressed by ${name}, .*skopeo copy docker-archive:.* oci:DIR\\)`),
    ],
  ),
  [
    'a path out of the archive',
    () => before(['../../etc/passwd', Buffer.from('x')]),
    /leaves the archive, so all of it is refused; write it with docker save/,
  ],
  ['an absolute path in it', () => before(['/etc/passwd', Buffer.from('x')]), /leaves the archive/],
  ['a path of Windows', () => before(['C:/windows/x', Buffer.from('x')]), /leaves the archive/],
  ['a path with backslashes', () => before(['a\\..\\b', Buffer.from('x')]), /leaves the archive/],
  ['a link out of the archive', () => before(['a/b', { to: '../../c' }]), /leaves the archive/],
  ['an absolute link in it', () => before(['a', { to: '/etc/passwd' }]), /leaves the archive/],
  [
    'a hard link out of the archive',
    () => Buffer.concat([header({ path: 'a', type: 'Link', linkpath: '../b' }), tar()]),
    /leaves the archive/,
  ],
  [
    'an absolute hard link',
    () => Buffer.concat([header({ path: 'a', type: 'Link', linkpath: '/etc/passwd' }), tar()]),
    /leaves the archive/,
  ],
  [
    'a path out of it in an extended header',
    () =>
      Buffer.concat([
        extended('ExtendedHeader', record('path', '../../../etc/passwd')),
        header({ path: 'a', type: 'File' }),
        tar(),
      ]),
    /leaves the archive/,
  ],
  [
    'a path out of it as a long name',
    () =>
      Buffer.concat([
        extended('NextFileHasLongPath', `../${'x'.repeat(120)}\0`),
        header({ path: 'a', type: 'File' }),
        tar(),
      ]),
    /leaves the archive/,
  ],
  [
    'a link out of it as a long name',
    () =>
      Buffer.concat([
        extended('NextFileHasLongLinkpath', `../${'x'.repeat(120)}\0`),
        header({ path: 'a', type: 'SymbolicLink', linkpath: 'b' }),
        tar(),
      ]),
    /leaves the archive/,
  ],
  [
    'an extended header of megabytes',
    () => Buffer.concat([extended('ExtendedHeader', 'x'.repeat(2 ** 20 + 1)), tar()]),
    /holds a header of 1048577 bytes/,
  ],
  ['no manifest.json', () => makeTar(whole().slice(0, -1)), /docker save did not write it/],
  [
    'a folder for manifest.json',
    () => Buffer.concat([header({ path: 'manifest.json', type: 'Directory' }), Buffer.alloc(1024)]),
    /holds no manifest\.json/,
  ],
  [
    'a device for manifest.json',
    () => Buffer.concat([header({ path: 'manifest.json', type: 'CharacterDevice' }), Buffer.alloc(1024)]),
    /holds no manifest\.json/,
  ],
  [
    'links in a circle for manifest.json',
    () =>
      makeTar([
        ['manifest.json', { to: 'b' }],
        ['b', { to: 'manifest.json' }],
      ]),
    /holds no manifest\.json/,
  ],
  ['a layout for docker save', () => makeTar([['index.json', Buffer.from('{}')]]), /write oci-archive:/],
  ['manifest.json that is no JSON', () => manifest(`[${CANARY}`), /manifest\.json of .* is not JSON/],
  ['manifest.json without an image', () => manifest([]), /holds no such image; choose one/],
  ['manifest.json that is an object', () => manifest(saved()), /holds no such image; choose one/],
  [
    'manifest.json without a configuration',
    () => manifest([{ ...saved(), Config: 5 }]),
    /names no configuration or no layers/,
  ],
  [
    'manifest.json without layers',
    () => manifest([{ ...saved(), Layers: undefined }]),
    /names no configuration or no layers/,
  ],
  [
    'manifest.json with numbers for layers',
    () => manifest([{ ...saved(), Layers: [1, 2] }]),
    /names no configuration or no layers/,
  ],
  [
    'manifest.json of 5 MiB',
    () => manifest([{ ...saved(), x: 'x'.repeat(5 * 2 ** 20) }]),
    /larger than 4194304 bytes/,
  ],
  ['a tag that is not in it', () => tar(), /holds no such image; choose one by .* of: app:v1/, ':v2'],
  [
    'a configuration that is missing',
    () => manifest([{ ...saved(), Config: 'nowhere.json' }]),
    /holds no nowhere\.json; (?:save|write) the image again/,
  ],
  [
    'a configuration outside',
    () => manifest([{ ...saved(), Config: '../../etc/passwd' }]),
    /holds no .*; (?:save|write) the image again/,
  ],
  ['a configuration that is no JSON', () => configured(`{${CANARY}`), /the configuration of .* is not JSON/],
  ['a configuration that is a list', () => configured('[]'), /is not a JSON object/],
  ['a configuration of 5 MiB', () => configured(' '.repeat(5 * 2 ** 20)), /larger than 4194304 bytes/],
  [
    'a configuration without diff ids',
    () => configured('{"os":"linux"}'),
    /2 layers, its configuration 0; (?:save|write) the image again/,
  ],
  [
    'a configuration with diff ids that are none',
    () => configured(JSON.stringify({ rootfs: { diff_ids: ['sha256:1', 'md5:2'] } })),
    /its configuration 0; (?:save|write) the image again/,
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
    /does not have the content that its digest names; (?:save|write) the image again/,
  ],
  [
    'a layer too few',
    () => manifest([{ ...saved(), Layers: saved().Layers.slice(1) }]),
    /1 layers, its configuration 2; (?:save|write) the image again/,
  ],
  [
    'a layer that is missing',
    () => manifest([{ ...saved(), Layers: ['nowhere/layer.tar', saved().Layers[1]] }]),
    /lacks the layer nowhere\/layer\.tar; (?:save|write) the image again/,
  ],
  [
    'a folder for a layer',
    () =>
      Buffer.concat([
        header({ path: 'dir', type: 'Directory' }),
        manifest([{ ...saved(), Layers: ['dir', saved().Layers[1]] }]),
      ]),
    /lacks the layer dir/,
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
    /is foreign .* build on a base image/,
  ],
];

import { createHash, randomBytes } from 'node:crypto';
import { mkdir, open, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Header } from 'tar/header';

const MIB = 1024 * 1024;

/** What the layers are filled with. */
export type Filling = 'rand' | 'text';

/** A layer on the disk: one tar with one file. */
interface LayerFile {
  readonly path: string;
  readonly diffId: string;
}

/**
 * Writes an image as `docker load` takes it, with one large file a layer.
 * @param bytes of each layer's file
 * @param shared layers of an earlier image that this one begins with
 * @returns the layers, for the next image
 */
export async function writeImage(
  directory: string,
  tag: string,
  filling: Filling,
  layers: number,
  bytes: number,
  shared: readonly LayerFile[] = [],
): Promise<readonly LayerFile[]> {
  await mkdir(directory, { recursive: true });
  const files: LayerFile[] = [...shared];
  for (let i = shared.length; i < layers; i += 1) {
    files.push(await writeLayer(join(directory, `${i}.tar`), `layer-${i}`, filling, bytes));
  }
  const diff_ids = files.map(({ diffId }) => `sha256:${diffId}`);
  const config = JSON.stringify({
    architecture: 'amd64',
    os: 'linux',
    config: { Cmd: ['/layer-0'] },
    rootfs: { type: 'layers', diff_ids },
    history: diff_ids.map(() => ({ created: '2026-01-01T00:00:00Z' })),
  });
  const name = createHash('sha256').update(config).digest('hex');
  const manifest = [
    { Config: `${name}.json`, RepoTags: [tag], Layers: files.map(({ diffId }) => `${diffId}.tar`) },
  ];
  const archive = await open(join(directory, 'load.tar'), 'w');
  const put = async (path: string, content: Buffer) => archive.writeFile(Buffer.concat(entry(path, content)));
  await put(`${name}.json`, Buffer.from(config));
  for (const { path, diffId } of files) {
    const from = await open(path, 'r');
    const { size } = await from.stat();
    await archive.writeFile(header(`${diffId}.tar`, size));
    for await (const chunk of from.createReadStream({ highWaterMark: MIB })) await archive.writeFile(chunk);
    await archive.writeFile(padding(size));
  }
  await put('manifest.json', Buffer.from(JSON.stringify(manifest)));
  await archive.writeFile(Buffer.alloc(1024));
  await archive.close();
  return files;
}

async function writeLayer(path: string, name: string, filling: Filling, bytes: number): Promise<LayerFile> {
  const file = await open(path, 'w');
  const hash = createHash('sha256');
  const write = async (chunk: Buffer) => {
    hash.update(chunk);
    await file.writeFile(chunk);
  };
  await write(header(name, bytes));
  for (let written = 0; written < bytes; written += MIB)
    await write(filling === 'rand' ? randomBytes(MIB) : prose());
  await write(padding(bytes));
  await write(Buffer.alloc(1024));
  await file.close();
  return { path, diffId: hash.digest('hex') };
}

/** Words of random letters, drawn unevenly: deflate takes it to about two fifths, as it does programs. */
function prose(): Buffer {
  const words = Array.from({ length: 4000 }, () =>
    randomBytes(4)
      .toString('hex')
      .slice(0, 3 + Math.floor(Math.random() * 6)),
  );
  let text = '';
  while (text.length < MIB) text += `${words[Math.floor(Math.random() ** 2 * words.length)]} `;
  return Buffer.from(text).subarray(0, MIB);
}

function header(path: string, size: number): Buffer {
  const block = Buffer.alloc(512);
  new Header({ path, size, mode: 0o644, uid: 0, gid: 0, type: 'File', mtime: new Date(0) }).encode(block);
  return block;
}

function padding(size: number): Buffer {
  return Buffer.alloc((512 - (size % 512)) % 512);
}

function entry(path: string, content: Buffer): readonly Buffer[] {
  return [header(path, content.length), content, padding(content.length)];
}

/** Writes the script that uploads every blob of a layout by curl, so many at once: the physical limit. */
export async function writeCurlScript(
  path: string,
  layout: string,
  registry: URL,
  parallel: number,
): Promise<void> {
  const script = `set -e
upload() {
  location=$(curl -sS -i -X POST "${registry.href}v2/curl/blobs/uploads/" | tr -d '\\r' | sed -n 's/^[Ll]ocation: //p')
  curl -sS -f -o /dev/null -X PUT -H 'Content-Type: application/octet-stream' -T "$1" "$location&digest=sha256:$(basename "$1")"
}
export -f upload
ls -d ${layout}/blobs/sha256/* | xargs -P ${parallel} -I{} bash -c 'upload {}'
`;
  await writeFile(path, script);
}

/** Images that came back from a registry, by programs that no one here wrote. */
import { spawnSync } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { sha256 } from './registry-images.ts';

/** Else skopeo asks for a policy of the machine. */
export const INSECURE = '--insecure-policy';
interface Descriptor {
  readonly mediaType: string;
  readonly digest: string;
}

/** Runs a program. @returns its output. @throws Error with what it said */
export function call(
  program: string,
  args: readonly string[],
  options: { cwd?: string; env?: Readonly<Record<string, string>> } = {},
): Buffer {
  const run = spawnSync(program, args, {
    cwd: options.cwd,
    env: { ...process.env, ...options.env },
    maxBuffer: 64 * 1024 * 1024,
  });
  if (run.error !== undefined) throw new Error(`${program}: ${run.error.message}`);
  if (run.status !== 0) throw new Error(`${program} ${args.join(' ')}: ${String(run.stderr).trim()}`);
  return run.stdout;
}

/** Pulls all of an image, byte for byte. @returns its blobs by their digests */
export async function pullBySkopeo(remote: string, back: string): Promise<ReadonlyMap<string, Buffer>> {
  const flags = ['-q', INSECURE, '--all', '--preserve-digests', '--src-tls-verify=false'];
  call('skopeo', ['copy', ...flags, `docker://${remote}`, `dir:${back}`]);
  return readBlobs(back);
}

/** @returns the files of a folder by their digests, whatever they are called */
export async function readBlobs(folder: string): Promise<ReadonlyMap<string, Buffer>> {
  const files = await Promise.all((await readdir(folder)).map((name) => readFile(join(folder, name))));
  return new Map(files.map((bytes) => [sha256(bytes), bytes]));
}

/**
 * Follows the manifests, and unpacks the layers of each image.
 * @returns the digests of the configurations of images
 */
export function imagesOf(root: Buffer, blobs: ReadonlyMap<string, Buffer>, faults: string[]): string[] {
  const manifest = JSON.parse(String(root)) as {
    manifests?: Descriptor[];
    config: Descriptor;
    layers: Descriptor[];
  };
  const read = ({ digest }: Descriptor): Buffer => {
    const bytes = blobs.get(digest);
    if (bytes === undefined) faults.push(`${digest} was not pulled`);
    return bytes ?? Buffer.from('{}');
  };
  if (manifest.manifests !== undefined)
    return manifest.manifests.flatMap((child) => imagesOf(read(child), blobs, faults));
  const config = JSON.parse(String(read(manifest.config))) as {
    os?: string;
    rootfs?: { diff_ids?: string[] };
  };
  const layers = manifest.layers.map(read);
  const isImage = /image\.(?:config\.)?v1\+json$/.test(manifest.config.mediaType);
  if (!isImage || config.os === 'unknown') return [];
  const found = layers.map((bytes) => sha256(unpack(bytes))).join();
  const expected = (config.rootfs?.diff_ids ?? []).join();
  if (found !== expected) faults.push(`layers that unpack to ${found} instead of ${expected}`);
  return [manifest.config.digest];
}

function unpack(bytes: Buffer): Buffer {
  const start = bytes.subarray(0, 4).toString('hex');
  if (start.startsWith('1f8b')) return gunzipSync(bytes);
  // The first of zstd:chunked is a frame to be passed by.
  if (start !== '28b52ffd' && !/^5[0-9a-f]2a4d18$/.test(start)) return bytes;
  const run = spawnSync('zstd', ['-dc'], { input: bytes, maxBuffer: 64 * 1024 * 1024 });
  if (run.status !== 0) throw new Error(`zstd: ${String(run.stderr ?? run.error)}`);
  return run.stdout;
}

import type { FileHandle } from 'node:fs/promises';
import { systemCode } from '../clients/network-errors.ts';
import { compressionOf } from './compression.ts';
import { ImageError, quote } from './errors.ts';
import { readRange } from './file-range.ts';
import { pathOf } from './image-name.ts';
import { otherFile, SIGNATURE_BYTES } from './other-files.ts';
import { NotRegularError, openRegular } from './regular-file.ts';
import type { Bytes } from './source.ts';
import type { Store } from './store.ts';
import { FileTape } from './tape.ts';
import { type TarEntry, walk } from './tar.ts';
import { type Unpacked, unpack } from './unpack.ts';

/** As many links as are followed from one path to its content. */
const LINKS = 8;

/**
 * Opens a tar file for reading at any place: one pass over its headers finds where each entry lies, and its content
 * is read from there, never extracted. A gzipped one, as nix writes it, is unpacked into a temporary file first.
 * @param path of the file
 * @param name as the user wrote it
 * @param temp the folder for an unpacked archive
 * @throws ImageError `NO_SUCH_IMAGE`, `COMPRESSED_ARCHIVE`, `LAYOUT`, `UNSAFE_PATH`
 */
export async function openArchive(
  path: string,
  name: string,
  temp: string,
  signal?: AbortSignal,
): Promise<Store> {
  const refuse = (error: unknown): never => {
    if (error instanceof NotRegularError)
      throw new ImageError(
        'LAYOUT',
        `image: ${name} is not a file; name the archive that was written, or write oci:DIR for a directory`,
      );
    const why =
      systemCode(error) === 'ENOENT'
        ? 'does not exist; build the image first'
        : 'cannot be read; check the path and its permissions';
    throw new ImageError('NO_SUCH_IMAGE', `image: ${name} ${why}`, { cause: error });
  };
  const { file, size } = await openRegular(path).catch(refuse);
  let unpacked: Unpacked | undefined;
  try {
    if (await isGzipped(file, name)) unpacked = await unpack(file, temp, name, signal);
    const read = unpacked ?? { file, size };
    const entries = new Map<string, TarEntry>();
    // A later entry of the same path replaces the earlier one, as it does when a tar is unpacked.
    for await (const entry of walk(new FileTape(read.file, read.size), name)) {
      if (entry.type !== 'other') entries.set(entry.path, entry);
    }
    const close = async () => {
      await unpacked?.close();
      await file.close();
    };
    return new Archive(read.file, entries, name, close);
  } catch (error) {
    await unpacked?.close();
    await file.close();
    throw error;
  }
}

/** @throws ImageError for what is no tar by its first bytes, with the way to make an image of it */
async function isGzipped(file: FileHandle, name: string): Promise<boolean> {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(SIGNATURE_BYTES), 0, SIGNATURE_BYTES, 0);
  const start = buffer.subarray(0, bytesRead);
  const other = otherFile(start);
  if (other !== undefined) throw new ImageError('LAYOUT', `image: ${name} ${other}`);
  const found = compressionOf(start);
  if (found === undefined || found.name === 'gzip') return found !== undefined;
  throw new ImageError(
    'COMPRESSED_ARCHIVE',
    `image: ${name} is compressed by ${found.name}; unpack it first (${found.command} ${quote(pathOf(name), 200)} > OTHER.tar), and write ${name.slice(0, name.indexOf(':'))}:OTHER.tar`,
  );
}

class Archive implements Store {
  readonly #file: FileHandle;
  readonly #entries: ReadonlyMap<string, TarEntry>;
  readonly #close: () => Promise<void>;

  constructor(
    file: FileHandle,
    entries: ReadonlyMap<string, TarEntry>,
    readonly name: string,
    close: () => Promise<void>,
  ) {
    this.#file = file;
    this.#entries = entries;
    this.#close = close;
  }

  async size(path: string): Promise<number | undefined> {
    return this.#find(path)?.size;
  }

  async *stream(path: string, limit = Number.POSITIVE_INFINITY): Bytes {
    const entry = this.#find(path);
    if (entry === undefined)
      throw new ImageError(
        'MISSING_BLOB',
        `image: ${this.name} holds no ${quote(path, 120)}; write the image again`,
      );
    const size = Math.min(entry.size, limit);
    yield* readRange(this.#file, entry.offset, size, `${quote(path, 120)} in ${this.name}`);
  }

  async close(): Promise<void> {
    await this.#close();
  }

  #find(path: string): TarEntry | undefined {
    let entry = this.#entries.get(path);
    for (let followed = 0; entry?.type === 'link' && followed < LINKS; followed += 1) {
      entry = entry.target === undefined ? undefined : this.#entries.get(entry.target);
    }
    return entry?.type === 'file' ? entry : undefined;
  }
}

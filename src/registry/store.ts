import { type FileHandle, realpath, stat } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { systemCode } from '../clients/network-errors.ts';
import { ImageError, quote } from './errors.ts';
import { compressionOf, otherFile, SIGNATURE_BYTES } from './file-signatures.ts';
import { NotRegularError, openRegular, readRange } from './files.ts';
import { pathOf } from './image-name.ts';
import type { Bytes } from './source.ts';
import { FileByteReader, type TarEntry, walk } from './tar.ts';
import { type Unpacked, unpack } from './unpack.ts';

/** Files of a directory or an archive, by relative paths with forward slashes. */
export interface FileStore {
  /** Value of the input, for messages. */
  readonly name: string;
  /** @returns the size of a regular file in bytes, undefined if there is none */
  size(path: string): Promise<number | undefined>;
  /**
   * @param limit number of first bytes to read; all by default
   * @throws ImageError `MISSING_BLOB` if there is no such file
   */
  stream(path: string, limit?: number): Bytes;
  close(): Promise<void>;
}

/**
 * Opens a directory; targets of its links must be within it.
 * @param path path of the directory
 * @param name value of the input
 * @throws ImageError `NO_SUCH_IMAGE` if the path does not exist, `LAYOUT` if it is no directory
 */
export async function openDirectory(path: string, name: string): Promise<FileStore> {
  const root = await realpath(path).catch(() => undefined);
  const isDirectory = root !== undefined && (await stat(root)).isDirectory();
  if (root === undefined || !isDirectory) {
    const path = pathOf(name);
    const what =
      root === undefined
        ? 'is not a directory; build the image first'
        : `is not a directory but a file; write oci-archive:${path} for what buildx wrote, or docker-archive:${path} for what docker save wrote`;
    throw new ImageError(root === undefined ? 'NO_SUCH_IMAGE' : 'LAYOUT', `image: ${name} ${what}`);
  }
  return new Directory(root, name);
}

class Directory implements FileStore {
  constructor(
    readonly root: string,
    readonly name: string,
  ) {}

  async size(path: string): Promise<number | undefined> {
    const file = await this.#locate(path);
    if (file === undefined) return undefined;
    const found = await stat(file);
    return found.isFile() ? found.size : undefined;
  }

  async *stream(path: string, limit = Number.POSITIVE_INFINITY): Bytes {
    const file = await this.#locate(path);
    if (file === undefined)
      throw new ImageError('MISSING_BLOB', `image: ${this.name} holds no ${path}; write the image again`);
    const opened = await openRegular(file).catch((error: unknown) => {
      if (error instanceof NotRegularError)
        throw new ImageError('LAYOUT', `image: ${this.name}: ${path} is not a file; write the image again`, {
          cause: error,
        });
      throw unreadable(this.name, path, error);
    });
    try {
      yield* readRange(opened.file, 0, Math.min(opened.size, limit), `${path} in ${this.name}`);
    } finally {
      await opened.file.close();
    }
  }

  async close(): Promise<void> {}

  async #locate(path: string): Promise<string | undefined> {
    try {
      const file = await realpath(join(this.root, path));
      if (file.startsWith(this.root + sep)) return file;
    } catch (error) {
      if (systemCode(error) === 'ENOENT' || systemCode(error) === 'ENOTDIR') return undefined;
      throw unreadable(this.name, path, error);
    }
    throw new ImageError('UNSAFE_PATH', `${this.name}: ${path} is a link that leaves the directory`);
  }
}

function unreadable(name: string, path: string, error: unknown): ImageError {
  return new ImageError(
    'LAYOUT',
    `image: ${name}: ${path} cannot be read (${systemCode(error) ?? 'unknown reason'}); write the image again`,
    { cause: error },
  );
}

/** Limit for links that are followed from one path to its content. */
const MAX_LINKS = 8;

/**
 * Opens a tar file with random access: one pass over its headers finds the offset of each entry, and content is read
 * there, never extracted. A gzipped archive, such as nix writes, is first decompressed into a temporary file.
 * @param path path of the file
 * @param name value of the input
 * @param temp folder for a decompressed archive
 * @throws ImageError `NO_SUCH_IMAGE`, `COMPRESSED_ARCHIVE`, `LAYOUT`, `UNSAFE_PATH`
 */
export async function openArchive(
  path: string,
  name: string,
  temp: string,
  signal?: AbortSignal,
): Promise<FileStore> {
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
    // A later entry of the same path replaces the earlier one, as in an extraction.
    for await (const entry of walk(new FileByteReader(read.file, read.size), name)) {
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

/** @throws ImageError if the first bytes are of another format, with the remedy */
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

class Archive implements FileStore {
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
    for (let followed = 0; entry?.type === 'link' && followed < MAX_LINKS; followed += 1) {
      entry = entry.target === undefined ? undefined : this.#entries.get(entry.target);
    }
    return entry?.type === 'file' ? entry : undefined;
  }
}

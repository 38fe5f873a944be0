import type { FileHandle } from 'node:fs/promises';
import { ImageError, quote, systemCode } from './errors.ts';
import { readRange } from './file-range.ts';
import { NotRegularError, openRegular } from './regular-file.ts';
import type { Bytes } from './source.ts';
import type { Store } from './store.ts';
import { FileTape } from './tape.ts';
import { type TarEntry, walk } from './tar.ts';

/** First bytes of what skopeo, buildx and docker would have to unpack as a whole before a blob can be read. */
const COMPRESSED: readonly (readonly [name: string, magic: string])[] = [
  ['gzip', '1f8b'],
  ['zstd', '28b52ffd'],
  ['xz', 'fd377a585a00'],
  ['bzip2', '425a68'],
];
/** As many links as are followed from one path to its content. */
const LINKS = 8;

/**
 * Opens a tar file for reading at any place: one pass over its headers finds where each entry lies, and its content
 * is read from there, never extracted.
 * @param path of the file
 * @param name as the user wrote it
 * @throws ImageError `NO_SUCH_IMAGE`, `COMPRESSED_ARCHIVE`, `LAYOUT`, `UNSAFE_PATH`
 */
export async function openArchive(path: string, name: string): Promise<Store> {
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
  try {
    await refuseCompressed(file, name);
    const entries = new Map<string, TarEntry>();
    // A later entry of the same path replaces the earlier one, as it does when a tar is unpacked.
    for await (const entry of walk(new FileTape(file, size), name)) {
      if (entry.type !== 'other') entries.set(entry.path, entry);
    }
    return new Archive(file, entries, name);
  } catch (error) {
    await file.close();
    throw error;
  }
}

async function refuseCompressed(file: FileHandle, name: string): Promise<void> {
  const { buffer } = await file.read(Buffer.alloc(6), 0, 6, 0);
  const start = buffer.toString('hex');
  const found = COMPRESSED.find(([, magic]) => start.startsWith(magic));
  if (found === undefined) return;
  throw new ImageError(
    'COMPRESSED_ARCHIVE',
    `image: ${name} is compressed as a whole (${found[0]}); unpack it first, or leave the compression out where it is written: its layers are compressed for the registry anyway`,
  );
}

class Archive implements Store {
  readonly #file: FileHandle;
  readonly #entries: ReadonlyMap<string, TarEntry>;

  constructor(
    file: FileHandle,
    entries: ReadonlyMap<string, TarEntry>,
    readonly name: string,
  ) {
    this.#file = file;
    this.#entries = entries;
  }

  async size(path: string): Promise<number | undefined> {
    return this.#find(path)?.size;
  }

  async *stream(path: string): Bytes {
    const entry = this.#find(path);
    if (entry === undefined)
      throw new ImageError(
        'MISSING_BLOB',
        `image: ${this.name} holds no ${quote(path, 120)}; write the image again`,
      );
    yield* readRange(this.#file, entry.offset, entry.size, `${quote(path, 120)} in ${this.name}`);
  }

  async close(): Promise<void> {
    await this.#file.close();
  }

  #find(path: string): TarEntry | undefined {
    let entry = this.#entries.get(path);
    for (let followed = 0; entry?.type === 'link' && followed < LINKS; followed += 1) {
      entry = entry.target === undefined ? undefined : this.#entries.get(entry.target);
    }
    return entry?.type === 'file' ? entry : undefined;
  }
}

import { realpath, stat } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { systemCode } from '../clients/network-errors.ts';
import { ImageError } from './errors.ts';
import { readRange } from './file-range.ts';
import { pathOf } from './image-name.ts';
import { NotRegularError, openRegular } from './regular-file.ts';
import type { Bytes } from './source.ts';
import type { Store } from './store.ts';

/**
 * Opens a directory; what its links lead to must lie within it.
 * @param path of the directory
 * @param name as the user wrote it
 * @throws ImageError `NO_SUCH_IMAGE` when nothing is there, `LAYOUT` when it is no directory
 */
export async function openDirectory(path: string, name: string): Promise<Store> {
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

class Directory implements Store {
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

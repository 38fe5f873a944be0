import { randomUUID } from 'node:crypto';
import { type FileHandle, open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { createGunzip } from 'node:zlib';
import { systemCode } from '../clients/network-errors.ts';
import { ImageError } from './errors.ts';
import { CHUNK_BYTES } from './limits.ts';

/** A file without a name of its own, as long as it is open. */
export interface Unpacked {
  readonly file: FileHandle;
  /** Bytes. */
  readonly size: number;
  close(): Promise<void>;
}

/**
 * Unpacks a gzipped archive into a temporary file, since blobs are read at any place of it. The file is removed as soon
 * as it is open, so that nothing is left of it whatever ends the process; Windows removes it when it is closed.
 * @param packed the gzipped file, which the caller closes
 * @param temp the folder for the file
 * @param name as the user wrote it
 * @throws ImageError `LAYOUT` where it is damaged, `COMPRESSED_ARCHIVE` where the disk does not take it; the signal's
 *   reason
 */
export async function unpack(
  packed: FileHandle,
  temp: string,
  name: string,
  signal: AbortSignal | undefined,
): Promise<Unpacked> {
  const path = join(temp, `aws-bootstrap-${randomUUID()}.tar`);
  const file = await open(path, 'wx+', 0o600).catch((error: unknown) => {
    throw full(name, error);
  });
  await rm(path, { force: true }).catch(() => undefined);
  const close = async () => {
    await file.close();
    await rm(path, { force: true }).catch(() => undefined);
  };
  try {
    return { file, size: await copyUnpacked(packed, file, name, signal), close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** @returns the bytes that were written */
async function copyUnpacked(
  packed: FileHandle,
  file: FileHandle,
  name: string,
  signal: AbortSignal | undefined,
): Promise<number> {
  const input = packed.createReadStream({ start: 0, autoClose: false, highWaterMark: CHUNK_BYTES });
  const gunzip = createGunzip({ chunkSize: CHUNK_BYTES });
  input.once('error', (error) => gunzip.destroy(error));
  let size = 0;
  try {
    for await (const chunk of input.pipe(gunzip)) {
      signal?.throwIfAborted();
      const bytes: Buffer = chunk;
      await writeWhole(file, bytes, size).catch((error: unknown) => {
        throw full(name, error);
      });
      size += bytes.length;
    }
    return size;
  } catch (error) {
    if (error instanceof ImageError || signal?.aborted === true) throw error;
    const what = systemCode(error) === 'Z_BUF_ERROR' ? 'is cut off' : 'is damaged: it cannot be unpacked';
    throw new ImageError('LAYOUT', `image: ${name} ${what}; write it again`, { cause: error });
  } finally {
    input.destroy();
    gunzip.destroy();
  }
}

async function writeWhole(file: FileHandle, bytes: Buffer, position: number): Promise<void> {
  for (let written = 0; written < bytes.length; ) {
    const { bytesWritten } = await file.write(bytes, written, bytes.length - written, position + written);
    written += bytesWritten;
  }
}

function full(name: string, error: unknown): ImageError {
  return new ImageError(
    'COMPRESSED_ARCHIVE',
    `image: ${name} is compressed by gzip, and the temporary folder does not take it unpacked (${systemCode(error) ?? 'unknown reason'}); free disk space, or write it without the compression`,
    { cause: error },
  );
}

import { randomUUID } from 'node:crypto';
import { type FileHandle, open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { createGunzip } from 'node:zlib';
import { systemCode } from '../clients/network-errors.ts';
import { ImageError } from './errors.ts';
import { CHUNK_BYTES } from './limits.ts';

/** An open temporary file whose name is already removed. */
export interface Unpacked {
  readonly file: FileHandle;
  /** In bytes. */
  readonly size: number;
  close(): Promise<void>;
}

/**
 * Decompresses a gzipped archive into a temporary file, since blobs need random access. The file is unlinked as soon as
 * it is open, so that none is left however the process ends. On Windows it is removed when it is closed.
 * @param packed the gzipped file, to be closed by the caller
 * @param temp folder for the temporary file
 * @param name value of the input
 * @throws ImageError `LAYOUT` if it is damaged, `COMPRESSED_ARCHIVE` if the disk cannot hold it; the reason of the
 *   signal
 */
export async function unpack(
  packed: FileHandle,
  temp: string,
  name: string,
  signal: AbortSignal | undefined,
): Promise<Unpacked> {
  const path = join(temp, `aws-bootstrap-${randomUUID()}.tar`);
  const file = await open(path, 'wx+', 0o600).catch((error: unknown) => {
    throw diskError(name, error);
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

/** @returns the number of bytes written */
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
      await writeAll(file, bytes, size).catch((error: unknown) => {
        throw diskError(name, error);
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

async function writeAll(file: FileHandle, bytes: Buffer, position: number): Promise<void> {
  for (let written = 0; written < bytes.length; ) {
    const { bytesWritten } = await file.write(bytes, written, bytes.length - written, position + written);
    written += bytesWritten;
  }
}

function diskError(name: string, error: unknown): ImageError {
  return new ImageError(
    'COMPRESSED_ARCHIVE',
    `image: ${name} is compressed by gzip, and cannot be decompressed into the temporary folder (${systemCode(error) ?? 'unknown reason'}); free disk space, or write it without the compression`,
    { cause: error },
  );
}

import type { FileHandle } from 'node:fs/promises';
import { giveBack, takeBuffer } from './buffers.ts';
import { ImageError } from './errors.ts';
import { CHUNK_BYTES } from './limits.ts';
import type { Bytes } from './source.ts';

/**
 * Reads a range of a file in chunks of 1 MiB, one chunk ahead of who takes them: two buffers in turn, whatever the
 * range's length.
 * @param offset where the range begins, in bytes
 * @param size its length in bytes
 * @param where names it in the message
 * @throws ImageError `MISSING_BLOB` when the file ends within the range
 */
export async function* readRange(
  file: FileHandle,
  offset: number,
  size: number,
  where: string,
): AsyncGenerator<Buffer> {
  if (size === 0) return;
  const end = offset + size;
  let filling = bufferFor(size);
  let resting = size > CHUNK_BYTES ? bufferFor(size) : filling;
  let position = offset;
  let ahead = fill(file, filling, position, end, where);
  try {
    for (;;) {
      const chunk = await ahead;
      position += chunk.length;
      if (position >= end) {
        yield chunk;
        // Only here: of what was given up, a write may still be under way.
        if (size > CHUNK_BYTES) giveBack([filling, resting]);
        return;
      }
      [filling, resting] = [resting, filling];
      ahead = fill(file, filling, position, end, where);
      yield chunk;
    }
  } finally {
    // Who stops early may close the file next; the read under way must have ended by then.
    await ahead.catch(() => undefined);
  }
}

/** A small range gets a small buffer of its own. */
function bufferFor(size: number): Buffer {
  return size > CHUNK_BYTES ? takeBuffer() : Buffer.allocUnsafeSlow(size);
}

async function fill(
  file: FileHandle,
  buffer: Buffer,
  position: number,
  end: number,
  where: string,
): Promise<Buffer> {
  const wanted = Math.min(CHUNK_BYTES, end - position);
  let filled = 0;
  while (filled < wanted) {
    const { bytesRead } = await file.read(buffer, filled, wanted - filled, position + filled);
    if (bytesRead === 0) throw new ImageError('MISSING_BLOB', `${where} ends before its announced size`);
    filled += bytesRead;
  }
  return buffer.subarray(0, wanted);
}

/** Reads a whole small content into memory. @throws ImageError `TOO_LARGE` past the limit, in bytes */
export async function gather(bytes: Bytes, limit: number, where: string): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of bytes) {
    size += chunk.length;
    if (size > limit) throw new ImageError('TOO_LARGE', `${where} is larger than ${limit} bytes`);
    chunks.push(Buffer.from(chunk));
  }
  return Buffer.concat(chunks);
}

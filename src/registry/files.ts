import { constants, type Stats } from 'node:fs';
import { type FileHandle, open, stat } from 'node:fs/promises';
import { ImageError } from './errors.ts';
import { CHUNK_BYTES } from './limits.ts';
import type { Bytes } from './source.ts';

/**
 * Reads a range of a file in chunks of 1 MiB, one chunk ahead of the consumer, in two alternating buffers.
 * @param offset start of the range, in bytes
 * @param size length of the range, in bytes
 * @param where name of the range in the message
 * @throws ImageError `MISSING_BLOB` if the file ends within the range
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
        // Not in `finally`: if the consumer stopped, a write of the buffers may still be in progress.
        if (size > CHUNK_BYTES) releaseBuffers([filling, resting]);
        return;
      }
      [filling, resting] = [resting, filling];
      ahead = fill(file, filling, position, end, where);
      yield chunk;
    }
  } finally {
    // A consumer that stops early may close the file next; the read in progress must end first.
    await ahead.catch(() => undefined);
  }
}

/** A small range gets a small, unpooled buffer. */
function bufferFor(size: number): Buffer {
  return size > CHUNK_BYTES ? acquireBuffer() : Buffer.allocUnsafeSlow(size);
}

async function fill(
  file: FileHandle,
  buffer: Buffer,
  position: number,
  end: number,
  where: string,
): Promise<Buffer> {
  const length = Math.min(CHUNK_BYTES, end - position);
  let filled = 0;
  while (filled < length) {
    const { bytesRead } = await file.read(buffer, filled, length - filled, position + filled);
    if (bytesRead === 0) throw new ImageError('MISSING_BLOB', `${where} ends before its announced size`);
    filled += bytesRead;
  }
  return buffer.subarray(0, length);
}

/** Reads small content into memory. @throws ImageError `TOO_LARGE` above the limit, in bytes */
export async function readAll(bytes: Bytes, limit: number, where: string): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of bytes) {
    size += chunk.length;
    if (size > limit) throw new ImageError('TOO_LARGE', `${where} is larger than ${limit} bytes`);
    chunks.push(Buffer.from(chunk));
  }
  return Buffer.concat(chunks);
}

/** RFC 1951: a chunk, with five bytes before each stored block of 65,535 bytes. */
const FRAME_BYTES = CHUNK_BYTES + 5 * Math.ceil(CHUNK_BYTES / 65_535);
/** Buffers that four uploads use at once; the garbage collector frees the others. */
const POOLED_BUFFERS = 24;
const pooled: Buffer[] = [];

/**
 * Takes a buffer from the pool. Without the pool, the buffers of sent layers would pile up: the garbage collector does
 * not hurry to free memory outside of its heap.
 */
export function acquireBuffer(): Buffer {
  return pooled.pop() ?? Buffer.allocUnsafeSlow(FRAME_BYTES);
}

/** Returns buffers to the pool. Only for buffers that nothing reads or writes any more. */
export function releaseBuffers(buffers: Iterable<Buffer>): void {
  for (const buffer of buffers) if (pooled.length < POOLED_BUFFERS) pooled.push(buffer);
}

/** The path names a directory, a pipe, a socket or a device. */
export class NotRegularError extends Error {
  override readonly name = 'NotRegularError';
}

/**
 * Without O_NONBLOCK, `open` would wait for the writer of a pipe for ever. Windows has neither such pipes nor the flag.
 */
const FLAGS = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0);

/**
 * Opens a regular file for reading. Pipes and devices may never end, and reading may change them. The type is checked
 * again after opening, when the file can no longer be replaced.
 * @returns the file, to be closed by the caller, and its size in bytes
 * @throws NotRegularError; errors of the system
 */
export async function openRegular(path: string): Promise<{ file: FileHandle; size: number }> {
  // Opening changes some devices, and a socket cannot be opened.
  if (!(await stat(path)).isFile()) throw new NotRegularError('no regular file');
  const file = await open(path, FLAGS);
  let stats: Stats;
  try {
    stats = await file.stat();
    if (!stats.isFile()) throw new NotRegularError('no regular file');
  } catch (error) {
    await file.close();
    throw error;
  }
  return { file, size: stats.size };
}

/** Reads a small file. @throws NotRegularError, also above the limit, in bytes */
export async function readRegular(path: string, limit: number): Promise<Buffer> {
  const { file, size } = await openRegular(path);
  try {
    if (size > limit) throw new NotRegularError(`more than ${limit} bytes`);
    const { buffer, bytesRead } = await file.read(Buffer.alloc(size), 0, size, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}

import { constants, type Stats } from 'node:fs';
import { type FileHandle, open, stat } from 'node:fs/promises';
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
    // A reader that stops early may close the file next; the read under way must have ended by then.
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

/** RFC 1951: five bytes in front of each stored block of 65,535, on top of the content of a chunk. */
const FRAME_BYTES = CHUNK_BYTES + 5 * Math.ceil(CHUNK_BYTES / 65_535);
/** Buffers that four uploads hold at once; more is left to the garbage collector. */
const KEPT = 24;
const free: Buffer[] = [];

/**
 * Gives large buffers out again: those of a layer that is sent would else lie about until the garbage collector
 * comes, which sees no hurry in memory that lies outside its heap.
 */
export function takeBuffer(): Buffer {
  return free.pop() ?? Buffer.allocUnsafeSlow(FRAME_BYTES);
}

/** Takes back buffers that are no longer read or written; keep those that may be. */
export function giveBack(buffers: Iterable<Buffer>): void {
  for (const buffer of buffers) if (free.length < KEPT) free.push(buffer);
}

/** The path is of a directory, a pipe, a socket or a device. */
export class NotRegularError extends Error {
  override readonly name = 'NotRegularError';
}

/** Without it `open` would wait for ever for a writer of a pipe; Windows has no such pipes, and no such flag. */
const FLAGS = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0);

/**
 * Opens a file for reading. Pipes and devices never end, and reading them may change them: what lies at the path is
 * looked at once it is open, when it can no longer be replaced.
 * @returns the file, which must be closed, and its size in bytes
 * @throws NotRegularError; what the system throws
 */
export async function openRegular(path: string): Promise<{ file: FileHandle; size: number }> {
  // Opening some devices changes them, and a socket cannot be opened.
  if (!(await stat(path)).isFile()) throw new NotRegularError('no regular file');
  const file = await open(path, FLAGS);
  let about: Stats;
  try {
    about = await file.stat();
    if (!about.isFile()) throw new NotRegularError('no regular file');
  } catch (error) {
    await file.close();
    throw error;
  }
  return { file, size: about.size };
}

/** Reads a small file whole. @throws NotRegularError, also for one that is larger than the limit, in bytes */
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

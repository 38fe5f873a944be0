import { constants, type Stats } from 'node:fs';
import { type FileHandle, open, stat } from 'node:fs/promises';

/** What was named is a directory, a pipe, a socket or a device. */
export class NotRegularError extends Error {
  override readonly name = 'NotRegularError';
}

/** Without it a pipe that nobody writes into would hold `open` for ever; Windows has no such pipes, and no such flag. */
const FLAGS = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0);

/**
 * Opens a file for reading. Pipes and devices never end, and reading them may change them: what lies at the path is
 * looked at once it is open, when nobody can put another thing there.
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

import { CHUNK_BYTES } from './limits.ts';

/** RFC 1951: five bytes in front of each stored block of 65,535, on top of the content of a chunk. */
const FRAME_BYTES = CHUNK_BYTES + 5 * Math.ceil(CHUNK_BYTES / 65_535);
/** What four uploads hold at once; more is left to the garbage collector. */
const KEPT = 24;
const free: Buffer[] = [];

/**
 * Gives large buffers out again: those of a layer that is sent would else lie about until the garbage collector
 * comes, which sees no hurry in memory that lies outside its heap.
 */
export function takeBuffer(): Buffer {
  return free.pop() ?? Buffer.allocUnsafeSlow(FRAME_BYTES);
}

/** Takes back what nobody reads or writes any more; who is not sure keeps it. */
export function giveBack(buffers: Iterable<Buffer>): void {
  for (const buffer of buffers) if (free.length < KEPT) free.push(buffer);
}

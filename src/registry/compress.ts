import { availableParallelism } from 'node:os';
import { promisify } from 'node:util';
import { constants, crc32, createGunzip, deflateRaw, deflateRawSync } from 'node:zlib';
import pLimit from 'p-limit';
import type { Measure } from './digest.ts';
import { ImageError } from './errors.ts';
import { giveBack, takeBuffer } from './files.ts';
import { CHUNK_BYTES } from './limits.ts';
import type { Bytes } from './source.ts';

const deflate = promisify(deflateRaw);

/** Each block is deflated for itself, several at once; 1 MiB costs 0.2 % of the ratio and bounds the memory. */
const BLOCK_BYTES = CHUNK_BYTES;
/** A block that does not shrink to this share is stored: deflating it would cost twenty times the time for nothing. */
const WORTH = 0.95;
const SAMPLES = 4;
const SAMPLE_BYTES = 2 * 1024;
/** RFC 1951, 3.2.4: the longest stored block. */
const STORED_BYTES = 65_535;
/** RFC 1952: deflate, no name, no time (so that the same layer gives the same digest), unknown system. */
const HEADER = Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 4, 255]);
/** An empty last block, which ends a stream whose blocks were all flushed to a byte's edge. */
const LAST_BLOCK = Buffer.from([3, 0]);

/** Where blocks are deflated; shared by all layers. */
export type WorkerPool = <T>(work: () => Promise<T>) => Promise<T>;

/** @returns one worker more than this machine has cores: one block waits while the main thread takes digests */
export function openWorkerPool(): WorkerPool {
  return pLimit(availableParallelism() + 1);
}

/**
 * Gzips a stream on several cores: blocks of 1 MiB are deflated side by side at level 1 and joined to one gzip
 * member, as pigz does. Four samples of each block show whether it shrinks; if not, it is stored.
 * @param raw the uncompressed bytes
 * @param measure takes the digest of the raw bytes
 * @param ahead blocks that may wait for the reader, each 1 MiB twice
 */
export async function* gzip(
  raw: Bytes,
  measure: Measure,
  pool: WorkerPool,
  ahead: number,
): AsyncGenerator<Buffer> {
  const flying: Promise<Packed>[] = [];
  let crc = 0;
  yield HEADER;
  for await (const block of inBlocks(raw)) {
    measure.update(block.bytes);
    crc = crc32(block.bytes, crc);
    const packed = pack(block, pool);
    // A reader that stops early never awaits it; its failure must not end the process.
    packed.catch(() => undefined);
    flying.push(packed);
    if (flying.length > ahead) yield* give(flying);
  }
  while (flying.length > 0) yield* give(flying);
  const trailer = Buffer.alloc(8);
  trailer.writeUInt32LE(crc, 0);
  trailer.writeUInt32LE(measure.size % 2 ** 32, 4);
  yield Buffer.concat([LAST_BLOCK, trailer]);
}

/** Part of a layer, in a buffer that is used again. */
interface Block {
  readonly bytes: Buffer;
  readonly buffer: Buffer;
}

interface Packed {
  readonly bytes: Buffer;
  /** To be used again when the bytes were sent; what deflate gave has none. */
  readonly buffer: Buffer | undefined;
}

async function* give(flying: Promise<Packed>[]): AsyncGenerator<Buffer> {
  const packed = await flying.shift();
  if (packed === undefined) return;
  yield packed.bytes;
  // A reader that stops at these bytes never comes here: a write of them may still be under way.
  if (packed.buffer !== undefined) giveBack([packed.buffer]);
}

/** Copies a stream into blocks of one size; who takes a block gives its buffer back. */
async function* inBlocks(raw: Bytes): AsyncGenerator<Block> {
  let buffer = takeBuffer();
  let filled = 0;
  for await (const chunk of raw) {
    let taken = 0;
    while (taken < chunk.length) {
      const copied = chunk.copy(buffer, filled, taken, taken + BLOCK_BYTES - filled);
      taken += copied;
      filled += copied;
      if (filled < BLOCK_BYTES) continue;
      yield { bytes: buffer.subarray(0, BLOCK_BYTES), buffer };
      buffer = takeBuffer();
      filled = 0;
    }
  }
  if (filled > 0) yield { bytes: buffer.subarray(0, filled), buffer };
  else giveBack([buffer]);
}

async function pack({ bytes, buffer }: Block, pool: WorkerPool): Promise<Packed> {
  const deflated = shrinks(bytes) ? await pool(() => deflateBlock(bytes)) : undefined;
  const isSmaller = deflated !== undefined && deflated.length < bytes.length;
  const packed = isSmaller ? { bytes: deflated, buffer: undefined } : store(bytes);
  giveBack([buffer]);
  return packed;
}

function deflateBlock(bytes: Buffer): Promise<Buffer> {
  // The whole answer in one piece: each further piece is another turn through the thread pool. The larger table of
  // symbols (memLevel 9, 128 KiB more for each worker) was measured to save 5 to 7 % of the time.
  const finishFlush = constants.Z_SYNC_FLUSH;
  return deflate(bytes, { level: 1, memLevel: 9, finishFlush, chunkSize: BLOCK_BYTES / 2 });
}

function shrinks(block: Buffer): boolean {
  if (block.length <= SAMPLES * SAMPLE_BYTES) return true;
  const step = Math.floor((block.length - SAMPLE_BYTES) / (SAMPLES - 1));
  const samples = Array.from({ length: SAMPLES }, (_, i) =>
    block.subarray(i * step, i * step + SAMPLE_BYTES),
  );
  const sample = Buffer.concat(samples);
  return deflateRawSync(sample, { level: 1 }).length < sample.length * WORTH;
}

/** Writes a block as it is, in stored blocks of deflate. */
function store(block: Buffer): Packed {
  const frame = takeBuffer();
  let at = 0;
  for (let from = 0; from < block.length; from += STORED_BYTES) {
    const length = Math.min(STORED_BYTES, block.length - from);
    frame.writeUInt8(0, at);
    frame.writeUInt16LE(length, at + 1);
    frame.writeUInt16LE(~length & 0xffff, at + 3);
    block.copy(frame, at + 5, from, from + length);
    at += 5 + length;
  }
  return { bytes: frame.subarray(0, at), buffer: frame };
}

/**
 * Packs a layer for the registry: what is gzipped already stays as it is.
 * @param measure takes the digest of the uncompressed bytes, which is the layer's diff id
 * @param where names the layer in messages
 * @throws ImageError `LAYOUT` for a layer in another compression
 */
export async function* packLayer(
  layer: Bytes,
  measure: Measure,
  pool: WorkerPool,
  ahead: number,
  where: string,
): AsyncGenerator<Buffer> {
  const chunks = layer[Symbol.asyncIterator]();
  try {
    const first = await chunks.next();
    const start = first.done === true ? Buffer.alloc(0) : first.value;
    const rest = startingWith(first, chunks);
    if (start.length >= 4 && start.readUInt32BE(0) === 0x28b52ffd) {
      throw new ImageError(
        'LAYOUT',
        `${where} is compressed by zstd, which this kind of archive cannot hold`,
      );
    }
    const isGzip = start.length >= 2 && start.readUInt16BE(0) === 0x1f8b;
    yield* isGzip ? measureGunzipped(rest, measure, where) : gzip(rest, measure, pool, ahead);
  } finally {
    await chunks.return?.();
  }
}

async function* startingWith(
  first: IteratorResult<Buffer, unknown>,
  rest: AsyncIterator<Buffer>,
): AsyncGenerator<Buffer> {
  for (let item = first; item.done !== true; item = await rest.next()) yield item.value;
}

/** Hands a gzipped stream on unchanged and takes the digest of what is in it. */
async function* measureGunzipped(packed: Bytes, measure: Measure, where: string): AsyncGenerator<Buffer> {
  const gunzip = createGunzip();
  gunzip.on('data', (chunk: Buffer) => measure.update(chunk));
  const ended = new Promise<void>((resolve, reject) => {
    gunzip.once('end', resolve);
    gunzip.once('error', reject);
  });
  ended.catch(() => undefined);
  try {
    for await (const chunk of packed) {
      await Promise.race([new Promise<void>((done) => gunzip.write(chunk, () => done())), ended]);
      yield chunk;
    }
    gunzip.end();
    await ended;
  } catch (error) {
    if (error instanceof ImageError) throw error;
    throw new ImageError('WRONG_DIGEST', `${where} is damaged: it cannot be unpacked`, { cause: error });
  } finally {
    gunzip.destroy();
  }
}

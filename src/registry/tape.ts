import type { FileHandle } from 'node:fs/promises';

/** What a tar is read from, front to back. */
export interface Tape {
  /** Bytes that were read or skipped. */
  readonly position: number;
  /** @returns exactly so many bytes; fewer only at the end */
  read(bytes: number): Promise<Buffer>;
  /** @returns whether so many bytes were there */
  skip(bytes: number): Promise<boolean>;
}

/** A file, of which only what is read is read: skipping costs nothing. */
export class FileTape implements Tape {
  position = 0;
  readonly #file: FileHandle;
  readonly #size: number;

  /** @param size of the file, in bytes */
  constructor(file: FileHandle, size: number) {
    this.#file = file;
    this.#size = size;
  }

  async read(bytes: number): Promise<Buffer> {
    const buffer = Buffer.alloc(bytes);
    const { bytesRead } = await this.#file.read(buffer, 0, bytes, this.position);
    this.position += bytesRead;
    return buffer.subarray(0, bytesRead);
  }

  async skip(bytes: number): Promise<boolean> {
    this.position += bytes;
    return this.position <= this.#size;
  }
}

/** A stream, whose chunks are handed on as they come. */
export class StreamTape implements Tape {
  position = 0;
  readonly #chunks: AsyncIterator<Buffer>;
  #rest: Buffer = Buffer.alloc(0);

  constructor(chunks: AsyncIterable<Buffer>) {
    this.#chunks = chunks[Symbol.asyncIterator]();
  }

  async read(bytes: number): Promise<Buffer> {
    const parts: Buffer[] = [];
    for await (const part of this.take(bytes)) parts.push(part);
    return parts.length === 1 && parts[0] !== undefined ? parts[0] : Buffer.concat(parts);
  }

  async skip(bytes: number): Promise<boolean> {
    const from = this.position;
    for await (const _ of this.take(bytes));
    return this.position - from === bytes;
  }

  /** @returns the next byte without taking it, undefined at the end */
  async peek(): Promise<number | undefined> {
    return (await this.#fill()) ? this.#rest[0] : undefined;
  }

  /** Gives the next bytes in the chunks they came in; fewer only at the end. */
  async *take(bytes: number): AsyncGenerator<Buffer> {
    let missing = bytes;
    while (missing > 0 && (await this.#fill())) {
      const part = this.#rest.subarray(0, missing);
      this.#rest = this.#rest.subarray(part.length);
      missing -= part.length;
      // Counted before it is given: who stops in the middle has taken it.
      this.position += part.length;
      yield part;
    }
  }

  async #fill(): Promise<boolean> {
    while (this.#rest.length === 0) {
      const next = await this.#chunks.next();
      if (next.done === true) return false;
      this.#rest = next.value;
    }
    return true;
  }
}

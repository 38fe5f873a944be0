import type { FileHandle } from 'node:fs/promises';
import { Header } from 'tar/header';
import { Pax } from 'tar/pax';
import { ImageError, quote } from './errors.ts';

/** A sequential reader of a tar's bytes. */
export interface ByteReader {
  /** Number of bytes read or skipped. */
  readonly position: number;
  /** @returns exactly this number of bytes; fewer only at the end */
  read(bytes: number): Promise<Buffer>;
  /** @returns whether this number of bytes existed */
  skip(bytes: number): Promise<boolean>;
}

/** Reader of a file: skipped bytes are not read. */
export class FileByteReader implements ByteReader {
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

/** Reader of a stream: chunks are passed on without a copy. */
export class StreamByteReader implements ByteReader {
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

  /** @returns the next byte without consuming it, undefined at the end */
  async peek(): Promise<number | undefined> {
    return (await this.#fill()) ? this.#rest[0] : undefined;
  }

  /** Yields the next bytes in the chunks of the stream; fewer only at the end. */
  async *take(bytes: number): AsyncGenerator<Buffer> {
    let remaining = bytes;
    while (remaining > 0 && (await this.#fill())) {
      const part = this.#rest.subarray(0, remaining);
      this.#rest = this.#rest.subarray(part.length);
      remaining -= part.length;
      // Counted before the yield: a consumer that stops there has consumed the chunk.
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

/** An entry of a tar. Its content is at the reader's position until the next entry is requested. */
export interface TarEntry {
  /** Relative, with forward slashes, without `.` and `..`. */
  readonly path: string;
  readonly type: 'file' | 'link' | 'other';
  /** Size of the content in bytes. */
  readonly size: number;
  /** Start of the content, in bytes from the start of the tar. */
  readonly offset: number;
  /** Target of a link, as a path in this tar. */
  readonly target: string | undefined;
}

const BLOCK = 512;
/** Largest extended header. These hold names; the limit protects the memory. */
const EXTENDED_BYTES = 1024 * 1024;
const PAX = new Set(['ExtendedHeader', 'OldExtendedHeader', 'GlobalExtendedHeader']);
const LONG_NAME = new Set(['NextFileHasLongPath', 'OldGnuLongPath']);
const FILES = new Set(['File', 'OldFile', 'ContiguousFile']);

/**
 * Walks over a tar's entries and skips unread content. The library `tar` decodes
 * headers and pax records; nothing is ever extracted.
 * @param archive name of the tar in messages
 * @throws ImageError `LAYOUT` for a damaged or truncated tar, `UNSAFE_PATH` for a path outside of it
 */
export async function* walk(reader: ByteReader, archive: string): AsyncGenerator<TarEntry> {
  let extended: Pax | undefined;
  let global: Pax | undefined;
  let longPath: string | undefined;
  let longLink: string | undefined;
  for (;;) {
    const block = await reader.read(BLOCK);
    if (block.length === 0) return;
    if (block.length < BLOCK) throw truncated(archive);
    const header = parseHeader(block, extended, global, archive);
    if (header.nullBlock) return;
    const size = header.size ?? 0;
    // The library omits an invalid size. As zero, it would make the content be read as headers.
    const isSized = header.size !== undefined || !FILES.has(header.type);
    if (!header.cksumValid || !isSized || !Number.isSafeInteger(size) || size < 0) throw damaged(archive);
    const end = reader.position + Math.ceil(size / BLOCK) * BLOCK;
    const type = header.type;
    if (PAX.has(type) || LONG_NAME.has(type) || type === 'NextFileHasLongLinkpath') {
      if (size > EXTENDED_BYTES) throw new ImageError('LAYOUT', `${archive} holds a header of ${size} bytes`);
      const text = (await reader.read(size)).toString('utf8');
      if (type === 'GlobalExtendedHeader') global = Pax.parse(text, global, true);
      else if (PAX.has(type)) extended = Pax.parse(text, extended);
      else if (LONG_NAME.has(type)) longPath = withoutNul(text);
      else longLink = withoutNul(text);
    } else {
      const path = safePath(longPath ?? header.path ?? '', archive);
      const isLink = type === 'SymbolicLink' || type === 'Link';
      const kind = FILES.has(type) ? 'file' : isLink ? 'link' : 'other';
      const link = longLink ?? header.linkpath ?? '';
      const target = isLink ? targetOf(path, link, type === 'SymbolicLink', archive) : undefined;
      extended = undefined;
      longPath = undefined;
      longLink = undefined;
      if (path !== '') yield { path, type: kind, size, offset: reader.position, target };
    }
    if (!(await reader.skip(end - reader.position))) throw truncated(archive);
  }
}

function parseHeader(
  block: Buffer,
  extended: Pax | undefined,
  global: Pax | undefined,
  archive: string,
): Header {
  try {
    return new Header(block, 0, extended, global);
  } catch (error) {
    throw damaged(archive, error);
  }
}

function damaged(archive: string, cause?: unknown): ImageError {
  return new ImageError('LAYOUT', `${archive} is not a tar, or it is damaged; write it again`, { cause });
}

function truncated(archive: string): ImageError {
  return new ImageError('LAYOUT', `${archive} is cut off; write it again`);
}

function withoutNul(text: string): string {
  return text.replace(/\0.*$/s, '');
}

/** A symbolic link is relative to its own directory, a hard link to the root of the tar. */
function targetOf(path: string, link: string, symbolic: boolean, archive: string): string {
  if (!symbolic) return safePath(link, archive);
  if (link.startsWith('/')) throw unsafe(link, archive);
  const steps = path.split('/').slice(0, -1);
  for (const step of link.split('/')) {
    if (step === '' || step === '.') continue;
    if (step !== '..') steps.push(step);
    else if (steps.pop() === undefined) throw unsafe(link, archive);
  }
  return steps.join('/');
}

function safePath(path: string, archive: string): string {
  const steps = path.split('/');
  const escapes = path.startsWith('/') || steps.includes('..') || /^[A-Za-z]:|[\\\0]/.test(path);
  if (escapes) throw unsafe(path, archive);
  return steps.filter((step) => step !== '' && step !== '.').join('/');
}

function unsafe(path: string, archive: string): ImageError {
  return new ImageError(
    'UNSAFE_PATH',
    `${archive} holds the path "${quote(path, 120)}", which leaves the archive, so all of it is refused; write it with docker save, buildx or skopeo`,
  );
}

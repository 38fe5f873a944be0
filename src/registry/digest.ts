import { createHash, type Hash } from 'node:crypto';

/** The only algorithm that ECR takes; the specification's sha512 is refused at the door. */
export type Digest = `sha256:${string}`;

const FORM = /^sha256:[0-9a-f]{64}$/;

/** @returns whether the text is a sha256 digest in the form of the image specification. */
export function isDigest(text: unknown): text is Digest {
  return typeof text === 'string' && FORM.test(text);
}

/** @returns the digest of bytes that are in memory. */
export function digestOf(bytes: Uint8Array | string): Digest {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}

/** @returns the 64 hexadecimal digits, which are the file's name in a layout. */
export function hexOf(digest: Digest): string {
  return digest.slice('sha256:'.length);
}

/** Takes the digest and the size of what streams by, once. */
export class Measure {
  readonly #hash: Hash = createHash('sha256');
  #size = 0;
  #digest: Digest | undefined;

  update(chunk: Uint8Array): void {
    this.#hash.update(chunk);
    this.#size += chunk.byteLength;
  }

  /** Bytes seen until now. */
  get size(): number {
    return this.#size;
  }

  /** @returns the digest of all that was seen; nothing can be added after it was asked for. */
  digest(): Digest {
    this.#digest ??= `sha256:${this.#hash.digest('hex')}`;
    return this.#digest;
  }
}

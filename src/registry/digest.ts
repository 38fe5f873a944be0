import { createHash, type Hash } from 'node:crypto';

/** ECR accepts only sha256; digests by the specification's sha512 are input errors. */
export type Digest = `sha256:${string}`;

const FORM = /^sha256:[0-9a-f]{64}$/;

/** @returns whether the text is a sha256 digest in the form of the image specification. */
export function isDigest(text: unknown): text is Digest {
  return typeof text === 'string' && FORM.test(text);
}

/** @returns the digest of bytes in memory. */
export function digestOf(bytes: Uint8Array | string): Digest {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}

/** @returns the 64 hexadecimal digits, which are the name of the blob's file in an image layout. */
export function hexOf(digest: Digest): string {
  return digest.slice('sha256:'.length);
}

/** Computes digest and size of a stream. */
export class Digester {
  readonly #hash: Hash = createHash('sha256');
  #size = 0;
  #digest: Digest | undefined;

  update(chunk: Uint8Array): void {
    this.#hash.update(chunk);
    this.#size += chunk.byteLength;
  }

  /** Bytes so far. */
  get size(): number {
    return this.#size;
  }

  /** @returns the digest of all bytes so far. After the first call, `update` throws. */
  digest(): Digest {
    this.#digest ??= `sha256:${this.#hash.digest('hex')}`;
    return this.#digest;
  }
}

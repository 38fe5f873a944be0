import { inspect } from 'node:util';

const SHOWN = '***';

/**
 * A value that can be compared, classified and sent, never printed: every way in which JavaScript turns an
 * object into text gives `***`, and the value itself sits in a private field that no serializer reads.
 *
 * Only code that sends values calls `reveal()`: in `providers/`, `registry/` and `clients/` (a test checks it).
 */
export class Secret {
  readonly #value: string;

  constructor(value: string) {
    this.#value = value;
  }

  /** @returns the value itself, to be sent and never printed. */
  reveal(): string {
    return this.#value;
  }

  /** @returns whether both hold the same value; a plain string is compared as it is. */
  equals(other: unknown): boolean {
    if (other instanceof Secret) return other.#value === this.#value;
    return other === this.#value;
  }

  /**
   * @returns the answer to a yes-or-no question about the value; the question must not keep it (a test checks this).
   */
  is(question: (value: string) => boolean): boolean {
    return question(this.#value) === true;
  }

  /** @returns the length in bytes as UTF-8, the unit of every limit in AWS. */
  get byteLength(): number {
    return Buffer.byteLength(this.#value, 'utf8');
  }

  /**
   * @returns the length in bytes as a JSON string: quotes, line breaks and control characters take more bytes there.
   */
  get jsonByteLength(): number {
    return Buffer.byteLength(JSON.stringify(this.#value), 'utf8');
  }

  /** @returns its lines, each once, without the space around them and without empty ones. */
  lines(): Secret[] {
    const lines = this.#value.split(/[\r\n]+/).map((line) => line.trim());
    return [...new Set(lines)].filter((line) => line !== '').map((line) => new Secret(line));
  }

  /** @returns the first group of the pattern if the value matches; it is as secret as the whole. */
  part(pattern: RegExp): Secret | undefined {
    const found = pattern.exec(this.#value)?.[1];
    return found === undefined ? undefined : new Secret(found);
  }

  /** Gives the value to the masks: only `settings/masks.ts` calls it (a test checks it). */
  hideBy(mask: (value: string) => void): void {
    mask(this.#value);
  }

  /**
   * Passes the value to the classification: only `desired/classify.ts` calls it, and keeps no part of it (a test checks
   * it).
   */
  classifiedBy<T>(classify: (value: string) => T): T {
    return classify(this.#value);
  }

  /**
   * Passes the value to the reader of callback URLs, which extracts the path: every user who signs in sees it. Only
   * `desired/callback.ts` calls it (a test checks it).
   */
  readAsCallback<T>(read: (value: string) => T): T {
    return read(this.#value);
  }

  /**
   * Gives the value to the reader of Auth0's settings, which compares host and client id and extracts the tenant's
   * address. Only `settings/auth0-inputs.ts` calls it (a test checks it).
   */
  readAsAuth0<T>(read: (value: string) => T): T {
    return read(this.#value);
  }

  /** @returns the value in the clear, if it may be printed: only `plan/disclosure.ts` calls it. */
  disclosed(): string {
    return this.#value;
  }

  /**
   * A publishable digest of hidden values that are not secret: one for all of them, slow to compute, so that a short
   * value cannot be guessed. Never pass a secret value.
   * @param values each with its name, in an order of their own
   * @param derive computes the digest: only `plan/binding.ts` passes it, so that a run without one loads no
   * cryptography
   */
  static digest(
    values: ReadonlyArray<readonly [name: string, value: Secret]>,
    derive: (text: string) => string,
  ): string {
    return derive(JSON.stringify(values.map(([name, value]) => [name, value.#value])));
  }

  toString(): string {
    return SHOWN;
  }

  toJSON(): string {
    return SHOWN;
  }

  [Symbol.toPrimitive](): string {
    return SHOWN;
  }

  [inspect.custom](): string {
    return SHOWN;
  }
}

import { inspect } from 'node:util';

const SHOWN = '***';

/**
 * A value that can be compared, judged and sent, never printed: every way in which JavaScript turns an
 * object into text gives `***`, and the value itself sits in a private field that no serializer reads.
 *
 * `reveal()` stands only where values are sent: in `resources/`, `registry/` and `clients/` (a test holds that).
 */
export class Secret {
  readonly #value: string;

  constructor(value: string) {
    this.#value = value;
  }

  /** @returns the value itself, to be sent and never to be told. */
  reveal(): string {
    return this.#value;
  }

  /** @returns whether both hold the same value; a plain string is compared as it is. */
  equals(other: unknown): boolean {
    if (other instanceof Secret) return other.#value === this.#value;
    return other === this.#value;
  }

  /** @returns the answer to a yes-or-no question about the value; the question must not keep it (a test looks). */
  is(question: (value: string) => boolean): boolean {
    return question(this.#value) === true;
  }

  /** @returns the length in bytes as UTF-8, the unit of every limit in AWS. */
  get byteLength(): number {
    return Buffer.byteLength(this.#value, 'utf8');
  }

  /** @returns the length in bytes as a JSON string: quotes, line breaks and control characters take more room there. */
  get jsonByteLength(): number {
    return Buffer.byteLength(JSON.stringify(this.#value), 'utf8');
  }

  /** @returns its lines, each once, without the space around them and without empty ones. */
  lines(): Secret[] {
    const lines = this.#value.split(/[\r\n]+/).map((line) => line.trim());
    return [...new Set(lines)].filter((line) => line !== '').map((line) => new Secret(line));
  }

  /** @returns the first group of the pattern where the value matches; it is as secret as the whole. */
  part(pattern: RegExp): Secret | undefined {
    const found = pattern.exec(this.#value)?.[1];
    return found === undefined ? undefined : new Secret(found);
  }

  /** Gives the value to what hides it: only `settings/masks.ts` asks for that (a test holds it). */
  hideBy(mask: (value: string) => void): void {
    mask(this.#value);
  }

  /** Gives the value to what judges it: only `desired/classify.ts` asks for that, and keeps nothing of it (a test holds it). */
  classifiedBy<T>(judge: (value: string) => T): T {
    return judge(this.#value);
  }

  /**
   * Gives the value to the reader of callback URLs, which takes the path out of it: it is in the address of everybody who
   * signs in. Only `desired/callback.ts` asks for that (a test holds it).
   */
  readAsCallback<T>(read: (value: string) => T): T {
    return read(this.#value);
  }

  /**
   * Gives the value to the reader of Auth0's settings, which compares host and client id and takes the tenant's address
   * out of it. Only `settings/auth0-inputs.ts` asks for that (a test holds it).
   */
  readAsAuth0<T>(read: (value: string) => T): T {
    return read(this.#value);
  }

  /** @returns the value in the clear, where it was judged that it may be printed: only `plan/disclosure.ts` asks for that. */
  disclosed(): string {
    return this.#value;
  }

  /**
   * A digest that may be published of values that are not secret, yet shown to nobody: one for all of them, made slowly, so
   * that a short value cannot be found by trying. Never give it a value of which nothing may get out.
   * @param values each with its name, in an order of their own
   * @param derive makes the digest: only `plan/binding.ts` asks, so that a run without one loads no cryptography
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

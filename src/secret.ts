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

  /** @returns the answer to a yes-or-no question about the value; the question must not keep it. */
  is(question: (value: string) => boolean): boolean {
    return question(this.#value) === true;
  }

  /** @returns the length in bytes as UTF-8, the unit of every limit in AWS. */
  get byteLength(): number {
    return Buffer.byteLength(this.#value, 'utf8');
  }

  /** @returns the plain value where routing judged that it may be shown, this secret otherwise. */
  unless(hidden: boolean): string | Secret {
    return hidden ? this : this.#value;
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

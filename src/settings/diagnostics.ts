/** One thing that is wrong or worth telling, with the place where it stands; it never holds a value. */
export interface Diagnostic {
  /** What the user wrote it in: an input (`input tags`), a file, a part of the configuration file. */
  readonly where: string;
  /** Path below the workspace and 1-based line, where the place is a file: annotations point there. */
  readonly file?: string | undefined;
  readonly line?: number | undefined;
  /** The variable or setting. */
  readonly key?: string | undefined;
  /** What is wrong, and what to do. */
  readonly text: string;
}

/** Gathers everything that is wrong with the input, so that it is told at once. */
export class Diagnostics {
  readonly errors: Diagnostic[] = [];
  readonly warnings: Diagnostic[] = [];
  readonly notices: Diagnostic[] = [];
  readonly #told = new Set<string>();

  /** Reported once, also where several readers meet the same mistake. */
  fault(note: Diagnostic): void {
    const key = JSON.stringify(note);
    if (this.#told.has(key)) return;
    this.#told.add(key);
    this.errors.push(note);
  }

  warn(note: Diagnostic): void {
    this.warnings.push(note);
  }

  notice(note: Diagnostic): void {
    this.notices.push(note);
  }
}

/** Thrown once, with every fault of the input, before the first call that writes. */
export class InputErrors extends Error {
  constructor(readonly errors: readonly Diagnostic[]) {
    super(
      errors.length === 1
        ? 'one thing is wrong with the input'
        : `${errors.length} things are wrong with the input`,
    );
    this.name = 'InputErrors';
  }
}

/** @returns one line for people: place, key, what and what to do. */
export function describe(note: Diagnostic): string {
  const place = note.line === undefined ? note.where : `${note.where} line ${note.line}`;
  return note.key === undefined ? `${place}: ${note.text}` : `${place}: ${note.key}: ${note.text}`;
}

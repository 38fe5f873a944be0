/** One error or notice with its place; it never holds a value. */
export interface Diagnostic {
  /** Its source: an input (`input tags`), a file, a part of the configuration file. */
  readonly where: string;
  /** Path below the workspace and 1-based line, where the place is a file. */
  readonly file?: string | undefined;
  readonly line?: number | undefined;
  /** Path in the repository, where git tracks the file: annotations point there. */
  readonly trackedFile?: string | undefined;
  /** The variable or setting. */
  readonly key?: string | undefined;
  /** The error and the remedy. */
  readonly text: string;
}

/** Collects all input errors, so that they are reported at once. */
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

/** Thrown once, with every input error, before the first call that writes. */
export class InputErrors extends Error {
  constructor(readonly errors: readonly Diagnostic[]) {
    super(errors.length === 1 ? '1 input error' : `${errors.length} input errors`);
    this.name = 'InputErrors';
  }
}

/** @returns one line for people: place, key, error and remedy. */
export function describe(note: Diagnostic): string {
  const place = note.line === undefined ? note.where : `${note.where} line ${note.line}`;
  return note.key === undefined ? `${place}: ${note.text}` : `${place}: ${note.key}: ${note.text}`;
}

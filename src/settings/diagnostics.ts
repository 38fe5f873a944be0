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
  readonly #reported = new Set<string>();

  /** Reported once, also where several readers meet the same mistake. */
  fault(note: Diagnostic): void {
    const key = JSON.stringify(note);
    if (this.#reported.has(key)) return;
    this.#reported.add(key);
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

/** A note on one line; never holds a value. */
export interface LineNote {
  /** Counted from 1. */
  line: number;
  key?: string;
  /** The error and the remedy: the same for every line of a kind. */
  text: string;
  /** The detail of this line. */
  detail?: string;
}

/** Lines that a collected warning lists. */
const LISTED = 20;
/** Errors of one kind: a misread text of a megabyte has a hundred thousand. */
const MOST = 50;

type Reported = Pick<Diagnostic, 'line' | 'key' | 'text'>;

/** @returns the note in words, without its place. */
export function inWords({ text, detail }: Pick<LineNote, 'text' | 'detail'>): string {
  return detail === undefined ? text : `${text} (${detail})`;
}

/** @returns each error of a text, of one kind the first 50 and how many more there are. */
export function capped(notes: readonly LineNote[]): Reported[] {
  return [...byKind(notes)].flatMap(([text, all]): Reported[] => {
    const shown = all.slice(0, MOST).map((note) => ({ ...locationOf(note), text: inWords(note) }));
    return all.length > MOST ? [...shown, { text: `and ${all.length - MOST} more: ${text}` }] : shown;
  });
}

/** @returns one note a kind, which lists the first 20 of its lines: GitHub shows ten annotations of a step. */
export function collected(notes: readonly LineNote[]): Reported[] {
  return [...byKind(notes)].map(([text, all]) => {
    const [first] = all;
    if (all.length === 1 && first !== undefined) return { ...locationOf(first), text: inWords(first) };
    const listed = all.slice(0, LISTED).map(({ line, key, detail }) => {
      const place = detail === undefined ? `line ${line}` : `line ${line}, ${detail}`;
      return key === undefined ? place : `${key} (${place})`;
    });
    const more = all.length > LISTED ? ` and ${all.length - LISTED} more` : '';
    return { text: `${text}: ${listed.join(', ')}${more}` };
  });
}

function byKind(notes: readonly LineNote[]): Map<string, LineNote[]> {
  const kinds = new Map<string, LineNote[]>();
  for (const note of notes) {
    const kind = kinds.get(note.text);
    if (kind === undefined) kinds.set(note.text, [note]);
    else kind.push(note);
  }
  return kinds;
}

function locationOf({ line, key }: LineNote): Pick<LineNote, 'line' | 'key'> {
  return key === undefined ? { line } : { line, key };
}

import { type Diagnostic, describe } from '../settings/diagnostics.ts';
import { error, info, notice, warning } from './log.ts';

/*
 * Notes of the input as annotations.
 */

/** GitHub shows ten annotations of a level and step; the last error says why the step fails. */
const MOST_ANNOTATIONS = 9;
/** A file of a megabyte can cause as many lines. */
const MOST_LINES = 50;

/** Prints notices: see {@link annotate}. */
export function notices(notes: readonly Diagnostic[]): void {
  annotate(notes, notice, 'notices');
}

/** Prints warnings: see {@link annotate}. */
export function warnings(notes: readonly Diagnostic[]): void {
  annotate(notes, warning, 'warnings');
}

/** Prints input errors: see {@link annotate}. */
export function errors(notes: readonly Diagnostic[]): void {
  annotate(notes, error, 'errors');
}

/**
 * Annotates each line of a file that git tracks, which shows in the diff of a pull request, and once each other place. The
 * rest are lines of the log.
 */
function annotate(notes: readonly Diagnostic[], print: (note: Diagnostic) => void, what: string): void {
  const places = new Set<string>();
  let annotations = 0;
  for (const note of notes.slice(0, MOST_LINES)) {
    const isNew = note.trackedFile !== undefined || !places.has(note.where);
    places.add(note.where);
    if (isNew && annotations < MOST_ANNOTATIONS) {
      annotations += 1;
      print(note);
    } else info(describe(note));
  }
  const more = notes.length - MOST_LINES;
  if (more > 0) info(`… and ${more} more ${what}`);
}

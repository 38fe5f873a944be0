import type { ConfigFile } from './config.ts';
import type { DocumentReaders } from './documents.ts';

/** Files of the workspace, and what reads those that are settings. */
export interface DocumentSource {
  /** Undefined where {@link mayHaveDocuments} is false. */
  readonly documents: DocumentReaders | undefined;
  /** Reads a file of the workspace; throws ParseError with the remedy. */
  readonly readText: (path: string) => string;
}

/** @returns whether a setting may be given that is the path of a JSON document, or a list of the file */
export function mayHaveDocuments(inputs: ReadonlyMap<string, string>, file: ConfigFile | undefined): boolean {
  const isGiven = (name: string) => (inputs.get(name) ?? '').trim() !== '';
  return file !== undefined || isGiven('lifecycle-policy') || isGiven('task-definition');
}

export function readersOf({ documents }: DocumentSource): DocumentReaders {
  if (documents === undefined) throw new TypeError('the readers of documents were not loaded');
  return documents;
}

import type { ConfigFile } from './config.ts';
import type { Diagnostic, Diagnostics } from './diagnostics.ts';
import type { DocumentReaders } from './documents.ts';
import { ParseError } from './parse.ts';

/** Input of `readSettings`. */
export interface Request extends DocumentSource {
  /** Inputs by name; empty ones are not given. */
  readonly inputs: ReadonlyMap<string, string>;
  readonly file: ConfigFile | undefined;
  /** The file exists and is invalid: settings that it may contain are not reported as missing. */
  readonly fileIsBroken?: boolean;
  readonly event: string;
  readonly ambientRegion: string | undefined;
  /** A terminal prompts before it writes, so `destroy` needs no `confirm`. */
  readonly asksFirst?: boolean;
}

/** Files of the workspace, and the readers of those that are settings. */
export interface DocumentSource {
  /** Undefined if {@link mayHaveDocuments} is false. */
  readonly documents: DocumentReaders | undefined;
  /** Reads a file of the workspace; throws ParseError with the remedy. */
  readonly readText: (path: string) => string;
}

/** @returns whether a setting may be the path of a JSON document, or a list of the file */
export function mayHaveDocuments(inputs: ReadonlyMap<string, string>, file: ConfigFile | undefined): boolean {
  const isGiven = (name: string) => (inputs.get(name) ?? '').trim() !== '';
  return file !== undefined || ['lifecycle-policy', 'task-definition', 'expect-plan'].some(isGiven);
}

export function readersOf({ documents }: DocumentSource): DocumentReaders {
  if (documents === undefined) throw new TypeError('the readers of documents were not loaded');
  return documents;
}

/** The raw value of one setting, and its source. */
export interface RawSetting {
  readonly value: unknown;
  readonly where: string;
  readonly file?: string | undefined;
  readonly line?: number | undefined;
}

/**
 * The one place that knows the precedence: input given > `environments:` of the prefix > the file > default.
 * Settings of shared resources skip the environment's layer.
 */
export class SettingSources {
  readonly #inputs: ReadonlyMap<string, string>;
  readonly #file: ConfigFile | undefined;
  readonly #notes: Diagnostics;
  #environment: string | undefined;

  constructor(inputs: ReadonlyMap<string, string>, file: ConfigFile | undefined, notes: Diagnostics) {
    this.#inputs = inputs;
    this.#file = file;
    this.#notes = notes;
  }

  /** @param name the prefix without the application */
  choose(name: string): void {
    this.#environment = name;
  }

  get(name: string, shared = false): RawSetting | undefined {
    const input = this.#inputs.get(name);
    // Like the runner, which does not distinguish an empty input from an absent one.
    if (input !== undefined && input.trim() !== '') return { value: input, where: `input ${name}` };
    return this.inFile(name, shared);
  }

  /** @returns the value of the configuration file, even if there is an input */
  inFile(name: string, shared = false): RawSetting | undefined {
    return (shared ? undefined : this.inEnvironment(name)) ?? this.#at([name]);
  }

  /** @returns the value of the environment's entry alone. */
  inEnvironment(name: string): RawSetting | undefined {
    return this.#environment === undefined ? undefined : this.#at(['environments', this.#environment, name]);
  }

  /**
   * @param read parses the raw value, and throws {@link ParseError} if it is invalid
   * @returns the fallback if there is no value, or an invalid one (which is then among the errors)
   */
  read<T>(name: string, fallback: T, read: (value: unknown) => T, shared = false): T {
    const raw = this.get(name, shared);
    if (raw === undefined) return fallback;
    try {
      return read(raw.value);
    } catch (error) {
      if (!(error instanceof ParseError)) throw error;
      this.fault(name, error.message, raw);
      return fallback;
    }
  }

  fault(name: string, text: string, raw: RawSetting | undefined = this.get(name)): void {
    this.#notes.fault(noteOf(name, text, raw));
  }

  warn(name: string, text: string): void {
    this.#notes.warn(noteOf(name, text, this.get(name)));
  }

  #at(path: readonly string[]): RawSetting | undefined {
    const file = this.#file;
    if (file === undefined) return undefined;
    let value: unknown = file.config;
    for (const key of path) {
      if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined;
      value = (value as Record<string, unknown>)[key];
    }
    return { value, where: file.path, file: file.path, line: file.lineOf(path) };
  }
}

/** A missing setting is reported as the input of its name. */
function noteOf(name: string, text: string, raw: RawSetting | undefined): Diagnostic {
  const { where = `input ${name}`, file, line } = raw ?? {};
  return { where, file, line, key: file === undefined ? undefined : name, text };
}

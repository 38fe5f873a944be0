import { Secret } from '../secret.ts';
import { readDotenv } from './dotenv.ts';
import type { Notes } from './fault.ts';
import { repeatedKey } from './json-file.ts';

/** `app-url` stands for AUTH0_CALLBACK_URL. */
export type Source = 'dotenv' | 'env-file' | 'variables' | 'secrets' | 'app-url';

/** One variable of the application, with the place that it comes from. */
export interface Variable {
  readonly name: string;
  /** Every value is a secret until routing has judged it. */
  readonly value: Secret;
  /** `secrets` wins where a name came from several places. */
  readonly source: Source;
  readonly where: string;
  readonly file?: string | undefined;
  readonly line?: number | undefined;
  /** Where `secrets` gave the name without a value, which gave way to this one. */
  readonly emptySecret?: string | undefined;
  /** No input gave this value: it stands in files of the workspace alone, which on a pull request are its author's. */
  readonly fileOnly?: true | undefined;
}

/** One text that holds variables. */
export interface VariableText {
  readonly source: Source;
  /** Text, bytes of a file, or an object of the configuration file. */
  readonly content: string | Uint8Array | Readonly<Record<string, unknown>>;
  readonly where: string;
  readonly file?: string | undefined;
  /** A file of the workspace holds it, be it a `.env` or the configuration file. */
  readonly inFile?: true | undefined;
}

export interface VariableReading {
  /** One a name, in the order of the texts. */
  readonly variables: readonly Variable[];
  /** Names of JSON objects that neither a `.env`, the table nor a rule knows. */
  readonly ignored: number;
  /** Those names. */
  readonly untaken: ReadonlySet<string>;
  /** Values from `secrets` that are none of the variables': they are hidden all the same. */
  readonly otherSecrets: readonly Variable[];
}

/** Names in a JSON object of all secrets that are the workflow's own, never the application's. */
const OF_THE_WORKFLOW = /^(github_token|AWS_.*)$/i;

/** A `.env` cannot spell these and JSON can: an environment has no NUL, and UTF-8 no half of a pair. */
const UNSENDABLE = /\0|\p{Cs}/u;

/**
 * Reads all texts and puts them together.
 * A name that comes twice with different values is a fault; an empty value gives way to any other.
 * @param known whether the table or a rule knows a name: a JSON object may hold far more than the application's
 * @param environment the step's environment, for lines that are a bare NAME
 */
export function readVariables(
  texts: readonly VariableText[],
  known: (name: string) => boolean,
  environment: (name: string) => string | undefined,
  notes: Notes,
): VariableReading {
  const found = new Map<string, Variable>();
  const untaken = new Set<string>();
  const otherSecrets: Variable[] = [];
  let ignored = 0;
  const take = (variable: Variable) => {
    if (!add(found, variable, notes) && variable.source === 'secrets') otherSecrets.push(variable);
  };
  // JSON comes last, since which of its names count depends on what the others name.
  const isJson = ({ content }: VariableText) =>
    typeof content === 'string' && content.trimStart().startsWith('{');
  // What the configuration file lists was written for this run, name by name.
  for (const text of texts.filter((text) => !isJson(text)))
    for (const variable of isMapping(text.content)
      ? variablesOf(text, text.content, notes)
      : readLines(text, text.content, environment, notes))
      take(text.inFile === true ? { ...variable, fileOnly: true } : variable);
  const named = new Set(found.keys());
  for (const text of texts.filter(isJson))
    for (const variable of readJson(text, String(text.content), notes)) {
      const own = !OF_THE_WORKFLOW.test(variable.name) && (known(variable.name) || named.has(variable.name));
      if (own) take(text.inFile === true ? { ...variable, fileOnly: true } : variable);
      else {
        ignored += 1;
        untaken.add(variable.name);
        if (variable.source === 'secrets') otherSecrets.push(variable);
      }
    }
  return { variables: [...found.values()], ignored, untaken, otherSecrets };
}

function isMapping(content: VariableText['content']): content is Readonly<Record<string, unknown>> {
  return typeof content !== 'string' && !(content instanceof Uint8Array);
}

/** @returns whether the value is in; one that contradicts another is a fault. */
function add(found: Map<string, Variable>, next: Variable, notes: Notes): boolean {
  const before = found.get(next.name);
  if (before === undefined || before.value.byteLength === 0) {
    found.set(next.name, merged(next, before));
    return true;
  }
  // The same value by an input as well is the workflow's word.
  const fileOnly = next.value.byteLength === 0 ? before.fileOnly : before.fileOnly && next.fileOnly;
  if (next.value.byteLength > 0 && !before.value.equals(next.value)) {
    notes.fault({
      where: next.where,
      file: next.file,
      line: next.line,
      key: next.name,
      text: `it has another value in ${placeOf(before)}; keep one of the two`,
    });
    return false;
  }
  found.set(next.name, { ...merged(before, next), fileOnly });
  return true;
}

/** `keep`, but never less secret than the other; an empty secret says nothing of a value that stands in for it. */
function merged(keep: Variable, other: Variable | undefined): Variable {
  if (other === undefined) return keep;
  const emptySecret = keep.emptySecret ?? other.emptySecret;
  if (other.source !== 'secrets') return { ...keep, emptySecret };
  if (other.value.byteLength > 0) return { ...keep, emptySecret, source: 'secrets' };
  return keep.value.byteLength === 0 ? other : { ...keep, emptySecret: placeOf(other) };
}

function placeOf(variable: Variable): string {
  return variable.line === undefined ? variable.where : `${variable.where} line ${variable.line}`;
}

function readLines(
  { source, where, file }: VariableText,
  content: string | Uint8Array,
  environment: (name: string) => string | undefined,
  notes: Notes,
): Variable[] {
  // In an input, a bare NAME takes the step's variable of that name, as Docker's -e NAME does; a file has no such thing.
  const isInput = source === 'variables' || source === 'secrets';
  const reading = readDotenv(content, { bareNames: isInput, refuseGluedHash: source === 'secrets' });
  for (const fault of reading.faults) notes.fault({ where, file, ...fault });
  // A broken text may have put a piece of a secret where a name stands: nothing more of it is repeated.
  if (reading.faults.length > 0) return [];
  for (const warning of reading.warnings) notes.warn({ where, file, ...warning });
  return reading.entries.flatMap((entry): Variable[] => {
    const value = entry.bare === true ? environment(entry.key) : entry.value;
    if (value !== undefined)
      return [{ name: entry.key, value: new Secret(value), source, where, file, line: entry.line }];
    // In `secrets` the line may be a piece of a value that lost its quotes.
    const key = source === 'secrets' ? undefined : entry.key;
    notes.fault({
      where,
      file,
      line: entry.line,
      key,
      text: 'this is a bare name, and the step has no such environment variable; set it under "env:", or write NAME=value',
    });
    return [];
  });
}

function readJson(text: VariableText, content: string, notes: Notes): Variable[] {
  const { where, file } = text;
  // JSON has no byte order mark, and an editor may have put one there.
  const json = content.trim();
  let object: Record<string, unknown>;
  try {
    object = JSON.parse(json);
  } catch {
    // The parser's own message repeats what it read.
    notes.fault({
      where,
      file,
      text: 'it begins with "{" but is not a JSON object; pass toJSON(secrets), or KEY=value lines',
    });
    return [];
  }
  const twice = repeatedKey(json, 1);
  if (twice !== undefined)
    notes.fault({
      where,
      file,
      key: safeName(twice),
      text: 'this key stands twice in the JSON object; keep one',
    });
  // What JSON takes for a number may lose its last digits or its zeros: only one that stays as it is written is taken.
  const isKept = (name: string, value: number) =>
    new RegExp(
      `"${name.replaceAll('.', '\\.')}"\\s*:\\s*${String(value).replace(/[.+]/g, '\\$&')}\\s*[,}]`,
    ).test(json);
  return variablesOf(text, object, notes, isKept);
}

/** @param isKept whether a number is what was written; the configuration file has judged that for its own */
function variablesOf(
  { source, where, file }: VariableText,
  object: Readonly<Record<string, unknown>>,
  notes: Notes,
  isKept: (name: string, value: number) => boolean = () => true,
): Variable[] {
  const variables: Variable[] = [];
  for (const [name, value] of Object.entries(object)) {
    const fault = (message: string) => notes.fault({ where, file, key: safeName(name), text: message });
    const isText = typeof value === 'string' || typeof value === 'boolean';
    if (!/^[A-Za-z_][A-Za-z0-9_.-]*$/.test(name))
      fault('this is not the name of a variable; use letters, digits and _, not beginning with a digit');
    else if (typeof value === 'string' && UNSENDABLE.test(value))
      fault(
        'its value holds a NUL character or half of a surrogate pair, which no variable can hold; delete it',
      );
    else if (isText || (typeof value === 'number' && isKept(name, value)))
      variables.push({ name, value: new Secret(String(value)), source, where, file });
    else fault('its value is not a text; put it into quotes');
  }
  return variables;
}

/** A key may be a value that slipped; only what looks like a name is repeated. */
function safeName(name: string): string {
  return /^[A-Za-z_][A-Za-z0-9_.-]{0,79}$/.test(name) ? name : '(a key that is no name)';
}

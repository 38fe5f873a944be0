import { Secret } from '../secret.ts';
import type { Diagnostics } from './diagnostics.ts';
import { repeatedKey } from './json-keys.ts';
import { capped, type LineNote } from './line-notes.ts';
import type { Variable, VariableText } from './variable.ts';
import { nameFault } from './variable-name.ts';

/** A `.env` cannot spell these and JSON can: an environment has no NUL, and UTF-8 no half of a pair. */
const UNSENDABLE = /\0|\p{Cs}/u;

const NO_NAME = '(a key that is no name)';

export interface JsonReading {
  readonly where: string;
  readonly variables: readonly Variable[];
  /** Whether it is `toJSON(secrets)`: GitHub puts `github_token` into it, and nobody else does. */
  readonly isAllSecrets: boolean;
}

/** @returns whether a name of `toJSON(secrets)` is the workflow's own, never the application's. */
export function isOfWorkflow(name: string): boolean {
  return /^(github_token|AWS_.*)$/i.test(name);
}

/** Tells which names of `toJSON(secrets)` are none of the application's; those that no variable would have are counted. */
export function noteLeftOut(where: string, names: readonly string[], notes: Diagnostics): void {
  if (names.length === 0) return;
  const told = names.filter((name) => nameFault(name) === undefined);
  const more = names.length - told.length;
  const list = [
    ...told,
    ...(more > 0 ? [`${more} that are not shown, since no variable would have such a name`] : []),
  ];
  notes.notice({
    where,
    text: `names of toJSON(secrets) left out, since no .env, routing table or rule has them: ${list.join(', ')}`,
  });
}

/** Reads the text of a JSON object. */
export function readJson(text: VariableText, content: string, notes: Diagnostics): JsonReading {
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
    return { where, variables: [], isAllSecrets: false };
  }
  const twice = repeatedKey(json, 1);
  if (twice !== undefined)
    notes.fault({
      where,
      file,
      key: safeName(twice),
      text: 'duplicate key in the JSON object; keep one',
    });
  // What JSON takes for a number may lose its last digits or its zeros: only one that stays as it is written is taken.
  let kept: ReadonlySet<string> | undefined;
  const isKept = (name: string, value: number) => {
    kept ??= numbersAsWritten(json);
    return kept.has(`${name}:${value}`);
  };
  const isAllSecrets = Object.keys(object).some((name) => /^github_token$/i.test(name));
  // Most of its names are none of the application's, and GitHub has judged them.
  const faultOf = (name: string) => (isAllSecrets && /^\w+$/.test(name) ? undefined : nameFault(name));
  return { where, variables: variablesOf(text, object, notes, isKept, faultOf), isAllSecrets };
}

/** @returns each number behind a key, as `key:number`, found in one walk over the text */
function numbersAsWritten(json: string): ReadonlySet<string> {
  const found = json.matchAll(/"((?:[^"\\]|\\.)*)"(?:\s*:\s*(-?\d[\d.eE+-]*))?/g);
  return new Set([...found].flatMap(([, key, number]) => (number === undefined ? [] : [`${key}:${number}`])));
}

/**
 * Reads an object, of JSON or of the configuration file.
 * @param isKept whether a number is what was written; the configuration file has judged that for its own
 * @param faultOf why a key is no name
 */
export function variablesOf(
  { source, where, file }: VariableText,
  object: Readonly<Record<string, unknown>>,
  notes: Diagnostics,
  isKept: (name: string, value: number) => boolean = () => true,
  faultOf: (name: string) => string | undefined = nameFault,
): Variable[] {
  const variables: Variable[] = [];
  const faults: LineNote[] = [];
  for (const [name, value] of Object.entries(object)) {
    // Lines of an object are not counted.
    const fault = (text: string) => faults.push({ line: 0, key: safeName(name), text });
    const wrong = faultOf(name);
    const isText = typeof value === 'string' || typeof value === 'boolean';
    if (wrong !== undefined) fault(`this is not the name of a variable; ${wrong}`);
    else if (typeof value === 'string' && UNSENDABLE.test(value))
      fault(
        'its value holds a NUL character or half of a surrogate pair, which no variable can hold; delete it',
      );
    else if (isText || (typeof value === 'number' && isKept(name, value)))
      variables.push({ name, value: new Secret(String(value)), source, where, file });
    else fault('its value is not a text; put it into quotes');
  }
  for (const { key, text } of capped(faults)) notes.fault({ where, file, key, text });
  return variables;
}

/** A key may be a value that slipped; only what looks like a name is repeated. */
function safeName(name: string): string {
  return nameFault(name) === undefined ? name : NO_NAME;
}

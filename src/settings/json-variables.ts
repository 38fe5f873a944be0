import { Secret } from '../secret.ts';
import { capped, type Diagnostics, type LineNote } from './diagnostics.ts';
import { nameFault, type Variable, type VariableText } from './variable.ts';

/** A `.env` cannot spell these and JSON can: an environment has no NUL, and UTF-8 no half of a pair. */
const UNSENDABLE = /\0|\p{Cs}/u;

const NO_NAME = '(a key that is no name)';

interface JsonReading {
  readonly where: string;
  readonly variables: readonly Variable[];
  /** Whether it is `toJSON(secrets)`: only GitHub adds `github_token`. */
  readonly isAllSecrets: boolean;
}

/** @returns whether a name of `toJSON(secrets)` is the workflow's own, never the application's. */
export function isOfWorkflow(name: string): boolean {
  return /^(github_token|AWS_.*)$/i.test(name);
}

/** Reports the names of `toJSON(secrets)` that the application does not use; those that no variable would have are counted. */
export function noteLeftOut(where: string, names: readonly string[], notes: Diagnostics): void {
  if (names.length === 0) return;
  const shown = names.filter((name) => nameFault(name) === undefined);
  const more = names.length - shown.length;
  const list = [
    ...shown,
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
  // A JSON number may lose its last digits or its zeros: only one that stays as written is accepted.
  let kept: ReadonlySet<string> | undefined;
  const isKept = (name: string, value: number) => {
    kept ??= numbersAsWritten(json);
    return kept.has(`${name}:${value}`);
  };
  const isAllSecrets = Object.keys(object).some((name) => /^github_token$/i.test(name));
  // Most of its names do not belong to the application, and GitHub has validated them.
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
 * @param isKept whether a number stays as written; the configuration file validates its own numbers
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

/** A key may be a misplaced value; only a text that looks like a name is repeated. */
function safeName(name: string): string {
  return nameFault(name) === undefined ? name : NO_NAME;
}

/**
 * JSON.parse silently keeps the last of two equal keys.
 * @param level down to which keys are read; the object itself is level 1
 * @returns the first duplicate key in an object of a JSON text that is known to parse
 */
function repeatedKey(json: string, level: number): string | undefined {
  return countKeys(json, level).twice;
}

/** @returns how deep a JSON text is nested, and its first duplicate key, down to a level */
export function countKeys(
  json: string,
  level = Number.POSITIVE_INFINITY,
): { deepest: number; twice: string | undefined } {
  const open: Array<Set<string>> = [];
  let deepest = 0;
  let twice: string | undefined;
  for (const token of json.matchAll(/"(?:[^"\\]|\\.)*"(\s*:)?|[{}[\]]/g)) {
    const [sign, colon] = token;
    if (sign === '{' || sign === '[') deepest = Math.max(deepest, open.push(new Set()));
    else if (sign === '}' || sign === ']') open.pop();
    else if (colon !== undefined && open.length <= level && twice === undefined) {
      const key = String(JSON.parse(sign.slice(0, sign.lastIndexOf('"') + 1)));
      const keys = open.at(-1);
      if (keys?.has(key)) twice = key;
      keys?.add(key);
    }
  }
  return { deepest, twice };
}

import { Secret } from '../secret.ts';
import { readBase64 } from './base64-text.ts';
import { capped, collected, type Diagnostics, type LineNote } from './diagnostics.ts';
import { readDotenv } from './dotenv.ts';
import { isOfWorkflow, noteLeftOut, readJson, variablesOf } from './json-variables.ts';
import { bareNameFault, isOfStep, type Variable, type VariableText } from './variable.ts';

export interface VariableReading {
  /** One a name, in the order of the texts. */
  readonly variables: readonly Variable[];
  /** Names of `toJSON(secrets)` that no `.env`, routing table or rule has, in its order. */
  readonly untaken: ReadonlySet<string>;
  /** Inputs in base64: the runner masks GitHub secrets, but not their decoded text. */
  readonly raw: readonly Secret[];
  /** Values from `secrets` that are none of the variables': they are hidden all the same. */
  readonly otherSecrets: readonly Variable[];
}

/**
 * Reads all texts and puts them together.
 * A duplicate name with different values is an error; an empty value yields to any other.
 * A JSON object is used whole, unless it is `toJSON(secrets)`, which contains more than the application's variables.
 * @param known whether the routing table or a rule has a name
 * @param environment the step's environment, for lines that are a bare NAME
 */
export function readVariables(
  texts: readonly VariableText[],
  known: (name: string) => boolean,
  environment: (name: string) => string | undefined,
  notes: Diagnostics,
): VariableReading {
  const found = new Map<string, Variable>();
  const untaken = new Set<string>();
  const otherSecrets: Variable[] = [];
  const raw: Secret[] = [];
  const take = (variable: Variable) => {
    if (!add(found, variable, notes) && variable.source === 'secrets') otherSecrets.push(variable);
  };
  const decoded = texts.flatMap((text) => decode(text, raw, notes));
  // JSON comes last, since the names used of toJSON(secrets) depend on the other sources.
  const isJson = ({ content }: VariableText) =>
    typeof content === 'string' && content.trimStart().startsWith('{');
  // The configuration file lists its names for this run on purpose.
  for (const text of decoded.filter((text) => !isJson(text)))
    for (const variable of isMapping(text.content)
      ? variablesOf(text, text.content, notes)
      : readLines(text, text.content, environment, notes))
      take(markFile(text, variable));
  const objects = decoded.filter(isJson).map((text) => {
    const object = readJson(text, String(text.content), notes);
    return { ...object, variables: object.variables.map((variable) => markFile(text, variable)) };
  });
  for (const { variables } of objects.filter(({ isAllSecrets }) => !isAllSecrets)) variables.forEach(take);
  const named = new Set(found.keys());
  const isOwn = ({ name }: Variable) => !isOfWorkflow(name) && (known(name) || named.has(name));
  for (const { variables, where } of objects.filter(({ isAllSecrets }) => isAllSecrets)) {
    const left = variables.filter((variable) => !isOwn(variable));
    variables.filter(isOwn).forEach(take);
    for (const variable of left) untaken.add(variable.name);
    otherSecrets.push(...left.filter(({ source }) => source === 'secrets'));
    noteLeftOut(
      where,
      left.map(({ name }) => name),
      notes,
    );
  }
  return { variables: [...found.values()], untaken, raw, otherSecrets };
}

function markFile(text: VariableText, variable: Variable): Variable {
  return text.inFile === true ? { ...variable, fileOnly: true } : variable;
}

/** @returns the decoded text, or nothing if it has no variables, which is an error. */
function decode(text: VariableText, raw: Secret[], notes: Diagnostics): VariableText[] {
  const { source, content, where, file } = text;
  if (isMapping(content)) return [text];
  const given = typeof content === 'string' ? content : Buffer.from(content).toString('latin1');
  const reading = readBase64(given);
  if (reading === undefined) return [text];
  raw.push(new Secret(given), new Secret(given.replace(/\s+/g, '')));
  const isTaken = source === 'dotenv' || source === 'secrets';
  if ('decoded' in reading && isTaken)
    return [{ ...text, content: reading.decoded, where: `${where} (decoded from base64)` }];
  const wrong =
    'decoded' in reading
      ? 'this is base64, which only the inputs dotenv and secrets may be; decode it in a step before (base64 -d)'
      : `this is base64 of ${reading.holds}; give the text of a .env, or base64 of it`;
  notes.fault({ where, file, text: wrong });
  return [];
}

function isMapping(content: VariableText['content']): content is Readonly<Record<string, unknown>> {
  return typeof content !== 'string' && !(content instanceof Uint8Array);
}

/** @returns whether the value was added; a contradiction is an error. */
function add(found: Map<string, Variable>, next: Variable, notes: Diagnostics): boolean {
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
      text: `it has another value in ${locationText(before)}; keep one of the two`,
    });
    return false;
  }
  found.set(next.name, { ...merged(before, next), fileOnly });
  return true;
}

/** `keep`, but never less secret than the other; an empty secret does not affect the value that replaces it. */
function merged(keep: Variable, other: Variable | undefined): Variable {
  if (other === undefined) return keep;
  const emptySecret = keep.emptySecret ?? other.emptySecret;
  if (other.source !== 'secrets') return { ...keep, emptySecret };
  if (other.value.byteLength > 0) return { ...keep, emptySecret, source: 'secrets' };
  return keep.value.byteLength === 0 ? other : { ...keep, emptySecret: locationText(other) };
}

function locationText(variable: Variable): string {
  return variable.line === undefined ? variable.where : `${variable.where} line ${variable.line}`;
}

function readLines(
  { source, where, file, inFile }: VariableText,
  content: string | Uint8Array,
  environment: (name: string) => string | undefined,
  notes: Diagnostics,
): Variable[] {
  // In an input, a bare NAME reads the step's variable of that name, like Docker's -e NAME; in a file it does not.
  const isInput = source === 'variables' || source === 'secrets';
  const reading = readDotenv(content, { bareNames: isInput });
  for (const fault of capped(reading.faults)) notes.fault({ where, file, ...fault });
  // In a broken text, a name may be a piece of a secret: nothing more of it is repeated.
  if (reading.faults.length > 0) return [];
  for (const warning of collected(reading.warnings)) notes.warn({ where, file, ...warning });
  const faults: LineNote[] = [];
  const variables = reading.entries.flatMap(({ key: name, value, line, bare }): Variable[] => {
    const given = { source, where, file, line };
    if (bare !== true) return [{ name, value: new Secret(value), ...given }];
    const taken = environment(name);
    const wrong = bareNameFault(name, { isOfFile: inFile === true, isSet: taken !== undefined });
    if (wrong === undefined && taken !== undefined) return [{ name, value: new Secret(taken), ...given }];
    // In `secrets` the line may be a piece of a value that lost its quotes, and so may a name that is not in capitals.
    const isReported = isOfStep(name) || (source !== 'secrets' && /^[A-Z][A-Z0-9_]*$/.test(name));
    faults.push({ line, ...(isReported && { key: name }), text: wrong ?? '' });
    return [];
  });
  for (const fault of capped(faults)) notes.fault({ where, file, ...fault });
  return variables;
}

import { type IgnoreWord, NAMES } from '../model/spec.ts';
import type { ConfigFile } from './config.ts';
import type { Diagnostics } from './diagnostics.ts';
import { bundleNameFault } from './limits.ts';
import { nearestOf } from './nearest.ts';
import { ParseError, quoted, splitList } from './parse.ts';

/** The destinations of a rule. */
type Target =
  | { readonly store: 'parameter'; readonly secure: boolean }
  | { readonly store: 'secret'; readonly bundle: string };

export interface Rule {
  readonly matches: (name: string) => boolean;
  /** The pattern as written, for the reason in reports. */
  readonly pattern: string;
  /** Empty: the variable is ignored. */
  readonly targets: readonly Target[];
  readonly key?: string | undefined;
  readonly once: boolean;
}

/** One entry of `ignore`: existing resources or fields to leave unchanged. */
export interface Ignored {
  readonly resource: IgnoreWord;
  readonly name: (name: string) => boolean;
  /** A field, a collection such as `tags`, or every field. */
  readonly field: (field: string) => boolean;
}

/** The entry as written, for reports. */
export interface IgnoreEntry extends Ignored {
  /** As it was written. */
  readonly text: string;
  /** The name or glob in it; empty if its resource is one of its kind. */
  readonly pattern: string;
}

export function readRules(file: ConfigFile | undefined, notes: Diagnostics): Rule[] {
  if (file === undefined) return [];
  return (file.config.rules ?? []).map((rule, index) => {
    const fault = (key: string, text: string) =>
      notes.fault({
        where: file.path,
        file: file.path,
        line: file.lineOf(['rules', index, key]),
        key: `rules.${index}.${key}`,
        text,
      });
    const patterns = readPatterns(rule.match);
    const words = splitList(rule.to);
    if (patterns.length === 0) fault('match', 'it names no variable; write a name or a glob, like STRIPE_*');
    // An empty list would ignore the variables silently.
    if (words.length === 0) fault('to', 'it names no destination; to store nothing, write ignore');
    const targets: Target[] = [];
    for (const word of words) {
      if (word === 'parameter') targets.push({ store: 'parameter', secure: false });
      else if (word === 'secure-parameter') targets.push({ store: 'parameter', secure: true });
      else if (word.startsWith('secret/')) {
        const bundle = word.slice('secret/'.length);
        const wrong = bundleNameFault(bundle);
        if (wrong !== undefined) fault('to', wrong);
        targets.push({ store: 'secret', bundle });
      } else if (word !== 'ignore')
        fault('to', 'it takes secret/BUNDLE, parameter, secure-parameter or ignore');
    }
    if (words.includes('ignore') && words.length > 1) fault('to', 'use "ignore" alone');
    if (targets.filter((target) => target.store === 'parameter').length > 1)
      fault('to', 'a variable has one parameter, not two');
    // ECS reads `arn:json-key:stage:id`, so a colon would cut the key.
    if (rule.key !== undefined && !/^[A-Za-z0-9_.-]+$/.test(rule.key))
      fault('key', 'only letters, digits, and _ . - are allowed in a key');
    const matchers = patterns.map((pattern) => globOf(file, pattern, (text) => fault('match', text)));
    return {
      matches: (name) => matchers.some((matches) => matches(name)),
      pattern: patterns.join(', '),
      targets,
      key: rule.key,
      once: rule.write === 'once',
    };
  });
}

/** @returns the compiled pattern; an invalid one matches nothing and is reported. */
function globOf(file: ConfigFile, pattern: string, fault: (text: string) => void): (name: string) => boolean {
  try {
    return file.glob(pattern);
  } catch (error) {
    if (!(error instanceof ParseError)) throw error;
    fault(error.message);
    return () => false;
  }
}

const COLLECTIONS: Readonly<Record<string, string>> = { tags: 'tag:', keys: 'key:' };

/** The kinds by their word in `ignore`. */
const KINDS = new Map(Object.values(NAMES).map((names) => [names.ignore as string, names]));

/** The words of kinds of which a run has one. */
const UNNAMED = [...KINDS].flatMap(([word, names]) => ('isListed' in names ? [] : word));

export function readIgnored(file: ConfigFile | undefined, notes: Diagnostics): IgnoreEntry[] {
  if (file === undefined) return [];
  return readPatterns(file.config.ignore ?? []).flatMap((entry) => {
    const fault = (text: string): [] => {
      const { path } = file;
      notes.fault({ where: path, file: path, line: file.lineOf(['ignore']), key: 'ignore', text });
      return [];
    };
    const [word = '', ...rest] = entry.split(':');
    const [pattern = '', ...behind] = rest;
    const names = KINDS.get(word);
    const isNamed = names !== undefined && 'isListed' in names;
    if (names === undefined || (isNamed && pattern === ''))
      return fault(
        `an entry is parameter:NAME, secret:BUNDLE, ${UNNAMED.slice(0, -1).join(', ')} or ${UNNAMED.at(-1)}, and a field may follow after a colon`,
      );
    const { ignore: resource } = names;
    const fields = Object.keys(names.fields);
    const name = isNamed ? globOf(file, pattern, fault) : () => true;
    const field = (isNamed ? behind : rest).join(':');
    const isKey = 'keys' in names.fields && field.startsWith('key:');
    if (field !== '' && field !== 'tags' && !field.startsWith('tag:') && !isKey && !fields.includes(field))
      return fault(`${quoted(entry)} names no field; a ${resource} has ${[...fields, 'tags'].join(', ')}`);
    const collection = COLLECTIONS[field];
    // A tag or a key may be a pattern too; others may contain characters that patterns do not allow.
    const isPattern = (isKey || field.startsWith('tag:')) && /[*?[{]/.test(field);
    const fits = isPattern ? globOf(file, field, fault) : undefined;
    return [
      {
        text: entry,
        pattern: isNamed ? pattern : '',
        resource,
        name,
        field: (candidate: string) =>
          field === '' ||
          candidate === field ||
          fits?.(candidate) === true ||
          (collection !== undefined && candidate.startsWith(collection)),
      },
    ];
  });
}

/** @returns the patterns of a list, separated by commas outside of braces; lines that begin with `#` are comments */
export function readPatterns(value: unknown): string[] {
  const lines = Array.isArray(value) ? value.map(String) : String(value).split(/\r\n|\n|\r/);
  return lines
    .filter((line) => !line.trimStart().startsWith('#'))
    .flatMap(splitOutsideBraces)
    .map((item) => item.trim())
    .filter((item) => item !== '');
}

function splitOutsideBraces(line: string): string[] {
  const items: string[] = [];
  let depth = 0;
  let from = 0;
  for (let at = 0; at < line.length; at++) {
    const character = line[at];
    if (character === '{') depth += 1;
    else if (character === '}') depth -= 1;
    else if (character === ',' && depth <= 0) {
      items.push(line.slice(from, at));
      from = at + 1;
    }
  }
  return [...items, line.slice(from)];
}

// Names that the configuration file gives to its own parts. An invalid one would be ignored silently.

/**
 * @param application the first segment of the prefix
 * @param environment the rest of the prefix
 */
export function checkEnvironments(
  file: ConfigFile | undefined,
  application: string,
  environment: string,
  notes: Diagnostics,
): void {
  if (file === undefined) return;
  reportNearMiss(file, environment, notes);
  for (const name of Object.keys(file.config.environments ?? {})) {
    const isWhole = name === `${application}/${environment}` && environment !== '';
    if (/^[A-Za-z0-9_.-]+(?:\/[A-Za-z0-9_.-]+)*$/.test(name) && !isWhole) continue;
    report(
      file,
      ['environments', name],
      'an environment is named by what follows the application in the prefix, like prd of /papyrus/prd',
      notes,
    );
  }
}

/** An entry for another environment is no mistake; one whose name is nearly that of this run most likely is. */
function reportNearMiss(file: ConfigFile, environment: string, notes: Diagnostics): void {
  const names = Object.keys(file.config.environments ?? {});
  if (environment === '' || names.includes(environment)) return;
  // Numbers distinguish environments on purpose.
  const words = (name: string) => name.replace(/\d+/g, '');
  const meant = nearestOf(
    environment,
    names.filter(
      (name) => words(name) !== words(environment) || name.toLowerCase() === environment.toLowerCase(),
    ),
  );
  if (meant === undefined) return;
  notes.notice({
    where: file.path,
    file: file.path,
    line: file.lineOf(['environments', meant]),
    key: 'environments',
    text: `no entry is for ${quoted(environment)}, the environment of the prefix. If you mean ${quoted(meant)}, rename it to ${quoted(environment)}`,
  });
}

/** @returns the bundles from which unconfigured keys are removed. */
export function readExactBundles(file: ConfigFile | undefined, notes: Diagnostics): ReadonlySet<string> {
  if (file === undefined) return new Set();
  const bundles = Object.entries(file.config.bundles ?? {});
  for (const [name] of bundles) {
    const wrong = bundleNameFault(name);
    if (wrong !== undefined) report(file, ['bundles', name], wrong, notes);
  }
  return new Set(bundles.flatMap(([name, { mode }]) => (mode === 'exact' ? [name] : [])));
}

function report(
  file: ConfigFile,
  [part, name]: readonly [string, string],
  text: string,
  notes: Diagnostics,
): void {
  const { path } = file;
  const line = file.lineOf([part, name]);
  notes.fault({ where: path, file: path, line, key: part, text: `${quoted(name)}: ${text}` });
}

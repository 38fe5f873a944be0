import { type IgnoreWord, NAMES } from '../model/spec.ts';
import type { ConfigFile } from './config.ts';
import type { Diagnostics } from './diagnostics.ts';
import { bundleNameFault } from './limits.ts';
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

import type * as z from 'zod/mini';
import { nearest, quoted } from './parse.ts';

/** What the configuration file may not be, in words: zod's own messages may repeat what was read. */

const TYPES: Readonly<Record<string, string>> = {
  string: 'a text; put numbers into quotes',
  boolean: 'true or false',
  array: 'a list',
  object: 'settings below it, as "name: value"',
  record: 'names below it',
};

/** Terraform and the console's API have 0 for logs that are never deleted. */
export const RETENTION_WORDS = "it takes a number of days, or never (Terraform's 0 is never here)";

const NAME_WORDS = 'it takes a name, or none to leave it out; put a number into quotes';

/** Settings of which the shape does not tell what they take. */
const TAKEN: Readonly<Record<string, string>> = {
  'log-retention-days': RETENTION_WORDS,
  'log-group': NAME_WORDS,
  repository: NAME_WORDS,
  'recovery-window-days': 'it takes a whole number of days from 7 to 30, without quotes',
  'deadline-minutes': 'it takes a number of minutes above 0 and up to 360, without quotes',
};

/** @returns what is wrong with the shape of a setting, and what it takes. */
export function inWords(issue: z.core.$ZodIssue): string {
  const range = TAKEN[String(issue.path.at(-1))];
  if (range !== undefined) return range;
  switch (issue.code) {
    case 'invalid_value':
      return `it takes one of ${issue.values.map(String).join(', ')}`;
    case 'invalid_type':
      return `it takes ${TYPES[issue.expected] ?? `a ${issue.expected}`}`;
    case 'invalid_union':
      return issue.message;
    case 'too_small':
      return 'it is empty; give it a value, or leave it out';
    default:
      return 'it has another shape; see docs/configuration.md';
  }
}

/** Names by the place in the file that they may stand at. */
export interface NameCatalog {
  readonly top: readonly string[];
  readonly rule: readonly string[];
  readonly environment: readonly string[];
}

/** @returns why there is no such name, and the one that may be meant; what may be a secret is not repeated. */
export function unknownSetting(key: string, path: ReadonlyArray<PropertyKey>, known: NameCatalog): string {
  const refused = `${quoted(key)}: secrets do not belong in a committed file`;
  if (key === 'secrets' || key === 'dotenv')
    return `${refused}; give them as the inputs "secrets" or "dotenv"`;
  if (key === 'auth0-management-client-secret') return `${refused}; give it as an input`;
  if (path[0] === 'environments' && known.top.includes(key))
    return `"${key}" belongs to the whole file; set it at its top`;
  const place = path[0] === 'rules' ? 'rule' : path[0] === 'environments' ? 'environment' : 'top';
  return `there is no setting called ${quoted(key)} here${nearest(key, known[place])}`;
}

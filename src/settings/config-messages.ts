import type * as z from 'zod/mini';
import { nearest, quoted } from './parse.ts';

/** Messages for an invalid configuration file: zod's own messages may repeat values. */

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

/** Settings whose shape does not say which values they accept. */
const TAKEN: Readonly<Record<string, string>> = {
  'log-retention-days': RETENTION_WORDS,
  'log-group': NAME_WORDS,
  repository: NAME_WORDS,
  'recovery-window-days': 'it takes a whole number of days from 7 to 30, without quotes',
  'deadline-minutes': 'it takes a number of minutes above 0 and up to 360, without quotes',
};

/** @returns the error in the shape of a setting, and the accepted shape. */
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

/** Names by their place in the file. */
export interface NameCatalog {
  readonly top: readonly string[];
  readonly rule: readonly string[];
  readonly environment: readonly string[];
}

/** @returns why the name is unknown, and the nearest known one; a possible secret is not repeated. */
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

import { NAMES, SHARED_KINDS, type SharedKind } from '../model/spec.ts';
import type { Mode } from './choices.ts';
import type { Diagnostic } from './diagnostics.ts';
import { nearestOf } from './nearest.ts';
import { each, nearest, ParseError, quoted, readList } from './parse.ts';
import type { SettingSources } from './setting-sources.ts';

type ApplicationInput = { [K in SharedKind]: keyof (typeof NAMES)[K]['settings'] }[SharedKind];

const APPLICATION_INPUTS = SHARED_KINDS.flatMap(
  (kind) => Object.keys(NAMES[kind].settings) as ApplicationInput[],
);

/** The inputs that `action.yml` declares; a test holds the two together. */
export const INPUTS = [
  'mode',
  'prefix',
  'region',
  'dotenv',
  'env-file',
  'variables',
  'secrets',
  'config',
  'only',
  'prefer',
  'on-empty',
  'kms-key-id',
  ...APPLICATION_INPUTS,
  'tags',
  'allowed-account-ids',
  'allow',
  'adopt',
  'fail-on-drift',
  'image',
  'image-tags',
  'app-url',
  'auth0-domain',
  'auth0-management-client-id',
  'auth0-management-client-secret',
  'auth0-application-id',
  'auth0-urls',
  'prune',
  'confirm',
  'expect-plan',
  'comment-on-pr',
  'drift-issue',
  'task-definition',
  'container-name',
  'iam-policies',
  'github-token',
] as const;

/** How the runner passes inputs on: `env-file` is `INPUT_ENV-FILE`. */
const PREFIX = 'INPUT_';

/**
 * An input that `action.yml` does not declare is passed on like any other, and nothing reads it. Names of other tools
 * that begin with `INPUT_` are ignored, unless they resemble an input of this action.
 * @param names names of environment variables
 * @returns one warning with the probably misspelt inputs and the known ones; undefined if there are none
 */
export function unknownInputs(names: readonly string[]): Diagnostic | undefined {
  const declared = new Set(INPUTS.map((name) => `${PREFIX}${name.toUpperCase()}`));
  const found = names.flatMap((name) => {
    const isOther = /^INPUT_[A-Z0-9_. -]+$/.test(name) && !declared.has(name);
    const meant = isOther ? nearestOf(name.slice(PREFIX.length), INPUTS) : undefined;
    return meant === undefined ? [] : [`${name} (did you mean ${meant}?)`];
  });
  if (found.length === 0) return undefined;
  return {
    where: 'inputs',
    text: `the action has no such inputs, so their values are not used: ${found.sort().join(', ')}`,
  };
}

/** Inputs of runs that write: a plan has none of them. */
const OF_WRITING: ReadonlySet<string> = new Set(['confirm', 'expect-plan']);

/**
 * Reads `require` of the configuration file: inputs that must not arrive empty. The runner does not distinguish an
 * empty input from an absent one, so a guard with a lost value (a dropped output, a variable that does not exist) is
 * off. With `require`, that is an input error.
 * @param mode only runs that write require `confirm` and `expect-plan`
 */
export function readRequired(sources: SettingSources, inputs: ReadonlyMap<string, string>, mode: Mode): void {
  const names = sources.read('require', [], (value) =>
    each(readList(value), (name) => {
      if (!INPUTS.some((input) => input === name))
        throw new ParseError(`${quoted(name)} is no input of this action${nearest(name, INPUTS)}`);
      return name;
    }),
  );
  const writes = mode === 'apply' || mode === 'destroy';
  for (const name of new Set(names)) {
    if ((inputs.get(name) ?? '').trim() !== '' || (OF_WRITING.has(name) && !writes)) continue;
    sources.fault(
      'require',
      `the input ${name} is empty, and this file requires it. Give it to the step; if the workflow does, check where its value comes from: an output of a job that GitHub dropped, and a secret or variable that does not exist, arrive empty`,
    );
  }
}

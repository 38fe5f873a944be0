/** Which values of a plan are printed, one case after the other; `disclosure.properties.test.ts` tries any run. */
import { describe, expect, it } from 'vitest';
import type { Route } from '../../src/desired/routing.ts';
import type { Change } from '../../src/model/change.ts';
import { ABSENT, type Difference, type Fields, textOf } from '../../src/model/fields.ts';
import type { Kind } from '../../src/model/spec.ts';
import { disclose, encryptedValues, isEncrypted } from '../../src/plan/disclosure.ts';
import { Secret } from '../../src/secret.ts';
import type { Source } from '../../src/settings/variable.ts';
import { changeOf } from './changes.ts';

const SSM = 'AWS::SSM::Parameter';
const SM = 'AWS::SecretsManager::Secret';
const STRING = { type: 'String' };
const SECURE = { type: 'SecureString' };

const value = (from: string, to: string): Difference => ({
  field: 'value',
  from: new Secret(from),
  to: new Secret(to),
});

interface Case {
  readonly kind: Kind;
  readonly differences: readonly Difference[];
  /** Undefined: nothing exists. */
  readonly existing: Fields | undefined;
  readonly desired: Fields;
  /** Undefined: no variable of the run has this destination. */
  readonly source: Source | undefined;
  readonly shown: boolean;
  /** Variables that are keys of secrets of ours. */
  readonly encrypted: readonly string[];
  readonly isPullRequest: boolean;
  /** Values that contain the hidden text of another variable. */
  readonly containing: readonly string[];
}

const PLAIN: Case = {
  kind: SSM,
  differences: [value('8000', '8080')],
  existing: STRING,
  desired: STRING,
  source: 'variables',
  shown: true,
  encrypted: [],
  isPullRequest: false,
  containing: [],
};

function changeIn({ kind, existing, desired, differences }: Case): Change {
  const name = '/papyrus/prd/PORT';
  return changeOf(kind, {
    name,
    action: 'update',
    desired,
    differences,
    ...(existing === undefined ? {} : { existing }),
  });
}

/** @returns the previous and the new value as they are printed, undefined where there is none */
function printed(given: Partial<Case>): Array<string | undefined> {
  const all = { ...PLAIN, ...given };
  const { source, shown, encrypted, isPullRequest, containing } = all;
  const change = changeIn(all);
  const routes = new Map<string, Route>();
  if (source !== undefined)
    routes.set(change.name, {
      variable: { name: 'PORT', value: new Secret('8080'), source, where: `input ${source}` },
      destinations: [{ store: 'parameter', type: 'String', segment: 'PORT' }],
      reason: 'a number',
      class: 'plain',
      shown,
      once: false,
      explicit: false,
    });
  const secretIn = (held: Secret) =>
    containing.some((text) => held.equals(text)) ? 'DB_PASSWORD' : undefined;
  const disclosed = disclose([change], { routes, encrypted: new Set(encrypted), isPullRequest, secretIn });
  expect(disclosed).toEqual([{ ...change, differences: expect.any(Array) }]);
  return disclosed.flatMap(({ differences }) =>
    differences.flatMap(({ from, to }) => [textOf(from), textOf(to)]),
  );
}

const CLEAR = ['8000', '8080'];
const HIDDEN = ['***', '***'];

describe('the value of a parameter', () => {
  it.each<[what: string, given: Partial<Case>, printed: string[]]>([
    ['that is plain is printed', {}, CLEAR],
    ['that no variable of this run has is hidden', { source: undefined }, HIDDEN],
    ['that the routing table hides is hidden', { shown: false }, HIDDEN],
    ['that was encrypted is hidden', { existing: SECURE }, HIDDEN],
    ['that is encrypted from now on is hidden', { desired: SECURE }, HIDDEN],
    ['whose variable is a key of a secret of ours is hidden', { encrypted: ['PORT'] }, HIDDEN],
    ['beside such a variable is printed', { encrypted: ['HOST'] }, CLEAR],
    ['that contains the secret of another variable is hidden', { containing: ['8080'] }, ['8000', '***']],
    ['that contained one is hidden', { containing: ['8000'] }, ['***', '8080']],
    [
      'that looks like a secret is hidden, and the one that replaces it is printed',
      { differences: [value('ghp_abcdefghijklmnopqrstuvwxyz0123456789', '8080')] },
      ['***', '8080'],
    ],
    [
      'is printed beside its type and tags',
      {
        differences: [{ field: 'tag:project', from: 'a', to: 'b' }, ...PLAIN.differences],
      },
      ['a', 'b', ...CLEAR],
    ],
    [
      'is the only field of it that was classified',
      { differences: [{ ...value('8000', '8080'), field: 'description' }] },
      HIDDEN,
    ],
  ])('%s', (_what, given, expected) => {
    expect(printed(given)).toEqual(expected);
  });

  it('is not that of a resource of another kind with its name', () => {
    expect(printed({ kind: SM })).toEqual(HIDDEN);
  });
});

describe('a new value from', () => {
  const CREATED = [{ field: 'value', from: ABSENT, to: new Secret('8080') }] as const;
  it.each<[source: Source, what: string, existing: Fields | undefined, printed: string]>([
    ['dotenv', 'of a new parameter', undefined, '***'],
    ['secrets', 'of a new parameter', undefined, '***'],
    ['dotenv', 'of one whose type decides nothing', { type: 'StringList' }, '***'],
    ['dotenv', 'of a String', STRING, '8080'],
    ['secrets', 'of a String', STRING, '8080'],
    ['variables', 'of a new parameter', undefined, '8080'],
    ['env-file', 'of a new parameter', undefined, '8080'],
  ])(
    '%s %s is printed on a pull request, which may have removed a rule, as %4$s',
    (source, _what, existing, text) => {
      const given = { source, existing, differences: CREATED };
      expect(printed({ ...given, isPullRequest: true })).toEqual([undefined, text]);
      expect(printed(given)).toEqual([undefined, '8080']);
    },
  );
});

describe('what is stored encrypted', () => {
  it.each<[what: string, given: Partial<Case>, encrypted: boolean]>([
    ['a SecureString', { existing: SECURE, desired: SECURE }, true],
    ['what was one', { existing: SECURE }, true],
    ['what becomes one', { desired: SECURE }, true],
    ['a new one', { existing: undefined, desired: SECURE }, true],
    ['a String', {}, false],
    ['a new String', { existing: undefined }, false],
    ['a field of another kind that has this name', { kind: SM, existing: SECURE, desired: SECURE }, false],
  ])('%s: %3$s', (_what, given, encrypted) => {
    const change = changeIn({ ...PLAIN, ...given });
    expect(isEncrypted(change)).toBe(encrypted);
    const values = encryptedValues([change]).map(([name, held]) => [name, held.equals('8080')]);
    expect(values).toEqual(encrypted ? [[change.name, true]] : []);
  });

  it('has no value to hide where only its tags or its type change', () => {
    const differences: Difference[] = [
      { field: 'tag:project', from: 'a', to: 'b' },
      { field: 'description', from: ABSENT, to: new Secret('x') },
      { field: 'value', from: new Secret('8000'), to: ABSENT },
    ];
    expect(encryptedValues([changeIn({ ...PLAIN, desired: SECURE, differences })])).toEqual([]);
  });
});

import { describe, expect, it } from 'vitest';
import type { Action, Change } from '../../src/model/change.ts';
import type { AnyUnconfigured } from '../../src/model/inventory.ts';
import { refuseEmptyInput, refuseOverQuota } from '../../src/plan/input-errors.ts';
import { type Diagnostic, InputErrors } from '../../src/settings/diagnostics.ts';
import { changeOf } from './changes.ts';
import { P, parameter, secret } from './orphans.ts';

/** @returns the input errors that end the run, none if it goes on. */
function errorsOf(check: () => void): readonly Diagnostic[] {
  try {
    check();
  } catch (error) {
    if (error instanceof InputErrors) return error.errors;
    throw error;
  }
  return [];
}

const emptyInput = (unconfigured: readonly AnyUnconfigured[], isTerminal = false) =>
  errorsOf(() => refuseEmptyInput({ unconfigured, failures: [] }, P, isTerminal));

describe('a run without variables', () => {
  const A = parameter('A', 'created');
  const db = secret('db', 'created', ['password']);
  it.each<[existing: string, unconfigured: AnyUnconfigured[]]>([
    ['1 parameter', [parameter('OTHER', 'others'), A]],
    ['2 parameters', [A, parameter('B', 'created')]],
    ['1 secret', [db, secret('adopted', 'adopted', ['password'])]],
    ['1 parameter and 2 secrets', [db, A, secret('app', 'created', undefined)]],
  ])('is refused where this action created %s', (existing, unconfigured) => {
    expect(emptyInput(unconfigured)).toEqual([
      { where: 'inputs', text: expect.stringMatching(new RegExp(`, but ${existing} that .* ${P}\\.`)) },
    ]);
  });

  it.each([
    ['names the option of the command line in a terminal', true, /--env-file FILE/],
    ['names the secret in a workflow', false, /\bsecret\b.*\bsecret\b/],
  ])('%s', (_what, isTerminal, said) => {
    expect(emptyInput([A], isTerminal)[0]?.text).toMatch(said);
    expect(emptyInput([A], !isTerminal)[0]?.text).not.toMatch(said);
  });

  it.each<[what: string, unconfigured: AnyUnconfigured[]]>([
    ['nothing exists', []],
    ['all is adopted', [parameter('A', 'adopted'), secret('db', 'adopted', ['password'])]],
    ['all is of others', [parameter('A', 'others')]],
  ])('is legal where %s', (_what, unconfigured) => {
    expect(emptyInput(unconfigured)).toEqual([]);
  });
});

const SSM = 'AWS::SSM::Parameter';

/** @returns parameters of one tier below the prefix, of which the last one has this action. */
const configured = (number: number, last: Action, tier?: string, kind: Change['kind'] = SSM): Change[] =>
  Array.from({ length: number }, (_, index) =>
    changeOf(kind, {
      name: `${P}/V_${index}`,
      action: index === number - 1 ? last : 'none',
      desired: tier === undefined ? {} : { tier },
    }),
  );
const orphans = (number: number): Change[] =>
  Array.from({ length: number }, (_, index) =>
    changeOf(SSM, { name: `${P}/OLD_${index}`, unwanted: true, existing: { tier: 'Standard' } }),
  );
const others = (number: number, tier = 'Standard'): AnyUnconfigured[] =>
  Array.from({ length: number }, (_, index) => {
    const found = parameter(`OTHER_${index}`, 'others');
    return { ...found, spec: { ...found.spec, fields: { tier } } } as AnyUnconfigured;
  });
const overQuota = (plan: Change[], unconfigured: AnyUnconfigured[] = []) =>
  errorsOf(() => refuseOverQuota(plan, { unconfigured, failures: [] }));

describe('standard parameters beyond the quota of a region', () => {
  it.each<[what: string, plan: Change[], others: AnyUnconfigured[]]>([
    ['configured', configured(10_001, 'create'), []],
    ['configured with their tier', configured(10_001, 'create', 'Standard'), []],
    ['with what others keep below the prefix', configured(9_999, 'create'), others(2)],
  ])('are refused before a write: %s', (_what, plan, unconfigured) => {
    expect(overQuota(plan, unconfigured)).toEqual([
      {
        where: 'variables',
        text: expect.stringMatching(/^10001 standard parameters .* 10000 .*parameter-tier: Advanced/),
      },
    ]);
  });

  it.each<[what: string, plan: Change[], others: AnyUnconfigured[]]>([
    ['as many as there may be', configured(10_000, 'create'), []],
    ['nothing is created', configured(10_001, 'none'), []],
    ['of the Advanced tier, which has a quota of its own', configured(10_001, 'create', 'Advanced'), []],
    ['of the Advanced tier, kept by others', configured(9_999, 'create'), others(2, 'Advanced')],
    [
      'secrets, which have a quota of their own',
      [...configured(9_999, 'create'), ...configured(2, 'none', undefined, 'AWS::SecretsManager::Secret')],
      [],
    ],
    [
      'secrets of others',
      configured(9_999, 'create'),
      [secret('a', 'others', ['key']), secret('b', 'others', ['key'])],
    ],
    [
      'orphans, which are counted where they were found',
      [...configured(9_998, 'create'), ...orphans(2)],
      others(2),
    ],
  ])('are none: %s', (_what, plan, unconfigured) => {
    expect(overQuota(plan, unconfigured)).toEqual([]);
  });
});

import { describe, expect, it } from 'vitest';
import type { Plan } from '../../src/model/change.ts';
import type { AnyUnconfigured } from '../../src/model/inventory.ts';
import { refuseEmptyInput, refuseOverQuota } from '../../src/plan/input-errors.ts';
import { InputErrors } from '../../src/settings/diagnostics.ts';
import { P, parameter, secret } from './orphans.ts';

const refuse = (...unconfigured: AnyUnconfigured[]) =>
  refuseEmptyInput({ unconfigured, failures: [] }, P, false);

describe('a run without variables', () => {
  it.each([
    ['a parameter that we created', parameter('A', 'created')],
    ['a secret that we created', secret('db', 'created', ['password'])],
  ])('is refused where %s exists', (_what, unmanaged) => {
    expect(() => refuse(parameter('B', 'others'), unmanaged)).toThrow(InputErrors);
  });

  it.each([
    ['nothing exists', []],
    ['all is adopted', [parameter('A', 'adopted'), secret('db', 'adopted', ['password'])]],
    ['all is of others', [parameter('A', 'others')]],
  ])('is legal where %s', (_what, unconfigured) => {
    expect(() => refuse(...unconfigured)).not.toThrow();
  });
});

/** Configured parameters, of which the last ones have this action. */
function planOf(count: number, last: 'create' | 'none', tier?: string): Plan {
  return Array.from({ length: count }, (_, index) => {
    const spec = { name: `/papyrus/prd/V_${index}`, fields: { tier }, metadata: {} };
    return {
      id: spec.name,
      kind: 'AWS::SSM::Parameter',
      name: spec.name,
      action: index === count - 1 ? last : 'none',
      desired: spec,
      observed: undefined,
      differences: [],
      notes: [],
    };
  }) as unknown as Plan;
}
const refuseMany = (plan: Plan, others: number) => () =>
  refuseOverQuota(plan, {
    unconfigured: Array.from({ length: others }, (_, index) => parameter(`OTHER_${index}`, 'others')),
    failures: [],
  });

describe('standard parameters beyond the quota of a region', () => {
  it.each([
    ['configured', planOf(10_001, 'create'), 0],
    ['with what others keep below the prefix', planOf(9_999, 'create'), 2],
  ])('are refused before a write: %s', (_what, plan, others) => {
    expect(refuseMany(plan, others)).toThrow(InputErrors);
  });

  it.each([
    ['as many as there may be', planOf(10_000, 'create'), 0],
    ['nothing is created', planOf(10_001, 'none'), 0],
    ['of the Advanced tier, which has a quota of its own', planOf(10_001, 'create', 'Advanced'), 0],
  ])('are none: %s', (_what, plan, others) => {
    expect(refuseMany(plan, others)).not.toThrow();
  });
});

import { describe, expect, it } from 'vitest';
import type { AnyUnconfigured } from '../../src/model/inventory.ts';
import { refuseEmptyInput } from '../../src/plan/input-errors.ts';
import { InputErrors } from '../../src/settings/diagnostics.ts';
import { P, parameter, secret } from './strays.ts';

const refuse = (...unconfigured: AnyUnconfigured[]) =>
  refuseEmptyInput({ unconfigured, failures: [] }, P, false);

describe('a run without variables', () => {
  it.each([
    ['a parameter that we created', parameter('A', 'created')],
    ['a secret that we created', secret('db', 'created', ['password'])],
  ])('is refused where %s exists', (_what, stray) => {
    expect(() => refuse(parameter('B', 'others'), stray)).toThrow(InputErrors);
  });

  it.each([
    ['nothing exists', []],
    ['all is adopted', [parameter('A', 'adopted'), secret('db', 'adopted', ['password'])]],
    ['all is of others', [parameter('A', 'others')]],
  ])('is legal where %s', (_what, unconfigured) => {
    expect(() => refuse(...unconfigured)).not.toThrow();
  });
});

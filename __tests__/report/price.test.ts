import { expect, it } from 'vitest';
import type { Spec } from '../../src/model/spec.ts';
import type { Observed } from '../../src/plan/plan.ts';
import { plannedPrice, price } from '../../src/report/price.ts';
import type { Given } from '../asking.ts';
import { SEED_ENV } from '../seed.ts';
import { leftBy, runOf } from './runs.ts';

const large = `A=${'x '.repeat(2500)}x`;

it.each<[what: string, given: Given, price: [secrets: number, advanced: number, usd: number]]>([
  ['nothing', { inputs: { dotenv: '' } }, [0, 0, 0]],
  ['standard parameters are free', { inputs: { dotenv: 'A=1\nB=2' } }, [0, 0, 0]],
  ['a secret', { inputs: { dotenv: 'DB_PASSWORD=x' } }, [1, 0, 0.4]],
  ["the seed's three", { inputs: { dotenv: SEED_ENV } }, [3, 0, 1.2]],
  ['an advanced parameter', { inputs: { dotenv: large } }, [0, 1, 0.05]],
  ['both', { inputs: { dotenv: `${large}\n${SEED_ENV}` } }, [3, 1, 1.25]],
  ['what is only planned costs nothing yet', { inputs: { dotenv: SEED_ENV, mode: 'plan' } }, [0, 0, 0]],
])('%s', (_what, given, [secrets, advancedParameters, monthlyUsd]) => {
  expect(price(runOf(given).outcomes)).toEqual({ secrets, advancedParameters, monthlyUsd });
});

it('cents are not lost to binary fractions', () => {
  const names = ['a', 'b', 'c', 'd', 'e'];
  const config = `rules:\n${names.map((name) => `  - { match: V_${name}, to: secret/${name} }`).join('\n')}`;
  const dotenv = [...names.map((name) => `V_${name}=x`), large].join('\n');
  expect(price(runOf({ inputs: { dotenv }, config }).outcomes).monthlyUsd).toBe(2.05);
});

it('what exists costs, whether this run changes it or not', () => {
  const given: Given = { inputs: { dotenv: SEED_ENV } };
  expect(price(runOf(given, leftBy(runOf(given))).outcomes).monthlyUsd).toBe(1.2);
});

it.each(['auto', 'Intelligent-Tiering'])(
  'a parameter that will become an advanced one has its price in the plan (%s)',
  (tier) => {
    const config = `parameter-tier: ${tier}`;
    const existing = leftBy(runOf({ inputs: { dotenv: 'A=1' }, config }));
    const { outcomes } = runOf({ inputs: { dotenv: large, mode: 'plan' }, config }, existing);
    expect(price(outcomes)).toMatchObject({ advancedParameters: 0, monthlyUsd: 0 });
    expect(plannedPrice(outcomes)).toMatchObject({ advancedParameters: 1, monthlyUsd: 0.05 });
  },
);

it('a secret that waits for its deletion costs nothing until it is restored', () => {
  const given = (mode: string): Given => ({ inputs: { dotenv: 'DB_PASSWORD=x', only: 'secrets', mode } });
  const [[name, secret]] = [
    ...(leftBy(runOf(given('apply')))['AWS::SecretsManager::Secret'] ?? []),
  ] as unknown as [[string, Spec]];
  const waiting = { ...secret, metadata: { ...secret.metadata, scheduledForDeletion: true } };
  const observed = { 'AWS::SecretsManager::Secret': new Map([[name, waiting]]) } as Observed;
  const { outcomes } = runOf(given('plan'), observed);
  expect([price(outcomes).secrets, plannedPrice(outcomes).secrets]).toEqual([0, 1]);
  expect(price(runOf(given('apply'), observed).outcomes).secrets).toBe(1);
});

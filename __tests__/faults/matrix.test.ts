/** Every operation of a full run × every fault: no throw, words, the others done, and the next runs heal. */
import { afterAll, expect, test } from 'vitest';
import type { AbortedError } from '../../src/clients/cancellation.ts';
import { AwsError } from '../../src/clients/errors.ts';
import { openBench } from '../resources/bench.ts';
import { isRefused, KINDS, type Kind, LASTING } from './kinds.ts';
import { atLeast, IS_NIGHTLY, partWithRefusals } from './part.ts';
import { badWords, fullName, heal, isWell, namesIn, play, remarksOf, SCENES, setScene } from './scenes.ts';

/** Whether one of them is repeated and nobody learns of it. */
const isPassing = (kind: Kind, operation: string, scene: string): boolean => {
  // What was made a moment ago may not be found yet.
  if (kind === 'not-found')
    return scene === 'create' && /PutRetentionPolicy|PutLifecyclePolicy/.test(operation);
  if (kind === 'conflict') return /^(ssm|logs)\./.test(operation);
  return kind !== 'access-denied' && kind !== 'expired-token';
};

const bench = await openBench();
afterAll(() => bench[Symbol.asyncDispose]());

interface Case {
  readonly scene: (typeof SCENES)[number];
  readonly operation: string;
  readonly write: boolean;
  readonly kind: Kind;
  /** Hits every such call on the one resource, not only the first. */
  readonly stays: boolean;
}
const all: Case[] = [];
const operations = new Map<string, string>();
for (const scene of SCENES) {
  await setScene(bench, scene);
  const { calls } = await play(bench, scene);
  // Calls that are made at once arrive in any order, and the sample is the same at every run.
  const made = [...new Map(calls.map((call) => [fullName(call), call.write]))].sort();
  for (const [operation, write] of made) {
    // Once is enough for every day; where all is met, each scene goes through all of its calls.
    if (operations.has(operation) && !IS_NIGHTLY) continue;
    operations.set(operation, scene.name);
    for (const kind of KINDS) all.push({ scene, operation, write, kind, stays: false });
    for (const kind of LASTING) all.push({ scene, operation, write, kind, stays: true });
  }
}
const cases = partWithRefusals(all, 3, ({ operation, kind }) => [operation, kind]);

test('the matrix has the expected size', () => {
  expect(all.length).toBeGreaterThanOrEqual(460);
  expect(cases.length).toBeGreaterThanOrEqual(atLeast(150));
  expect(new Set(cases.map(({ operation }) => operation))).toEqual(new Set(operations.keys()));
  expect(new Set(cases.map(({ kind }) => kind))).toEqual(new Set(KINDS));
  expect(operations.size).toBeGreaterThanOrEqual(25);
});

test.each(
  cases.map(
    (one) =>
      [`${one.scene.name}: ${one.operation} ${one.stays ? 'always' : 'once'} ${one.kind}`, one] as const,
  ),
)('%s', async (_, one) => {
  const { scene, operation, kind, stays } = one;
  await setScene(bench, scene);
  const [, short = ''] = operation.split('.');
  let victim: string | undefined;
  const end = bench.fault({
    operation: new RegExp(`^${operation.replace('.', '\\.')}$`),
    times: stays ? Number.POSITIVE_INFINITY : 1,
    kind,
    when: (input) => {
      victim ??= namesIn({ input })[0];
      return victim === undefined || namesIn({ input }).includes(victim);
    },
  });
  // Nobody waits half a minute for an answer that never comes.
  const first = await play(bench, scene, kind === 'hang' ? { answerMs: 1_000 } : {});
  end();

  const faulted = first.calls.filter(({ fault }) => fault !== undefined);
  expect(faulted.length, `${short} was hit`).toBeGreaterThan(0);
  expect(badWords(first)).toEqual([]);
  const hit = new Set(faulted.flatMap(namesIn));
  for (const outcome of first.outcomes) {
    const { change, error } = outcome;
    if (isWell(outcome)) continue;
    expect(outcome.result, `${change.name}: ${change.blocked?.reason}`).toBe('failed');
    if (kind === 'expired-token') {
      expect(error instanceof AwsError ? error.reason : (error as AbortedError).reason).toBe('credentials');
      continue;
    }
    expect(error).toBeInstanceOf(AwsError);
    expect([...hit], `${change.name}: ${String(error)}`).toContain(change.name);
  }
  if (isRefused(one))
    expect(
      first.outcomes.filter((outcome) => !isWell(outcome)).map(({ change }) => change.name),
      'what was never written is told',
    ).toContain(victim);
  if (!stays && isPassing(kind, operation, scene.name)) {
    expect(first.outcomes.flatMap((outcome) => (isWell(outcome) ? [] : [String(outcome.error)]))).toEqual([]);
    expect(remarksOf(first)).toEqual([]);
  }
  if (kind === 'expired-token') {
    // Nobody goes on asking with credentials that are gone.
    const last = first.calls.findIndex(({ fault }) => fault !== undefined);
    expect(first.calls.length - last).toBeLessThanOrEqual(25);
  }
  await heal(bench, scene);
});

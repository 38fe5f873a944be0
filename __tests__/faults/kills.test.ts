/** A run that ends before or after any of its requests, to AWS, the registry or Auth0: the next one completes it. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { AbortedError, Cancellation } from '../../src/clients/cancellation.ts';
import { passed } from '../action/outcome.ts';
import { runAction } from '../action/run.ts';
import { type AwsServer, startAws } from '../servers/aws.ts';
import { badMessages, type CleanRun, complete, failuresOf, runClean, untilQuiet } from './cases.ts';
import { openHarness, type Tamper } from './harness.ts';
import { atLeast, part } from './part.ts';
import { SCENES, setScene } from './scenes.ts';
import { readState } from './state.ts';

const harness = await openHarness();
afterAll(() => harness[Symbol.asyncDispose]());

interface Point {
  readonly clean: CleanRun;
  readonly index: number;
  readonly moment: 'before' | 'after';
}
// A run that is cut off between its write and its look at who else wrote has not merged them, and is no success.
const clean = await runClean(
  harness,
  SCENES.filter(({ name }) => name !== 'overtaken' && name !== 'silent'),
);
const all = clean.flatMap((one) =>
  one.requests.flatMap((_, index): Point[] => [
    { clean: one, index, moment: 'before' },
    { clean: one, index, moment: 'after' },
  ]),
);
// Each scene meets both moments.
const points = part(all, 6, ({ clean: { scene }, moment }) => [`${scene.name} ${moment}`]);

test('every scene is interrupted at several points, before and after a request', () => {
  expect(all.length).toBeGreaterThanOrEqual(580);
  expect(points.length).toBeGreaterThanOrEqual(atLeast(100));
  for (const { scene } of clean) {
    const moments = points.filter((point) => point.clean.scene === scene).map(({ moment }) => moment);
    expect(moments.length, scene.name).toBeGreaterThanOrEqual(atLeast(4));
    expect(new Set(moments).size, scene.name).toBe(2);
  }
});

/** Between the deletion and the creation of a change of type nothing keeps the tags of others: then the log has them. */
function expectKept(lost: readonly string[], name: string, printed: string): void {
  if (name !== 'change of type') expect(lost).toEqual([]);
  for (const one of lost) expect(printed).toMatch(new RegExp(`${one}: .*team=platform`));
}

test.each(
  points.map(
    (point) => [`${point.clean.scene.name}, ${point.moment} request ${point.index + 1}`, point] as const,
  ),
)('interrupted: %s', async (_, { clean: one, index, moment }) => {
  const step = await setScene(harness, one.scene);
  // From there on nothing arrives; `after` applies the one request whose answer never arrives.
  const killed = await harness.run(step, (_request, nth) => {
    if (nth < index) return undefined;
    return nth === index && moment === 'after' ? 'reset-after' : 'reset-before';
  });
  expect(badMessages(killed)).toEqual([]);
  expectKept(await complete(harness, one), one.scene.name, killed.printed);
});

/** Each write of a scene: its name, and the how many-th of that name it is. */
const ENDS = clean.flatMap((one) => {
  const writes = one.requests.filter(({ write }) => write).map(({ name }) => name);
  return writes.map((name, index) => {
    const nth = writes.slice(0, index + 1).filter((other) => other === name).length;
    return [one.scene.name, name, nth, one] as const;
  });
});

/** Holds every request from the n-th of this name on until no other comes: what comes later has begun later. */
function cancelAt(name: string, nth: number, stop: Cancellation): { tamper: Tamper; count(): number } {
  let count = 0;
  let named = 0;
  let atEnd = 0;
  let held: Promise<void> | undefined;
  return {
    async tamper(one, index) {
      count = index + 1;
      if (one.name === name && ++named === nth)
        held = untilQuiet(() => count).then((all) => {
          atEnd = all;
          stop.end('cancelled');
        });
      await held;
      return undefined;
    },
    count: () => atEnd,
  };
}

// Auth0 has a client of its own: its ends are met every day.
const ends = new Set([
  ...part(ENDS, 4, ([scene]) => [scene]),
  ...ENDS.filter(([scene]) => scene === 'Auth0'),
]);

test.each([...ends])(
  '%s: a cancellation at %s (%i) is reported, no further call begins, and the next run continues',
  async (scene, name, nth, one) => {
    const step = await setScene(harness, one.scene);
    const stop = new Cancellation();
    const cancel = cancelAt(name, nth, stop);
    const ended = await harness.run(step, cancel.tamper, { stop });
    expect(badMessages(ended)).toEqual([]);
    expect(cancel.count()).toBeGreaterThan(0);
    const later = ended.requests.slice(cancel.count()).filter(({ write }) => write);
    // The second half of a change whose first half was under way.
    const halves = scene === 'change of type' && name === 'ssm.DeleteParameter' ? ['ssm.PutParameter'] : [];
    expect(later.map(({ name: written }) => written).filter((written) => !halves.includes(written))).toEqual(
      [],
    );
    const failures = failuresOf(ended);
    for (const { change, result, error } of failures)
      if (result !== 'skipped') expect(error, `${change.name} ${result}`).toBeInstanceOf(AbortedError);
    expect(ended.failure !== undefined, 'it fails if something is left').toBe(failures.length > 0);
    expect(await complete(harness, one)).toEqual([]);
  },
);

test('a change of type that is cancelled after its first call still makes the second', async () => {
  const one = clean.find(({ scene }) => scene.name === 'change of type') as CleanRun;
  const step = await setScene(harness, one.scene);
  const stop = new Cancellation();
  const ended = await harness.run(
    step,
    ({ name }) => {
      if (name === 'ssm.DeleteParameter') stop.end('cancelled');
      return undefined;
    },
    { stop },
  );
  expect(ended.requests.filter(({ name }) => name === 'ssm.PutParameter').length).toBe(
    ended.requests.filter(({ name }) => name === 'ssm.DeleteParameter').length,
  );
  expect((await readState(harness))['/papyrus/prd/PLAIN_ONE']).toEqual(one.end['/papyrus/prd/PLAIN_ONE']);
});

describe('SIGKILL', () => {
  let aws: AwsServer;
  beforeAll(async () => {
    aws = await startAws();
  });
  afterAll(() => aws?.close());
  const dotenv =
    'DB_PASSWORD=c4nary-db-9\nDB_USER=papyrus\nFLASK_SECRET_KEY=c4nary-flask-9\nLOG_LEVEL=info\n';
  const run = (more: Pick<Parameters<typeof runAction>[0] & object, 'onSpawn'> = {}) =>
    runAction({ inputs: { prefix: '/papyrus/prd', dotenv }, env: aws.env(), ...more });

  const moments = [1, 4, 8, 11, 13, 15].flatMap((call) => [
    [call, 'before'] as const,
    [call, 'after'] as const,
  ]);
  test.each(part(moments, 3))(
    'at call %i, %s it is applied',
    async (call, moment) => {
      await aws.reset();
      let kill = () => {};
      let seen = 0;
      const stop = aws.onCall((_, when) => {
        if (when === moment && ++seen === call) kill();
      });
      const killed = await run({
        onSpawn: (child) => {
          kill = () => void child.kill('SIGKILL');
        },
      });
      stop();
      expect(killed.signal, killed.log).toBe('SIGKILL');
      passed(await run());
      aws.forget();
      const silent = passed(await run());
      expect(silent.outputs['changed']).toBe('false');
      expect(aws.writes()).toEqual([]);
    },
    60_000,
  );
});

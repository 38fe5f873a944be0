/** A whole run that ends before or after any of its requests, to AWS, the registry or Auth0: the next one heals it. */
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, expect, test } from 'vitest';
import { AbortedError, Cancellation } from '../../src/clients/cancellation.ts';
import { atLeast, part } from './part.ts';
import { isWell } from './scenes.ts';
import type { Tamper } from './whole.ts';
import { type Clean, heal, openWhole, playAll } from './whole-cases.ts';
import { badWords, setScene, standing } from './whole-scenes.ts';

const whole = await openWhole();
afterAll(() => whole[Symbol.asyncDispose]());

interface Point {
  readonly clean: Clean;
  readonly index: number;
  readonly moment: 'before' | 'after';
}
const clean = await playAll(whole);
const all = clean.flatMap((one) =>
  one.asked.flatMap((_, index): Point[] => [
    { clean: one, index, moment: 'before' },
    { clean: one, index, moment: 'after' },
  ]),
);
// An odd step meets both moments in turn.
const points = part(all, 7, ({ clean: { scene }, moment }) => [`${scene.name} ${moment}`]);

test('every scene is interrupted at several points, before and after a request', () => {
  expect(all.length).toBeGreaterThanOrEqual(250);
  for (const { scene } of clean) {
    const moments = points.filter((point) => point.clean.scene === scene).map(({ moment }) => moment);
    expect(moments.length, scene.name).toBeGreaterThanOrEqual(atLeast(4));
    expect(new Set(moments).size, scene.name).toBe(2);
  }
});

/** Between a deletion and what comes after it nothing keeps other people's tags: then the log has them. */
function expectWhole(lost: readonly string[], name: string, printed: string): void {
  if (name !== 'change of type') expect(lost).toEqual([]);
  for (const one of lost) expect(printed).toMatch(new RegExp(`${one}: .*team=platform`));
}

test.each(
  points.map(
    (point) => [`${point.clean.scene.name}, ${point.moment} request ${point.index + 1}`, point] as const,
  ),
)('interrupted: %s', async (_, { clean: one, index, moment }) => {
  const step = await setScene(whole, one.scene);
  // From there on nothing arrives; `after` applies the one request whose answer nobody gets.
  const killed = await whole.run(step, (_asked, nth) => {
    if (nth < index) return undefined;
    return nth === index && moment === 'after' ? 'reset-after' : 'reset-before';
  });
  expect(badWords(killed)).toEqual([]);
  expectWhole(await heal(whole, one), one.scene.name, killed.printed);
});

/** Each write of a scene: its name, and the how many-th of that name it is. */
const ENDS = clean.flatMap((one) => {
  const writes = one.asked.filter(({ write }) => write).map(({ name }) => name);
  return writes.map((name, index) => {
    const nth = writes.slice(0, index + 1).filter((other) => other === name).length;
    return [one.scene.name, name, nth, one] as const;
  });
});

/** Holds every request from the n-th of this name on, until no other comes: what comes later has begun later. */
function cancelAt(name: string, nth: number, stop: Cancellation): { tamper: Tamper; asked(): number } {
  let asked = 0;
  let named = 0;
  let held: Promise<void> | undefined;
  async function cancel(): Promise<void> {
    for (let before = -1; before !== asked; ) {
      before = asked;
      for (let turn = 0; turn < 10; turn++) await sleep(5);
    }
    stop.end('cancelled');
  }
  let atEnd = 0;
  return {
    async tamper(one, index) {
      asked = index + 1;
      if (one.name === name && ++named === nth)
        held = cancel().then(() => {
          atEnd = asked;
        });
      await held;
      return undefined;
    },
    asked: () => atEnd,
  };
}

// Auth0 is spoken to by a client of its own: its ends are met every day.
const ends = new Set([
  ...part(ENDS, 2, ([scene]) => [scene]),
  ...ENDS.filter(([scene]) => scene === 'Auth0'),
]);

test.each([...ends])(
  '%s: a cancellation at %s (%i) is reported, no further call begins, and the next run continues',
  async (scene, name, nth, one) => {
    const step = await setScene(whole, one.scene);
    const stop = new Cancellation();
    const cancel = cancelAt(name, nth, stop);
    const ended = await whole.run(step, cancel.tamper, { stop });
    expect(badWords(ended)).toEqual([]);
    expect(cancel.asked()).toBeGreaterThan(0);
    const later = ended.asked.slice(cancel.asked()).filter(({ write }) => write);
    // The second half of a change whose first half was under way.
    const halves = scene === 'change of type' && name === 'ssm.DeleteParameter' ? ['ssm.PutParameter'] : [];
    expect(later.map((asked) => asked.name).filter((written) => !halves.includes(written))).toEqual([]);
    const ill = ended.outcomes.filter((outcome) => !isWell(outcome));
    for (const { change, result, error } of ill)
      if (result !== 'skipped') expect(error, `${change.name} ${result}`).toBeInstanceOf(AbortedError);
    expect(ended.failure !== undefined, 'it fails where something is left').toBe(ill.length > 0);
    expect(await heal(whole, one)).toEqual([]);
  },
);

test('a change of type that is cancelled after its first call still makes the second', async () => {
  const one = clean.find(({ scene }) => scene.name === 'change of type') as Clean;
  const step = await setScene(whole, one.scene);
  const stop = new Cancellation();
  const ended = await whole.run(
    step,
    ({ name }) => {
      if (name === 'ssm.DeleteParameter') stop.end('cancelled');
      return undefined;
    },
    { stop },
  );
  expect(ended.asked.filter(({ name }) => name === 'ssm.PutParameter').length).toBe(
    ended.asked.filter(({ name }) => name === 'ssm.DeleteParameter').length,
  );
  expect((await standing(whole))['/papyrus/prd/PLAIN_ONE']).toEqual(one.end['/papyrus/prd/PLAIN_ONE']);
});

/** A whole run that ends before or after any of its requests, to AWS, the registry or Auth0: the next one heals it. */
import { afterAll, expect, test } from 'vitest';
import { Stop } from '../../src/clients/stop.ts';
import { part } from './part.ts';
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
const points = part(all, 7);

test('every scene is cut off at several points, before and after a request', () => {
  expect(all.length).toBeGreaterThanOrEqual(250);
  for (const { scene } of clean) {
    const moments = points.filter((point) => point.clean.scene === scene).map(({ moment }) => moment);
    expect(moments.length, scene.name).toBeGreaterThanOrEqual(4);
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
)('cut off: %s', async (_, { clean: one, index, moment }) => {
  const step = await setScene(whole, one.scene);
  // From there on nothing arrives; `after` applies the one request whose answer nobody gets.
  const killed = await whole.run(step, (_asked, nth) => {
    if (nth < index) return undefined;
    return nth === index && moment === 'after' ? 'reset-after' : 'reset-before';
  });
  expect(badWords(killed)).toEqual([]);
  expectWhole(await heal(whole, one), one.scene.name, killed.printed);
});

const ENDS = clean.flatMap((one) =>
  [...new Set(one.asked.filter(({ write }) => write).map(({ name }) => name))].map(
    (name) => [one.scene.name, name, one] as const,
  ),
);

test.each(part(ENDS, 2))(
  '%s: cancelled at %s, told in words, and the next run goes on',
  async (_, name, one) => {
    const step = await setScene(whole, one.scene);
    const stop = new Stop();
    const ended = await whole.run(
      step,
      (asked) => {
        if (asked.name === name) stop.end('cancelled');
        return undefined;
      },
      { stop },
    );
    expect(badWords(ended)).toEqual([]);
    expect(await heal(whole, one)).toEqual([]);
  },
);

test('a change of type that is cancelled between its two halves ends them both', async () => {
  const one = clean.find(({ scene }) => scene.name === 'change of type') as Clean;
  const step = await setScene(whole, one.scene);
  const stop = new Stop();
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

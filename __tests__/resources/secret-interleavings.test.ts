/*
 * Several runs over one secret, in every order that their calls can have: what a run that ended well has written is
 * there in the end. Nobody can say so of a run that ended by `conflict`, nor of the runs beside it.
 */
import { expect, test } from 'vitest';
import { IS_HALF, IS_NIGHTLY } from '../sample.ts';
import { type End, everyOrder, type Game, GONE } from './version-stages.ts';

/** Keys that do not hold what one of their writers put there; of those that no one writes, what was there. */
function losses({ start, configured }: Game, { value }: End): string[] {
  const keys = new Set([...Object.keys(start), ...Object.keys(value), ...configured.flatMap(Object.keys)]);
  return [...keys].filter((key) => {
    const values = configured.flatMap((desired) => (Object.hasOwn(desired, key) ? [desired[key]] : []));
    const ends = values.length === 0 ? [start[key]] : values.map((to) => (to === GONE ? undefined : to));
    return !ends.includes(value[key] as string | undefined);
  });
}

const START = { kept: 'kept', old: 'old' };
const GAMES: ReadonlyArray<readonly [string, Game, least: number]> = [
  ['two runs, a key each', { start: START, configured: [{ a: '1' }, { b: '2' }] }, 30],
  ['two runs, of which one takes a key out', { start: START, configured: [{ a: '1' }, { old: GONE }] }, 30],
  [
    'two runs with different values for one key',
    { start: START, configured: [{ a: '1' }, { a: '2', b: '2' }] },
    30,
  ],
  [
    'three runs',
    { start: START, configured: [{ a: '1' }, { b: '2' }, { c: '3' }], alike: 3, rounds: 2 },
    3_000,
  ],
  [
    'three runs, of which one takes a key out and one changes another',
    { start: START, configured: [{ a: '1' }, { old: GONE }, { a: '1', kept: 'new' }], rounds: 1 },
    300,
  ],
];
/** Most of the time goes into four. */
const SAMPLE: typeof GAMES = [
  [
    'four runs with three keys',
    { start: START, configured: [{ b: '2' }, { c: '3' }, { a: '1' }, { a: '4' }], alike: 2, rounds: 1 },
    1_000,
  ],
];
/** As often as a run writes in earnest, and twice for four. */
const NIGHTLY: typeof GAMES = [
  [
    'three runs that write as often as they do',
    { start: START, configured: [{ a: '1' }, { b: '2' }, { c: '3' }], alike: 3 },
    20_000,
  ],
  [
    'three runs over a key that goes',
    { start: START, configured: [{ a: '1' }, { old: GONE }, { a: '1', kept: 'new' }], rounds: 2 },
    10_000,
  ],
  [
    'four runs that have read the same',
    {
      start: START,
      configured: [{ a: '1' }, { b: '2' }, { c: '3' }, { d: '4' }],
      alike: 4,
      together: true,
      rounds: 2,
    },
    20_000,
  ],
];

const games = [...GAMES, ...(IS_HALF ? [] : SAMPLE), ...(IS_NIGHTLY ? NIGHTLY : [])];

test.each(games)('%s', { timeout: 900_000 }, async (_, game, least) => {
  let conflicts = 0;
  const orders = await everyOrder(game, (end) => {
    const order = `in the order ${end.path.join(' ')}`;
    const failures = end.failures.filter((failure) => failure !== undefined);
    expect(
      failures.filter((failure) => failure !== 'conflict'),
      order,
    ).toEqual([]);
    if (failures.length > 0) conflicts += 1;
    else expect(losses(game, end), order).toEqual([]);
  });
  expect(orders).toBeGreaterThanOrEqual(least);
  // As many rounds as there are runs are enough, unless two want one key otherwise.
  if (game.rounds === undefined && game.configured.length === 2) expect(conflicts).toBeLessThan(orders / 2);
});

test('a run alone reads, writes and reads back once', async () => {
  await everyOrder({ start: START, configured: [{ a: '1' }] }, ({ calls }) =>
    expect(calls).toEqual(
      ['BatchGetSecretValue', 'DescribeSecret', 'PutSecretValue', 'DescribeSecret'].length,
    ),
  );
});

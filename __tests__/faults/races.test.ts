/** Two runs at once over one account: no crash, an end that one of the two wanted, and a third run that settles it. */
import { afterAll, expect, test } from 'vitest';
import type { DesiredResource } from '../../src/desired/desired-resource.ts';
import { Secret } from '../../src/secret.ts';
import { openBench, type Round, type RoundOptions } from '../resources/bench.ts';
import { bundle, SUBJECTS } from '../resources/subjects.ts';
import { atLeast, IS_NIGHTLY } from './part.ts';
import { badWords, changed, heal, isWell, SCENES, type Scene, setScene, standing, wanted } from './scenes.ts';
import { seeded, shuffle } from './shuffle.ts';

const bench = await openBench();
afterAll(() => bench[Symbol.asyncDispose]());

async function race(
  seed: number,
  left: readonly [DesiredResource[], RoundOptions],
  right: readonly [DesiredResource[], RoundOptions],
): Promise<[Round, Round]> {
  const end = shuffle(bench.aws, seeded(seed));
  try {
    return await Promise.all([bench.round(...left), bench.round(...right)]);
  } finally {
    end();
  }
}

/** Schedules: each number is one. */
const seeds = Array.from({ length: IS_NIGHTLY ? 30 : atLeast(4) }, (_, index) => index + 1);
const update = SCENES.find(({ name }) => name === 'update') as Scene;

const alone = new Map<Scene, Record<string, unknown>>();
/** What one run of the scene leaves, which is the same for every schedule. */
async function standingAlone(scene: Scene): Promise<Record<string, unknown>> {
  const known = alone.get(scene);
  if (known !== undefined) return known;
  await setScene(bench, scene);
  await heal(bench, scene);
  const found = await standing(bench.others);
  alone.set(scene, found);
  return found;
}

test.each(
  SCENES.flatMap((scene) =>
    seeds.slice(0, scene.name === 'silent' ? 2 : undefined).map((seed) => [scene.name, seed, scene] as const),
  ),
)('the same configuration twice: %s, seed %i', async (_, seed, scene) => {
  const alone = await standingAlone(scene);
  await setScene(bench, scene);
  const rounds = await race(seed, [scene.wishes(), scene.options], [scene.wishes(), scene.options]);
  for (const round of rounds) expect(badWords(round)).toEqual([]);
  // Of each resource at least one of the two runs has brought it about.
  for (const [, { name }] of SUBJECTS)
    expect(
      rounds.some(({ outcomes }) => outcomes.some((one) => one.change.name === name && isWell(one))),
      name,
    ).toBe(true);
  await heal(bench, scene);
  expect(await standing(bench.others)).toEqual(alone);
});

test.each(seeds)(
  'first runs of two environments share a log group and a repository, seed %i: both succeed',
  async (seed) => {
    await bench.aws.reset();
    const shared = () => wanted().filter(({ kind }) => /LogGroup|Repository/.test(kind));
    const rounds = await race(seed, [shared(), {}], [shared(), {}]);
    for (const round of rounds) {
      expect(badWords(round)).toEqual([]);
      expect(round.outcomes.filter((outcome) => !isWell(outcome)).map(({ error }) => String(error))).toEqual(
        [],
      );
    }
    await bench.silent(shared());
  },
);

/** All that is somewhere in the object, as paths. */
function leaves(value: unknown, path = ''): Map<string, unknown> {
  if (typeof value !== 'object' || value === null) return new Map([[path, value]]);
  return new Map(Object.entries(value).flatMap(([key, inner]) => [...leaves(inner, `${path}.${key}`)]));
}

const different = () =>
  changed().map((wish) =>
    wish.kind === 'AWS::SecretsManager::Secret'
      ? bundle.wish({ 'key:password': new Secret('third'), 'key:port': new Secret('5432') })
      : wish,
  );
const left: Scene = { ...update, name: 'left', wishes: wanted, options: {} };
const right: Scene = { ...update, name: 'right', wishes: different, options: update.options };

async function standAs(before: string): Promise<void> {
  await bench.aws.reset();
  if (before === 'nothing') return;
  for (const [, { foreign }] of SUBJECTS) await foreign(bench.front, { team: 'x' });
}

const ends = new Map<string, ReadonlyArray<Map<string, unknown>>>();
/** What each of the two leaves where it runs alone. */
async function endsFrom(before: string): Promise<ReadonlyArray<Map<string, unknown>>> {
  const known = ends.get(before);
  if (known !== undefined) return known;
  const found: Array<Map<string, unknown>> = [];
  for (const scene of [left, right]) {
    await standAs(before);
    await bench.round(scene.wishes(), scene.options);
    found.push(leaves(await standing(bench.others)));
  }
  ends.set(before, found);
  return found;
}

test.each(seeds.flatMap((seed) => [['nothing', seed] as const, ['what both will change', seed] as const]))(
  'different configurations over %s, seed %i: each field has the value of one of them',
  async (before, seed) => {
    const ends = await endsFrom(before);
    await standAs(before);
    const rounds = await race(seed, [left.wishes(), left.options], [right.wishes(), right.options]);
    for (const round of rounds) expect(badWords(round)).toEqual([]);
    for (const [path, value] of leaves(await standing(bench.others)))
      expect(
        ends.map((end) => end.get(path)),
        path,
      ).toContainEqual(value);
    await heal(bench, seed % 2 === 0 ? left : right);
  },
);

test.each(seeds)(
  'two runs add different keys to one secret, seed %i: a lost key is always reported',
  async (seed) => {
    await bench.aws.reset();
    await bench.round(bundle.wish());
    const wishOf = (key: string) => bundle.wish({ [`key:${key}`]: new Secret(`value of ${key}`) });
    const rounds = await race(seed, [[wishOf('left')], {}], [[wishOf('right')], {}]);
    for (const round of rounds) expect(badWords(round)).toEqual([]);
    const { value } = (await bundle.read(bench.others)) as unknown as { value: Record<string, string> };
    for (const [index, key] of ['left', 'right'].entries())
      if (value[key] === undefined)
        expect(
          rounds.flatMap(({ told }) => told),
          `${key} is lost, and run ${index} says so`,
        ).not.toEqual([]);
    await bench.round(wishOf('left'));
    await bench.round(wishOf('right'));
    expect((await bundle.read(bench.others))?.['value']).toMatchObject({
      left: 'value of left',
      right: 'value of right',
    });
  },
);

/** Two runs at once over one account: no crash, an end that one of the two is configured for, and a third run that completes it. */
import { afterAll, expect, test } from 'vitest';
import { bundle, SUBJECTS } from '../resources/subjects.ts';
import { badMessages, complete, failuresOf, isWell, mustBeSilent, runClean } from './cases.ts';
import { openHarness, type RunResult, type Step } from './harness.ts';
import { atLeast, IS_NIGHTLY } from './part.ts';
import { CHANGED, CREATED, makeOthers, mustRun, SHARED_SCENES, setScene } from './scenes.ts';
import { seeded, shuffle } from './shuffle.ts';
import { readState } from './state.ts';

const harness = await openHarness();
afterAll(() => harness[Symbol.asyncDispose]());

async function race(seed: number, left: Step, right: Step): Promise<[RunResult, RunResult]> {
  const end = shuffle(harness.aws, seeded(seed));
  try {
    const results = await harness.race(left, right);
    for (const result of results) expect(badMessages(result)).toEqual([]);
    return results;
  } finally {
    end();
  }
}

/** Schedules: each number is one. */
const seeds = Array.from({ length: IS_NIGHTLY ? 30 : atLeast(4) }, (_, index) => index + 1);

test.each(
  (await runClean(harness, SHARED_SCENES)).flatMap((clean) =>
    seeds
      .slice(0, clean.scene.name === 'silent' ? 2 : undefined)
      .map((seed) => [clean.scene.name, seed, clean] as const),
  ),
)('the same configuration twice: %s, seed %i', async (_, seed, clean) => {
  const step = await setScene(harness, clean.scene);
  const results = await race(seed, step, step);
  // Of each resource at least one of the two runs has brought it about.
  for (const [, { name }] of SUBJECTS)
    expect(
      results.some(({ outcomes }) => outcomes.some((one) => one.change.name === name && isWell(one))),
      name,
    ).toBe(true);
  expect(await complete(harness, clean)).toEqual([]);
});

test.each(seeds)(
  'first runs of two environments share a log group and a repository, seed %i: both succeed',
  async (seed) => {
    await harness.reset();
    const stepOf = (environment: string): Step => ({
      inputs: { ...CREATED.inputs, prefix: `/papyrus/${environment}`, only: 'log-group, repository' },
    });
    const results = await race(seed, stepOf('prd'), stepOf('stg'));
    expect(results.flatMap(failuresOf).map(({ error }) => String(error))).toEqual([]);
    for (const environment of ['prd', 'stg']) await mustBeSilent(harness, stepOf(environment));
  },
);

/** All that is somewhere in the object, as paths. */
function leaves(value: unknown, path = ''): Map<string, unknown> {
  if (typeof value !== 'object' || value === null) return new Map([[path, value]]);
  return new Map(Object.entries(value).flatMap(([key, inner]) => [...leaves(inner, `${path}.${key}`)]));
}

// Whoever creates the repository decides its encryption for good.
const tolerant = ({ inputs }: Step): Step => ({
  inputs: { ...inputs, config: 'race.yml' },
  files: { 'race.yml': "ignore: ['repository:encryption']" },
});
const [LEFT, RIGHT] = [tolerant(CREATED), tolerant(CHANGED)];

const STATES = {
  nothing: async () => {},
  'what both will change': () => makeOthers(harness),
} as const;
type Before = keyof typeof STATES;

async function set(before: Before): Promise<void> {
  await harness.reset();
  await STATES[before]();
}

const ends = new Map<Before, ReadonlyArray<Map<string, unknown>>>();
/** What each of the two leaves if it runs alone. */
async function endsFrom(before: Before): Promise<ReadonlyArray<Map<string, unknown>>> {
  const known = ends.get(before);
  if (known !== undefined) return known;
  const found: Array<Map<string, unknown>> = [];
  for (const step of [LEFT, RIGHT]) {
    await set(before);
    await mustRun(harness, step);
    found.push(leaves(await readState(harness)));
  }
  ends.set(before, found);
  return found;
}

test.each(
  seeds.flatMap((seed) => (Object.keys(STATES) as Before[]).map((before) => [before, seed] as const)),
)(
  'different configurations over %s, seed %i: each field has the value of one of them',
  async (before, seed) => {
    const ends = await endsFrom(before);
    await set(before);
    await race(seed, LEFT, RIGHT);
    const end = await readState(harness);
    for (const [path, value] of leaves(end))
      expect(
        ends.map((end) => end.get(path)),
        path,
      ).toContainEqual(value);
    const scene = { name: before, set: async () => {}, step: () => (seed % 2 === 0 ? LEFT : RIGHT) };
    await complete(harness, { scene, end });
  },
);

test.each(seeds)(
  'two runs add different keys to one secret, seed %i: a lost key is always reported',
  async (seed) => {
    await harness.reset();
    const stepOf = (more: string): Step => ({
      inputs: { prefix: '/papyrus/prd', dotenv: `DB_PASSWORD=p4ssw0rd-Kx\n${more}`, only: 'secrets' },
    });
    const [left, right] = [stepOf('DB_HOST=left.internal'), stepOf('DB_NAME=right')];
    await mustRun(harness, stepOf(''));
    const results = await race(seed, left, right);
    const { value } = (await bundle.read(harness.others)) as unknown as { value: Record<string, string> };
    for (const key of ['host', 'name'])
      if (value[key] === undefined)
        expect(
          results.flatMap(({ notices }) => notices),
          `${key} is lost, and a run says so`,
        ).not.toEqual([]);
    for (const step of [left, right]) await mustRun(harness, step);
    expect((await bundle.read(harness.others))?.['value']).toMatchObject({
      host: 'left.internal',
      name: 'right',
    });
  },
);

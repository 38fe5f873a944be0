/** First runs that are started together, as processes: equal values are no failure. */
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, expect, test } from 'vitest';
import { seeded, shuffle } from '../faults/shuffle.ts';
import { atLeast, IS_NIGHTLY } from '../sample.ts';
import { dotenv, openStage, SEED, without } from './stage.ts';

const stage = await openStage();
afterAll(() => stage[Symbol.asyncDispose]());

const inputs = {
  dotenv: dotenv(),
  'log-group': '/ecs/papyrus',
  repository: 'papyrus',
  tags: 'project=papyrus',
};
const names = Object.keys(SEED);
/** Resources of which some run has lost the creation. */
const lost = new Set<string>();

test.each(Array.from({ length: IS_NIGHTLY ? 40 : atLeast(12) }, (_, index) => index + 1))(
  'two to four processes end well, and leave what one alone does: seed %i',
  async (seed) => {
    stage.aws.reset();
    const random = seeded(seed);
    const runs = 2 + Math.floor(random() * 3);
    // Of one environment or of two, and with variables of which each run may lack one that goes into a secret.
    const given = Array.from({ length: runs }, () => ({
      prefix: random() < 0.7 ? '/papyrus/prd' : '/papyrus/stg',
      variables: random() < 0.6 ? SEED : without(names[Math.floor(random() * 7)] ?? ''),
    }));
    const end = shuffle(stage.aws, random);
    const ended = await Promise.all(
      given.map(async ({ prefix, variables }) => {
        await sleep(random() * 150);
        return stage.act({ ...inputs, prefix, dotenv: dotenv(variables) });
      }),
    ).finally(end);
    for (const run of ended) {
      expect(run.exitCode, run.log).toBe(0);
      for (const [, name = ''] of run.log.matchAll(/(\S+): another run created it at the same time/g))
        lost.add(name);
      await run[Symbol.asyncDispose]();
    }
    for (const prefix of new Set(given.map((one) => one.prefix))) {
      const full = given.some((one) => one.prefix === prefix && one.variables === SEED);
      if (!full) continue;
      await using after = await stage.act({ ...inputs, prefix });
      expect(after.outputs['changed'], after.log).toBe('false');
      expect(after.exitCode).toBe(0);
    }
  },
);

test('each kind of resource was lost to another process at least once', () => {
  expect([...lost]).toEqual(expect.arrayContaining(['/ecs/papyrus', 'papyrus']));
  expect([...lost].filter((name) => name.startsWith('/papyrus/')).length).toBeGreaterThan(0);
  expect([...lost].filter((name) => /^papyrus\/(?:prd|stg)\//.test(name)).length).toBeGreaterThan(0);
});

/** First runs that are started together, as processes: equal values are no failure. */
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, expect, test } from 'vitest';
import { seeded, shuffle } from '../faults/shuffle.ts';
import { atLeast, IS_NIGHTLY } from '../sample.ts';
import { passed } from './outcome.ts';
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
/** Resources of which AWS refused a creation, since another run was first. */
const lost = new Set<string>();

test.each(Array.from({ length: IS_NIGHTLY ? 40 : atLeast(12) }, (_, index) => index + 1))(
  'two to four processes succeed, and leave the same as one alone: seed %i',
  async (seed) => {
    await stage.aws.reset();
    const random = seeded(seed);
    const runs = 2 + Math.floor(random() * 3);
    // Of one environment or of two, and with variables of which each run may lack one that goes into a secret.
    const given = Array.from({ length: runs }, () => ({
      prefix: random() < 0.7 ? '/papyrus/prd' : '/papyrus/stg',
      variables: random() < 0.6 ? SEED : without(names[Math.floor(random() * 7)] ?? ''),
    }));
    const end = shuffle(stage.aws, random);
    stage.aws.onCall(({ error = '', input }, moment) => {
      if (moment === 'after' && /Exists/.test(error))
        lost.add(String(input['Name'] ?? input['logGroupName'] ?? input['repositoryName']));
    });
    const ended = await Promise.all(
      given.map(async ({ prefix, variables }) => {
        await sleep(random() * 150);
        return stage.act({ ...inputs, prefix, dotenv: dotenv(variables) });
      }),
    ).finally(end);
    for (const run of ended) {
      passed(run);
      await run[Symbol.asyncDispose]();
    }
    for (const prefix of new Set(given.map((one) => one.prefix))) {
      const full = given.some((one) => one.prefix === prefix && one.variables === SEED);
      if (!full) continue;
      await using after = passed(await stage.act({ ...inputs, prefix }));
      expect(after.outputs['changed'], after.log).toBe('false');
    }
  },
);

test('each kind of resource was lost to another process at least once', () => {
  expect([...lost]).toEqual(expect.arrayContaining(['/ecs/papyrus', 'papyrus']));
  expect([...lost].filter((name) => name.startsWith('/papyrus/')).length).toBeGreaterThan(0);
  expect([...lost].filter((name) => /^papyrus\/(?:prd|stg)\//.test(name)).length).toBeGreaterThan(0);
});

/** A run that ends before or after any of its calls: the next one heals it, the one after finds nothing to do. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { passed } from '../action/outcome.ts';
import { runAction } from '../action/run.ts';
import { openBench } from '../resources/bench.ts';
import { type AwsServer, startAws } from '../servers/aws.ts';
import { atLeast, part } from './part.ts';
import { badWords, heal, play, SCENES, setScene, standing } from './scenes.ts';

const bench = await openBench();
afterAll(() => bench[Symbol.asyncDispose]());

interface Point {
  readonly scene: (typeof SCENES)[number];
  readonly call: number;
  readonly moment: 'before' | 'after';
}
const all: Point[] = [];
/** What stands after a run that nobody killed. */
const ends = new Map<string, unknown>();
// A run that is cut off between its write and its look at who else wrote has not merged them, and is no success.
for (const scene of SCENES.filter(({ name }) => name !== 'overtaken')) {
  if (scene.name === 'silent') continue;
  await setScene(bench, scene);
  const { calls } = await play(bench, scene);
  ends.set(scene.name, await standing(bench.others));
  for (let call = 0; call < calls.length; call++)
    for (const moment of ['before', 'after'] as const) all.push({ scene, call, moment });
}
const points = part(all, 4, ({ scene, moment }) => [`${scene.name} ${moment}`]);

test('every scene is interrupted at several points, before and after a call', () => {
  expect(all.length).toBeGreaterThanOrEqual(120);
  expect(points.length).toBeGreaterThanOrEqual(atLeast(45));
  for (const name of ends.keys()) {
    const moments = points.filter(({ scene }) => scene.name === name).map(({ moment }) => moment);
    expect(moments.length, name).toBeGreaterThanOrEqual(atLeast(6));
    expect(new Set(moments).size, name).toBe(2);
  }
});

test.each(
  points.map((point) => [`${point.scene.name}, ${point.moment} call ${point.call + 1}`, point] as const),
)('interrupted: %s', async (_, { scene, call, moment }) => {
  await setScene(bench, scene);
  // From there on nothing reaches AWS; `after` applies the one call whose answer nobody gets.
  if (moment === 'after') bench.aws.fault({ operation: /./, skip: call, kind: 'reset-after' });
  const end = bench.fault({
    operation: /./,
    skip: call,
    times: Number.POSITIVE_INFINITY,
    kind: 'reset-before',
  });
  const killed = await play(bench, scene);
  end();
  expect(badWords(killed)).toEqual([]);
  await heal(bench, scene);
  // Not only what is asked for: what others put there stands as well.
  expect(await standing(bench.others)).toEqual(ends.get(scene.name));
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

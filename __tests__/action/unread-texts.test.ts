/** What a text of variables that is in base64, or is not as it was written, does to the account and to the reports. */
import { expect, test } from 'vitest';
import { stageForFile } from '../servers/for-file.ts';
import { findLeaks } from './leaks.ts';
import { passed } from './outcome.ts';

const stage = await stageForFile();

const KANARI = 'Kanari3nv0gel4711Xq';
const only = { only: 'parameters, secrets' };

test('hides a .env in base64 before any output, and reads it', async () => {
  const dotenv = Buffer.from(`DB_USER=app\nDB_PASSWORD=${KANARI}\nLOG_LEVEL=info\n`).toString('base64');
  const lines = [dotenv.slice(0, 48), dotenv.slice(48)];
  await using run = passed(await stage.act({ ...only, dotenv: lines.join('\n') }));
  expect(await stage.secret('db')).toEqual({ username: 'app', password: KANARI });
  expect(await stage.parameter('LOG_LEVEL')).toMatchObject({ value: 'info' });
  expect(run.masks).toEqual(expect.arrayContaining([...lines, dotenv, KANARI]));
  const first = run.lines.findIndex(({ command }) => command?.name !== 'add-mask');
  const masked = run.lines.slice(0, first).map(({ command }) => command?.data);
  expect(masked).toEqual(expect.arrayContaining([...lines, dotenv]));
  expect(findLeaks(run, [KANARI, ...lines])).toEqual([]);
  await using second = await stage.act({ ...only, dotenv: lines.join('\n') });
  expect([second.exitCode, second.outputs['changed']]).toEqual([0, 'false']);
  expect(stage.aws.writes()).toEqual([]);
});

test.each<[what: string, inputs: Record<string, string>]>([
  ['base64 of no .env', { dotenv: Buffer.from(`\0${KANARI}\0${KANARI}`).toString('base64') }],
  [
    'lost line breaks',
    {
      dotenv: `LOG_LEVEL=info DB_USER=papyrus DB_PASSWORD=${KANARI}`,
      secrets: `LOG_LEVEL=info\\nDB_PASSWORD=${KANARI}`,
      tags: `project=portfolio owner=${KANARI}`,
    },
  ],
  ['a # glued to a password', { dotenv: `DB_PASSWORD=${KANARI}#x` }],
])('%s ends the run before the first call, and none of it is printed', async (_what, inputs) => {
  await using run = await stage.act({ ...only, prune: 'delete', ...inputs });
  expect([run.exitCode, run.outputs['failure-reason']]).toEqual([1, 'input']);
  expect(stage.aws.calls).toEqual([]);
  expect(findLeaks(run, [KANARI, KANARI.slice(0, 12), ...Object.values(inputs)])).toEqual([]);
});

test('reports the errors of a megabyte in a few lines', async () => {
  const text = Array.from({ length: 60_000 }, (_, at) => `A.${at}: \${X}#x`).join('\n');
  await using run = await stage.act({ ...only, 'env-file': 'a.env' }, { files: { 'a.env': text } });
  expect([run.exitCode, run.outputs['failure-reason']]).toEqual([1, 'input']);
  expect(run.log.length).toBeLessThan(50_000);
});

/** The corpus of real projects' variables through the bundle: no secret of it gets out by any way. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { nameFault } from '../../src/settings/variable.ts';
import { part } from '../sample.ts';
import { stageForFile } from '../servers/for-file.ts';
import { GitHubServer } from '../servers/github.ts';
import { pullRequest } from './bench.ts';
import { findCanaries, findLeaks } from './leaks.ts';
import { failed, passed } from './outcome.ts';
import type { ActionRun } from './run.ts';

interface One {
  readonly name: string;
  readonly value: string;
  readonly class: string;
}

/** One a name, and none that another harmless value of the corpus holds by chance (`redis`, a password and a host). */
function readVariables(): One[] {
  const all = ['seen', 'unseen'].flatMap((part) => {
    const path = fileURLToPath(new URL(`../corpus/${part}.yaml`, import.meta.url));
    const projects: Array<{ variables: One[] }> = parse(readFileSync(path, 'utf8'));
    return projects.flatMap(({ variables }) => variables);
  });
  const isTaken = ({ name, value }: One) =>
    nameFault(name) === undefined &&
    // It marks an object as toJSON(secrets), of which only known names are taken.
    !/^github_token$/i.test(name) &&
    !value.includes('{{') &&
    value.length < 4000;
  return [...new Map(all.filter(isTaken).map((one) => [one.name.toUpperCase(), one])).values()];
}

const VARIABLES = readVariables();
const PLAIN = VARIABLES.filter((one) => one.class !== 'secret').map(({ name, value }) => `${name}=${value}`);

/** Values that are secret, long enough to be found by no chance. */
function secretsOf(variables: readonly One[]): string[] {
  return variables
    .filter(({ value, class: label }) => label === 'secret' && value.length >= 10)
    .map(({ value }) => value)
    .filter((value) => !PLAIN.some((text) => text.includes(value)));
}

const json = (variables: readonly One[]) =>
  JSON.stringify(Object.fromEntries(variables.map(({ name, value }) => [name, value])));

/** One environment variable of Linux holds about 128 KiB. */
const quarters = [0, 1, 2, 3].map((rest) => VARIABLES.filter((_, index) => index % 4 === rest));

const stage = await stageForFile();
const github = await GitHubServer.start();
afterAll(() => github[Symbol.asyncDispose]());
beforeEach(() => github.reset());

function expectHidden(run: ActionRun, values: string[]): void {
  expect(values.length).toBeGreaterThan(5);
  expect(findLeaks(run, values)).toEqual([]);
  const file = run.outputs['plan-file'] ?? '';
  if (file !== '') expect(findCanaries('plan-file', readFileSync(file, 'utf8'), values)).toEqual([]);
  for (const { raw } of github.calls) expect(findCanaries('a call to GitHub', raw, values)).toEqual([]);
}

const only = 'parameters, secrets';
const debug = { RUNNER_DEBUG: '1', ACTIONS_STEP_DEBUG: 'true' };

describe.each(quarters.map((one, index) => [index + 1, one] as const))('quarter %i', (_, quarter) => {
  const more = { token: github.token, env: { ...debug, GITHUB_API_URL: github.url } };

  test('in drift and its issue, with debug', async () => {
    const repository = { full_name: 'papyrus/demo', private: true };
    const event = { name: 'schedule', payload: { repository } };
    const inputs = { mode: 'drift', only, dotenv: json(quarter), 'drift-issue': 'true' };
    await using run = await stage.act(inputs, { ...more, event });
    expect(run.outputs['to-create'], run.log).not.toBe('0');
    expectHidden(run, secretsOf(quarter));
  });

  test('in the comment on a pull request', async () => {
    const inputs = { only, variables: json(quarter) };
    await using run = passed(await stage.act(inputs, { ...more, event: pullRequest() }));
    // What the user gives as plain is plain, unless it is known to be a secret: only certain ones are checked here.
    const known = quarter.filter(
      ({ name, class: label }) => label === 'secret' && /PASS|SECRET|TOKEN/i.test(name),
    );
    expectHidden(run, secretsOf(known));
  });
});

test.each(part(quarters, 1).map((one) => [one]))('in a refusal', async (variables) => {
  const inputs = { only, dotenv: json(variables), region: 'nowhere', tags: 'no pair' };
  await using run = failed(await stage.act(inputs), 'input');
  expectHidden(run, secretsOf(variables));
});

test('in the log and the task definition of an apply, and of the run after it', async () => {
  const few = VARIABLES.filter(({ class: label }) => label === 'secret').slice(0, 15);
  const files = {
    'task.json': JSON.stringify({ family: 'x', containerDefinitions: [{ name: 'app', image: 'x' }] }),
  };
  for (const expected of ['true', 'false']) {
    await using run = await stage.act(
      { only, dotenv: json(few), 'task-definition': 'task.json', 'log-group': 'none' },
      { files, env: debug },
    );
    expect([run.exitCode, run.outputs['changed']], run.log).toEqual([0, expected]);
    expectHidden(run, secretsOf(few));
    expect(
      findCanaries(
        'task definition',
        readFileSync(run.outputs['task-definition'] ?? '', 'utf8'),
        secretsOf(few),
      ),
    ).toEqual([]);
  }
});

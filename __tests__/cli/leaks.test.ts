// Secrets of every shape, by every way into the command line: no output and no file holds one.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { findCanaries } from '../action/leaks.ts';
import { openStage } from '../action/stage.ts';
import { type CliRun, folderWith, runCli, runOnTerminal } from './run.ts';

const stage = await openStage();
afterAll(() => stage[Symbol.asyncDispose]());
beforeEach(() => stage.aws.reset());

/** By name: the value in a `.env`, and what of it must be seen nowhere. */
const SHAPES: Readonly<Record<string, readonly [line: string, needle: string]>> = {
  API_PASSWORD: ['API_PASSWORD=c4nary-word-Qx', 'c4nary-word-Qx'],
  PRIVATE_KEY: [
    'PRIVATE_KEY="-----BEGIN PRIVATE KEY-----\nMIIc4naryQxQxQxQxQxQxQxQxQxQx\nc4naryPEMQxQxQxQxQx=\n-----END PRIVATE KEY-----\n"',
    'MIIc4naryQxQxQxQxQxQxQxQxQxQx',
  ],
  GOOGLE_JSON: [`GOOGLE_JSON='{"private_key":"c4nary-json-Qx"}'`, 'c4nary-json-Qx'],
  DATABASE_URL: ['DATABASE_URL=postgres://app:c4nary-url-Qx@db.internal:5432/app', 'c4nary-url-Qx'],
  MASK_TOKEN: ['MASK_TOKEN=::add-mask::c4nary-mask-Qx', 'c4nary-mask-Qx'],
  ERROR_TOKEN: [`ERROR_TOKEN='##[error]c4nary-command-Qx'`, 'c4nary-command-Qx'],
  PERCENT_TOKEN: ['PERCENT_TOKEN=c4nary%0A::error::%25-percent-Qx', 'c4nary%0A::error::%25-percent-Qx'],
  QUOTED_TOKEN: ["QUOTED_TOKEN='c4nary\"`\\$HOME-quotes-Qx'", 'c4nary"`\\$HOME-quotes-Qx'],
  UNICODE_TOKEN: ['UNICODE_TOKEN=c4nary-ключ-秘密🔑-é', 'c4nary-ключ-秘密🔑-é'],
  ESCAPE_TOKEN: ['ESCAPE_TOKEN="c4nary-\u001b[31mred\u001b[0m-Qx"', 'c4nary-\u001b[31mred'],
  UNDECIDED: ['UNDECIDED=c4naryZq81kfh3jJk29Qx', 'c4naryZq81kfh3jJk29Qx'],
  AUTH0_CLIENT_SECRET: ['AUTH0_CLIENT_SECRET=c4nary-auth0-Qx', 'c4nary-auth0-Qx'],
};
const TEXT = `${Object.values(SHAPES)
  .map(([line]) => line)
  .join('\n')}\nLOG_LEVEL=info\n`;
const NEEDLES = Object.values(SHAPES).map(([, needle]) => needle);
const PREFIX = ['--prefix', '/papyrus/prd'];

const leaksOf = ({ output, errors }: CliRun) => [
  ...findCanaries('output', output, NEEDLES),
  ...findCanaries('errors', errors, NEEDLES),
];

/** @returns what leaked into the files that a run left in its folder, the `.env` apart */
function leaksInFiles(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name !== '.env')
    .flatMap(({ parentPath, name }) =>
      findCanaries(name, readFileSync(join(parentPath, name), 'utf8'), NEEDLES),
    );
}

describe('by values', () => {
  it.each([
    ['a file', 'text', ['--env-file', '.env'], {}],
    ['standard input', 'JSON', ['--env-file', '-', '--json'], { input: TEXT }],
  ])('of %s, with plan, apply, drift and destroy as %s', async (_, form, args, more) => {
    const json = form === 'JSON' ? ['--json'] : [];
    const folder = folderWith({ '.env': TEXT });
    const options = { ...more, folder, env: stage.aws.env() };
    for (const command of [['plan'], ['apply', '--yes'], ['drift']]) {
      const run = await runCli([...command, ...PREFIX, ...args], options);
      expect(run.code, run.errors).toBe(0);
      expect(leaksOf(run), command[0]).toEqual([]);
    }
    // The current value is read, and hidden as well.
    const other = await runCli(['plan', ...PREFIX, '--env-file', '-', ...json], {
      ...options,
      input: TEXT.replaceAll('c4nary', 'other'),
    });
    expect(leaksOf(other)).toEqual([]);
    expect(other.output).toContain('papyrus/prd/auth0');
    expect(leaksOf(await runCli(['destroy', ...PREFIX, '--yes', ...json], options))).toEqual([]);
    expect(leaksInFiles(folder)).toEqual([]);
  });

  it.each<[string, readonly string[], Record<string, string>]>([
    ['dotenv as a file', ['--dotenv', '@.env', '--json'], {}],
    ['secrets by the environment', [], { AWS_BOOTSTRAP_SECRETS: TEXT }],
  ])('of %s, with apply', async (_, args, env) => {
    const folder = folderWith({ '.env': TEXT });
    const options = { folder, env: { ...stage.aws.env(), ...env } };
    const run = await runCli(['apply', '--yes', ...PREFIX, ...args], options);
    expect(run.code, run.errors).toBe(0);
    expect(leaksOf(run)).toEqual([]);
    expect(leaksInFiles(folder)).toEqual([]);
  });
});

it('on a terminal', async () => {
  const folder = folderWith({ '.env': TEXT });
  const env = stage.aws.env();
  for (const columns of [60, 120]) {
    const run = await runOnTerminal(['apply', ...PREFIX, '--env-file', '.env'], {
      folder,
      env,
      columns,
      steps: [{ after: '[y/N] ', type: 'n\r' }],
    });
    expect(run.code).toBe(1);
    expect(leaksOf(run)).toEqual([]);
  }
});

it('by errors that repeat what was sent', async () => {
  const message = `Value '${NEEDLES.join("' and '")}' failed to satisfy constraint`;
  for (const operation of ['PutParameter', 'CreateSecret'])
    stage.aws.fault({
      operation,
      // AWS repeats what a call has sent, so one of a plain value repeats no secret.
      when: ({ Type: type }) => type !== 'String',
      times: Number.POSITIVE_INFINITY,
      kind: { code: 'ValidationException', status: 400, message },
    });
  const options = { folder: folderWith({ '.env': TEXT }), env: stage.aws.env() };
  for (const json of [[], ['--json']]) {
    const run = await runCli(['apply', ...PREFIX, '--env-file', '.env', '--yes', ...json], options);
    expect(run.code).toBe(1);
    expect(run.errors).toContain('ssm:PutParameter');
    expect(leaksOf(run)).toEqual([]);
  }
});

it('by a .env that cannot be parsed, and by an argument that is no flag', async () => {
  const env = stage.aws.env();
  const broken = await runCli(['plan', ...PREFIX, '--env-file', '-'], {
    env,
    input: `${TEXT}c4nary-word-Qx\nOPEN="c4nary-mask-Qx\n`,
  });
  expect(broken.code).toBe(2);
  expect(leaksOf(broken)).toEqual([]);
  // flags.test.ts has the others.
  const [needle = ''] = NEEDLES;
  for (const args of [[needle], ['plan', needle], ['plan', '--adopt', needle]]) {
    const run = await runCli(args, { env });
    expect(run.code).toBe(2);
    expect(leaksOf(run), args.join(' ')).toEqual([]);
  }
});

// The steps of the reusable workflow, run by bash as the runner does, and read from its YAML.
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, expect, test } from 'vitest';
import { parse, stringify } from 'yaml';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

interface Step {
  readonly name?: string;
  readonly run?: string;
  readonly env?: Readonly<Record<string, string>>;
}
interface Target {
  readonly number: number;
  readonly name: string;
  readonly account: string;
  readonly prefix: string;
  readonly role: string;
  readonly gate: string;
  readonly config: string;
}

const folders: string[] = [];
afterEach(async () => {
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true, force: true });
});

/** A workspace as the workflow has it: the caller's files, and this repository below .aws-bootstrap. */
async function workspace(fleet?: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'fleet-'));
  folders.push(folder);
  await symlink(ROOT, join(folder, '.aws-bootstrap'), 'dir');
  await mkdir(join(folder, '.github'));
  if (fleet !== undefined) await writeFile(join(folder, '.github/aws-fleet.yml'), fleet);
  return folder;
}

/** Runs a named step; `given` takes the place of its expressions. */
async function run(folder: string, file: string, job: string, name: string, given: Record<string, string>) {
  const workflow = parse(await readFile(join(ROOT, '.github/workflows', file), 'utf8'));
  const steps: readonly Step[] = workflow.jobs[job].steps;
  const step = steps.find((each) => each.name === name);
  if (step?.run === undefined) throw new Error(`${file} has no step "${name}" in the job ${job}`);
  const unknown = new Set<string>();
  const env = Object.fromEntries(
    Object.entries(step.env ?? {}).map(([key, text]) => [
      key,
      text.replace(/\$\{\{ (.*?) \}\}/g, (_, expression: string) => {
        if (!(expression in given)) unknown.add(expression);
        return given[expression] ?? '';
      }),
    ]),
  );
  expect([...unknown], 'expressions of the step that the test does not give').toEqual([]);
  const files = { GITHUB_OUTPUT: join(folder, 'output'), GITHUB_STEP_SUMMARY: join(folder, 'summary.md') };
  await Promise.all(Object.values(files).map((path) => writeFile(path, '')));
  const { code, log } = await new Promise<{ code: number; log: string }>((resolve) => {
    const child = execFile(
      'bash',
      ['-e', '-o', 'pipefail', '-c', step.run ?? ''],
      { cwd: folder, env: { PATH: process.env['PATH'], ...files, ...env } },
      (_, stdout, stderr) => resolve({ code: child.exitCode ?? 1, log: stdout + stderr }),
    );
  });
  const output = new Map(
    (await readFile(files.GITHUB_OUTPUT, 'utf8'))
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)] as const),
  );
  return { code, log, output, summary: await readFile(files.GITHUB_STEP_SUMMARY, 'utf8') };
}

async function targets(fleet: string | undefined, given: { mode?: string; only?: string } = {}) {
  const folder = await workspace(fleet);
  const ran = await run(folder, 'fleet.yml', 'targets', 'find the targets', {
    'inputs.file': '.github/aws-fleet.yml',
    'inputs.mode': given.mode ?? 'plan',
    'inputs.only': given.only ?? '',
  });
  const chunks: Array<{ number: number; targets: string }> = JSON.parse(ran.output.get('chunks') ?? '[]');
  return { ...ran, folder, chunks, all: chunks.flatMap((chunk) => JSON.parse(chunk.targets) as Target[]) };
}

const keep = (folder: string, target: Target, outcome: string, outputs: Record<string, string>) =>
  run(folder, 'fleet-chunk.yml', 'target', 'keep the result for the summary', {
    'toJSON(matrix.target)': JSON.stringify(target, null, 2),
    'matrix.target.number': String(target.number),
    'steps.base.outcome': outcome,
    ...Object.fromEntries(
      [
        'changed',
        'drifted',
        'to-create',
        'to-update',
        'to-delete',
        'blocked',
        'monthly-cost-usd',
        'failure-reason',
        'plan-hash',
      ].map((key) => [`steps.base.outputs.${key}`, outputs[key] ?? '']),
    ),
  });

const summarize = (folder: string, mode: string) =>
  run(folder, 'fleet.yml', 'summary', 'tell all in one summary', { 'inputs.mode': mode });

/** The worked example of the documentation. */
async function example(): Promise<string> {
  const text = await readFile(join(ROOT, 'docs/fleet.md'), 'utf8');
  const [, block] = /^```yaml\n(# \.github\/aws-fleet\.yml\n.*?)^```$/ms.exec(text) ?? [];
  if (block === undefined) throw new Error('docs/fleet.md has no fleet file');
  return block;
}

/** @returns the text of each error annotation */
const errorsOf = (log: string) => [...log.matchAll(/^::error::(.*)$/gm)].map(([, text]) => text);

const small = { prefix: '/papyrus/{environment}', role: 'arn:aws:iam::{account}:role/deploy' };

test('the worked example has the targets of its table', async () => {
  const { code, all } = await targets(await example(), { mode: 'apply' });
  expect(code).toBe(0);
  const text = await readFile(join(ROOT, 'docs/fleet.md'), 'utf8');
  const shown = [...text.matchAll(/^\| `(\w+\/[\w-]+\/\w+)` \| `([^`]+)` \| `([^`]+)` \|/gm)];
  expect(all.map(({ name, prefix, role }) => [name, prefix, role])).toEqual(shown.map((row) => row.slice(1)));
  expect(all.map(({ number }) => number)).toEqual([1, 2, 3, 4, 5]);
  expect(all.at(-1)).toMatchObject({
    account: '222222222222',
    role: 'arn:aws:iam::222222222222:role/papyrus-prd-us-west-2-deploy',
    gate: 'live',
  });
  // A stack of iam/roles.yml allows one prefix in one region.
  expect(new Set(all.map(({ role }) => role)).size).toBe(all.length);
  const [{ role, prefix, gate }] = all as [Target];
  expect(role.endsWith(`/${/RoleNames=(\S+)/.exec(text)?.[1]}-deploy`)).toBe(true);
  expect([prefix, gate]).toEqual([/ Prefix=(\S+)/.exec(text)?.[1], / Environment=(\S+)/.exec(text)?.[1]]);
});

test('more than 256 targets use several matrices', async () => {
  const environments = Array.from({ length: 300 }, (_, index) => `e${index}`);
  const fleet = {
    ...small,
    accounts: [{ id: '000000000001' }, { id: '000000000002' }],
    regions: ['us-west-2'],
    environments,
  };
  const { code, chunks, all } = await targets(stringify(fleet));
  expect(code).toBe(0);
  expect(chunks.map((chunk) => JSON.parse(chunk.targets).length)).toEqual([256, 256, 88]);
  expect(new Set(all.map(({ number }) => number)).size).toBe(600);
  expect(all[0]).toMatchObject({ account: '000000000001', name: '000000000001/us-west-2/e0' });
});

test('only selects targets by globs, and a glob without a match is an error', async () => {
  const fleet = await example();
  expect(
    (await targets(fleet, { only: 'live/*/*, test/us-west-2/dev' })).all.map(({ name }) => name),
  ).toEqual(['test/us-west-2/dev', 'live/us-west-2/prd']);
  const { code, log } = await targets(fleet, { only: 'live/*' });
  expect(code).toBe(1);
  expect(errorsOf(log)).toEqual([expect.stringContaining('live/*')]);
});

test('every error of the file is reported at once, before a job has a role', async () => {
  const { code, log, output } = await targets(
    stringify({
      prefix: '/papyrus',
      role: 'arn:aws:iam::111111111111:role/deploy',
      regoins: ['us-west-2'],
      regions: ['us-west-2', 'oregon'],
      environments: ['prd', 'prd'],
      accounts: [{ id: 111111111111 }, { id: '222222222222', regions: ['us-west-2'], config: '{stage}.yml' }],
      exclude: [{ region: 'eu-west-1' }],
    }),
    { mode: 'destroy' },
  );
  expect(code).toBe(1);
  expect(output.size).toBe(0);
  const named = [
    '"destroy"',
    '"regoins"',
    'accounts[0]: ',
    '"oregon"',
    'accounts[0]: environments:',
    'accounts[1]: environments:',
    'account 111111111111',
    'prefix "/papyrus"',
    'config: {stage}',
    'exclude[0]',
  ];
  expect(errorsOf(log)).toEqual(named.map((key) => expect.stringContaining(key)));
});

test.each([
  ['no file', undefined, ['.github/aws-fleet.yml']],
  ['no mapping', '- a', ['prefix, role, accounts']],
  ['no YAML', 'a: [', ['YAML']],
  ['nothing in it', '', ['prefix, role, accounts']],
  ['no account', stringify({ ...small, regions: ['us-west-2'], environments: ['prd'] }), ['accounts']],
  [
    'two targets of one prefix',
    stringify({
      prefix: '/papyrus/prd',
      role: small.role,
      accounts: [{ id: '111111111111', name: 'a' }],
      regions: ['us-west-2'],
      environments: ['stg', 'prd'],
    }),
    ['a/us-west-2/prd'],
  ],
])('a file with %s is an error that says what is missing', async (_, fleet, named) => {
  const { code, log } = await targets(fleet);
  expect(code).toBe(1);
  expect(errorsOf(log)).toEqual(named.map((key) => expect.stringContaining(key)));
  expect(log).not.toMatch(/unexpected|at .*\.mjs/);
});

test('one summary lists all targets, those that need a person first', async () => {
  const { folder, all } = await targets(await example(), { mode: 'apply' });
  const [first, second, third, fourth] = all as [Target, Target, Target, Target, Target];
  await keep(folder, first, 'success', { changed: 'true', 'to-create': '9', 'monthly-cost-usd': '1.2' });
  await keep(folder, second, 'success', { changed: 'false', 'to-create': '0', 'monthly-cost-usd': '1.2' });
  await keep(folder, third, 'failure', {
    'failure-reason': 'blocked',
    blocked: '1',
    'monthly-cost-usd': '0.4',
  });
  await keep(folder, fourth, 'skipped', {});
  const { code, summary, log } = await summarize(folder, 'apply');
  expect(code).toBe(1);
  expect(errorsOf(log)).toEqual([expect.stringContaining('3 of 5')]);
  const rows = [...summary.matchAll(/^\| (\w+\/.*?) \| (.*?) \| (.*?) \|/gm)];
  expect(rows.map(([, name, prefix]) => [name, prefix])).toEqual([
    ['live/us-west-2/prd', '/papyrus/prd'],
    ['test/ap-northeast-1/dev', '/papyrus/dev'],
    ['test/ap-northeast-1/stg', '/papyrus/stg'],
    ['test/us-west-2/dev', '/papyrus/dev'],
    ['test/us-west-2/stg', '/papyrus/stg'],
  ]);
  const [withoutResult = '', blocked, skipped, changed, unchanged] = rows.map(([, , , result]) => result);
  expect([blocked, changed]).toEqual(['failed: blocked', 'applied']);
  expect(skipped).toMatch(/^failed: /);
  expect(new Set([withoutResult, blocked, skipped, changed, unchanged]).size).toBe(5);
  expect(summary).toContain('$2.80');
});

test.each([
  ['plan', { 'to-create': '2' }, { 'to-create': '0' }],
  ['drift', { drifted: 'true' }, { drifted: 'false' }],
])(
  'a %s without errors succeeds, also with a difference, which is listed first',
  async (mode, open, none) => {
    const { folder, all } = await targets(await example(), { mode, only: 'test/us-west-2/*' });
    const [first, second] = all as [Target, Target];
    await keep(folder, first, 'success', none);
    await keep(folder, second, 'success', open);
    const { code, summary } = await summarize(folder, mode);
    expect(code).toBe(0);
    const rows = [...summary.matchAll(/^\| (\w+\/.*?) \| .*? \| (.*?) \|/gm)];
    expect(rows.map(([, name]) => name)).toEqual([second.name, first.name]);
    for (const [, , result] of rows) expect(summary).toContain(`1 ${result}`);
  },
);

test('a name in the summary is text, never markup', async () => {
  const folder = await workspace();
  await mkdir(join(folder, '.aws-bootstrap-fleet'));
  await writeFile(
    join(folder, '.aws-bootstrap-fleet/targets.json'),
    JSON.stringify([{ number: 1, name: 'a|b<img src=x>`@all`\n# c', prefix: '/a/b' }]),
  );
  const { summary } = await summarize(folder, 'plan');
  expect(summary).toContain('a\\|b&lt;img src=x&gt;\\`\\@all\\` \\# c');
});

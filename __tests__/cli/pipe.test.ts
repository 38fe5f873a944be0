// The command line as a child process whose streams are pipes.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import manifest from '../../package.json' with { type: 'json' };
import { dotenv, openStage, SEED } from '../action/stage.ts';
import { ensureNode24 } from '../servers/node24.ts';
import { ESCAPE, folderWith, runCli } from './run.ts';

const stage = await openStage();
afterAll(() => stage[Symbol.asyncDispose]());
beforeEach(() => stage.aws.reset());

const PREFIX = ['--prefix', '/papyrus/prd'];
const folder = () => folderWith({ '.env': dotenv() });
const run = (args: readonly string[], more: Parameters<typeof runCli>[1] = {}) =>
  runCli(args, { folder: folder(), ...more, env: { ...stage.aws.env(), ...more.env } });

interface Document {
  readonly prefix: string;
  readonly changes: ReadonlyArray<{ kind: string; name: string; action: string }>;
  readonly results?: ReadonlyArray<{ name: string; result: string }>;
}

describe('plan, apply, drift and destroy', () => {
  it('show the plan, apply it once, report drift, and delete all of it', async () => {
    const apply = await run(['apply', ...PREFIX, '--env-file', '.env', '--yes']);
    expect(apply.code).toBe(0);
    expect(apply.output).toContain('+ parameter /papyrus/prd/LOG_LEVEL');
    expect(apply.output).toContain('account 123456789012');
    expect(apply.errors).toMatch(/^\d+\/\d+ secret papyrus\/prd\/db: done$/m);
    // No workflow command, no escape sequence.
    expect(apply.output + apply.errors).not.toMatch(/^\s*::|##\[|\r/m);
    expect(apply.output + apply.errors).not.toContain(ESCAPE);
    expect((await stage.parameter('LOG_LEVEL')).value).toBe('info');
    expect(await stage.secret('db')).toMatchObject({ password: SEED['DB_PASSWORD'] });

    stage.aws.forget();
    const again = await run(['apply', ...PREFIX, '--env-file', '.env', '-y']);
    expect(again.code).toBe(0);
    expect(stage.aws.writes()).toEqual([]);
    // The account, and that nothing differs.
    expect(again.output.trim().split('\n')).toHaveLength(2);

    await stage.put('LOG_LEVEL', 'debug');
    const drift = await run(['drift', ...PREFIX, '--env-file', '.env']);
    expect(drift.code).toBe(3);
    expect(drift.output).toContain('value: "debug" → "info"');
    expect((await run(['drift', ...PREFIX, '--env-file', '.env', '--no-fail-on-drift'])).code).toBe(0);

    // Without a variable, while some exist, the error names the flag, and nothing of GitHub.
    for (const command of ['plan', 'drift']) {
      const { code, errors } = await run([command, ...PREFIX]);
      expect(code).toBe(2);
      expect(errors).toContain('--env-file');
      expect(errors).not.toMatch(/GitHub|workflow|job/);
    }

    // Switches of one letter together.
    const destroy = await run(['destroy', ...PREFIX, '-yq']);
    expect(destroy).toMatchObject({ code: 0, errors: '' });
    expect(destroy.output.trim().split('\n')).toHaveLength(1);
    await expect(stage.parameter('LOG_LEVEL')).rejects.toThrow();
    stage.aws.forget();
    const nothing = await run(['destroy', ...PREFIX, '--yes']);
    expect(nothing.code).toBe(0);
    // Log group and repository are kept.
    expect(nothing.output).toMatch(/^Nothing .* 2 /m);
    expect(stage.aws.writes()).toEqual([]);
  });

  it('refuse to write without a terminal or --yes, before anything is read', async () => {
    for (const command of ['apply', 'destroy']) {
      const { code, errors } = await run([command, ...PREFIX, '--env-file', '.env']);
      expect(code).toBe(2);
      expect(errors).toContain('--yes');
      expect(stage.aws.calls).toEqual([]);
    }
  });

  it('end with 1 if a change is blocked, and if AWS denies access', async () => {
    await stage.put('LOG_LEVEL', 'info', 'SecureString');
    const rules = 'rules:\n  - match: LOG_LEVEL\n    to: parameter\n';
    const blocked = await run(['apply', ...PREFIX, '--env-file', '.env', '--config', 'rules.yml', '--yes'], {
      folder: folderWith({ '.env': 'LOG_LEVEL=info\n', 'rules.yml': rules }),
    });
    expect(blocked.code).toBe(1);
    expect(blocked.output).toContain('--allow change-type');
    stage.aws.fault({
      operation: 'GetCallerIdentity',
      kind: { code: 'ExpiredToken', status: 403, message: 'no' },
      times: Number.POSITIVE_INFINITY,
    });
    const expired = await run(['plan', ...PREFIX]);
    expect(expired.code).toBe(1);
    expect(expired.errors).toContain('aws sso login');
  });
});

describe('standard output', () => {
  it('is JSON alone with --json: the plan, which can be approved, and the result of each change', async () => {
    const plan = await run(['plan', ...PREFIX, '--env-file', '.env', '--json']);
    expect(plan.code).toBe(0);
    const planned = JSON.parse(plan.output) as Document;
    expect(planned.prefix).toBe('/papyrus/prd');
    expect(planned.changes.find(({ name }) => name === 'papyrus/prd/db')?.action).toBe('create');
    expect(planned.results).toBeUndefined();
    expect(stage.aws.writes()).toEqual([]);

    const folder = folderWith({ '.env': dotenv(), 'plan.json': plan.output });
    const args = ['apply', ...PREFIX, '--env-file', '.env', '--yes', '--json', '--expect-plan', 'plan.json'];
    const apply = await run(args, { folder });
    expect(apply.code).toBe(0);
    const { results = [] } = JSON.parse(apply.output) as Document;
    expect(results.length).toBeGreaterThan(0);
    expect(results.filter(({ result }) => result !== 'done')).toEqual([]);
    // By now the plan is another one.
    await stage.put('LOG_LEVEL', 'debug');
    expect((await run(args, { folder })).code).toBe(1);
    expect((await stage.parameter('LOG_LEVEL')).value).toBe('debug');
  });

  it('is one line with --quiet, and standard error is empty', async () => {
    const { output, errors } = await run(['plan', ...PREFIX, '--env-file', '.env', '--quiet']);
    expect(output.trim().split('\n')).toHaveLength(1);
    expect(errors).toBe('');
  });

  it('may be closed by its reader', async () => {
    const { code } = await run(['plan', ...PREFIX, '--env-file', '.env'], {
      onSpawn: (child) => child.stdout?.destroy(),
    });
    expect(code).toBe(0);
  });
});

describe('inputs', () => {
  it('come by file, standard input and environment', async () => {
    const { output, code } = await run(['plan', ...PREFIX, '--secrets', '@values.env', '--dotenv', '-'], {
      folder: folderWith({ 'values.env': 'STRIPE_API_KEY=sk_test_1234567890abcdefgh\n' }),
      input: 'LOG_LEVEL=warning\n',
      env: { AWS_BOOTSTRAP_VARIABLES: 'WORKERS', WORKERS: '8' },
    });
    expect(code).toBe(0);
    expect(output).toMatch(/parameter \/papyrus\/prd\/STRIPE_API_KEY\n +type: SecureString/);
    expect(output).toContain('value: "warning"');
    expect(output).toContain('/papyrus/prd/WORKERS');
  });

  it('of standard input have errors with the line', async () => {
    const { code, errors } = await run(['plan', ...PREFIX, '--env-file', '-'], {
      input: 'LOG_LEVEL=info\nno line\n',
    });
    expect(code).toBe(2);
    expect(errors).toContain('line 2');
  });

  it('that carry values are refused on the command line, also where they begin like a reference', async () => {
    const canary = 'c4nary-argument-Qx';
    for (const args of [
      ['--secrets', `NAME=${canary}`],
      ['--auth0-management-client-secret', `@${canary}`],
    ]) {
      const { code, output, errors } = await run(['plan', ...PREFIX, ...args]);
      expect(code).toBe(2);
      expect(errors).toContain(args[0]);
      expect(output + errors).not.toContain(canary);
    }
  });

  it('of a step are not read, and nothing of GitHub is', async () => {
    const env = {
      INPUT_PREFIX: '/other/prd',
      GITHUB_EVENT_NAME: 'pull_request_target',
      GITHUB_TOKEN: 'ghp_c4nary',
      GITHUB_API_URL: 'http://127.0.0.1:9',
      GITHUB_OUTPUT: '/nowhere/output',
      GITHUB_STEP_SUMMARY: '/nowhere/summary',
      GITHUB_REPOSITORY: 'o/r',
    };
    const { code, output } = await run(['drift', ...PREFIX, '--drift-issue'], { env });
    expect(code).toBe(3);
    expect(output).toContain('/ecs/papyrus');
  });
});

describe('the command line', () => {
  it.each<[args: string[], named: string]>([
    [['pln'], 'plan'],
    [['plan', '--preffix', '/a/b'], '--prefix'],
    [['plan', '--env-file', '-', '--secrets', '-'], '--secrets'],
    [['plan', '--secrets', '@nowhere.env'], '--secrets'],
    [['plan', 'one'], 'plan'],
    [['--prefix', '/a/b'], 'COMMAND'],
    [['nonsense'], 'plan, apply'],
  ])('%s is an input error that names %s', async (args, named) => {
    const { code, errors, output } = await run(args, { input: '' });
    expect(code).toBe(2);
    expect(errors).toContain(named);
    expect(output).toBe('');
    expect(stage.aws.calls).toEqual([]);
  });

  it('has help, and its version', async () => {
    const all = await run(['--help']);
    expect(all.code).toBe(0);
    expect(all.output).toContain('\n  destroy ');
    const help = await run(['help', 'plan']);
    expect(help.output).toContain('npx github:papyrus/aws-bootstrap plan');
    expect(await run(['plan', '--help'], { node: await ensureNode24() })).toMatchObject({
      code: 0,
      output: help.output,
    });
    expect((await run(['--version'])).output).toBe(`${manifest.version}\n`);
  });

  it('runs on Node 24', async () => {
    const node = await ensureNode24();
    const apply = await run(['apply', ...PREFIX, '--env-file', '-', '--yes'], { node, input: dotenv() });
    expect(apply.code).toBe(0);
    expect(apply.errors).not.toMatch(/warning: .*deprecat/i);
  });
});

describe('beside the plan', () => {
  const task = JSON.stringify({
    family: 'papyrus',
    containerDefinitions: [{ name: 'app', image: 'placeholder' }],
  });

  it('the completed task definition is a file of its own', async () => {
    const folder = folderWith({ '.env': dotenv(), 'task.json': task });
    const args = [...PREFIX, '--env-file', '.env', '--task-definition', 'task.json'];
    const plan = await run(['plan', ...args], { folder });
    expect(plan.code).toBe(0);
    expect(plan.output).not.toContain('Task definition:');
    const { code, output } = await run(['apply', ...args, '--yes'], { folder });
    expect(code).toBe(0);
    const path = /^Task definition: (.+)$/m.exec(output)?.[1] ?? '';
    const completed = JSON.parse(readFileSync(path, 'utf8')) as {
      containerDefinitions: { secrets: { name: string }[] }[];
    };
    const names = completed.containerDefinitions[0]?.secrets.map(({ name }) => name) ?? [];
    expect(names).toEqual(expect.arrayContaining(['DB_PASSWORD', 'LOG_LEVEL']));
    expect(readFileSync(join(folder, 'task.json'), 'utf8')).toBe(task);
  });

  it('a resource that cannot be read fails drift, and is named', async () => {
    stage.aws.fault({
      operation: 'DescribeLogGroups',
      kind: 'access-denied',
      times: Number.POSITIVE_INFINITY,
    });
    const { code, output, errors } = await run(['drift', ...PREFIX, '--only', 'log-group']);
    expect(code).toBe(1);
    expect(errors).toContain('logs:DescribeLogGroups');
    expect(output).toContain('Incomplete');
  });
});

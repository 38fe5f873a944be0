// The command line as a child process whose streams are pipes.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { INPUTS } from '../../src/settings/input-names.ts';
import { dotenv, openStage, SEED } from '../action/stage.ts';
import { ensureNode24 } from '../servers/node24.ts';
import { folderWith, runCli } from './run.ts';

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
  it('apply what a plan shows, once, and take it away again', async () => {
    const plan = await run(['plan', ...PREFIX, '--env-file', '.env']);
    expect(plan).toMatchObject({ code: 0 });
    expect(plan.output).toContain('+ parameter /papyrus/prd/LOG_LEVEL');
    expect(plan.output).toContain('account 123456789012');
    expect(stage.aws.writes()).toEqual([]);

    const apply = await run(['apply', ...PREFIX, '--env-file', '.env', '--yes']);
    expect(apply.code).toBe(0);
    expect((await stage.parameter('LOG_LEVEL')).value).toBe('info');
    expect(await stage.secret('db')).toMatchObject({ password: SEED['DB_PASSWORD'] });
    expect(apply.errors).toMatch(/^\d+\/\d+ secret papyrus\/prd\/db: done$/m);

    stage.aws.forget();
    const again = await run(['apply', ...PREFIX, '--env-file', '.env', '-y']);
    expect(again.code).toBe(0);
    expect(stage.aws.writes()).toEqual([]);
    // Where it was, and that nothing differs.
    expect(again.output.trim().split('\n')).toHaveLength(2);

    await stage.put('LOG_LEVEL', 'debug');
    const drift = await run(['drift', ...PREFIX, '--env-file', '.env']);
    expect(drift.code).toBe(3);
    expect(drift.output).toContain('value: "debug" → "info"');
    expect((await run(['drift', ...PREFIX, '--env-file', '.env', '--fail-on-drift', 'false'])).code).toBe(0);
    expect((await run(['drift', ...PREFIX, '--env-file', '.env', '--no-fail-on-drift'])).code).toBe(0);

    const destroy = await run(['destroy', ...PREFIX, '--yes']);
    expect(destroy.code).toBe(0);
    await expect(stage.parameter('LOG_LEVEL')).rejects.toThrow();
    const nothing = await run(['destroy', ...PREFIX, '--yes', '--quiet']);
    expect(nothing.output).toMatch(/^Nothing to destroy: 2 /);
  });

  it('print no workflow command and no escape sequence', async () => {
    const { output, errors } = await run(['apply', ...PREFIX, '--env-file', '.env', '--yes']);
    expect(output + errors).not.toMatch(/^\s*::/m);
    expect(output + errors).not.toContain('##[');
    expect(output + errors).not.toContain('\u001b');
    expect(output + errors).not.toContain('\r');
  });

  it('refuse to write without a terminal or --yes, before anything is read', async () => {
    for (const command of ['apply', 'destroy']) {
      stage.aws.forget();
      const { code, errors } = await run([command, ...PREFIX, '--env-file', '.env']);
      expect(code).toBe(2);
      expect(errors).toContain('--yes');
      expect(stage.aws.calls).toEqual([]);
    }
  });

  it('without a variable, while some exist, name the flag and nothing of GitHub', async () => {
    await run(['apply', ...PREFIX, '--env-file', '.env', '--yes']);
    for (const command of ['plan', 'drift']) {
      const { code, errors } = await run([command, ...PREFIX]);
      expect(code).toBe(2);
      expect(errors).toContain('--env-file');
      expect(errors).not.toMatch(/GitHub|workflow|job/);
    }
  });

  it('end with 1 where a change is blocked, and where AWS refuses', async () => {
    await stage.others.ssm.send(
      new (await import('@aws-sdk/client-ssm')).PutParameterCommand({
        Name: '/papyrus/prd/LOG_LEVEL',
        Value: 'info',
        Type: 'SecureString',
      }),
    );
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
  it('is the plan as JSON alone with --json', async () => {
    const { output, code } = await run(['plan', ...PREFIX, '--env-file', '.env', '--json']);
    const document = JSON.parse(output) as Document;
    expect(code).toBe(0);
    expect(document.prefix).toBe('/papyrus/prd');
    expect(document.changes.find(({ name }) => name === 'papyrus/prd/db')?.action).toBe('create');
    expect(document.results).toBeUndefined();
  });

  it('prints the result of each change with --json, and the plan is one that approves', async () => {
    const plan = await run(['plan', ...PREFIX, '--env-file', '.env', '--json']);
    const folder = folderWith({ '.env': dotenv(), 'plan.json': plan.output });
    const args = ['apply', ...PREFIX, '--env-file', '.env', '--yes', '--json', '--expect-plan', 'plan.json'];
    const apply = await run(args, { folder });
    expect(apply.code).toBe(0);
    const { results = [] } = JSON.parse(apply.output) as Document;
    expect(results.map(({ result }) => result)).toEqual(results.map(() => 'done'));
    // By now another plan is left to be made.
    await stage.put('LOG_LEVEL', 'debug');
    expect((await run(args, { folder })).code).toBe(1);
    expect((await stage.parameter('LOG_LEVEL')).value).toBe('debug');
  });

  it('is one line with --quiet, and standard error is empty', async () => {
    const { output, errors } = await run(['plan', ...PREFIX, '--env-file', '.env', '--quiet']);
    expect(output.trim().split('\n')).toHaveLength(1);
    expect(errors).toBe('');
    // Switches of one letter together.
    expect(await run(['apply', ...PREFIX, '--env-file', '.env', '-yq'])).toMatchObject({
      code: 0,
      errors: '',
    });
  });

  it('may be closed by its reader', async () => {
    const { code } = await run(['plan', ...PREFIX, '--env-file', '.env'], {
      onSpawn: (child) => child.stdout?.destroy(),
    });
    expect(code).toBe(0);
  });
});

describe('inputs', () => {
  it('a .env comes by standard input', async () => {
    const { code, output } = await run(['plan', ...PREFIX, '--env-file', '-'], {
      input: 'LOG_LEVEL=warning\n',
    });
    expect(code).toBe(0);
    expect(output).toContain('value: "warning"');
    // Node.js, which runs npx, does not know this one.
    const other = await run(['plan', ...PREFIX, '--dotenv', '-'], { input: 'LOG_LEVEL=warning\n' });
    expect(other.output).toBe(output);
    const wrong = await run(['plan', ...PREFIX, '--env-file', '-'], { input: 'LOG_LEVEL=info\nno line\n' });
    expect(wrong.code).toBe(2);
    expect(wrong.errors).toContain('standard input line 2');
  });

  it('that carry values are refused on the command line, and come by file, standard input and environment', async () => {
    const canary = 'c4nary-argument-Qx';
    for (const flag of ['dotenv', 'variables', 'secrets', 'auth0-management-client-secret', 'github-token'])
      for (const args of [[`--${flag}`, `NAME=${canary}`], [`--${flag}=${canary}`]]) {
        const { code, output, errors } = await run(['plan', ...PREFIX, ...args]);
        expect(code).toBe(2);
        expect(errors).toContain(`--${flag}`);
        expect(output + errors).not.toContain(canary);
      }
    const folder = folderWith({ 'values.env': 'STRIPE_API_KEY=sk_test_1234567890abcdefgh\n' });
    // A value that begins like a reference.
    const at = await run(['plan', ...PREFIX, '--auth0-management-client-secret', `@${canary}`]);
    expect(at.code).toBe(2);
    expect(at.output + at.errors).not.toContain(canary);
    for (const [args, more] of [
      [['--secrets', '@values.env'], {}],
      [['--secrets', '-'], { input: 'STRIPE_API_KEY=sk_test_1234567890abcdefgh\n' }],
      [[], { env: { AWS_BOOTSTRAP_SECRETS: 'STRIPE_API_KEY=sk_test_1234567890abcdefgh' } }],
      [
        [],
        { env: { AWS_BOOTSTRAP_SECRETS: 'STRIPE_API_KEY', STRIPE_API_KEY: 'sk_test_1234567890abcdefgh' } },
      ],
    ] as const) {
      const { output, code } = await run(['plan', ...PREFIX, ...args], { folder, ...more });
      expect(code).toBe(0);
      expect(output).toMatch(/parameter \/papyrus\/prd\/STRIPE_API_KEY\n +type: SecureString/);
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
  it.each([
    [['pln'], 'plan'],
    [['plan', '--preffix', '/a/b'], '--prefix'],
    [['plan', '--env_file', '.env'], '--env-file'],
  ])('%s: names the nearest', async (args, nearest) => {
    const { code, errors } = await run(args);
    expect(code).toBe(2);
    expect(errors).toContain(`Did you mean ${nearest}?`);
  });

  it.each([
    [['plan', '--prefix', '--region', 'us-west-2']],
    [['plan', '--prefix', '/a/b', '--prefix', '/c/d']],
    [['plan', '--adopt=perhaps']],
    [['plan', '--env-file', '-', '--secrets', '-']],
    [['plan', '--secrets', '@nowhere.env']],
    [['--prefix', '/a/b']],
    [['nonsense']],
  ])('%s is an input error', async (args) => {
    stage.aws.forget();
    const { code, errors, output } = await run(args, { input: '' });
    expect(code).toBe(2);
    expect(errors).not.toBe('');
    expect(output).toBe('');
    expect(stage.aws.calls).toEqual([]);
  });

  it('has help for each command, with every input as a flag and an example', async () => {
    const all = await run(['--help']);
    expect(all.code).toBe(0);
    for (const command of ['plan', 'apply', 'drift', 'destroy', 'init']) {
      expect(all.output).toContain(command);
      const help = await run([command, '--help']);
      expect(help.code).toBe(0);
      expect(help.output).toContain(`npx github:papyrus/aws-bootstrap ${command}`);
      expect((await run(['help', command])).output).toBe(help.output);
    }
    const plan = await run(['plan', '--help']);
    const hidden = ['mode', 'comment-on-pr', 'drift-issue', 'github-token'];
    for (const name of INPUTS.filter((input) => !hidden.includes(input)))
      expect(plan.output, name).toContain(`--${name}`);
    expect((await run(['--version'])).output).toMatch(/^\d+\.\d+\.\d+\n$/);
  });

  it('runs on Node 24', async () => {
    const node = await ensureNode24();
    const apply = await run(['apply', ...PREFIX, '--env-file', '-', '--yes'], { node, input: dotenv() });
    expect(apply.code).toBe(0);
    expect(apply.errors).not.toMatch(/warning: .*deprecat/i);
    expect((await run(['plan', '--help'], { node })).code).toBe(0);
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

  it('what cannot be read fails a plan, and is named', async () => {
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

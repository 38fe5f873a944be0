/** What machines are given, through the bundle: the task definition, the plan by its schema, outputs that arrive. */
import { readFileSync } from 'node:fs';
import { Ajv } from 'ajv';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { parseMermaid } from '../report/mermaid.ts';
import { readable } from '../report/readable.ts';
import { type AwsServer, startAws } from '../servers/aws.ts';
import { CANARIES, DOTENV, step } from './bench.ts';
import { findLeaks } from './leaks.ts';

let aws: AwsServer;
beforeAll(async () => {
  aws = await startAws();
});
afterAll(() => aws?.close());
beforeEach(() => aws.reset());

const schema = JSON.parse(readFileSync(new URL('../../schema/plan.schema.json', import.meta.url), 'utf8'));
const isPlan = new Ajv({ strict: true, allowUnionTypes: true }).compile(schema);
const TASK = JSON.stringify(
  {
    family: 'papyrus',
    executionRoleArn: 'arn:aws:iam::123456789012:role/x',
    containerDefinitions: [{ name: 'app', image: 'old', environment: [{ name: 'DB_PASSWORD', value: 'x' }] }],
  },
  null,
  2,
);
const task = (inputs: Record<string, string> = {}) =>
  step(
    aws,
    undefined,
    { mode: 'apply', 'task-definition': 'task.json', ...inputs },
    { files: { 'task.json': TASK } },
  );

describe('the task definition', () => {
  it('is completed after an apply, outside of the workspace', async () => {
    const run = await task({ 'container-name': 'app' });
    expect(run.exitCode, run.log).toBe(0);
    const path = run.outputs['task-definition'] ?? '';
    expect(path.startsWith(run.temp)).toBe(true);
    const [container] = JSON.parse(readFileSync(path, 'utf8')).containerDefinitions;
    expect(container.secrets).toEqual(JSON.parse(run.outputs['task-definition-secrets'] ?? ''));
    expect(container.secrets).toHaveLength(15);
    expect(container.environment).toEqual([]);
    expect(container.image).toBe('old');
    expect(container.logConfiguration.options['awslogs-group']).toBe('/ecs/papyrus');
    expect(Object.values(container.dockerLabels)).toEqual([run.outputs['config-fingerprint']]);
    expect(run.written).toEqual([]);
    expect(findLeaks(run, CANARIES)).toEqual([]);
  });

  it('waits where its secrets do not stand yet, and says so', async () => {
    const run = await task({ mode: 'plan' });
    expect(run.exitCode, run.log).toBe(0);
    expect(run.outputs['task-definition']).toBe('');
    expect(run.log).toContain('task.json is not completed');
  });

  it.each([
    [{ 'task-definition': 'none.json' }, 'there is no file'],
    [{ 'container-name': 'web' }, '"app"'],
    [{ 'task-definition': '', 'container-name': 'app' }, 'task-definition, which is not given'],
  ])('is refused before anything is read: %o', async (inputs, said) => {
    const run = await task(inputs);
    expect(run.outputs['failure-reason']).toBe('input');
    expect(run.log).toContain(said);
    expect(aws.calls).toEqual([]);
  });
});

describe('the plan', () => {
  it('follows its schema in every mode and state, and is sorted', async () => {
    const inputs = { dotenv: `${DOTENV}\nEMPTY=` };
    const runs = [
      await step(aws, undefined, { ...inputs, mode: 'plan' }),
      await step(aws, undefined, { ...inputs, mode: 'apply' }),
    ];
    runs.push(
      await step(aws, undefined, {
        mode: 'drift',
        dotenv: DOTENV.replace('THREADS=4', 'THREADS=5'),
        'log-retention-days': '3',
      }),
    );
    for (const run of runs) {
      const plan = JSON.parse(run.outputs['plan'] ?? '');
      expect(isPlan(plan), JSON.stringify(isPlan.errors)).toBe(true);
      expect(JSON.parse(readFileSync(run.outputs['plan-file'] ?? '', 'utf8'))).toEqual(plan);
      const ids = plan.changes.map(({ kind, name }: { kind: string; name: string }) => `${kind} ${name}`);
      expect(ids).toEqual([...ids].sort());
    }
    expect(isPlan({ version: 2 })).toBe(false);
  });
});

describe('the output guard', () => {
  it('names the output that other jobs would not get, and what it holds', async () => {
    const run = await step(aws, undefined, {
      mode: 'apply',
      'log-group': '/ecs/papyrus',
      secrets: 'WORD=plan-hash-is-not-this\nOTHER=GUNICORN_WORKERS',
    });
    expect(run.exitCode, run.log).toBe(0);
    expect(run.log).toMatch(/output parameters: other jobs will not get it.*OTHER/);
    // What stands in a file is scrubbed, and so is the plan.
    expect(run.outputs['plan']).not.toContain('GUNICORN_WORKERS');
    expect(run.dropped).not.toContain('plan');
    const withheld = run.dropped.filter((name) => run.outputs[name] !== '');
    for (const name of withheld) expect(run.log).toContain(`output ${name}: other jobs will not get it`);
  });

  it('is quiet where every output arrives', async () => {
    const run = await step(aws, undefined, { mode: 'apply' });
    expect(run.dropped.filter((name) => run.outputs[name] !== '')).toEqual([]);
    expect(run.log).not.toContain('other jobs will not get it');
  });
});

describe('the summary through the bundle', () => {
  it('has checklist, routing, a diagram that parses, the price, outputs and policies', async () => {
    const run = await step(aws, undefined, { mode: 'apply', 'iam-policies': 'true' });
    for (const line of ['📋 Checklist', '🔑 Where each', '💵 $1.20 a month', '📤 Outputs', '🔐 IAM policies'])
      expect(run.rawSummary).toContain(`<summary>${line}`);
    expect(run.summary).toContain('https://console.aws.amazon.com/systems-manager/parameters/');
    const [, picture = ''] = /```mermaid\n([\s\S]*?)\n```/.exec(run.rawSummary) ?? [];
    await parseMermaid(picture);
    expect(run.rawSummary).toContain('| now: 3 secrets | \\$1.20 |');
    expect(findLeaks(run, CANARIES)).toEqual([]);
  });

  it('stays below 1 MiB with 1000 variables', async () => {
    const many = Array.from(
      { length: 1000 },
      (_, n) => `VARIABLE_${'X'.repeat(110)}_${n}=${Array(45).fill('orange').join(',')}`,
    ).join('\n');
    const run = await step(
      aws,
      undefined,
      { mode: 'plan', dotenv: '', 'env-file': '.env' },
      { files: { '.env': many } },
    );
    expect(run.exitCode, run.log.slice(-2000)).toBe(0);
    expect(Buffer.byteLength(run.rawSummary)).toBeLessThan(1024 * 1024);
    expect(run.summary).not.toBe('');
  });

  it('says each thing once', async () => {
    const times = (text: string, words: string) => text.split(words).length - 1;
    await step(aws, undefined, { mode: 'apply' });
    const moved = await step(aws, undefined, { mode: 'plan', prefer: 'ssm' });
    expect(times(moved.summary, 'keys that are not configured here are kept: client_id')).toBe(1);
    expect(times(moved.summary, 'stale copies that everyone who may read this secret can read')).toBe(2);
    expect(moved.summary).not.toContain('(prefer: ssm)');

    aws.fault({ operation: 'PutParameter', kind: 'access-denied', times: 1 });
    const failed = await step(aws, undefined, {
      mode: 'apply',
      dotenv: DOTENV.replace('WORKERS=2', 'WORKERS=4'),
    });
    expect(times(failed.summary, 'The role may not call')).toBe(1);

    const end = await step(aws, undefined, { mode: 'destroy', confirm: '/papyrus/prd' });
    expect(end.exitCode, end.log).toBe(0);
    expect(times(readable(end.summary), '`GUNICORN_WORKERS`')).toBe(1);
  });

  it('calls what a plan would change no drift', async () => {
    await step(aws, undefined, { mode: 'apply' });
    const other = { dotenv: DOTENV.replace('WORKERS=2', 'WORKERS=4') };
    const plan = await step(aws, undefined, { ...other, mode: 'plan' });
    expect(plan.summary).toContain('1 to update');
    expect(plan.summary).not.toContain('🔶');
    const drift = await step(aws, undefined, { ...other, mode: 'drift' });
    expect(drift.summary).toContain('🔶 1 of 10 resources drifted');
  });

  it('a second run is quiet: one line', async () => {
    await step(aws, undefined, { mode: 'apply' });
    const run = await step(aws, undefined, { mode: 'apply' });
    expect(
      run.log
        .split('\n')
        .filter((line) => line !== '' && !line.includes('add-mask') && !line.startsWith('::')),
    ).toEqual(['apply: ✅ No changes: 10 resources match the configuration']);
  });
});

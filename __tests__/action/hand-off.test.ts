/** What machines are given, through the bundle: the task definition, the plan by its schema, outputs that arrive. */
import { readFileSync } from 'node:fs';
import { Ajv } from 'ajv';
import { describe, expect, it } from 'vitest';
import { parseMermaid } from '../report/mermaid.ts';
import { awsForFile } from '../servers/for-file.ts';
import { CANARIES, DOTENV, step } from './bench.ts';
import { findLeaks } from './leaks.ts';
import { linesOf, passed } from './outcome.ts';

const aws = await awsForFile();

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
    const run = passed(await task({ 'container-name': 'app' }));
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

  it('waits for secrets that do not exist yet, and reports it', async () => {
    const run = passed(await task({ mode: 'plan' }));
    expect(run.outputs['task-definition']).toBe('');
    expect(linesOf(run, 'task.json')).toHaveLength(1);
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
    const run = passed(
      await step(aws, undefined, {
        mode: 'apply',
        'log-group': '/ecs/papyrus',
        secrets: 'WORD=plan-hash-is-not-this\nOTHER=GUNICORN_WORKERS',
      }),
    );
    expect(linesOf(run, 'output parameters: ', 'OTHER')).toHaveLength(1);
    // What is in a file is scrubbed, and so is the plan.
    expect(run.outputs['plan']).not.toContain('GUNICORN_WORKERS');
    expect(run.dropped).not.toContain('plan');
    const withheld = run.dropped.filter((name) => run.outputs[name] !== '');
    for (const name of withheld) expect(linesOf(run, `output ${name}: `)).not.toEqual([]);
  });
});

describe('the summary through the bundle', () => {
  it('has checklist, routing, a diagram that parses, the price, outputs and policies', async () => {
    const run = await step(aws, undefined, { mode: 'apply', 'iam-policies': 'true' });
    for (const line of ['📋 Checklist', '🔑 Where each', '💵 $1.20 a month', '📤 Outputs', '🔐 IAM policies'])
      expect(run.rawSummary).toContain(`<summary>${line}`);
    expect(run.summary).toContain('https://console.aws.amazon.com/systems-manager/parameters/');
    const [, diagram = ''] = /```mermaid\n([\s\S]*?)\n```/.exec(run.rawSummary) ?? [];
    await parseMermaid(diagram);
    expect(run.rawSummary).toContain('| now: 3 secrets | \\$1.20 |');
    expect(findLeaks(run, CANARIES)).toEqual([]);
  });
});

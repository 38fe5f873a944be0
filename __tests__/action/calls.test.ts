/** What is exact about speed: calls, the rounds that depend on each other, and the size of what a runner downloads. */
import { randomUUID } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { CreateSecretCommandInput } from '@aws-sdk/client-secrets-manager';
import type { PutParameterCommandInput } from '@aws-sdk/client-ssm';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { DOTENV } from '../../bench/desired.ts';
import { listen } from '../../bench/traffic.ts';
import { passed } from './outcome.ts';
import { openStage, type Stage } from './stage.ts';

const LATENCY_MS = 200;
let stage: Stage;

beforeAll(async () => {
  stage = await openStage({ latencyMs: LATENCY_MS });
});
afterAll(() => stage[Symbol.asyncDispose]());

/** So many variables, of which one in ten goes into a secret of its own. */
function workspace(variables: number) {
  const secrets = variables / 10;
  const lines: string[] = [];
  for (let i = 0; i < variables - secrets; i += 1) lines.push(`V_${i}=value-${i}`);
  for (let i = 0; i < secrets; i += 1) lines.push(`S_${i}=hidden-${i}`);
  const rules = Array.from({ length: secrets }, (_, i) => `  - match: S_${i}\n    to: secret/bundle${i}\n`);
  return { '.env': lines.join('\n'), 'rules.yml': `rules:\n${rules.join('')}` };
}

/** The fewest calls that read as much, and a dozen for all that does not grow. */
function mostReads(variables: number): number {
  const secrets = variables / 10;
  const parameters = variables - secrets;
  return (
    Math.ceil(parameters / 10) +
    2 * Math.ceil(parameters / 50) +
    Math.ceil(secrets / 20) +
    Math.ceil(secrets / 100) +
    12
  );
}

const act = async (variables: number, mode: string, prune = 'report') => {
  const heard = listen(stage.aws);
  const inputs = { mode, prune, 'env-file': '.env', config: 'rules.yml' };
  passed(await stage.act(inputs, { files: workspace(variables), timeoutMs: 120_000 }));
  return heard();
};

/**
 * Stores the next variables by the back door, as the run before has stored its own: the action waits for the rate that
 * AWS allows.
 */
async function store(parameters: readonly number[], secrets: readonly number[]): Promise<void> {
  const inputOf = (operation: string) =>
    stage.aws.writes().find((call) => call.operation === operation)?.input as never;
  const parameter: PutParameterCommandInput = inputOf('PutParameter');
  const secret: CreateSecretCommandInput = inputOf('CreateSecret');
  for (const index of parameters)
    await stage.others.ssm.putParameter({
      ...parameter,
      Name: `/papyrus/prd/V_${index}`,
      Value: `value-${index}`,
    });
  for (const index of secrets)
    await stage.others.secrets.createSecret({
      ...secret,
      ClientRequestToken: randomUUID(),
      Name: `papyrus/prd/bundle${index}`,
      SecretString: String(secret.SecretString).replaceAll('0', String(index)),
    });
}
const range = (from: number, to: number) => Array.from({ length: to - from }, (_, index) => from + index);

describe('a run reads by the fewest calls and in three rounds, and writes each thing once', () => {
  beforeEach(() => stage.aws.reset());

  const expectFewest = async (variables: number) => {
    const silent = await act(variables, 'apply');
    expect(silent.writes).toBe(0);
    expect(silent.calls).toBeLessThanOrEqual(mostReads(variables));
    // Orphans apart, whose pages come one after the other.
    const alone = await act(variables, 'apply', 'off');
    expect(alone.writes).toBe(0);
    expect(alone.rounds).toBeLessThanOrEqual(3);
  };

  it('10 variables, of which none is stored', async () => {
    const plan = await act(10, 'plan');
    expect(plan.writes).toBe(0);
    expect(plan.calls).toBeLessThanOrEqual(mostReads(10));
    const first = await act(10, 'apply');
    // Each parameter and secret, the log group with its retention, the repository.
    expect(first.writes).toBeLessThanOrEqual(10 + 3);
    expect(first.writes).toBeGreaterThanOrEqual(10 + 2);
    await expectFewest(10);
  });

  it('100 variables, of which 90 are stored', async () => {
    await act(10, 'apply');
    await store(range(9, 81), range(1, 9));
    const plan = await act(100, 'plan');
    expect(plan.writes).toBe(0);
    expect(plan.calls).toBeLessThanOrEqual(mostReads(100));
    const first = await act(100, 'apply');
    expect(first.writes).toBe(10);
    await expectFewest(100);
  });
});

describe('the case of the article', () => {
  const inputs = { dotenv: DOTENV, tags: 'project=portfolio' };
  // Long enough that no call of a round begins after another one of the same round was answered.
  let slow: Stage;
  beforeAll(async () => {
    slow = await openStage({ latencyMs: 500 });
  });
  afterAll(() => slow[Symbol.asyncDispose]());
  const apply = async () => {
    const heard = listen(slow.aws);
    passed(await slow.act({ ...inputs, mode: 'apply' }));
    return heard();
  };

  it('takes 30 calls in 5 rounds at first, and then 14 in 2', async () => {
    const first = await apply();
    expect(first.writes).toBe(20);
    expect(first.calls).toBeLessThanOrEqual(30);
    expect(first.rounds).toBeLessThanOrEqual(5);
    const silent = await apply();
    expect(silent.writes).toBe(0);
    expect(silent.calls).toBeLessThanOrEqual(14);
    expect(silent.rounds).toBeLessThanOrEqual(2);
  });
});

describe('dist', () => {
  const dist = join(import.meta.dirname, '..', '..', 'dist');
  const files = readdirSync(dist);

  it('has 2.5 MB at most, and little of it is read to refuse wrong input', () => {
    const bytes = files.reduce((sum, name) => sum + statSync(join(dist, name)).size, 0);
    expect(bytes).toBeLessThanOrEqual(2_500_000);
    expect(statSync(join(dist, 'index.js')).size).toBeLessThanOrEqual(100_000);
  });

  it('is minified, every chunk of it', () => {
    const chunks = files.filter((name) => /^\d+\.index\.js$/.test(name));
    expect(chunks.length).toBeGreaterThan(10);
    for (const name of ['index.js', ...chunks]) {
      const text = readFileSync(join(dist, name), 'utf8');
      // Texts of several lines keep them.
      expect(text.split('\n').length, name).toBeLessThan(Math.max(20, text.length / 100));
    }
  });
});

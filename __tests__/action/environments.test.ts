/** Several environments of one application side by side, as docs/environments.md shows them. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type AwsServer, startAws } from '../servers/aws.ts';
import { account, SEED } from './account.ts';

let aws: AwsServer;
let prd: ReturnType<typeof account>;
let stg: ReturnType<typeof account>;
beforeAll(async () => {
  aws = await startAws();
  prd = account(aws);
  stg = account(aws, '/papyrus/stg');
});
afterAll(() => aws.close());
beforeEach(() => aws.reset());

const files = (text: string) => ({ files: { '.github/aws-bootstrap.yml': text }, checkout: {} });
const SHARED = files(`tags: { project: portfolio }
log-retention-days: 7
prune: delete
environments:
  prd:
    kms-key-id: alias/papyrus
  stg:
    prefer: ssm
    tags: { project: portfolio, stage: test }
`);

it('share log group and repository, and leave each other alone', async () => {
  expect((await prd.step({ dotenv: SEED }, SHARED)).exitCode).toBe(0);
  const second = await stg.step({ dotenv: SEED.replace('GUNICORN_WORKERS=2', 'GUNICORN_WORKERS=1') }, SHARED);
  expect(second.exitCode, second.log).toBe(0);
  expect(aws.count('CreateLogGroup') + aws.count('CreateRepository')).toBe(2);
  expect((await prd.logGroup('/ecs/papyrus'))?.tags).toEqual({
    project: 'portfolio',
    'managed-by': 'aws-bootstrap',
  });
  expect((await prd.parameter('/papyrus/prd/GUNICORN_WORKERS'))?.value).toBe('2');
  expect((await prd.parameter('/papyrus/stg/GUNICORN_WORKERS'))?.tags['stage']).toBe('test');
  expect(await prd.parameters()).toContain('/papyrus/stg/DB_USER');
  expect(await prd.parameters()).not.toContain('/papyrus/prd/DB_USER');
  // Whichever runs next finds nothing to do: neither undoes the other's, nor takes it for its own leftover.
  aws.forget();
  for (const [at, dotenv] of [
    [prd, SEED],
    [stg, SEED.replace('GUNICORN_WORKERS=2', 'GUNICORN_WORKERS=1')],
  ] as const) {
    const again = await at.step({ dotenv }, SHARED);
    expect(again.outputs['drifted'], again.log).toBe('false');
  }
  expect(aws.writes()).toEqual([]);
});

it('have their own by {environment}, and may then set each its own', async () => {
  const own = files(`log-group: /ecs/{application}-{environment}
repository: "{application}/{environment}"
environments:
  prd: { log-retention-days: 30, image-tag-mutability: IMMUTABLE }
`);
  expect((await prd.step({ dotenv: SEED }, own)).exitCode).toBe(0);
  expect((await stg.step({ dotenv: SEED }, own)).exitCode).toBe(0);
  expect((await prd.logGroup('/ecs/papyrus-prd'))?.retention).toBe(30);
  expect((await prd.logGroup('/ecs/papyrus-stg'))?.retention).toBe(1);
  expect(await prd.repository('papyrus/stg')).toBeDefined();
  // What is its own goes with it, whoever else stands.
  const allow = 'delete-log-group, delete-repository';
  const gone = await stg.step({ mode: 'destroy', confirm: '/papyrus/stg', allow }, own);
  expect(gone.exitCode, gone.log).toBe(0);
  expect(await prd.logGroup('/ecs/papyrus-stg')).toBeUndefined();
  expect(await prd.repository('papyrus/stg')).toBeUndefined();
  expect(await prd.logGroup('/ecs/papyrus-prd')).toBeDefined();
  expect((await prd.step({ dotenv: SEED }, own)).outputs['drifted']).toBe('false');
});

it('have one mode: an entry that sets it is told where it belongs', async () => {
  const run = await prd.step({ dotenv: SEED }, files('environments: { prd: { mode: plan } }\n'));
  expect(run.outputs['failure-reason']).toBe('input');
  expect(run.log).toContain('"mode" belongs to the whole file; set it at its top');
  expect(aws.calls).toEqual([]);
});

describe("an environment's override of what is shared", () => {
  it.each([
    ['log-retention-days', '30', 'log group "/ecs/papyrus"'],
    ['image-tag-mutability', 'IMMUTABLE', 'repository "papyrus"'],
    ['lifecycle-policy', 'keep-last:5', 'repository "papyrus"'],
  ])('%s is a fault with its line', async (setting, value, what) => {
    const run = await prd.step({ dotenv: SEED }, files(`environments:\n  prd:\n    ${setting}: ${value}\n`));
    expect(run.exitCode).toBe(1);
    expect(run.log).toContain(`the ${what} is shared by all environments`);
    expect(run.annotations.find(({ message }) => message.includes('shared'))).toMatchObject({
      properties: { file: '.github/aws-bootstrap.yml', line: '3' },
    });
    expect(aws.calls).toEqual([]);
  });

  it('a name that only happens to hold the letters of the environment is shared', async () => {
    const run = await prd.step(
      { dotenv: SEED },
      files('log-group: /ecs/oprdo\nenvironments: { prd: { log-retention-days: 30 } }\n'),
    );
    expect(run.log).toContain('is shared by all environments');
  });
});

it("the silent run of the seed's case takes at most 16 calls", async () => {
  await prd.step({ dotenv: SEED, tags: 'project=portfolio' });
  aws.forget();
  const again = await prd.step({ dotenv: SEED, tags: 'project=portfolio' });
  expect(again.outputs['drifted']).toBe('false');
  expect(aws.calls.length).toBeLessThanOrEqual(16);
  expect(aws.calls.map(({ operation }) => operation).filter((name) => name === 'ListSecrets')).toHaveLength(
    1,
  );
});

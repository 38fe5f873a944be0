/** Several environments of one application side by side, as docs/environments.md shows them. */
import { expect, it } from 'vitest';
import { accountForFile } from '../servers/for-file.ts';
import { account, SEED } from './account.ts';
import { passed } from './outcome.ts';

const { aws, at: prd } = await accountForFile();
const stg = account(aws, '/papyrus/stg');

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
  passed(await prd.step({ dotenv: SEED }, SHARED));
  passed(await stg.step({ dotenv: SEED.replace('GUNICORN_WORKERS=2', 'GUNICORN_WORKERS=1') }, SHARED));
  expect(aws.count('CreateLogGroup') + aws.count('CreateRepository')).toBe(2);
  expect((await prd.logGroup('/ecs/papyrus'))?.tags).toEqual({
    project: 'portfolio',
    'managed-by': 'aws-bootstrap',
  });
  expect((await prd.parameter('/papyrus/prd/GUNICORN_WORKERS'))?.value).toBe('2');
  expect((await prd.parameter('/papyrus/stg/GUNICORN_WORKERS'))?.tags['stage']).toBe('test');
  expect(await prd.parameters()).toContain('/papyrus/stg/DB_USER');
  expect(await prd.parameters()).not.toContain('/papyrus/prd/DB_USER');
  // Whichever runs next finds nothing to do: neither undoes the other's, nor takes it for its own orphan.
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
  // Its own log group and repository are deleted with it, whatever other environments exist.
  const allow = 'delete-log-group, delete-repository';
  passed(await stg.step({ mode: 'destroy', confirm: '/papyrus/stg', allow }, own));
  expect(await prd.logGroup('/ecs/papyrus-stg')).toBeUndefined();
  expect(await prd.repository('papyrus/stg')).toBeUndefined();
  expect(await prd.logGroup('/ecs/papyrus-prd')).toBeDefined();
  expect((await prd.step({ dotenv: SEED }, own)).outputs['drifted']).toBe('false');
});

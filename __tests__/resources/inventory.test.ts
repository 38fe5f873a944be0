/** The contract of providers that list resources below a prefix, and of delete in every provider. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Calls } from '../../src/clients/aws-calls.ts';
import { Cancellation } from '../../src/clients/cancellation.ts';
import { systemClock } from '../../src/clients/clock.ts';
import { ABSENT } from '../../src/model/fields.ts';
import type { ListedKind } from '../../src/model/spec.ts';
import type { Providers } from '../../src/providers/provider.ts';
import { openProviders } from '../../src/providers/providers.ts';
import { findNeighbours, findUnconfigured } from '../../src/providers/unconfigured.ts';
import { type Account, account } from '../action/account.ts';
import { type AwsServer, startAws } from '../servers/aws.ts';

let aws: AwsServer;
let at: Account;
let providers: Providers;
beforeAll(async () => {
  aws = await startAws({ emptyPages: true });
  at = account(aws);
  Object.assign(process.env, aws.env());
  providers = openProviders(
    { region: 'us-west-2', readOnly: false, userAgent: 'a test', clock: systemClock, agent: undefined },
    {
      calls: new Calls(systemClock, new Cancellation()),
      clock: systemClock,
      tags: new Map(),
      listedPrefix: undefined,
      leavesUnread: false,
      mask: () => {},
      notice: () => {},
    },
    {
      repository: { readsLifecycle: false, readsPolicy: 'never', scan: undefined },
      recoveryDays: 7,
      auth0: undefined,
      image: undefined,
    },
  );
});
afterAll(() => aws.close());
beforeEach(() => aws.reset());

const MADE = { 'managed-by': 'aws-bootstrap' };
const ADOPTED = { 'managed-by': 'aws-bootstrap:adopted' };
const KINDS: ReadonlyArray<{
  kind: ListedKind;
  path: string;
  put: (name: string, tags?: object) => Promise<unknown>;
}> = [
  {
    kind: 'AWS::SSM::Parameter',
    path: '/papyrus/prd',
    put: (name, tags = {}) => at.putParameter(name, { ...tags }),
  },
  {
    kind: 'AWS::SecretsManager::Secret',
    path: 'papyrus/prd',
    put: (name, tags = {}) => at.createSecret(name, { ...tags }),
  },
];

describe.each(KINDS)('$kind', ({ kind, path, put }) => {
  const inventory = () => providers[kind].inventory;

  it('lists unknown direct children over all pages, with their owner', async () => {
    for (let index = 0; index < 120; index++)
      await put(`${path}/N${index}`, index % 2 === 0 ? MADE : ADOPTED);
    await put(`${path}/FOREIGN`, { team: 'x' });
    await put(`${path}/deeper/N`, MADE);
    await put(`${path}2/N`, MADE);
    aws.forget();
    const unconfigured = await inventory().unconfigured(path, new Set([`${path}/N0`, `${path}/N1`]));
    expect(unconfigured).toHaveLength(119);
    const countOf = (owner: string) => unconfigured.filter((orphan) => orphan.owner === owner).length;
    expect([countOf('created'), countOf('adopted'), countOf('others')]).toEqual([59, 59, 1]);
    expect(unconfigured.find(({ spec }) => spec.name === `${path}/FOREIGN`)?.owner).toBe('others');
    expect(aws.writes()).toEqual([]);
    expect(aws.count(/^(GetParameter|GetSecretValue|BatchGet)/)).toBe(0);
  });

  it('asks nothing more where everything is known', async () => {
    await put(`${path}/A`, MADE);
    aws.forget();
    expect(await inventory().unconfigured(path, new Set([`${path}/A`]))).toEqual([]);
    expect(aws.calls.filter(({ input }) => JSON.stringify(input).includes('managed-by'))).toEqual([]);
  });

  it('finds what is ours at any depth', async () => {
    const [root = ''] = path.split('/prd');
    await put(`${root}/stg/A`, MADE);
    await put(`${root}/eu/prd/A`, ADOPTED);
    await put(`${root}/qa/A`, { 'managed-by': 'terraform' });
    expect((await inventory().ours(root)).sort()).toEqual([`${root}/eu/prd/A`, `${root}/stg/A`]);
  });

  it('deletes, removes tags, and ignores what no longer exists', async () => {
    await put(`${path}/A`, { ...MADE, team: 'x' });
    await put(`${path}/B`, { ...ADOPTED, team: 'x' });
    const spec = (name: string, fields = {}) => ({ name, fields, metadata: {} });
    await providers[kind].delete(spec(`${path}/A`));
    await providers[kind].delete(spec(`${path}/A`));
    await providers[kind].delete(spec(`${path}/NEVER`));
    const existing = spec(`${path}/B`);
    await providers[kind].update(existing, existing, [
      { field: 'tag:managed-by', from: 'aws-bootstrap:adopted', to: ABSENT },
    ]);
    const unconfigured = await inventory().unconfigured(path, new Set());
    expect(unconfigured.map(({ spec, owner }) => [spec.name, owner])).toEqual([[`${path}/B`, 'others']]);
  });
});

it('a listing that fails does not hold up the other', async () => {
  await at.putParameter('/papyrus/prd/A', MADE);
  aws.fault({ operation: 'ListSecrets', kind: 'access-denied', times: 9 });
  const known = {
    'AWS::SSM::Parameter': new Set<string>(),
    'AWS::SecretsManager::Secret': new Set<string>(),
  };
  const found = await findUnconfigured(providers, { prefix: '/papyrus/prd', known, readsKeys: true });
  expect(found.unconfigured.map(({ spec }) => spec.name)).toEqual(['/papyrus/prd/A']);
  expect(found.failures.map(({ path }) => path)).toEqual(['papyrus/prd']);
});

it('reads the keys of owned and adopted secrets, and leaves out what waits for its deletion', async () => {
  await at.createSecret('papyrus/prd/old', MADE, { STRIPE_KEY: 'x' });
  await at.createSecret('papyrus/prd/gone', MADE);
  await providers['AWS::SecretsManager::Secret'].delete({
    name: 'papyrus/prd/gone',
    fields: {},
    metadata: {},
  });
  await at.createSecret('papyrus/prd/taken', ADOPTED, { STRIPE_KEY: 'z' });
  await at.createSecret('papyrus/prd/foreign', {}, { OTHER: 'y' });
  aws.forget();
  const known = { 'AWS::SecretsManager::Secret': new Set<string>() };
  const { unconfigured } = await findUnconfigured(providers, {
    prefix: '/papyrus/prd',
    known,
    readsKeys: true,
  });
  expect(
    unconfigured.map(({ spec, isRead }) => [spec.name, isRead, 'key:STRIPE_KEY' in spec.fields]),
  ).toEqual([
    ['papyrus/prd/old', true, true],
    ['papyrus/prd/taken', true, true],
    ['papyrus/prd/foreign', false, false],
  ]);
  expect(
    JSON.stringify(aws.calls.filter(({ operation }) => operation === 'BatchGetSecretValue')),
  ).not.toContain('foreign');
});

it('neighbours are the other environments of the application, by their prefixes', async () => {
  await at.putParameter('/papyrus/prd/A', MADE);
  await at.putParameter('/papyrus/stg/A', MADE);
  await at.putParameter('/papyrus/stg/B', MADE);
  await at.createSecret('papyrus/eu/prd/db', ADOPTED);
  await at.createSecret('papyrus2/prd/db', MADE);
  expect(await findNeighbours(providers, 'papyrus', '/papyrus/prd')).toEqual([
    '/papyrus/eu/prd',
    '/papyrus/stg',
  ]);
});

it('deletes a log group and a repository, also where they no longer exist', async () => {
  await at.createLogGroup('/ecs/papyrus');
  await at.createRepository('papyrus');
  for (const _ of [1, 2]) {
    await providers['AWS::Logs::LogGroup'].delete({ name: '/ecs/papyrus', fields: {}, metadata: {} });
    await providers['AWS::ECR::Repository'].delete({ name: 'papyrus', fields: {}, metadata: {} });
  }
  expect(await at.logGroup('/ecs/papyrus')).toBeUndefined();
  expect(await at.repository('papyrus')).toBeUndefined();
});

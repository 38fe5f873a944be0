// The exports in this process, against accounts that hold nothing, little, or what only AWS answers.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { COMMANDS } from '../../src/cli/commands.ts';
import { run as exportDotenv } from '../../src/cli/export-dotenv.ts';
import { run as exportTerraform } from '../../src/cli/export-terraform.ts';
import { COMMON_FLAGS, INPUT_FLAGS, readArguments, UsageError } from '../../src/cli/flags.ts';
import { startAws } from '../servers/aws.ts';
import { connect } from '../servers/clients.ts';
import { recordTerminal } from './recorded-terminal.ts';
import { folderWith } from './run.ts';

const P = '/papyrus/prd';
const OWNED = { Key: 'managed-by', Value: 'aws-bootstrap' };
const aws = await startAws();
let folder: string;
afterAll(() => aws.close());
beforeEach(async () => {
  await aws.reset();
  folder = join(folderWith(), 'out');
  for (const [name, value] of Object.entries(aws.env())) vi.stubEnv(name, value);
});
afterEach(() => {
  vi.unstubAllEnvs();
});

async function start(run: typeof exportDotenv, args: readonly string[]) {
  const terminal = recordTerminal();
  const own = COMMANDS.filter(({ name }) => name.startsWith('export')).map(({ flags }) => flags);
  const descriptors = Object.assign({}, INPUT_FLAGS, ...own, COMMON_FLAGS);
  const code = await run(readArguments(['--prefix', P, ...args], descriptors), terminal);
  const json = () => JSON.parse(terminal.output.join('')) as Record<string, unknown>;
  return { code, json, errors: terminal.errors.join('\n'), output: terminal.output.join('\n') };
}
const dotenv = (...args: string[]) => start(exportDotenv, args);
const terraform = (...args: string[]) => start(exportTerraform, ['--output', folder, ...args]);

describe('an empty account', () => {
  it('gives an empty .env, and is named with its region', async () => {
    const { code, errors, json } = await dotenv('--json');
    expect(code).toBe(0);
    expect(json()).toEqual({ variables: [], omitted: [] });
    expect(errors).toContain(P);
    expect(errors).toContain('us-west-2');
  });

  it('gives no folder', async () => {
    const { code, json, errors } = await terraform('--json', '--log-group', P, '--repository', 'papyrus');
    expect(code).toBe(0);
    expect(json()).toEqual({ folder, files: [], imports: 0, omitted: [] });
    expect(errors).toContain(P);
    expect(existsSync(folder)).toBe(false);
  });
});

it('secrets are not revealed to a pipe, and nothing is called', async () => {
  aws.forget();
  await expect(dotenv('--reveal')).rejects.toBeInstanceOf(UsageError);
  expect(aws.count('DescribeParameters')).toBe(0);
});

it.each([
  ['parameters', 'DescribeParameters', 'ListSecrets'],
  ['secrets', 'ListSecrets', 'DescribeParameters'],
])('with only %s, nothing else is listed', async (only, listed, other) => {
  for (const run of [dotenv, terraform]) {
    aws.forget();
    expect((await run('--only', only)).code).toBe(0);
    expect(aws.count(listed)).toBeGreaterThan(0);
    expect(aws.count(other)).toBe(0);
  }
});

it('what has no tag of ours is left out of the folder, and named', async () => {
  aws.answer('DescribeParameters', () => ({ Parameters: [{ Name: `${P}/LOG_LEVEL`, Type: 'String' }] }));
  aws.answer('ListTagsForResource', () => ({ TagList: [] }));
  const { json, errors } = await terraform('--json', '--only', 'parameters');
  expect(json()).toMatchObject({ imports: 0, omitted: [expect.stringContaining(`${P}/LOG_LEVEL`)] });
  expect(errors).toContain(`${P}/LOG_LEVEL`);
  expect(existsSync(folder)).toBe(false);
});

it('a listing that AWS refuses is an error, not an empty .env', async () => {
  aws.answer('DescribeParameters', () => {
    throw new Error('broken');
  });
  await expect(dotenv('--only', 'parameters')).rejects.toThrow();
});

/** An account whose answers have only what the export needs. */
function sparse(): void {
  const arn = `arn:aws:logs:us-west-2:123456789012:log-group:${P}`;
  let page = 0;
  aws.answer('DescribeLogGroups', () =>
    page++ === 0 ? { nextToken: 'next' } : { logGroups: [{ logGroupName: P, arn: `${arn}:*` }] },
  );
  aws.answer('ListTagsForResource', () => ({}));
  aws.answer('DescribeRepositories', () => ({
    repositories: [
      {
        repositoryName: 'papyrus',
        repositoryArn: 'arn:aws:ecr:us-west-2:123456789012:repository/papyrus',
        imageTagMutabilityExclusionFilters: [{ filterType: 'WILDCARD', filter: 'latest*' }],
      },
    ],
  }));
  aws.answer('GetLifecyclePolicy', () => ({ lifecyclePolicyText: '{"rules":[]}' }));
  aws.answer('GetRepositoryPolicy', () => ({ policyText: '{"Version":"2012-10-17"}' }));
  aws.answer('ListSecrets', () => ({ SecretList: [{ Name: 'papyrus/prd/db' }] }));
  aws.answer('DescribeSecret', () => ({
    Name: 'papyrus/prd/db',
    Tags: [OWNED],
    ReplicationStatus: [{ Region: 'eu-west-1' }],
  }));
  aws.answer('DescribeParameters', () => ({}));
}
const written = (name: string) => readFileSync(join(folder, name), 'utf8');

it('resources of which AWS leaves out what is usual are exported as usual ones', async () => {
  sparse();
  const { code, json } = await terraform('--json', '--log-group', P, '--repository', 'papyrus');
  expect(code).toBe(0);
  expect(json()).toMatchObject({ folder, imports: 5, omitted: [] });
  expect(aws.count('DescribeLogGroups')).toBe(2);
  expect(written('log-group.tf')).toMatch(/log_group_class += "STANDARD"/);
  expect(written('log-group.tf')).toMatch(/retention_in_days += 0\n/);
  expect(written('repository.tf')).toMatch(/image_tag_mutability += "MUTABLE"/);
  expect(written('repository.tf')).toMatch(/encryption_type += "AES256"/);
  expect(written('secrets.tf')).toMatch(/region += "eu-west-1"/);
});

it('the next command asks for no values where the folder has none', async () => {
  sparse();
  aws.answer('ListSecrets', () => ({}));
  const { code, output } = await terraform('--log-group', P, '--repository', 'papyrus');
  expect(code).toBe(0);
  expect(output).toContain('terraform -chdir=');
  expect(output).not.toContain('secure_values');
  expect(existsSync(join(folder, 'variables.tf'))).toBe(false);
});

it('a parameter of which AWS names neither type nor tier is a standard text', async () => {
  aws.answer('DescribeParameters', () => ({ Parameters: [{ Name: `${P}/LOG_LEVEL` }] }));
  aws.answer('ListTagsForResource', () => ({ TagList: [OWNED] }));
  aws.answer('GetParameters', () => ({
    Parameters: [{ Name: `${P}/LOG_LEVEL`, Type: 'String', Value: 'info' }],
  }));
  expect((await terraform('--only', 'parameters')).code).toBe(0);
  expect(written('parameters.tf')).toMatch(/type += "String"/);
  expect(written('parameters.tf')).toMatch(/tier += "Standard"/);
});

it('a log group without an ARN is not exported', async () => {
  aws.answer('DescribeLogGroups', () => ({ logGroups: [{ logGroupName: P }] }));
  const { json } = await terraform('--json', '--log-group', P, '--only', 'parameters,secrets');
  expect(json()).toMatchObject({ imports: 0 });
});

it('a parameter whose name no .env can hold is left out of it, and named', async () => {
  const { ssm } = connect(aws.motoUrl);
  for (const name of ['9-lives', 'LOG_LEVEL'])
    await ssm.putParameter({ Name: `${P}/${name}`, Type: 'String', Value: 'info', Tags: [OWNED] });
  const { code, errors, json } = await dotenv('--json', '--only', 'parameters');
  expect(code).toBe(0);
  expect(json()).toMatchObject({
    variables: [{ name: 'LOG_LEVEL', secret: false }],
    omitted: [expect.stringContaining('9-lives')],
  });
  expect(errors).toContain('9-lives');
});

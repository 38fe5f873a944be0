/** `doctor` in accounts that refuse to answer, or where something else is in the way. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it, test } from 'vitest';
import { CREATED } from '../../src/model/ownership.ts';
import { type AwsServer, startAws } from '../servers/aws.ts';
import { connect } from '../servers/clients.ts';
import { Refusal } from '../servers/protocol.ts';
import {
  diagnose,
  establish,
  type FoundCheck,
  makeScene,
  printed,
  put,
  REPOSITORY,
  ROLE_ARN,
  type Scene,
  WORKFLOW,
} from './doctor-scene.ts';
import { type SettingsServer, startSettingsServer, TOKEN } from './github-settings-server.ts';
import { runCli } from './run.ts';

let aws: AwsServer;
let github: SettingsServer;
let scene: Scene;
beforeAll(async () => {
  aws = await startAws();
  github = await startSettingsServer(REPOSITORY);
});
afterAll(async () => {
  await aws?.close();
  await github?.[Symbol.asyncDispose]();
});
beforeEach(async () => {
  scene = await makeScene(aws, github);
});

const deny = (...operations: readonly string[]) => {
  for (const operation of operations)
    aws.answer(operation, () => {
      throw new Refusal('AccessDeniedException', 'not authorized', 400);
    });
};
const signInAs = (Arn: string) =>
  aws.answer('GetCallerIdentity', () => ({ Account: '123456789012', Arn, UserId: 'AIDA' }));
const statesOf = (checks: readonly FoundCheck[], code: string) =>
  checks.filter((one) => one.code === code).map(({ status }) => status);
const textsOf = (checks: readonly FoundCheck[], code: string) =>
  checks
    .filter((one) => one.code === code)
    .map(({ text }) => text)
    .join('\n');
const curesOf = (checks: readonly FoundCheck[], code: string) =>
  checks.flatMap((one) => (one.code === code ? (one.cure ?? []) : [])).join('\n');
const give = (flag: string, value: string) => {
  scene.flags.push(flag, value);
};
const without = (flag: string) => {
  const at = scene.flags.indexOf(flag);
  scene.flags.splice(at, 2);
};

describe('an account that refuses to answer', () => {
  it('is checked by the calls of a plan, and every refusal has its check', async () => {
    await establish(scene);
    signInAs('arn:aws:sts::123456789012:assumed-role/papyrus-deploy/GitHubActions');
    deny('SimulatePrincipalPolicy', 'GetRole', 'ListOpenIDConnectProviders', 'DescribeParameters');
    aws.answer('ListSecrets', () => {
      throw new Refusal('InvalidRequestException', 'no', 400);
    });
    const { checks } = await diagnose(scene);
    expect(statesOf(checks, 'oidc-provider')).toEqual(['warning']);
    expect(textsOf(checks, 'oidc-provider')).toContain('iam:ListOpenIDConnectProviders');
    expect(statesOf(checks, 'role')).toEqual(['warning']);
    expect(textsOf(checks, 'role')).toContain('iam:GetRole');
    expect(statesOf(checks, 'quota')).toEqual(['warning']);
    expect(textsOf(checks, 'permissions')).toContain('ssm:DescribeParameters');
    expect(textsOf(checks, 'permissions')).toContain('InvalidRequestException');
  });

  it('says why a role could not be read where permissions are not the reason', async () => {
    await establish(scene);
    aws.answer('GetRole', () => {
      throw new Refusal('ServiceFailureX', 'no', 400);
    });
    const { checks } = await diagnose(scene);
    expect(statesOf(checks, 'role')).toEqual(['warning']);
    expect(textsOf(checks, 'role')).toContain('ServiceFailureX');
  });

  it('leaves permissions open that IAM stops to simulate', async () => {
    await establish(scene);
    let count = 0;
    aws.answer('SimulatePrincipalPolicy', () => {
      count += 1;
      if (count > 1) throw new Refusal('AccessDenied', 'no', 403);
      return {
        EvaluationResults: [
          { EvalActionName: 'ssm:GetParameters', EvalResourceName: '*', EvalDecision: 'allowed' },
        ],
        IsTruncated: false,
      };
    });
    const { checks } = await diagnose(scene);
    expect(statesOf(checks, 'permissions')).toEqual(['ok', 'warning']);
    expect(textsOf(checks, 'permissions')).toContain('secretsmanager:');
  });
});

describe('a role', () => {
  it('that does not exist is no obstacle for the root user, whom IAM cannot simulate', async () => {
    await establish(scene, { role: false });
    signInAs('arn:aws:iam::123456789012:root');
    const { checks } = await diagnose(scene);
    expect(statesOf(checks, 'role')).toEqual(['failure']);
    expect(aws.count('SimulatePrincipalPolicy')).toBe(0);
  });

  it('of another account is reported', async () => {
    await establish(scene);
    put(scene, { '.github/workflows/deploy.yml': WORKFLOW.replace('123456789012', '210987654321') });
    const { checks } = await diagnose(scene);
    expect(statesOf(checks, 'account')).toEqual(['ok', 'failure']);
    expect(textsOf(checks, 'account')).toContain('210987654321');
  });

  test.each([['papyrus-deploy'], [ROLE_ARN]])('can be given: %s', async (role) => {
    await establish(scene);
    give('--role', role);
    const { checks } = await diagnose(scene);
    expect(statesOf(checks, 'role')).toEqual(['ok']);
    expect(statesOf(checks, 'trust')).not.toContain('failure');
  });

  it('whose name GitHub keeps in a variable can be given', async () => {
    await establish(scene);
    const text = WORKFLOW.replace(/"arn:[^"]+"/, '"\u0024{{ inputs.role }}"');
    put(scene, { '.github/workflows/deploy.yml': text });
    give('--role', 'papyrus-deploy');
    const { checks } = await diagnose(scene);
    expect(statesOf(checks, 'role')).toEqual(['ok']);
    expect(statesOf(checks, 'permissions')).toEqual(['ok']);
  });

  it('is looked for by the name of iam/roles.yml where no workflow exists, and checked without GitHub', async () => {
    await establish(scene);
    rmSync(join(scene.folder, '.github'), { recursive: true });
    give('--github-repository', REPOSITORY);
    const { checks } = await diagnose(scene, { env: { GH_TOKEN: '', PATH: '/nonexistent' } });
    expect(statesOf(checks, 'role')).toEqual(['ok']);
    expect(textsOf(checks, 'role')).toContain(ROLE_ARN);
    expect(statesOf(checks, 'trust')).not.toContain('failure');
  });

  it('that does not exist is created for a repository to be filled in where none is known', async () => {
    await establish(scene, { role: false });
    const { checks } = await diagnose(scene, { env: { GH_TOKEN: '', PATH: '/nonexistent' } });
    expect(statesOf(checks, 'role')).toEqual(['failure']);
    expect(curesOf(checks, 'role')).toContain('OWNER/NAME');
  });
});

it('finds an identity provider that does not accept the audience', async () => {
  await establish(scene);
  aws.answer('GetOpenIDConnectProvider', () => ({ ClientIDList: ['other'] }));
  const { checks } = await diagnose(scene);
  expect(statesOf(checks, 'oidc-provider')).toEqual(['failure']);
  expect(curesOf(checks, 'oidc-provider')).toMatch(/^aws iam add-client-id-to-open-id-connect-provider /);
});

describe('existing resources without a tag', () => {
  test.each([
    ['--no-adopt', 'failure'],
    ['--adopt', 'warning'],
  ])('with %s: %s', async (flag, status) => {
    await establish(scene);
    await connect(aws.motoUrl).ssm.putParameter({
      Name: '/papyrus/prd/LOG_LEVEL',
      Value: 'info',
      Type: 'String',
    });
    scene.flags.push(flag);
    const { checks } = await diagnose(scene);
    expect(statesOf(checks, 'ownership')).toEqual([status]);
    expect(textsOf(checks, 'ownership')).toContain('/papyrus/prd/LOG_LEVEL');
  });
});

it('says nothing about the owner of a resource whose tags may not be read', async () => {
  await establish(scene);
  await connect(aws.motoUrl).ssm.putParameter({
    Name: '/papyrus/prd/LOG_LEVEL',
    Value: 'info',
    Type: 'String',
  });
  deny('SimulatePrincipalPolicy', 'ssm.ListTagsForResource');
  const { checks } = await diagnose(scene);
  expect(statesOf(checks, 'ownership')).not.toContain('failure');
  expect(textsOf(checks, 'permissions')).toContain('ssm:ListTagsForResource');
});

it('accepts what a run of this tool has created', async () => {
  await establish(scene);
  await connect(aws.motoUrl).ssm.putParameter({
    Name: '/papyrus/prd/LOG_LEVEL',
    Value: 'info',
    Type: 'String',
    Tags: [{ Key: 'managed-by', Value: CREATED }],
  });
  const { checks } = await diagnose(scene);
  expect(statesOf(checks, 'ownership')).toEqual(['ok']);
});

describe('the quota of parameters', () => {
  it('is a warning where few are left', async () => {
    await establish(scene);
    const Parameters = Array.from({ length: 9_800 }, (_, index) => ({ Name: `/x/${index}` }));
    aws.answer('DescribeParameters', (input) =>
      input['ParameterFilters'] === undefined ? { Parameters } : undefined,
    );
    const { checks } = await diagnose(scene);
    expect(statesOf(checks, 'quota')).toEqual(['warning']);
  });

  test.each([
    ['secrets', []],
    ['parameters', ['ok']],
  ])('is counted where parameters are managed: only %s', async (only, expected) => {
    await establish(scene);
    give('--only', only);
    const { checks } = await diagnose(scene);
    expect(statesOf(checks, 'quota')).toEqual(expected);
  });
});

describe('a KMS key', () => {
  const KEY = 'arn:aws:kms:us-west-2:123456789012:key/11111111-2222-3333-4444-555555555555';
  const describe = (more: object = {}) =>
    aws.answer('TrentService.DescribeKey', () => ({
      KeyMetadata: { KeyId: 'k-1', KeyState: 'Enabled', ...more },
    }));

  it('that does not exist is reported', async () => {
    await establish(scene);
    give('--kms-key-id', KEY);
    const { checks } = await diagnose(scene);
    expect(statesOf(checks, 'key')).toEqual(['failure']);
  });

  it('that may not be described is a warning', async () => {
    await establish(scene);
    give('--kms-key-id', KEY);
    deny('TrentService.DescribeKey');
    const { checks } = await diagnose(scene);
    expect(statesOf(checks, 'key')).toEqual(['warning']);
    expect(textsOf(checks, 'key')).toContain(KEY);
  });

  it('whose policy may not be read is a warning', async () => {
    await establish(scene);
    give('--kms-key-id', KEY);
    describe();
    deny('TrentService.GetKeyPolicy');
    const { checks } = await diagnose(scene);
    expect(statesOf(checks, 'key')).toEqual(['ok']);
    expect(statesOf(checks, 'key-policy')).toEqual(['warning']);
  });

  test.each([
    [KEY, ['failure']],
    ['none', []],
  ])('of the log group must let CloudWatch Logs in: %s', async (key, expected) => {
    await establish(scene);
    scene.flags.push('--log-group', '/ecs/papyrus', '--log-group-kms-key-id', key);
    describe();
    aws.answer('TrentService.GetKeyPolicy', () => ({ Policy: '{"Statement":[]}' }));
    const { checks } = await diagnose(scene);
    expect(statesOf(checks, 'key-policy')).toEqual(expected);
  });
});

it('knows the name of CloudWatch Logs in China', async () => {
  await establish(scene);
  signInAs('arn:aws-cn:iam::123456789012:user/mai');
  scene.flags.push(
    '--log-group',
    '/ecs/papyrus',
    '--log-group-kms-key-id',
    'arn:aws:kms:us-west-2:123456789012:key/11111111-2222-3333-4444-555555555555',
  );
  aws.answer('TrentService.DescribeKey', () => ({ KeyMetadata: { KeyId: 'k-1', KeyState: 'Enabled' } }));
  aws.answer('TrentService.GetKeyPolicy', () => ({ Policy: '{"Statement":[]}' }));
  const { checks } = await diagnose(scene);
  expect(textsOf(checks, 'key-policy')).toContain('logs.us-west-2.amazonaws.com.cn');
});

it('checks no permissions for a caller whose ARN it cannot read', async () => {
  await establish(scene);
  signInAs('somebody');
  await diagnose(scene);
  expect(aws.count('SimulatePrincipalPolicy')).toBe(0);
});

describe('the input', () => {
  it('ends the checks where the settings cannot be read', async () => {
    scene.flags[1] = 'papyrus prd';
    const { run, checks } = await diagnose(scene);
    expect(run.code).toBe(1);
    expect(new Set(checks.map(({ code }) => code))).toEqual(new Set(['input']));
    expect(curesOf(checks, 'input')).toContain('plan --help');
  });

  it('needs no variables, and the account needs no guard', async () => {
    await establish(scene);
    without('--env-file');
    without('--allowed-account-ids');
    const { run, checks } = await diagnose(scene);
    expect(run.code, printed(run)).toBe(0);
    expect(textsOf(checks, 'input')).toContain('--env-file');
    expect(statesOf(checks, 'account')).toEqual(['warning']);
    expect(curesOf(checks, 'account')).toContain('allowed-account-ids: ["123456789012"]');
  });

  test.each([
    ['no region', [], { AWS_REGION: undefined, AWS_DEFAULT_REGION: undefined }],
    ['a region other than that of the environment', ['--region', 'eu-west-1'], {}],
  ])('warns of %s', async (_, args, env) => {
    await establish(scene);
    const { checks } = await diagnose(scene, { args, env: env as Record<string, string> });
    expect(statesOf(checks, 'region')).toEqual(['warning']);
    expect(curesOf(checks, 'region')).toMatch(/^export AWS_REGION=/);
  });

  it('reports a region in which nothing answers', async () => {
    const env = { AWS_ENDPOINT_URL: 'http://127.0.0.1:9' };
    const { run, checks } = await diagnose(scene, { env });
    expect(run.code).toBe(1);
    expect(statesOf(checks, 'region')).toEqual(['ok', 'failure']);
  });

  it('passes on what AWS says against the credentials', async () => {
    deny('GetCallerIdentity');
    const { run, checks } = await diagnose(scene);
    expect(run.code).toBe(1);
    expect(statesOf(checks, 'credentials')).toEqual(['failure']);
  });
});

it('with --quiet prints only what is not right, and says so where all is', async () => {
  Object.assign(github.answers.get('') ?? {}, { created_at: '2026-08-01T00:00:00Z' });
  scene.trust = JSON.parse(
    JSON.stringify(scene.trust).replaceAll(`repo:${REPOSITORY}:`, 'repo:Papyrus@1234/Shop@5678:'),
  );
  await establish(scene);
  const start = () =>
    runCli(['doctor', ...scene.flags, '--quiet'], {
      folder: scene.folder,
      env: { ...aws.env(), GITHUB_API_URL: github.url, GH_TOKEN: TOKEN },
    });
  const clean = await start();
  expect(clean.code, printed(clean)).toBe(0);
  expect(clean.output).not.toMatch(/^[✓!✗] /m);
  expect(clean.output.trim().split('\n')).toHaveLength(1);
  deny('SimulatePrincipalPolicy');
  aws.answer('GetOpenIDConnectProvider', () => ({ ClientIDList: ['other'] }));
  const worse = await start();
  expect(worse.code).toBe(1);
  expect(worse.output).toMatch(/^✗ /m);
  expect(worse.output).not.toMatch(/^✓ /m);
});

// Credentials of a terminal: profiles, IAM Identity Center, a credential process.
import { createHash } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { openStage } from '../action/stage.ts';
import { folderWith, runCli } from './run.ts';

const stage = await openStage();
afterAll(() => stage[Symbol.asyncDispose]());

/** IAM Identity Center, which knows one token. */
const portal = createServer((request, response) => {
  const isKnown = request.headers['x-amz-sso_bearer_token'] === 'good-token';
  response.setHeader('content-type', 'application/json');
  if (!isKnown) {
    response.statusCode = 401;
    response.setHeader('x-amzn-errortype', 'UnauthorizedException');
    response.end('{"message":"Session token not found or invalid"}');
    return;
  }
  const roleCredentials = {
    accessKeyId: 'AKIASSO',
    secretAccessKey: 'c4nary-sso-Qx',
    sessionToken: 'c4nary-session-Qx',
    expiration: Date.now() + 3_600_000,
  };
  response.end(JSON.stringify({ roleCredentials }));
});
await new Promise<void>((done) => portal.listen(0, '127.0.0.1', done));
afterAll(() => portal.close());

const CONFIG = `[profile keys]
region = eu-central-1
aws_access_key_id = AKIAPROFILE
aws_secret_access_key = c4nary-profile-Qx
[profile process]
credential_process = ${process.execPath} -p 'JSON.stringify({Version:1,AccessKeyId:"AKIAPROCESS",SecretAccessKey:"c4nary-process-Qx"})'
[profile sso]
sso_session = corp
sso_account_id = 123456789012
sso_role_name = Admin
region = eu-west-1
[sso-session corp]
sso_start_url = https://corp.awsapps.com/start
sso_region = us-east-1
`;

/** @param token what is in the cache of the session; undefined leaves it empty */
function home(token?: {
  readonly value: string;
  readonly expiresAt: string;
}): Record<string, string | undefined> {
  const cache = `.aws/sso/cache/${createHash('sha1').update('corp').digest('hex')}.json`;
  const text = JSON.stringify({
    startUrl: 'https://corp.awsapps.com/start',
    region: 'us-east-1',
    accessToken: token?.value,
    expiresAt: token?.expiresAt,
  });
  const folder = folderWith({ '.aws/config': CONFIG, ...(token === undefined ? {} : { [cache]: text }) });
  return {
    ...stage.aws.env(),
    HOME: folder,
    AWS_CONFIG_FILE: join(folder, '.aws/config'),
    AWS_SHARED_CREDENTIALS_FILE: join(folder, '.aws/credentials'),
    AWS_ENDPOINT_URL_SSO: `http://127.0.0.1:${(portal.address() as AddressInfo).port}`,
    AWS_ACCESS_KEY_ID: undefined,
    AWS_SECRET_ACCESS_KEY: undefined,
    AWS_REGION: undefined,
    AWS_DEFAULT_REGION: undefined,
  };
}

const PLAN = ['plan', '--prefix', '/papyrus/prd', '--only', 'log-group'];
const LATER = '2099-01-01T00:00:00Z';
const run = async (args: readonly string[], env: Record<string, string | undefined>) => {
  stage.aws.forget();
  const ended = await runCli([...PLAN, ...args], { env });
  expect(ended.output + ended.errors).not.toContain('c4nary');
  return { ...ended, keys: new Set(stage.aws.calls.map(({ keyId }) => keyId)) };
};

describe('a profile', () => {
  it('of the AWS files gives keys and region, by the flag and by AWS_PROFILE', async () => {
    for (const [args, env] of [
      [['--profile', 'keys'], home()],
      [[], { ...home(), AWS_PROFILE: 'keys' }],
    ] as const) {
      const { code, output, keys } = await run(args, env);
      expect(code).toBe(0);
      expect(output).toContain('in eu-central-1,');
      expect([...keys]).toEqual(['AKIAPROFILE']);
    }
    const { output } = await run(['--profile', 'keys', '--region', 'us-east-2'], home());
    expect(output).toContain('in us-east-2,');
  });

  it('may have a credential process', async () => {
    const { code, keys, errors } = await run(['--profile', 'process'], home());
    expect(code, errors).toBe(0);
    expect([...keys]).toEqual(['AKIAPROCESS']);
  });
});

describe('IAM Identity Center', () => {
  it('gives credentials while the session lasts', async () => {
    const { code, output, keys } = await run(
      ['--profile', 'sso'],
      home({ value: 'good-token', expiresAt: LATER }),
    );
    expect(code).toBe(0);
    expect(output).toContain('in eu-west-1,');
    expect([...keys]).toEqual(['AKIASSO']);
  });

  it.each([
    ['was never started', undefined],
    ['has expired', { value: 'good-token', expiresAt: '2020-01-01T00:00:00Z' }],
    ['was ended elsewhere', { value: 'old-token', expiresAt: LATER }],
  ])('whose session %s names the command to sign in', async (_, token) => {
    const { code, errors } = await run(['--profile', 'sso'], home(token));
    expect(code).toBe(1);
    expect(errors).toContain('aws sso login --profile sso');
  });
});

it('a run without credentials names the command to sign in, and no step of a workflow', async () => {
  const { code, errors } = await run([], home());
  expect(code).toBe(1);
  expect(errors).toContain('aws sso login');
  expect(errors).not.toContain('configure-aws-credentials');
});

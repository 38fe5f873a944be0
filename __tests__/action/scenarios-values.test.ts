/** What a value that is missing, or is in two places, does to its parameter and to the reports. */
import { describe, expect, test } from 'vitest';
import { stageForFile } from '../servers/for-file.ts';
import { GitHubServer } from '../servers/github.ts';
import { pullRequest } from './bench.ts';
import { findLeaks } from './leaks.ts';
import { messagesOf, passed } from './outcome.ts';
import { fieldsOf } from './stage.ts';

const stage = await stageForFile();

const only = { only: 'parameters' };
const URL = 'postgres://u:Kanari-pw-1@h/db';

/** A parameter as an earlier run left it. */
const store = (name: string, Value: string, Type: 'String' | 'SecureString' = 'SecureString') =>
  stage.others.ssm.putParameter({
    Name: `/papyrus/prd/${name}`,
    Value,
    Type,
    Tags: [{ Key: 'managed-by', Value: 'aws-bootstrap' }],
  });

describe('a value that is missing', () => {
  test('leaves a secret a secret: no drift, nothing written, whatever is allowed', async () => {
    await store('DATABASE_URL', URL);
    for (const more of [{ mode: 'drift' }, {}, { allow: 'change-type' }]) {
      await using run = await stage.act({ ...only, variables: 'DATABASE_URL=', ...more });
      expect([run.exitCode, run.outputs['drifted'], run.outputs['blocked']]).toEqual([0, 'false', '0']);
      expect(stage.aws.writes()).toEqual([]);
    }
    expect(await stage.parameter('DATABASE_URL')).toEqual({ value: URL, type: 'SecureString' });
  });

  test('stays encrypted also where a rule makes it plain', async () => {
    await store('DATABASE_URL', URL);
    const files = { '.github/aws-bootstrap.yml': 'rules: [{ match: DATABASE_URL, to: parameter }]\n' };
    await using run = await stage.act(
      { ...only, variables: 'DATABASE_URL=', allow: 'change-type' },
      { files },
    );
    expect(run.outputs).toMatchObject({ 'failure-reason': 'blocked', blocked: '1' });
    expect(stage.aws.writes()).toEqual([]);
  });

  test.each([
    ['PAYMENT_ID', {}],
    ['DB_USER', { prefer: 'ssm' }],
  ])('of %s, on a fork with a placeholder in the .env, is no drift', async (name, more) => {
    const files = { '.env.example': `${name}=\nLOG_LEVEL=info\n` };
    const inputs = { ...only, ...more, 'env-file': '.env.example' };
    await store(name, 'Kanari-9988');
    await store('LOG_LEVEL', 'info', 'String');
    await using fork = await stage.act(
      { ...inputs, secrets: '{"github_token":"x-token-1"}' },
      { files, event: { name: 'pull_request' } },
    );
    expect([fork.exitCode, fork.outputs['drifted'], fork.outputs['blocked']]).toEqual([0, 'false', '0']);
    await using tagged = await stage.act({ ...inputs, mode: 'drift', tags: 'cost=1' }, { files });
    expect(fieldsOf(tagged, `/papyrus/prd/${name}`)).toEqual({ 'tag:cost': 'null → 1' });
  });

  test('of a secret causes a warning where a .env has a default', async () => {
    await using run = passed(
      await stage.act({ ...only, dotenv: 'SMTP_USER=dev-user', secrets: 'SMTP_USER=' }),
    );
    expect(messagesOf(run, 'warning', 'SMTP_USER')).toEqual([
      expect.stringMatching(/^input dotenv line 1: .*input secrets line 1/),
    ]);
  });
});

describe('a value that another variable holds', () => {
  const PASSWORD = 'Kanari-db-1234';
  const inputs = {
    only: 'parameters, secrets',
    dotenv: [
      `DB_PASSWORD=${PASSWORD}`,
      `PGPASSWORD=${PASSWORD}`,
      `REDIS_ARGS=--requirepass ${PASSWORD}`,
      `CACHE_NAME=${PASSWORD}`,
    ].join('\n'),
  };

  test('is in no report, not even of a private repository, and changes no type', async () => {
    await using github = await GitHubServer.start();
    await using plan = passed(
      await stage.act(inputs, {
        token: github.token,
        event: pullRequest(),
        env: { GITHUB_API_URL: github.url },
      }),
    );
    expect(findLeaks(plan, [PASSWORD])).toEqual([]);
    expect(github.comments).toHaveLength(1);
    expect(JSON.stringify(github.comments)).not.toContain(PASSWORD);
    expect(
      messagesOf(plan, 'warning', 'REDIS_ARGS: ').filter((text) => text.includes('DB_PASSWORD')),
    ).toHaveLength(1);
    passed(await stage.act(inputs));
    const types = ['PGPASSWORD', 'REDIS_ARGS', 'CACHE_NAME'].map(
      async (name) => (await stage.parameter(name)).type,
    );
    expect(await Promise.all(types)).toEqual(['SecureString', 'String', 'String']);
    await using again = await stage.act(inputs);
    expect(again.outputs['changed']).toBe('false');
    // A password that is changed makes nothing of it another type.
    const other = { ...inputs, dotenv: inputs.dotenv.replace(PASSWORD, 'Another-db-5678') };
    passed(await stage.act(other));
  });
});

import { spawn } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ActionRun } from './run.ts';
import { dotenv, openStage, SEED, type Stage } from './stage.ts';

/** A client that no one here wrote reads back what one full run has written. */
const program = findOnPath('aws');
const isRequired = process.env['CI'] === 'true';

let stage: Stage;
let run: ActionRun;

describe.skipIf(program === undefined && !isRequired)(
  'the AWS CLI (skipped where `aws` is not on the PATH)',
  () => {
    beforeAll(async () => {
      if (program === undefined) throw new Error('the AWS CLI is missing: put `aws` on the PATH');
      stage = await openStage();
      run = await stage.act({
        dotenv: dotenv({ ...SEED, UNICODE: 'ключ é 秘密', SPACES: 'a  b' }),
        tags: 'project=portfolio\ncost center=42',
        'lifecycle-policy': 'keep-last:5',
        'log-retention-days': '14',
        'image-tag-mutability': 'IMMUTABLE',
      });
      expect(run.exitCode).toBe(0);
    });
    afterAll(() => stage?.[Symbol.asyncDispose]());

    /** What `aws … --output json` says; an old one does not know AWS_ENDPOINT_URL, so the server is named. */
    async function ask<T>(...args: string[]): Promise<T> {
      const output = await new Promise<string>((resolve, reject) => {
        const child = spawn(
          program ?? 'aws',
          [...args, '--endpoint-url', stage.aws.url, '--output', 'json'],
          {
            env: { ...process.env, ...stage.aws.env(), AWS_PAGER: '', PYTHONUTF8: '1' },
            stdio: ['ignore', 'pipe', 'pipe'],
            shell: process.platform === 'win32',
          },
        );
        let out = '';
        let said = '';
        child.stdout.setEncoding('utf8').on('data', (text: string) => {
          out += text;
        });
        child.stderr.setEncoding('utf8').on('data', (text: string) => {
          said += text;
        });
        child.once('error', reject);
        child.once('close', (code) =>
          code === 0 ? resolve(out) : reject(new Error(`aws ${args.join(' ')}: ${said.trim()}`)),
        );
      });
      return JSON.parse(output) as T;
    }

    type Tags = { Key: string; Value: string }[];
    const TAGS = { project: 'portfolio', 'cost center': '42', 'managed-by': 'aws-bootstrap' };
    const mapped = (tags: Tags) => Object.fromEntries(tags.map(({ Key, Value }) => [Key, Value]));

    test('reads the parameters with their types, values and tags', async () => {
      const { Parameters } = await ask<{
        Parameters: { Name: string; Type: string; Value: string; Version: number; ARN: string }[];
      }>('ssm', 'get-parameters-by-path', '--path', '/papyrus/prd', '--with-decryption');
      const plain = [
        'AUTH0_CALLBACK_URL',
        'AUTH0_DOMAIN',
        'GUNICORN_TIMEOUT',
        'GUNICORN_WORKERS',
        'LOG_LEVEL',
      ].map((name) => [`/papyrus/prd/${name}`, 'String', SEED[name], 1]);
      expect(Parameters.map(({ Name, Type, Value, Version }) => [Name, Type, Value, Version]).sort()).toEqual(
        [
          ...plain,
          ['/papyrus/prd/STRIPE_API_KEY', 'SecureString', SEED['STRIPE_API_KEY'], 1],
          ['/papyrus/prd/UNICODE', 'String', 'ключ é 秘密', 1],
          ['/papyrus/prd/SPACES', 'String', 'a  b', 1],
        ].sort(),
      );
      expect(
        Object.fromEntries(Parameters.map(({ Name, ARN }) => [Name.split('/').at(-1) ?? '', ARN])),
      ).toEqual(JSON.parse(run.outputs['parameters'] ?? ''));
      const { TagList } = await ask<{ TagList: Tags }>(
        'ssm',
        'list-tags-for-resource',
        '--resource-type',
        'Parameter',
        '--resource-id',
        '/papyrus/prd/STRIPE_API_KEY',
      );
      expect(mapped(TagList)).toEqual(TAGS);
    });

    test('reads the secrets with their keys and tags', async () => {
      const { SecretList } = await ask<{ SecretList: { Name: string; ARN: string; Tags: Tags }[] }>(
        'secretsmanager',
        'list-secrets',
      );
      expect(SecretList.map(({ Name }) => Name).sort()).toEqual([
        'papyrus/prd/auth0',
        'papyrus/prd/db',
        'papyrus/prd/flask',
      ]);
      for (const { Tags } of SecretList) expect(mapped(Tags)).toEqual(TAGS);
      const values = await Promise.all(
        SecretList.map(({ Name }) =>
          ask<{ SecretString: string }>('secretsmanager', 'get-secret-value', '--secret-id', Name),
        ),
      );
      expect(
        Object.fromEntries(
          SecretList.map(({ Name }, index) => [Name, JSON.parse(values[index]?.SecretString ?? '')]),
        ),
      ).toEqual({
        'papyrus/prd/db': {
          username: SEED['DB_USER'],
          password: SEED['DB_PASSWORD'],
          host: SEED['DB_HOST'],
          name: SEED['DB_NAME'],
          postgres_user: SEED['POSTGRES_USER'],
          postgres_password: SEED['POSTGRES_PASSWORD'],
          postgres_db: SEED['POSTGRES_DB'],
        },
        'papyrus/prd/auth0': {
          client_id: SEED['AUTH0_CLIENT_ID'],
          client_secret: SEED['AUTH0_CLIENT_SECRET'],
          domain: SEED['AUTH0_DOMAIN'],
        },
        'papyrus/prd/flask': { secret_key: SEED['FLASK_SECRET_KEY'] },
      });
      // What ECS is told to read is there, under that ARN and that key.
      const arns = SecretList.map(({ ARN }) => ARN);
      const references = Object.values(JSON.parse(run.outputs['secrets'] ?? '') as Record<string, string>);
      expect(references).toHaveLength(11);
      for (const reference of references) expect(arns).toContain(/^(.*):[a-z_]+::$/.exec(reference)?.[1]);
    });

    test('reads the log group with its retention and tags', async () => {
      const { logGroups } = await ask<{
        logGroups: { logGroupName: string; retentionInDays: number; arn: string }[];
      }>('logs', 'describe-log-groups');
      expect(logGroups).toMatchObject([{ logGroupName: '/ecs/papyrus', retentionInDays: 14 }]);
      const arn = run.outputs['log-group-arn'] ?? '';
      expect(logGroups[0]?.arn).toBe(`${arn}:*`);
      const { tags } = await ask<{ tags: object }>('logs', 'list-tags-for-resource', '--resource-arn', arn);
      expect(tags).toEqual(TAGS);
    });

    test('reads the repository with its mutability, encryption, policy and tags', async () => {
      const { repositories } = await ask<{
        repositories: { repositoryArn: string; repositoryUri: string }[];
      }>('ecr', 'describe-repositories');
      expect(repositories).toMatchObject([
        {
          repositoryName: 'papyrus',
          repositoryUri: run.outputs['repository-uri'],
          repositoryArn: run.outputs['repository-arn'],
          imageTagMutability: 'IMMUTABLE',
          encryptionConfiguration: { encryptionType: 'AES256' },
        },
      ]);
      const { lifecyclePolicyText } = await ask<{ lifecyclePolicyText: string }>(
        'ecr',
        'get-lifecycle-policy',
        '--repository-name',
        'papyrus',
      );
      expect(JSON.parse(lifecyclePolicyText).rules).toMatchObject([{ selection: { countNumber: 5 } }]);
      const { tags } = await ask<{ tags: Tags }>(
        'ecr',
        'list-tags-for-resource',
        '--resource-arn',
        run.outputs['repository-arn'] ?? '',
      );
      expect(mapped(tags)).toEqual(TAGS);
    });
  },
);

function findOnPath(name: string): string | undefined {
  const endings = process.platform === 'win32' ? ['.exe', '.cmd'] : [''];
  for (const folder of (process.env['PATH'] ?? '').split(delimiter).filter(Boolean))
    for (const ending of endings) {
      const path = join(folder, `${name}${ending}`);
      try {
        accessSync(path, constants.X_OK);
        return path;
      } catch {
        // Not here.
      }
    }
  return undefined;
}

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
        let errors = '';
        child.stdout.setEncoding('utf8').on('data', (text: string) => {
          out += text;
        });
        child.stderr.setEncoding('utf8').on('data', (text: string) => {
          errors += text;
        });
        child.once('error', reject);
        child.once('close', (code) =>
          code === 0 ? resolve(out) : reject(new Error(`aws ${args.join(' ')}: ${errors.trim()}`)),
        );
      });
      return JSON.parse(output) as T;
    }

    type Tags = { Key: string; Value: string }[];
    const TAGS = { project: 'portfolio', 'cost center': '42', 'managed-by': 'aws-bootstrap' };
    const mapped = (tags: Tags) => Object.fromEntries(tags.map(({ Key, Value }) => [Key, Value]));

    test('reads what one run created', async () => {
      const { Parameters } = await ask<{ Parameters: { Name: string; Type: string; Value: string }[] }>(
        ...['ssm', 'get-parameters-by-path', '--path', '/papyrus/prd', '--with-decryption'],
      );
      const found = new Map(
        Parameters.map(({ Name, Type, Value }) => [Name.split('/').at(-1), [Type, Value]]),
      );
      expect(found.size).toBe(8);
      expect(found.get('STRIPE_API_KEY')).toEqual(['SecureString', SEED['STRIPE_API_KEY']]);
      expect(found.get('UNICODE')).toEqual(['String', 'ключ é 秘密']);
      expect(found.get('SPACES')).toEqual(['String', 'a  b']);

      const { SecretList } = await ask<{ SecretList: { Name: string; ARN: string; Tags: Tags }[] }>(
        ...['secretsmanager', 'list-secrets'],
      );
      expect(SecretList.map(({ Name }) => Name.split('/').at(-1)).sort()).toEqual(['auth0', 'db', 'flask']);
      for (const { Tags } of SecretList) expect(mapped(Tags)).toEqual(TAGS);
      // What ECS reads exists under that ARN and that key.
      const references = Object.values(JSON.parse(run.outputs['secrets'] ?? '') as Record<string, string>);
      expect(references).toHaveLength(11);
      const arns = SecretList.map(({ ARN }) => ARN);
      for (const reference of references) expect(arns).toContain(/^(.*):[a-z_]+::$/.exec(reference)?.[1]);

      const { logGroups } = await ask<{ logGroups: object[] }>('logs', 'describe-log-groups');
      const arn = `${run.outputs['log-group-arn']}:*`;
      expect(logGroups).toMatchObject([{ logGroupName: '/ecs/papyrus', retentionInDays: 14, arn }]);

      const { repositories } = await ask<{ repositories: object[] }>('ecr', 'describe-repositories');
      expect(repositories).toMatchObject([
        {
          repositoryName: 'papyrus',
          repositoryUri: run.outputs['repository-uri'],
          repositoryArn: run.outputs['repository-arn'],
          imageTagMutability: 'IMMUTABLE',
          encryptionConfiguration: { encryptionType: 'AES256' },
        },
      ]);
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

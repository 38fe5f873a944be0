import assert from 'node:assert/strict';
import { PutRetentionPolicyCommand } from '@aws-sdk/client-cloudwatch-logs';
import { PutImageTagMutabilityCommand, UntagResourceCommand as UntagRepository } from '@aws-sdk/client-ecr';
import {
  CreateSecretCommand,
  DeleteSecretCommand,
  PutSecretValueCommand,
  TagResourceCommand as TagSecret,
} from '@aws-sdk/client-secrets-manager';
import {
  DeleteParameterCommand,
  PutParameterCommand,
  RemoveTagsFromResourceCommand,
} from '@aws-sdk/client-ssm';
import { DESIRED, DOTENV } from '../../bench/desired.ts';
import type { Content } from './account.ts';
import type { Emulator } from './emulator.ts';
import { CONFIG, MADE, Narrator, parameter, type Scene, SILENT, secret, without } from './story.ts';

const { prefix } = DESIRED;
const tags = { ...MADE, ...DESIRED.tags };
const entries = <From, To>(from: Iterable<readonly [string, From]>, to: (value: From) => To) =>
  Object.fromEntries([...from].map(([name, value]) => [name, to(value)]));

const EMPTY: Content = { logGroups: {}, parameters: {}, secrets: {}, repositories: {} };
const WHOLE: Content = {
  logGroups: {
    [DESIRED.logGroup]: { retention: DESIRED.retentionDays, class: 'STANDARD', tags },
  },
  parameters: entries(DESIRED.parameters, (value) => parameter(value, tags)),
  secrets: entries(DESIRED.secrets, (value) => secret(value, tags)),
  repositories: {
    [DESIRED.repository]: {
      mutability: 'MUTABLE',
      encryption: 'AES256',
      key: undefined,
      lifecycle: undefined,
      tags,
    },
  },
};
const DB = { ...DESIRED.secrets.get('papyrus/prd/db'), theirs: 'kept' };
/** After a key of somebody else was put into a bundle that is merged. */
const MERGED: Content = { ...WHOLE, secrets: { ...WHOLE.secrets, 'papyrus/prd/db': secret(DB, tags) } };
/** After a variable was in a bundle for a while. */
const GONE = { 'papyrus/prd/gunicorn': secret(undefined, tags) };
/** Made by others: two without our tag, and one that has it, below a path that only ends like ours. */
const THEIRS: Pick<Content, 'parameters' | 'secrets'> = {
  parameters: {
    '/papyrus/prd/THEIRS': parameter('x', {}),
    '/papyrus/prd/deeper/THEIRS': parameter('x', MADE),
  },
  secrets: {
    'papyrus/prd/theirs': secret({}, {}),
    'old/papyrus/prd/theirs': secret({}, MADE),
  },
};

const moved = (to: string) => ({
  [CONFIG]: `prune: delete\nrules:\n  - { match: GUNICORN_TIMEOUT, to: ${to} }\n`,
});

/** The article's `.env`, from nothing to nothing. */
export function articleStory(emulator: Emulator): Scene[] {
  const teller = new Narrator(emulator, { prefix, dotenv: DOTENV, tags: 'project=portfolio' });
  const { ssm, secrets, logs, ecr } = emulator.clients;

  return [
    {
      title: 'plan writes nothing',
      async play() {
        const outputs = await teller.run({ mode: 'plan' }, { writes: [] });
        assert.equal(outputs['to-create'], String(DESIRED.parameters.size + DESIRED.secrets.size + 2));
        await teller.holds(EMPTY);
      },
    },
    {
      title: 'apply makes all of it and nothing else',
      async play() {
        await teller.run({ mode: 'apply' }, {});
        await teller.holds(WHOLE);
      },
    },
    {
      title: 'a second apply, a plan and a drift find nothing to do',
      async play() {
        const before = await teller.read();
        for (const mode of ['apply', 'plan', 'drift']) await teller.run({ mode }, SILENT);
        assert.deepEqual(await teller.read(), before);
      },
    },
    {
      title: 'drift behind its back is found whole, and restored',
      async play() {
        await drift();
        const open = {
          '/ecs/papyrus': 'update',
          '/papyrus/prd/GUNICORN_BIND': 'create',
          '/papyrus/prd/GUNICORN_THREADS': 'update',
          '/papyrus/prd/GUNICORN_WORKERS': 'update',
          papyrus: 'update',
          'papyrus/prd/auth0': 'update',
          'papyrus/prd/db': 'update',
          'papyrus/prd/flask': 'update',
        };
        const before = await teller.read();
        const outputs = await teller.run({ mode: 'drift' }, { open, writes: [], exitCode: 1 });
        assert.equal(outputs['failure-reason'], 'drifted');
        assert.deepEqual(await teller.read(), before);
        await teller.run({ mode: 'apply' }, { open });
        await teller.holds(MERGED);
        await teller.run({ mode: 'apply' }, SILENT);
      },
    },
    {
      title: 'a parameter moves into a secret and back, by rules',
      async play() {
        const name = '/papyrus/prd/GUNICORN_TIMEOUT';
        const open = { 'papyrus/prd/gunicorn': 'create', [name]: 'delete' };
        await teller.run({ mode: 'apply' }, { open }, moved('secret/gunicorn'));
        await teller.holds({
          ...MERGED,
          parameters: without(MERGED.parameters, name),
          secrets: { ...MERGED.secrets, 'papyrus/prd/gunicorn': secret({ GUNICORN_TIMEOUT: '30' }, tags) },
        });
        await teller.run({ mode: 'apply' }, SILENT, moved('secret/gunicorn'));
        await teller.run({ mode: 'apply', allow: 'change-type' }, {}, moved('parameter'));
        await teller.holds({ ...MERGED, secrets: { ...MERGED.secrets, ...GONE } });
        await teller.run({ mode: 'apply' }, SILENT, moved('parameter'));
      },
    },
    {
      title: 'prune takes what it made and what is no longer configured, and nothing of others',
      async play() {
        await others();
        const lines = DOTENV.split('\n').filter((line) => !/^(?:GUNICORN_BIND|FLASK_SECRET_KEY)=/.test(line));
        const dotenv = lines.join('\n');
        await teller.run({ mode: 'apply', dotenv }, { writes: [] });
        const writes = ['DeleteParameters', 'DeleteSecret'];
        await teller.run({ mode: 'apply', dotenv, prune: 'delete' }, { writes });
        await teller.holds({
          ...MERGED,
          parameters: { ...without(MERGED.parameters, '/papyrus/prd/GUNICORN_BIND'), ...THEIRS.parameters },
          secrets: {
            ...MERGED.secrets,
            ...GONE,
            ...THEIRS.secrets,
            'papyrus/prd/flask': secret(undefined, tags),
          },
        });
      },
    },
    {
      title: 'destroy takes what it made, but for what environments share; the next apply restores it',
      async play() {
        const before = await teller.read();
        const outputs = await teller.run({ mode: 'destroy' }, { writes: [], exitCode: 1 });
        assert.equal(outputs['changed'], 'false');
        assert.deepEqual(await teller.read(), before);
        await teller.run({ mode: 'destroy', confirm: prefix }, {});
        const scheduled = Object.keys({ ...WHOLE.secrets, ...GONE });
        await teller.holds({
          ...WHOLE,
          parameters: THEIRS.parameters,
          secrets: {
            ...Object.fromEntries(scheduled.map((name) => [name, secret(undefined, tags)])),
            ...THEIRS.secrets,
          },
        });
        await teller.run({ mode: 'apply' }, {});
        await teller.holds({
          ...MERGED,
          parameters: { ...WHOLE.parameters, ...THEIRS.parameters },
          secrets: { ...MERGED.secrets, ...GONE, ...THEIRS.secrets },
        });
      },
    },
  ];

  async function drift(): Promise<void> {
    const { logGroup, repository } = DESIRED;
    await logs.send(new PutRetentionPolicyCommand({ logGroupName: logGroup, retentionInDays: 7 }));
    await ssm.send(
      new PutParameterCommand({ Name: '/papyrus/prd/GUNICORN_WORKERS', Value: '99', Overwrite: true }),
    );
    await ssm.send(new DeleteParameterCommand({ Name: '/papyrus/prd/GUNICORN_BIND' }));
    await ssm.send(
      new RemoveTagsFromResourceCommand({
        ResourceType: 'Parameter',
        ResourceId: '/papyrus/prd/GUNICORN_THREADS',
        TagKeys: ['project'],
      }),
    );
    await secrets.send(
      new PutSecretValueCommand({
        SecretId: 'papyrus/prd/db',
        SecretString: JSON.stringify({ ...DB, password: 'changed' }),
      }),
    );
    await secrets.send(
      new TagSecret({ SecretId: 'papyrus/prd/auth0', Tags: [{ Key: 'project', Value: 'other' }] }),
    );
    await secrets.send(new DeleteSecretCommand({ SecretId: 'papyrus/prd/flask' }));
    await ecr.send(
      new PutImageTagMutabilityCommand({ repositoryName: repository, imageTagMutability: 'IMMUTABLE' }),
    );
    await ecr.send(new UntagRepository({ resourceArn: await teller.repositoryArn(), tagKeys: ['project'] }));
  }

  async function others(): Promise<void> {
    const tagList = (tags: Readonly<Record<string, string>>) =>
      Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
    for (const [Name, one] of Object.entries(THEIRS.parameters))
      await ssm.send(
        new PutParameterCommand({ Name, Value: one.value, Type: 'String', Tags: tagList(one.tags) }),
      );
    for (const [Name, one] of Object.entries(THEIRS.secrets))
      await secrets.send(new CreateSecretCommand({ Name, SecretString: '{}', Tags: tagList(one.tags) }));
  }
}

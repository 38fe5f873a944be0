import assert from 'node:assert/strict';
import {
  DeleteRetentionPolicyCommand,
  UntagResourceCommand as UntagLogGroup,
} from '@aws-sdk/client-cloudwatch-logs';
import { PutLifecyclePolicyCommand, TagResourceCommand as TagRepository } from '@aws-sdk/client-ecr';
import { PutSecretValueCommand, UpdateSecretCommand } from '@aws-sdk/client-secrets-manager';
import { PutParameterCommand } from '@aws-sdk/client-ssm';
import { type Content, createKey } from './account.ts';
import type { Emulator } from './emulator.ts';
import { CONFIG, MADE, Narrator, parameter, type Scene, SILENT, secret, without } from './story.ts';

/** More secrets than are asked for one by one, so that a listing tells of them. */
const TEAMS = ['one', 'two', 'three', 'four'];
const ENV: Readonly<Record<string, string>> = {
  STRIPE_API_KEY: 'canary-stripe-1',
  STRIPE_WEBHOOK: 'canary-webhook-2',
  SENTRY_DSN: 'canary-dsn-3',
  API_TOKEN: 'canary-token-4',
  BOOT_PASSWORD: 'canary-boot-5',
  DEBUG_LEVEL: '3',
  LOG_LEVEL: 'info',
  WORKERS: '4',
  ...Object.fromEntries(TEAMS.map((team) => [`TEAM_${team}`, `canary-team-${team}`])),
};
const value = (name: string): string => ENV[name] ?? '';
const dotenv = (env: Readonly<Record<string, string>>): string =>
  Object.entries(env)
    .map(([name, text]) => `${name}=${text}`)
    .join('\n');

const config = (key: string) => `prefix: /shop/stg
tags: { project: portfolio, team: web }
log-group: /ecs/{application}-{environment}
log-retention-days: 30
repository: "{application}/{environment}"
image-tag-mutability: IMMUTABLE
lifecycle-policy: keep-last:20
kms-key-id: ${key}
prefer: ssm
prune: delete
rules:
  - { match: STRIPE_*, to: secret/payments }
  - { match: [SENTRY_DSN], to: secure-parameter, key: dsn }
  - { match: API_TOKEN, to: [secure-parameter, secret/payments] }
  - { match: BOOT_PASSWORD, to: secret/boot, key: password, write: once }
  - { match: DEBUG_*, to: ignore }
${TEAMS.map((team) => `  - { match: TEAM_${team}, to: secret/team-${team}, key: token }`).join('\n')}
bundles:
  payments: { mode: exact }
ignore: ["parameter:WORKERS"]
`;

const tags = { ...MADE, project: 'portfolio', team: 'web' };
const payments = {
  STRIPE_API_KEY: value('STRIPE_API_KEY'),
  STRIPE_WEBHOOK: value('STRIPE_WEBHOOK'),
  API_TOKEN: value('API_TOKEN'),
};
const keepLast = (countNumber: number) => ({
  rules: [
    {
      rulePriority: 1,
      description: `Keep the last ${countNumber} images`,
      selection: { tagStatus: 'any', countType: 'imageCountMoreThan', countNumber },
      action: { type: 'expire' },
    },
  ],
});

function whole(key: string): Content {
  const secure = { type: 'SecureString', key };
  return {
    logGroups: { '/ecs/shop-stg': { retention: 30, class: 'STANDARD', tags } },
    parameters: {
      '/shop/stg/dsn': parameter(value('SENTRY_DSN'), tags, secure),
      '/shop/stg/API_TOKEN': parameter(value('API_TOKEN'), tags, secure),
      '/shop/stg/LOG_LEVEL': parameter('info', tags),
      '/shop/stg/WORKERS': parameter('4', tags),
    },
    secrets: {
      'shop/stg/payments': secret(payments, tags, key),
      'shop/stg/boot': secret({ password: value('BOOT_PASSWORD') }, tags, key),
      ...Object.fromEntries(
        TEAMS.map((team) => [`shop/stg/team-${team}`, secret({ token: value(`TEAM_${team}`) }, tags, key)]),
      ),
    },
    repositories: {
      'shop/stg': { mutability: 'IMMUTABLE', encryption: 'KMS', key, lifecycle: keepLast(20), tags },
    },
  };
}

/** Rules, exact bundles, a lifecycle policy, a key, and names that belong to the environment. */
export async function rulesStory(emulator: Emulator): Promise<Scene[]> {
  const [key, otherKey] = [await createKey(emulator.url), await createKey(emulator.url)];
  const teller = new Narrator(emulator, { dotenv: dotenv(ENV) }, { [CONFIG]: config(key) });
  const { ssm, secrets, logs, ecr } = emulator.clients;
  const made = whole(key);
  /** After the drift: what a rule leaves alone is as it was changed. */
  const left: Content = {
    ...made,
    parameters: { ...made.parameters, '/shop/stg/WORKERS': parameter('9', tags) },
    secrets: { ...made.secrets, 'shop/stg/boot': secret({ password: 'rotated' }, tags, key) },
    repositories: {
      'shop/stg': {
        mutability: 'IMMUTABLE',
        encryption: 'KMS',
        key,
        lifecycle: keepLast(20),
        tags: { ...tags, cost: '42' },
      },
    },
  };
  /** After two variables are gone. */
  const fewer: Content = {
    ...left,
    parameters: without(left.parameters, '/shop/stg/LOG_LEVEL'),
    secrets: {
      ...left.secrets,
      'shop/stg/payments': secret(without(payments, 'STRIPE_WEBHOOK'), tags, key),
    },
  };
  const destroy = {
    mode: 'destroy',
    confirm: '/shop/stg',
    allow: 'delete-log-group, delete-repository',
  };

  return [
    {
      title: 'plan writes nothing, apply makes all of it and nothing else, and the rest is silent',
      async play() {
        const planned = await teller.run({ mode: 'plan' }, { writes: [] });
        const applied = await teller.run({ mode: 'apply' }, {});
        assert.equal(applied['plan'], planned['plan']);
        await teller.holds(made);
        const before = await teller.read();
        for (const mode of ['apply', 'plan', 'drift']) await teller.run({ mode }, SILENT);
        assert.deepEqual(await teller.read(), before);
      },
    },
    {
      title: 'drift is found whole and restored, but for what a rule leaves alone',
      async play() {
        await drift();
        const open = {
          '/ecs/shop-stg': 'update',
          '/shop/stg/dsn': 'update',
          'shop/stg/boot': 'update',
          'shop/stg/payments': 'update',
          'shop/stg': 'update',
        };
        const before = await teller.read();
        await teller.run({ mode: 'drift' }, { open, writes: [], exitCode: 1 });
        assert.deepEqual(await teller.read(), before);
        await teller.run({ mode: 'apply', allow: 'shorten-retention' }, { open });
        await teller.holds(left);
        await teller.run({ mode: 'apply' }, SILENT);
      },
    },
    {
      title: 'what is no longer configured leaves an exact bundle and the prefix',
      async play() {
        const env = without(ENV, 'STRIPE_WEBHOOK', 'LOG_LEVEL');
        const open = { '/shop/stg/LOG_LEVEL': 'delete', 'shop/stg/payments': 'update' };
        await teller.run({ mode: 'apply', dotenv: dotenv(env) }, { open });
        await teller.holds(fewer);
        await teller.run({ mode: 'apply', dotenv: dotenv(env) }, SILENT);
      },
    },
    {
      title: 'destroy leaves what is ignored, and secrets that can be restored',
      async play() {
        await teller.run(destroy, {});
        await teller.holds({
          logGroups: {},
          parameters: { '/shop/stg/WORKERS': parameter('9', tags) },
          repositories: {},
          secrets: Object.fromEntries(
            Object.keys(fewer.secrets).map((name) => [name, secret(undefined, tags, key)]),
          ),
        });
        await teller.run(destroy, { writes: [] });
      },
    },
  ];

  async function drift(): Promise<void> {
    await logs.send(new DeleteRetentionPolicyCommand({ logGroupName: '/ecs/shop-stg' }));
    await logs.send(new UntagLogGroup({ resourceArn: await teller.logGroupArn(), tagKeys: ['team'] }));
    await ssm.send(
      new PutParameterCommand({
        Name: '/shop/stg/dsn',
        Value: 'other',
        Type: 'SecureString',
        KeyId: key,
        Overwrite: true,
      }),
    );
    await ssm.send(new PutParameterCommand({ Name: '/shop/stg/WORKERS', Value: '9', Overwrite: true }));
    const changes: Array<[string, object]> = [
      ['shop/stg/payments', { ...payments, extra: 'x' }],
      ['shop/stg/boot', { password: 'rotated' }],
    ];
    for (const [SecretId, content] of changes)
      await secrets.send(new PutSecretValueCommand({ SecretId, SecretString: JSON.stringify(content) }));
    await secrets.send(new UpdateSecretCommand({ SecretId: 'shop/stg/boot', KmsKeyId: otherKey }));
    await ecr.send(
      new PutLifecyclePolicyCommand({
        repositoryName: 'shop/stg',
        lifecyclePolicyText: JSON.stringify(keepLast(5)),
      }),
    );
    await ecr.send(
      new TagRepository({
        resourceArn: await teller.repositoryArn(),
        tags: [
          { Key: 'team', Value: 'other' },
          { Key: 'cost', Value: '42' },
        ],
      }),
    );
  }
}

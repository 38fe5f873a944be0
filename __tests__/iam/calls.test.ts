/**
 * The calls of real runs, evaluated by an engine: the roles of iam/roles.yml and the policies that a run prints allow each of
 * them, on the resource and under the conditions that AWS's own documentation names.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { type Account, account, SEED } from '../action/account.ts';
import { passed } from '../action/outcome.ts';
import type { ActionRun } from '../action/run.ts';
import { part } from '../sample.ts';
import { type AwsServer, startAws } from '../servers/aws.ts';
import { joinRegistry } from '../servers/aws-images.ts';
import { TestRegistry } from '../servers/registry.ts';
import { makeImage, makeTar, noise, toSaved } from '../servers/registry-images.ts';
import { asksOf, type Key } from './authorization.ts';
import { isAllowed } from './engine.ts';
import { type Guard, guard } from './guarded.ts';
import { type PolicyDocument, type RoleName, resolveRoles } from './template.ts';

type Inputs = Readonly<Record<string, string>>;

let aws: AwsServer;
let at: Account;
let registry: TestRegistry;
let guarded: Guard;
const workspace = mkdtempSync(join(tmpdir(), 'iam-'));
beforeAll(async () => {
  aws = await startAws();
  at = account(aws);
  guarded = guard(aws);
  const image = makeImage([noise(50_000), 'second layer']);
  writeFileSync(join(workspace, 'image.tar'), makeTar(toSaved(image, ['papyrus:1.4'])));
  const next = makeImage([noise(20_000), 'second layer']);
  writeFileSync(join(workspace, 'next.tar'), makeTar(toSaved(next, ['papyrus:1.4'])));
  writeFileSync(join(workspace, 'plain.yml'), 'rules: [{ match: LOG_LEVEL, to: parameter }]');
});
afterAll(async () => {
  await aws?.close();
  await registry?.[Symbol.asyncDispose]();
  rmSync(workspace, { recursive: true, force: true });
});
beforeEach(async () => {
  guarded.rest();
  await aws.reset();
  await registry?.[Symbol.asyncDispose]();
  registry = await TestRegistry.start();
  joinRegistry(aws, registry);
});

const P = '/papyrus/prd';
const KEY: Key = {
  arn: 'arn:aws:kms:us-west-2:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab',
  aliases: ['alias/papyrus'],
};
const less = SEED.split('\n')
  .filter((line) => !/^(GUNICORN_TIMEOUT|GUNICORN_THREADS|FLASK_SECRET_KEY)=/.test(line))
  .join('\n');
/** Names that hold the environment, without which destroy keeps log group and repository. */
const OWN: Inputs = {
  'log-group': '/ecs/{application}-{environment}',
  repository: '{application}/{environment}',
};
const OWN_ROLES: Inputs = { LogGroup: '/ecs/papyrus-prd', EcrRepository: 'papyrus/prd' };
const DELETES: Inputs = { DeployerDeletes: 'true' };
/** What takes something away: only where the configuration says so. */
const TAKING = /:(Delete(?!RetentionPolicy)|Untag|Remove)/;

interface Step {
  readonly as: Exclude<RoleName, 'Execution'>;
  readonly inputs: Inputs;
  readonly exit?: number;
  /** What a configuration prints has no calls for what an earlier one asked for. */
  readonly isLast?: true;
}
const deploy = (inputs: Inputs, exit = 0): Step => ({ as: 'Deployer', inputs, exit });
const read = (inputs: Inputs, exit = 0): Step => ({ as: 'DriftReader', inputs, exit });

interface Scene {
  /** By another writer, or by the action before the guard is used. */
  readonly before?: () => Promise<unknown>;
  readonly roles?: Inputs;
  readonly key?: Key;
  readonly steps: readonly Step[];
  /** The actions that take something away. */
  readonly takes?: readonly string[];
  /** Actions that the scene is there for. */
  readonly asks?: readonly string[];
}

/** What the summary grants: who deploys, who reads, and the tasks. */
function printed(run: ActionRun): PolicyDocument[] {
  return [...run.rawSummary.matchAll(/```json\n([\s\S]*?)\n```/g)].map(([, json = '']) => JSON.parse(json));
}

const applied = async (inputs: Inputs = {}) => {
  passed(await at.step({ dotenv: SEED, ...inputs }, { workspace }));
};
async function adopted(): Promise<void> {
  await at.createLogGroup('/ecs/papyrus');
  await at.createRepository('papyrus');
  await at.putParameter(`${P}/GUNICORN_TIMEOUT`, { team: 'ours' }, '30');
  await at.createSecret('papyrus/prd/flask', { team: 'ours' }, { secret_key: 'flask-key-canary-4' });
}
async function orphaned(): Promise<void> {
  await at.putParameter(`${P}/ORPHAN`, { 'managed-by': 'aws-bootstrap' });
  await at.createSecret('papyrus/prd/orphan', { 'managed-by': 'aws-bootstrap' });
}

const TAGGED: Inputs = { dotenv: SEED, tags: 'project=portfolio', 'lifecycle-policy': 'keep-last:3' };

/** What happens to one deployment, scene after scene; CI takes all of them, a local run every second one. */
const DEPLOYMENTS = {
  'a first apply': {
    'a first apply, a silent one, plan and drift': {
      roles: { DriftReadsValues: 'true' },
      steps: [
        read({ mode: 'plan', ...TAGGED }),
        deploy(TAGGED),
        deploy(TAGGED),
        read({ mode: 'drift', ...TAGGED }),
      ],
      asks: ['logs:CreateLogGroup', 'ecr:PutLifecyclePolicy', 'secretsmanager:GetSecretValue'],
    },
  },
  'a created deployment': {
    'a key for a log group, and none': {
      before: () => applied(),
      roles: { LogGroupKmsKey: 'true', DriftReadsValues: 'true' },
      steps: [
        deploy({ dotenv: SEED, 'log-group-kms-key-id': KEY.arn }),
        read({ mode: 'drift', dotenv: SEED, 'log-group-kms-key-id': KEY.arn }),
        deploy({ dotenv: SEED, 'log-group-kms-key-id': 'none' }),
      ],
      asks: ['logs:AssociateKmsKey', 'logs:DisassociateKmsKey'],
    },
    'a drift check that may not read values': {
      steps: [read({ mode: 'drift', dotenv: SEED }), read({ mode: 'plan', dotenv: SEED })],
    },
    'a secret that another writer changes at the same time': {
      before: async () => {
        let isFirst = true;
        aws.onCall(async ({ operation, input }, moment) => {
          if (operation !== 'PutSecretValue' || moment !== 'before' || !isFirst) return;
          isFirst = false;
          await at.putSecret(String(input['SecretId']), { theirs: 'another key' });
        });
      },
      steps: [deploy({ dotenv: SEED.replace(/^FLASK_SECRET_KEY=.*$/m, 'FLASK_SECRET_KEY=another-key-8') })],
      asks: ['secretsmanager:PutSecretValue', 'secretsmanager:ListSecretVersionIds'],
    },
    'an apply over drift and orphans': {
      before: orphaned,
      roles: { DriftReadsValues: 'true' },
      steps: [
        read({ mode: 'drift', dotenv: less, 'log-retention-days': 'never', 'scan-on-push': 'false' }, 1),
        deploy({
          dotenv: less,
          'log-retention-days': 'never',
          'image-tag-mutability': 'IMMUTABLE',
          'scan-on-push': 'false',
        }),
        deploy({ dotenv: less, 'log-retention-days': '14', tags: 'project=portfolio' }),
      ],
      asks: [
        'logs:DeleteRetentionPolicy',
        'logs:PutRetentionPolicy',
        'ecr:PutImageTagMutability',
        'ecr:GetRegistryScanningConfiguration',
        'ecr:PutImageScanningConfiguration',
        'ssm:AddTagsToResource',
        'secretsmanager:TagResource',
      ],
    },
    'prune: delete of what was created': {
      roles: DELETES,
      steps: [deploy({ dotenv: less, prune: 'delete' })],
      takes: ['secretsmanager:DeleteSecret', 'ssm:DeleteParameters'],
    },
  },
  'an adopted deployment': {
    'an apply that adopts': {
      before: adopted,
      roles: { DriftReadsValues: 'true' },
      steps: [read({ mode: 'plan', dotenv: SEED }), deploy({ dotenv: SEED })],
    },
    'destroy of what was adopted, and a secret that comes back': {
      roles: DELETES,
      steps: [deploy({ mode: 'destroy', confirm: P }), deploy({ dotenv: SEED })],
      takes: [
        'ecr:UntagResource',
        'logs:UntagResource',
        'secretsmanager:DeleteSecret',
        'secretsmanager:UntagResource',
        'ssm:DeleteParameters',
        'ssm:RemoveTagsFromResource',
      ],
      asks: ['secretsmanager:RestoreSecret'],
    },
    'prune: delete of what was adopted': {
      roles: DELETES,
      steps: [deploy({ dotenv: less, prune: 'delete' })],
      takes: ['secretsmanager:UntagResource', 'ssm:DeleteParameters', 'ssm:RemoveTagsFromResource'],
    },
  },
  'an image': {
    'an image that is pushed, and looked at': {
      roles: { DriftReadsValues: 'true' },
      steps: [
        deploy({ dotenv: SEED, image: 'docker-archive:image.tar' }),
        deploy({ dotenv: SEED, image: 'docker-archive:image.tar', 'image-tags': '1.4, latest' }),
        read({ mode: 'drift', dotenv: SEED, image: 'docker-archive:image.tar' }),
        read({ mode: 'plan', dotenv: SEED, image: 'docker-archive:next.tar' }),
        // Its layers are compared with those of the image that the tag names.
        deploy({ dotenv: SEED, image: 'docker-archive:next.tar' }),
      ],
      asks: ['ecr:PutImage', 'ecr:CompleteLayerUpload', 'ecr:GetDownloadUrlForLayer'],
    },
  },
  'a key of one’s own': {
    'a key of one’s own, by its ARN': {
      roles: { ...OWN_ROLES, DriftReadsValues: 'true', KmsKeyArn: KEY.arn },
      key: KEY,
      steps: [
        deploy({
          dotenv: `${SEED}\nSHORT_TOKEN=x7Kq9vWb2\nLONG_TOKEN=${'x7Kq9vWb2'.repeat(500)}`,
          'kms-key-id': KEY.arn,
          ...OWN,
        }),
        read({ mode: 'drift', dotenv: SEED, 'kms-key-id': KEY.arn, ...OWN }),
      ],
      asks: ['kms:Encrypt', 'kms:GenerateDataKey', 'kms:Decrypt', 'kms:CreateGrant', 'kms:DescribeKey'],
    },
    'destroy with both opt-ins, and the key': {
      roles: { ...DELETES, ...OWN_ROLES, KmsKeyArn: KEY.arn },
      key: KEY,
      steps: [
        deploy({
          mode: 'destroy',
          confirm: P,
          allow: 'delete-log-group, delete-repository',
          'kms-key-id': KEY.arn,
          ...OWN,
        }),
      ],
      takes: [
        'ecr:DeleteRepository',
        'logs:DeleteLogGroup',
        'secretsmanager:DeleteSecret',
        'ssm:DeleteParameters',
      ],
      asks: ['kms:RetireGrant'],
    },
  },
  'accounts that pull': {
    'a repository that other accounts pull from, and no longer': {
      roles: { DriftReadsValues: 'true', PullAccounts: 'true' },
      steps: [
        deploy({ dotenv: SEED, 'pull-accounts': '111122223333' }),
        read({ mode: 'drift', dotenv: SEED, 'pull-accounts': '111122223333' }),
        { ...deploy({ dotenv: SEED }), isLast: true },
      ],
      takes: ['ecr:DeleteRepositoryPolicy', 'ecr:UntagResource'],
      asks: ['ecr:SetRepositoryPolicy', 'ecr:GetRepositoryPolicy'],
    },
  },
  'other destinations, and another key': {
    'a move from parameters to secrets': {
      before: () => applied({ prefer: 'ssm' }),
      roles: DELETES,
      steps: [deploy({ dotenv: SEED, prune: 'delete' })],
      takes: ['ssm:DeleteParameters'],
    },
    'a key that what exists does not have yet, by its alias': {
      roles: { DriftReadsValues: 'true', KmsKeyArn: KEY.arn },
      key: KEY,
      steps: [
        // A repository keeps its key: that difference is blocked.
        deploy({ dotenv: SEED, only: 'parameters, secrets', 'kms-key-id': 'alias/papyrus' }),
        read({ mode: 'drift', dotenv: SEED, only: 'parameters, secrets', 'kms-key-id': 'alias/papyrus' }),
      ],
      asks: ['secretsmanager:UpdateSecret', 'kms:Encrypt', 'kms:GenerateDataKey', 'kms:Decrypt'],
    },
  },
} satisfies Readonly<Record<string, Readonly<Record<string, Scene>>>>;

/** By role and scene, what was asked. */
const everAsked = { Deployer: new Set<string>(), DriftReader: new Set<string>() };
const ran = new Set<string>();

test.each(part(Object.entries(DEPLOYMENTS), 1))(
  '%s: every call is allowed',
  async (_deployment, scenes) => {
    for (const [name, scene] of Object.entries<Scene>(scenes)) {
      await check(name, scene);
      ran.add(name);
      guarded.rest();
    }
  },
  180_000,
);

async function check(name: string, scene: Scene): Promise<void> {
  await scene.before?.();
  const roles = resolveRoles({ Repository: 'OWNER/NAME', Prefix: P, ...scene.roles });
  const asked = new Set<string>();
  for (const { as, inputs, exit, isLast } of scene.steps) {
    const about = `${name}: ${JSON.stringify(inputs)}`;
    guarded.use(roles[as].policy, scene.key);
    registry.seen.length = 0;
    const run = await at.step({ ...inputs, 'iam-policies': 'true' }, { workspace });
    await guarded.readRegistry(registry);
    expect(guarded.denied, about).toEqual(
      as === 'Deployer' || scene.roles?.['DriftReadsValues'] ? [] : VALUES,
    );
    expect(run.exitCode, run.log).toBe(exit);

    const own = printed(run)[as === 'Deployer' ? 0 : 1];
    expect(own?.Statement.length).toBeGreaterThan(0);
    const missing: string[] = [];
    for (const ask of guarded.asks)
      if (own === undefined || !(await isAllowed(own, ask))) missing.push(`${ask.action} on ${ask.resource}`);
    if (isLast !== true) expect(missing, about).toEqual([]);
    if (scene.takes === undefined) expect(JSON.stringify(own), about).not.toMatch(TAKING);
    for (const { action } of guarded.asks) {
      asked.add(action);
      everAsked[as].add(action);
    }
  }
  expect([...asked].filter((action) => TAKING.test(action)).sort(), name).toEqual(scene.takes ?? []);
  expect([...asked], name).toEqual(expect.arrayContaining([...(scene.asks ?? [])]));
}

/** What a role that reads no values is refused. */
const VALUES = expect.toSatisfy((denied: ReadonlyArray<{ action: string }>) =>
  denied.every(({ action }) =>
    ['ssm:GetParameters', 'secretsmanager:BatchGetSecretValue', 'secretsmanager:GetSecretValue'].includes(
      action,
    ),
  ),
);

test('a type that cannot change in place: both policies allow to delete the parameter, only with the opt-in', async () => {
  await at.putParameter(`${P}/LOG_LEVEL`, {}, 'info', 'SecureString');
  const inputs = {
    mode: 'plan',
    variables: 'LOG_LEVEL=info',
    only: 'parameters',
    config: 'plain.yml',
    'iam-policies': 'true',
  };
  const asks = await asksOf({
    service: 'ssm',
    operation: 'DeleteParameter',
    input: { Name: `${P}/LOG_LEVEL` },
  });
  const given = { Repository: 'OWNER/NAME', Prefix: P };
  const policies: ReadonlyArray<readonly [PolicyDocument | undefined, boolean]> = [
    [printed(await at.step({ ...inputs, allow: 'change-type' }, { workspace }))[0], true],
    [printed(await at.step(inputs, { workspace }))[0], false],
    [resolveRoles({ ...given, ...DELETES }).Deployer.policy, true],
    [resolveRoles(given).Deployer.policy, false],
  ];
  expect(asks).toHaveLength(1);
  for (const [policy, expected] of policies)
    for (const ask of asks) expect(policy && (await isAllowed(policy, ask))).toBe(expected);
});

test('the roles grant no action that no scene needs', async ({ skip }) => {
  skip(ran.size < Object.values(DEPLOYMENTS).flatMap(Object.keys).length, 'only some of the scenes ran');
  const all = {
    ...DELETES,
    PullAccounts: 'true',
    LogGroupKmsKey: 'true',
    DriftReadsValues: 'true',
    KmsKeyArn: KEY.arn,
  };
  const roles = resolveRoles({ Repository: 'OWNER/NAME', Prefix: P, ...all });
  const granted = (role: Step['as']) => [
    ...new Set(
      (roles[role].policy.Statement as Array<{ Action: string | string[] }>).flatMap(({ Action }) => Action),
    ),
  ];
  const idle = (role: Step['as']) => granted(role).filter((action) => !everAsked[role].has(action));
  // The test above asks for it: the scene itself would wait for half a minute.
  expect(idle('Deployer')).toEqual(['ssm:DeleteParameter']);
  expect(idle('DriftReader')).toEqual([]);
});

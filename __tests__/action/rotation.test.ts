/** The recipe that rotates a secret, from the new value to the old version that is gone; and secrets that AWS rotates. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { connect } from '../servers/clients.ts';
import { awsForFile } from '../servers/for-file.ts';
import { step } from './bench.ts';
import { findLeaks } from './leaks.ts';
import { failed, passed } from './outcome.ts';

const aws = await awsForFile();

const OLD = 'old-canary-Zk9vQ2x7';
const NEW = 'new-canary-Zk9vQ2x7';
const DB = 'papyrus/prd/db';
const TASK = JSON.stringify({
  family: 'papyrus',
  containerDefinitions: [{ name: 'app', image: 'papyrus', memory: 64 }],
});
const apply = (password: string, more: Record<string, string> = {}) =>
  step(
    aws,
    undefined,
    {
      mode: 'apply',
      dotenv: `DB_USER=papyrus\nDB_PASSWORD=${password}`,
      'task-definition': 'task.json',
      ...more,
    },
    { files: { 'task.json': TASK, 'rotated.yml': 'ignore: [secret:db:key:password]\n' } },
  );
type Run = Awaited<ReturnType<typeof apply>>;

/** ECS itself, as amazon-ecs-deploy-task-definition speaks with it. */
async function ecs<T = Record<string, never>>(operation: string, input: object): Promise<T> {
  const answer = await fetch(aws.motoUrl, {
    method: 'POST',
    headers: {
      'x-amz-target': `AmazonEC2ContainerServiceV20141113.${operation}`,
      'content-type': 'application/x-amz-json-1.1',
      authorization: 'AWS4-HMAC-SHA256 Credential=test/20260101/us-west-2/ecs/aws4_request',
    },
    body: JSON.stringify(input),
  });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${operation}: ${text}`);
  return JSON.parse(text) as T;
}

interface Registered {
  readonly taskDefinition: {
    readonly taskDefinitionArn: string;
    readonly containerDefinitions: ReadonlyArray<{
      readonly dockerLabels: Readonly<Record<string, string>>;
      readonly secrets: ReadonlyArray<{ readonly name: string; readonly valueFrom: string }>;
    }>;
  };
}
const register = (run: Run) =>
  ecs<Registered>(
    'RegisterTaskDefinition',
    JSON.parse(readFileSync(run.outputs['task-definition'] ?? '', 'utf8')),
  );
const running = async () => {
  const { services } = await ecs<{ services: ReadonlyArray<{ taskDefinition: string }> }>(
    'DescribeServices',
    { cluster: 'papyrus', services: ['papyrus'] },
  );
  return services[0]?.taskDefinition;
};

test('deploys a rotated value: another fingerprint, another deployment, no old version', async () => {
  const { secrets } = connect(aws.url);
  const password = async (more: { VersionStage?: string } = {}) => {
    const { SecretString = '{}' } = await secrets.getSecretValue({ SecretId: DB, ...more });
    return JSON.parse(SecretString).password;
  };

  const first = passed(await apply(OLD));
  const before = await register(first);
  await ecs('CreateCluster', { clusterName: 'papyrus' });
  await ecs('CreateService', {
    cluster: 'papyrus',
    serviceName: 'papyrus',
    taskDefinition: before.taskDefinition.taskDefinitionArn,
    desiredCount: 1,
  });

  // A run without a new value is no reason to deploy.
  const silent = await apply(OLD);
  expect(silent.outputs).toMatchObject({
    'config-changed': 'false',
    'config-fingerprint': first.outputs['config-fingerprint'],
  });

  const rotated = passed(await apply(NEW));
  expect(rotated.outputs['config-changed']).toBe('true');
  expect(rotated.outputs['config-fingerprint']).not.toBe(first.outputs['config-fingerprint']);
  expect(findLeaks(rotated, [OLD, NEW])).toEqual([]);

  const after = await register(rotated);
  const { taskDefinitionArn } = after.taskDefinition;
  await ecs('UpdateService', { cluster: 'papyrus', service: 'papyrus', taskDefinition: taskDefinitionArn });
  expect(taskDefinitionArn).not.toBe(before.taskDefinition.taskDefinitionArn);
  expect(await running()).toBe(taskDefinitionArn);
  const [old, container] = [before, after].map(
    ({ taskDefinition }) => taskDefinition.containerDefinitions[0],
  );
  // The tasks name the secret, not a version of it: they start with the value that is current.
  expect(container?.secrets).toEqual(old?.secrets);
  expect(Object.values(container?.dockerLabels ?? {})).toEqual([rotated.outputs['config-fingerprint']]);
  expect(await password()).toBe(NEW);
  expect(await password({ VersionStage: 'AWSPREVIOUS' })).toBe(OLD);

  // What the last step of the recipe does.
  const { VersionIdsToStages = {} } = await secrets.describeSecret({ SecretId: DB });
  const previous = Object.entries(VersionIdsToStages).find(([, stages]) => stages.includes('AWSPREVIOUS'));
  await secrets.updateSecretVersionStage({
    SecretId: DB,
    VersionStage: 'AWSPREVIOUS',
    RemoveFromVersionId: previous?.[0],
  });
  await expect(password({ VersionStage: 'AWSPREVIOUS' })).rejects.toMatchObject({
    name: 'ResourceNotFoundException',
  });

  // Nothing of it is a change for the next run.
  aws.forget();
  const next = passed(await apply(NEW));
  expect(aws.writes()).toEqual([]);
  expect(next.outputs['config-fingerprint']).toBe(rotated.outputs['config-fingerprint']);
});

test('a secret that AWS rotates is blocked, and an entry of ignore makes it no failure', async () => {
  passed(await apply(OLD));
  const { $metadata: _metadata, ...about } = await connect(aws.url).secrets.describeSecret({ SecretId: DB });
  const seconds = (date: Date | undefined) => (date === undefined ? undefined : date.getTime() / 1000);
  aws.answer('DescribeSecret', () => ({
    ...about,
    CreatedDate: seconds(about.CreatedDate),
    LastChangedDate: seconds(about.LastChangedDate),
    LastAccessedDate: seconds(about.LastAccessedDate),
    RotationEnabled: true,
  }));
  aws.forget();
  failed(await apply(NEW), 'blocked');
  expect(aws.writes()).toEqual([]);

  passed(await apply(NEW, { config: 'rotated.yml' }));
  expect(aws.writes()).toEqual([]);
});

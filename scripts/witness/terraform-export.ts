/** The folder that `export terraform` writes, held against Terraform: it imports all of it, and changes nothing. */
import { execFile } from 'node:child_process';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import {
  ECRClient,
  PutImageScanningConfigurationCommand,
  SetRepositoryPolicyCommand,
} from '@aws-sdk/client-ecr';
import { SecretsManagerClient, UpdateSecretCommand } from '@aws-sdk/client-secrets-manager';
import { PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import type { AwsServer } from '../../__tests__/servers/aws.ts';
import { Terraform, type Tool } from './terraform.ts';
import type { Scene } from './terraform-scenes.ts';

const CLI = fileURLToPath(new URL('../../dist/cli.js', import.meta.url));
/** Terraform asks for it, since it has no default. */
const NO_VALUES = '-var=secure_values={}';

export interface Exported {
  readonly faults: string[];
  readonly imports: number;
}

/**
 * @param scene has been applied
 * @param added resources that others have added since
 */
export async function importExport(
  tool: Tool,
  aws: AwsServer,
  scene: Scene,
  work: string,
  added = 0,
): Promise<Exported> {
  const faults: string[] = [];
  const folder = join(work, 'terraform');
  for (const [path, text] of Object.entries(scene.files)) {
    await mkdir(dirname(join(work, path)), { recursive: true });
    await writeFile(join(work, path), text);
  }
  await mkdir(work, { recursive: true });
  const { prefix } = scene.inputs;
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [CLI, 'export', 'terraform', ...(prefix === undefined ? [] : ['--prefix', prefix]), '--json'],
    { cwd: work, env: { PATH: process.env['PATH'] ?? '', ...aws.env() } },
  );
  const { imports } = JSON.parse(stdout) as { imports: number };
  faults.push(...(await findSecrets(folder, scene)));

  const terraform = new Terraform(tool, folder, aws.url);
  await terraform.init();
  await terraform.run([0], 'fmt', '-check', '-diff', '-recursive');
  await terraform.run([0], 'validate');
  aws.forget();
  const planned = await terraform.plan(NO_VALUES);
  for (const { address, actions, isImported, differences } of planned)
    if (actions !== 'no-op' || !isImported)
      faults.push(
        `export: ${address}: ${isImported ? '' : 'not imported; '}${actions} (${differences.join(', ')})`,
      );
  if (planned.length !== imports)
    faults.push(`export: ${planned.length} of ${imports} resources are planned`);
  const { parameters, secrets, lifecycle } = scene.expected;
  const expected =
    2 +
    added +
    (lifecycle === undefined ? 0 : 1) +
    Object.keys(parameters).length +
    2 * Object.keys(secrets).length;
  if (imports !== expected)
    faults.push(`export: ${imports} resources are imported, expected are ${expected}`);
  if (faults.length > 0) return { faults, imports };
  await terraform.apply();
  if (!(await terraform.isUpToDate(NO_VALUES)))
    faults.push('export: after the import, plan has something to do');
  for (const { operation } of aws.writes()) faults.push(`export: the import has called ${operation}`);
  return { faults, imports };
}

/**
 * What others can add to an application's resources, each with a word of its own in Terraform.
 * @returns how many resources that makes
 */
export async function addByOthers(aws: AwsServer, { expected }: Scene): Promise<number> {
  const settings = {
    endpoint: aws.motoUrl,
    region: 'us-west-2',
    credentials: { accessKeyId: 'somebody', secretAccessKey: 'else' },
  };
  const { name } = expected.repository;
  const ecr = new ECRClient(settings);
  await ecr.send(new SetRepositoryPolicyCommand({ repositoryName: name, policyText: PULLS }));
  await ecr.send(
    new PutImageScanningConfigurationCommand({
      repositoryName: name,
      imageScanningConfiguration: { scanOnPush: true },
    }),
  );
  const [parameter = ''] = Object.keys(expected.parameters);
  await new SSMClient(settings).send(
    new PutParameterCommand({
      Name: parameter,
      Value: String(expected.parameters[parameter]?.['value']),
      Description: 'Set by "hand" at 100% {of} $\u007bx}',
      AllowedPattern: '^.*$',
      Overwrite: true,
    }),
  );
  const [secret = ''] = Object.keys(expected.secrets);
  await new SecretsManagerClient(settings).send(
    new UpdateSecretCommand({ SecretId: secret, Description: 'of the database' }),
  );
  return 1;
}

const PULLS = JSON.stringify({
  Version: '2012-10-17',
  Statement: [
    {
      Sid: 'partner',
      Effect: 'Allow',
      Principal: { AWS: 'arn:aws:iam::210987654321:root' },
      Action: ['ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer'],
    },
  ],
});

/** Shorter ones are in every text. */
const SHORTEST = 8;

async function findSecrets(folder: string, { expected }: Scene): Promise<string[]> {
  const values = [
    ...Object.values(expected.parameters).filter(({ type }) => type === 'SecureString'),
    ...Object.values(expected.secrets).flatMap(({ keys }) => Object.values(keys).map((value) => ({ value }))),
  ].map(({ value }) => String(value));
  // What a parameter shows besides is no secret.
  const shown = Object.values(expected.parameters).flatMap(({ type, value }) =>
    type === 'String' ? [String(value)] : [],
  );
  const secrets = values.filter(
    (value) => value.length >= SHORTEST && !shown.some((text) => text.includes(value)),
  );
  const found: string[] = [];
  for (const name of await readdir(folder)) {
    const text = await readFile(join(folder, name), 'utf8');
    if (secrets.some((value) => text.includes(value) || text.includes(JSON.stringify(value).slice(1, -1))))
      found.push(`export: ${name} holds a secret value`);
  }
  return found;
}

/**
 * Terraform's importer as a witness: what `apply` has created is imported with the configuration that somebody would write for it, and
 * Terraform finds nothing to change; no more does it with the folder that `export terraform` writes. Then somebody changes the account: Terraform sees exactly that and restores it, after which
 * this action finds no drift.
 *
 *     npx tsx scripts/witness-terraform.ts
 *     TERRAFORM=terraform npx tsx scripts/witness-terraform.ts
 *
 * Without TERRAFORM, Go builds OpenTofu and the part of the AWS provider that is needed from their modules, once, below `.cache`. With it,
 * that program (terraform or tofu) is taken, and its `init` fetches the whole provider: from the registry, or from the mirror that the
 * file named by TF_CLI_CONFIG_FILE tells of.
 */
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { DescribeSecretCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { runAction } from '../__tests__/action/run.ts';
import { type AwsServer, startAws } from '../__tests__/servers/aws.ts';
import { openAccount } from './demo/account.ts';
import {
  addressOf,
  Encoded,
  findTerraform,
  type Planned,
  type Resource,
  Terraform,
  type Tool,
} from './witness/terraform.ts';
import { addByOthers, importExport } from './witness/terraform-export.ts';
import { resourcesOf, SCENES, type Scene } from './witness/terraform-scenes.ts';

const begin = performance.now();
const seconds = (since: number) => `${((performance.now() - since) / 1000).toFixed(1)} s`;
const folder = await mkdtemp('/tmp/witness-terraform-');
const faults: string[] = [];
let imported = 0;
try {
  const tool = await findTools();
  if (tool !== undefined) {
    console.log(`${tool.program} is there (${seconds(begin)})`);
    await using aws = await startAws();
    for (const [index, scene] of SCENES.entries()) {
      const since = performance.now();
      const found = await play(tool, aws, scene, join(folder, String(index))).catch((error: Error) => [
        error.message,
      ]);
      console.log(`${found.length === 0 ? 'ok' : 'FAULT'} ${scene.title} (${seconds(since)})`);
      faults.push(...found.map((fault) => `${scene.title}: ${fault}`));
    }
    const [first] = SCENES;
    if (first !== undefined) faults.push(...(await playAddition(tool, aws, first)));
  }
} finally {
  await rm(folder, { recursive: true, force: true });
}
for (const fault of faults) console.log(fault);
console.log(`Terraform: ${imported} resources imported, ${faults.length} faults (${seconds(begin)})`);
process.exitCode = faults.length === 0 ? 0 : 1;

/** @returns undefined where it cannot be had, which is a fault in CI */
async function findTools(): Promise<Tool | undefined> {
  try {
    return await findTerraform(folder);
  } catch (error) {
    console.log(`left out: ${(error as Error).message}`);
    console.log(
      'With Terraform or OpenTofu at hand: TERRAFORM=terraform npx tsx scripts/witness-terraform.ts',
    );
    if (process.env['CI'] === 'true') faults.push('Terraform is not to be had');
    return undefined;
  }
}

/** @returns how it differs from what is expected */
async function play(tool: Tool, aws: AwsServer, scene: Scene, work: string): Promise<string[]> {
  const found: string[] = [];
  await aws.reset();
  const step = async (mode: string) => {
    await using run = await runAction({
      inputs: { ...scene.inputs, mode },
      files: { ...scene.files },
      env: aws.env(),
    });
    if (run.conclusion !== 'success') found.push(`${mode} failed:\n${run.log}`);
    return run.conclusion === 'success';
  };
  if (!(await step('apply'))) return found;
  const resources = resourcesOf(scene.expected, await readIds(aws, Object.keys(scene.expected.secrets)));
  found.push(...(await compareNames(aws, resources)));
  await mkdir(work, { recursive: true });
  const exported = await importExport(tool, aws, scene, join(work, 'export'));
  found.push(...exported.faults);
  imported += exported.imports;
  const terraform = new Terraform(tool, work, aws.url);
  await terraform.configure(resources);

  aws.forget();
  const first = await terraform.plan();
  const isForeign = ({ actions, isImported }: Planned) => actions !== 'no-op' || !isImported;
  found.push(...first.filter(isForeign).map((one) => `at the import: ${inWords(one)}`));
  if (first.length !== resources.length)
    found.push(`${first.length} of ${resources.length} resources are looked at`);
  // A plan that changes something is reported, and is not carried out.
  if (found.length > 0) return found;
  await terraform.apply();
  imported += first.length;
  if (!(await terraform.isUpToDate())) found.push('after the import, plan has something to do');
  for (const { operation } of aws.writes()) found.push(`the import has called ${operation}`);

  const changed = await changeBehind(aws, resources);
  const second = await terraform.plan();
  const seen = second.filter(({ actions }) => actions !== 'no-op').map(({ address }) => address);
  if (seen.sort().join() !== changed.sort().join())
    found.push(`changed are ${changed.join(', ')}, and Terraform sees ${seen.join(', ') || 'nothing'}`);
  await terraform.apply();
  // It fails where anything has drifted.
  await step('drift');
  return found;
}

/** Others have added to what was applied, and the export tells of it. */
async function playAddition(tool: Tool, aws: AwsServer, scene: Scene): Promise<string[]> {
  await aws.reset();
  await using run = await runAction({
    inputs: { ...scene.inputs, mode: 'apply' },
    files: { ...scene.files },
    env: aws.env(),
  });
  if (run.conclusion !== 'success') return [run.log];
  const added = await addByOthers(aws, scene);
  const exported = await importExport(tool, aws, scene, join(folder, 'addition'), added).catch(
    (error: Error) => ({ faults: [error.message], imports: 0 }),
  );
  imported += exported.imports;
  console.log(`${exported.faults.length === 0 ? 'ok' : 'FAULT'} an export of what others added to`);
  return exported.faults;
}

function inWords({ address, actions, isImported, differences }: Planned): string {
  return `${address}: ${isImported ? '' : 'not imported; '}${actions} (${differences.join(', ')})`;
}

async function readIds(aws: AwsServer, names: readonly string[]) {
  const client = new SecretsManagerClient({
    endpoint: aws.motoUrl,
    region: 'us-west-2',
    credentials: { accessKeyId: 'somebody', secretAccessKey: 'else' },
  });
  const read = async (name: string) => {
    const { ARN = '', VersionIdsToStages = {} } = await client.send(
      new DescribeSecretCommand({ SecretId: name }),
    );
    const [version = ''] =
      Object.entries(VersionIdsToStages).find(([, stages]) => stages.includes('AWSCURRENT')) ?? [];
    return [name, { arn: ARN, version }] as const;
  };
  return new Map(await Promise.all(names.map(read)));
}

/** What nobody expects would never be imported. */
async function compareNames(aws: AwsServer, resources: readonly Resource[]): Promise<string[]> {
  const lines = await openAccount(aws.motoUrl).look();
  const is = lines.map((line) => line.slice('log group  '.length).split(' ')[0] ?? '').sort();
  const named = resources.filter(({ arguments: { name } }) => name !== undefined);
  const should = named.map(({ name }) => name).sort();
  return is.join() === should.join()
    ? []
    : [`the account has ${is.join(', ')}; expected are ${should.join(', ')}`];
}

/** Somebody changes one resource of each kind. @returns their addresses */
async function changeBehind(aws: AwsServer, resources: readonly Resource[]): Promise<string[]> {
  const account = openAccount(aws.motoUrl);
  const find = (type: string, more: Readonly<Record<string, unknown>> = {}) => {
    const isIt = (one: Resource) =>
      one.type === type && Object.entries(more).every(([name, value]) => one.arguments[name] === value);
    const found = resources.find(isIt);
    if (found === undefined) throw new Error(`there is no ${type}`);
    return found;
  };
  const changed = {
    parameter: find('aws_ssm_parameter', { type: 'String', tier: 'Standard' }),
    logGroup: find('aws_cloudwatch_log_group'),
    repository: find('aws_ecr_repository'),
    secret: find('aws_secretsmanager_secret_version'),
  };
  const { secret_string: text } = changed.secret.arguments;
  const [key = ''] = text instanceof Encoded ? Object.keys(text.keys) : [];
  await account.setParameter(changed.parameter.name, 'changed by somebody');
  await account.setRetention(changed.logGroup.name, 3);
  await account.tagRepository(changed.repository.name, 'project', 'changed by somebody');
  await account.deleteSecretKey(changed.secret.name, key);
  return Object.values(changed).map(addressOf);
}

/** The folder that `export terraform` writes, held against Terraform: it imports all of it, and changes nothing. */
import { execFile } from 'node:child_process';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
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

/** @param scene has been applied */
export async function importExport(
  tool: Tool,
  aws: AwsServer,
  scene: Scene,
  work: string,
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
  const wanted =
    2 + (lifecycle === undefined ? 0 : 1) + Object.keys(parameters).length + 2 * Object.keys(secrets).length;
  if (imports !== wanted) faults.push(`export: ${imports} resources are imported, expected are ${wanted}`);
  if (faults.length > 0) return { faults, imports };
  await terraform.apply();
  if (!(await terraform.isUpToDate(NO_VALUES)))
    faults.push('export: after the import, plan has something to do');
  for (const { operation } of aws.writes()) faults.push(`export: the import has called ${operation}`);
  return { faults, imports };
}

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

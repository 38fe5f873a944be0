import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { cache, installOnce, type Ran, run } from './install.ts';
import { ensureMoto } from './moto.ts';
import { distributionOf, executableOf, isThere, makeVenv, requirements, scriptsOf } from './python.ts';

const executable = executableOf('cfn-lint');

/** The path of AWS's own linter of templates, at the pinned version: moto brings it, and where not, one of our own. */
export async function ensureCfnLint(): Promise<string> {
  const pins = await readFile(requirements, 'utf8');
  const version = /^cfn-lint==(\S+)$/m.exec(pins)?.[1];
  if (version === undefined) throw new Error(`${requirements} does not pin cfn-lint`);
  const beside = join(dirname(await ensureMoto()), executable);
  if ((await isThere(beside)) && (await distributionOf(beside, 'cfn-lint'))?.version === version)
    return beside;
  const folder = join(cache, `cfn-lint-${version}`);
  await installOnce(folder, pins, () =>
    makeVenv(folder, ['-c', requirements, 'cfn-lint'], `cfn-lint ${version}`),
  );
  return join(scriptsOf(folder), executable);
}

/** Lints a CloudFormation template. */
export async function lintTemplate(path: string): Promise<Ran> {
  return run(await ensureCfnLint(), [path]);
}

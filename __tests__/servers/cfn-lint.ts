import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { cache, installOnce, type Ran, run } from './install.ts';
import { ensureMoto } from './moto.ts';
import { askDistribution, executableOf, makeVenv, pinOf, requirements, scriptsOf } from './python.ts';

/** A Python with AWS's own linter of templates, at the pinned version: moto brings it, and where not, one of our own. */
export async function ensureCfnLint(): Promise<string> {
  const version = await pinOf('cfn-lint');
  const { python } = await ensureMoto();
  if ((await askDistribution(python, 'cfn-lint'))?.version === version) return python;
  const folder = join(cache, `cfn-lint-${version}`);
  await installOnce(folder, await readFile(requirements, 'utf8'), (path) =>
    makeVenv(path, ['-c', requirements, 'cfn-lint'], `cfn-lint ${version}`),
  );
  return join(scriptsOf(folder), executableOf('python'));
}

/** Starts the linter: with the path of a CloudFormation template, to lint it. */
export async function cfnLint(...args: string[]): Promise<Ran> {
  const start = 'import sys; from cfnlint.runner import main; sys.exit(main())';
  return run(await ensureCfnLint(), ['-c', start, ...args]);
}

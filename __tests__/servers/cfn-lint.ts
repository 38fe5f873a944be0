import { join } from 'node:path';
import { cache, installOnce, type Ran, run } from './install.ts';

const VERSION = '1.58.0';
const windows = process.platform === 'win32';

/** Runs AWS's own linter of CloudFormation templates, at a pinned version in a venv of its own. */
export async function lintTemplate(path: string): Promise<Ran> {
  const folder = join(cache, `cfn-lint-${VERSION}`);
  const scripts = join(folder, windows ? 'Scripts' : 'bin');
  await installOnce(folder, VERSION, async () => {
    for (const [program, args] of [
      [windows ? 'python' : 'python3', ['-m', 'venv', folder]],
      [join(scripts, 'python'), ['-m', 'pip', 'install', '--quiet', `cfn-lint==${VERSION}`]],
    ] as const) {
      const { code, output } = await run(program, args);
      if (code !== 0) throw new Error(`cfn-lint ${VERSION} could not be installed:\n${output.trim()}`);
    }
  });
  return run(join(scripts, windows ? 'cfn-lint.exe' : 'cfn-lint'), [path]);
}

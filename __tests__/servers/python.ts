import { access, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { run } from './install.ts';

export const windows = process.platform === 'win32';
/** Everything that tests take from PyPI, pinned. */
export const requirements = fileURLToPath(new URL('./requirements.txt', import.meta.url));

const MISSING = `Python 3.11 or newer with venv is missing. The tests and the demo run against moto, a local AWS, which is \
written in Python. Get it with "apt-get install python3 python3-venv" (Debian, Ubuntu), "brew install python" (macOS) \
or from python.org (Windows).`;

/** Where a venv has its programs. */
export const scriptsOf = (folder: string): string => join(folder, windows ? 'Scripts' : 'bin');

export const executableOf = (name: string): string => (windows ? `${name}.exe` : name);

/**
 * Makes a venv and installs into it.
 * @param args what pip takes after `install`
 * @throws Error with what to do where there is no Python, or none that is new enough
 */
export async function makeVenv(folder: string, args: readonly string[], what: string): Promise<void> {
  await must(await findPython(), ['-m', 'venv', folder], MISSING);
  await must(
    join(scriptsOf(folder), executableOf('python')),
    ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', ...args],
    `${what} could not be installed with pip.`,
  );
}

async function must(program: string, args: readonly string[], message: string): Promise<void> {
  const { code, output } = await run(program, args);
  if (code !== 0) throw new Error(`${message}\n${program} ${args.join(' ')} said:\n${output.trim()}`);
}

async function findPython(): Promise<string> {
  for (const name of ['python3', 'python']) {
    const { code } = await run(name, ['-c', 'import sys; sys.exit(sys.version_info < (3, 11))']);
    if (code === 0) return name;
  }
  throw new Error(MISSING);
}

/** A distribution as a Python knows it. */
export interface Distribution {
  readonly version: string;
  /** Where the programs of that Python lie. */
  readonly scripts: string;
}

/**
 * Asks the Python that a program belongs to, since not every program can tell its version.
 * @returns undefined where that Python does not have the distribution
 */
export async function distributionOf(program: string, name: string): Promise<Distribution | undefined> {
  const ask = `import importlib.metadata, sysconfig
print(importlib.metadata.version("${name}"), sysconfig.get_path("scripts"), sep="\\n")`;
  const { code, output } = await run(await pythonOf(program), ['-c', ask]);
  const [version = '', scripts = ''] = output.trim().split(/\r?\n/);
  return code === 0 ? { version, scripts } : undefined;
}

/** Where the Python that a program belongs to has a package. */
export async function folderOf(program: string, name: string): Promise<string> {
  const ask = `import importlib.util\nprint(importlib.util.find_spec("${name}").submodule_search_locations[0])`;
  const { code, output } = await run(await pythonOf(program), ['-c', ask]);
  if (code !== 0) throw new Error(`${program} has no package ${name}:\n${output.trim()}`);
  return output.trim();
}

async function pythonOf(program: string): Promise<string> {
  const [, python] = /^#!(\S*python\S*)/.exec(await readFile(program, 'latin1')) ?? [];
  return python ?? (windows ? 'python' : 'python3');
}

export const isThere = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );

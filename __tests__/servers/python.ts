import { access, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cache, installOnce, run } from './install.ts';

export const windows = process.platform === 'win32';
/** Everything that tests take from PyPI, pinned. */
export const requirements = fileURLToPath(new URL('./requirements.txt', import.meta.url));

const MISSING = `Python 3.11 or newer with venv is missing. The tests and the demo run against moto, a local AWS, which is \
written in Python. Get it with "apt-get install python3 python3-venv" (Debian, Ubuntu), "brew install python" (macOS) \
or from python.org (Windows).`;

/** The version of a distribution that the tests take. */
export async function pinOf(name: string): Promise<string> {
  const version = new RegExp(`^${name}==(\\S+)$`, 'm').exec(await readFile(requirements, 'utf8'))?.[1];
  if (version === undefined) throw new Error(`${requirements} does not pin ${name}`);
  return version;
}

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
  await pip(join(scriptsOf(folder), executableOf('python')), args, what);
}

/**
 * Installs one pure module, without what it needs itself, for a Python that may lack it.
 * @returns the folder to put on that Python's path; undefined where it has the pinned version already
 */
export async function installModule(python: string, name: string): Promise<string | undefined> {
  const version = await pinOf(name);
  if ((await askDistribution(python, name))?.version === version) return undefined;
  const folder = join(cache, `${name}-${version}`);
  await installOnce(folder, version, (path) =>
    pip(python, ['--no-deps', '--target', path, `${name}==${version}`], `${name} ${version}`),
  );
  return folder;
}

const pip = (python: string, args: readonly string[], what: string): Promise<void> =>
  must(
    python,
    ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', ...args],
    `${what} could not be installed with pip.`,
  );

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
  readonly python: string;
  /** Where the programs of that Python lie. */
  readonly scripts: string;
}

/**
 * Asks the Python that a program belongs to, since not every program can tell its version.
 * @returns undefined where that Python does not have the distribution
 */
export async function distributionOf(program: string, name: string): Promise<Distribution | undefined> {
  const [, python] = /^#!(\S*python\S*)/.exec(await readFile(program, 'latin1')) ?? [];
  return askDistribution(python ?? (windows ? 'python' : 'python3'), name);
}

/** @returns undefined where this Python does not have the distribution */
export async function askDistribution(asked: string, name: string): Promise<Distribution | undefined> {
  const question = `import importlib.metadata, sys, sysconfig
print(importlib.metadata.version("${name}"), sys.executable, sysconfig.get_path("scripts"), sep="\\n")`;
  const { code, output } = await run(asked, ['-c', question]);
  const [version = '', python = '', scripts = ''] = output.trim().split(/\r?\n/);
  return code === 0 ? { version, python, scripts } : undefined;
}

/** @returns the folder of a package */
export async function folderOf(python: string, name: string): Promise<string> {
  const question = `import importlib.util\nprint(importlib.util.find_spec("${name}").submodule_search_locations[0])`;
  const { code, output } = await run(python, ['-c', question]);
  if (code !== 0) throw new Error(`${python} has no package ${name}:\n${output.trim()}`);
  return output.trim();
}

export const isThere = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );

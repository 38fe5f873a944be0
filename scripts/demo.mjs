// `npm run demo` on a fresh clone: looks for Node.js and Python, installs the packages, and starts the demo.
// Only what Node.js itself brings is used here, since nothing else may be installed yet.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const isWindows = process.platform === 'win32';

const missing = [nodeFault(), pythonFault()].filter((fault) => fault !== undefined);
if (missing.length > 0) {
  for (const fault of missing) console.error(`The demo cannot start: ${fault}`);
  process.exit(1);
}
if (!isInstalled()) {
  console.log('Installing the packages of package-lock.json (npm ci) …');
  const code = await run(...npm(['ci', '--no-audit', '--no-fund', '--loglevel=error']));
  if (code !== 0) {
    console.error('The demo cannot start: npm ci failed; its message is above.');
    process.exit(1);
  }
}
process.exit(
  await run(process.execPath, [
    join(root, 'node_modules', 'tsx', 'dist', 'cli.mjs'),
    join(root, 'scripts', 'demo.ts'),
  ]),
);

function nodeFault() {
  const major = Number(process.versions.node.split('.')[0]);
  if (major >= 20) return undefined;
  return `Node.js 20 or newer is needed, and this is ${process.version}. Get it from nodejs.org, or by your version manager ("nvm install 20").`;
}

/** The local AWS is a Python program, installed into a folder of its own below .cache the first time. */
function pythonFault() {
  if (hasLocalAws()) return undefined;
  const get =
    'Get it with "apt-get install python3 python3-venv" (Debian, Ubuntu), "brew install python" (macOS) or from python.org (Windows).';
  const found = ['python3', 'python'].find((name) =>
    succeeds(name, 'import sys; sys.exit(sys.version_info < (3, 11))'),
  );
  if (found === undefined)
    return `Python 3.11 or newer is needed: moto, the local AWS that the demo runs against, is written in it. ${get}`;
  // Debian's python3 has the module venv, but not what it needs to make one.
  if (!succeeds(found, 'import venv, ensurepip'))
    return `${found} has no venv, which is where moto, the local AWS, is installed. ${get}`;
  return undefined;
}

function hasLocalAws() {
  const cache = join(root, '.cache');
  if (existsSync(cache))
    for (const name of readdirSync(cache))
      if (name.startsWith('moto-') && existsSync(join(cache, name, '.complete'))) return true;
  const program = isWindows ? 'moto_server.exe' : 'moto_server';
  return (process.env.PATH ?? '')
    .split(delimiter)
    .some((folder) => folder !== '' && existsSync(join(folder, program)));
}

function succeeds(python, code) {
  return spawnSync(python, ['-c', code], { stdio: 'ignore', windowsHide: true }).status === 0;
}

/** npm writes the lock of what it installed beside it, last. */
function isInstalled() {
  const installed = statSync(join(root, 'node_modules', '.package-lock.json'), { throwIfNoEntry: false });
  return installed !== undefined && installed.mtimeMs >= statSync(join(root, 'package-lock.json')).mtimeMs;
}

/** Under `npm run` npm tells where it is; else it is looked for on the PATH, where Windows has a script of it. */
function npm(args) {
  const script = process.env.npm_execpath;
  return script?.endsWith('npm-cli.js')
    ? [process.execPath, [script, ...args]]
    : ['npm', args, { shell: isWindows }];
}

/** @returns the exit code; a signal goes to the child too, and its end is waited for. */
function run(program, args, options = {}) {
  return new Promise((resolve) => {
    const child = spawn(program, args, { cwd: root, stdio: 'inherit', ...options });
    const pass = (signal) => child.kill(signal);
    for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, pass);
    const end = (code) => {
      for (const signal of ['SIGINT', 'SIGTERM']) process.off(signal, pass);
      resolve(code);
    };
    child.on('error', (error) => {
      console.error(error.message);
      end(1);
    });
    child.on('close', (code) => end(code ?? 1));
  });
}

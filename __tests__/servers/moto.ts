import { readFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cache, installOnce } from './install.ts';
import {
  distributionOf,
  executableOf,
  installModule,
  isThere,
  makeVenv,
  pinOf,
  requirements,
  scriptsOf,
} from './python.ts';
import { type PythonServer, startPythonServer } from './python-server.ts';

const executable = executableOf('moto_server');
const launcher = fileURLToPath(new URL('./moto_server.py', import.meta.url));

/** Where moto is installed. */
export interface Installation {
  readonly python: string;
  /** The folder of that Python's programs. */
  readonly scripts: string;
  /** A folder of modules that this Python lacks. */
  readonly modules?: string;
}

let installation: Promise<Installation> | undefined;
/** moto at the pinned version, with the server that it runs behind: the one on the PATH if it is that, else our own. */
export function ensureMoto(): Promise<Installation> {
  installation ??= installMoto();
  return installation;
}

async function installMoto(): Promise<Installation> {
  const version = await pinOf('moto');
  const found = await findOnPath(version);
  if (found) return found;
  const folder = join(cache, `moto-${version}`);
  await installOnce(folder, await readFile(requirements, 'utf8'), (path) =>
    makeVenv(path, ['-r', requirements], `moto ${version}`),
  );
  const scripts = scriptsOf(folder);
  return { python: join(scripts, executableOf('python')), scripts };
}

async function findOnPath(version: string): Promise<Installation | undefined> {
  for (const folder of (process.env['PATH'] ?? '').split(delimiter).filter(Boolean)) {
    const path = join(folder, executable);
    if (!(await isThere(path))) continue;
    const found = await distributionOf(path, 'moto');
    if (found?.version !== version) return undefined;
    const { python, scripts } = found;
    const modules = await installModule(python, 'waitress');
    return { python, scripts, ...(modules && { modules }) };
  }
  return undefined;
}

export type Moto = PythonServer;

/** Starts a moto that ends with this process at the latest. */
export async function startMoto(): Promise<Moto> {
  const { python, modules } = await ensureMoto();
  return startPythonServer({
    name: 'moto',
    python,
    launcher,
    env: { ...process.env, ...(modules && { PYTHONPATH: modules }) },
  });
}

/** The variable with the port of vitest's lender (lender.ts). */
export const LENDER = 'AWS_BOOTSTRAP_TESTS_MOTO_LENDER';
/** What is written to the lender when the borrower has nothing under way any more. */
export const RETURNED = 'returned\n';

/** An empty moto: lent where there is a lender, else started. */
export async function borrowMoto(port = process.env[LENDER]): Promise<Moto> {
  if (port === undefined) return startMoto();
  const socket = connect(Number(port), '127.0.0.1');
  const closed = new Promise<void>((resolve) => void socket.once('close', () => resolve()));
  const url = await new Promise<string>((resolve, reject) => {
    let text = '';
    socket.on('data', (data) => {
      text += data;
      const [line, rest] = text.split('\n');
      if (rest === undefined || line === undefined) return;
      if (line.startsWith('http:')) resolve(line);
      else reject(new Error(JSON.parse(line)));
    });
    socket.once('error', reject);
    void closed.then(() => reject(new Error('the lender of moto has ended the connection')));
  });
  // The connection is the loan: it shall not keep this process, and ends with it.
  socket.on('error', () => {});
  socket.unref();
  return {
    url,
    async [Symbol.asyncDispose]() {
      socket.ref();
      socket.end(RETURNED);
      await closed;
    },
  };
}

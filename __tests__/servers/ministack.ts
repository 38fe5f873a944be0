import { readFile } from 'node:fs/promises';
import { devNull } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cache, installOnce } from './install.ts';
import { ACCOUNT, REGION } from './protocol.ts';
import { executableOf, makeVenv, scriptsOf } from './python.ts';
import { type PythonServer, startPythonServer } from './python-server.ts';

const requirements = fileURLToPath(new URL('./requirements-ministack.txt', import.meta.url));
const launcher = fileURLToPath(new URL('./ministack_server.py', import.meta.url));

/** ministack at the pinned version. @returns the Python that has it */
export async function ensureMinistack(): Promise<string> {
  const pins = await readFile(requirements, 'utf8');
  const version = /^ministack==(\S+)$/m.exec(pins)?.[1];
  if (version === undefined) throw new Error(`${requirements} does not pin ministack`);
  const folder = join(cache, `ministack-${version}`);
  await installOnce(folder, pins, (path) => makeVenv(path, ['-r', requirements], `ministack ${version}`));
  return join(scriptsOf(folder), executableOf('python'));
}

/** Starts an empty ministack that ends with this process at the latest. */
export async function startMinistack(): Promise<PythonServer> {
  return startPythonServer({
    name: 'ministack',
    python: await ensureMinistack(),
    launcher,
    env: {
      PATH: process.env['PATH'],
      SYSTEMROOT: process.env['SYSTEMROOT'],
      MINISTACK_ACCOUNT_ID: ACCOUNT,
      MINISTACK_REGION: REGION,
      LOG_LEVEL: 'WARNING',
      // It would remove containers of an engine that it finds.
      DOCKER_HOST: `unix://${devNull}/none`,
    },
  });
}

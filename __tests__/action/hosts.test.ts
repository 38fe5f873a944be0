/** A run with debug logging names each host once, and each request with its status and time; another run names none. */
import { expect, test } from 'vitest';
import { githubForFile } from '../servers/for-file.ts';
import { runAction } from './run.ts';

const { aws, github } = await githubForFile();

test.each([true, false])('debug logging: %s', async (debug) => {
  await using run = await runAction({
    debug,
    inputs: { mode: 'drift', prefix: '/papyrus/prd', variables: 'LOG_LEVEL=info', 'drift-issue': 'true' },
    // Two servers by two names of this machine.
    env: {
      ...aws.env(),
      GITHUB_REPOSITORY: github.repository,
      GITHUB_API_URL: github.url.replace('127.0.0.1', 'localhost'),
    },
    token: github.token,
  });
  expect(run.outputs['failure-reason'], run.log).toBe('drifted');
  const hosts = [...run.log.matchAll(/connects to (\S+)/g)].map(([, host]) => host);
  expect(hosts.sort()).toEqual(debug ? ['127.0.0.1', 'localhost'] : []);
  const requests = [...run.log.matchAll(/##\[debug\](GET|POST) localhost(\S+): (\d+), \d+ ms/g)];
  const routes = requests.map(([, method, path, status]) => `${method} ${path} ${status}`);
  if (debug) expect(routes).toContain('POST /repos/…/…/issues 201');
  else expect(routes).toEqual([]);
});

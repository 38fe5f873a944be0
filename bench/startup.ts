import type { ChildProcess } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ActionOptions, runAction } from '../__tests__/action/run.ts';
import { Auth0Server } from '../__tests__/servers/auth0.ts';
import { GitHubServer } from '../__tests__/servers/github.ts';
import { ensureNode24 } from '../__tests__/servers/node24.ts';
import { makeImage, makeTar, noise, toSaved } from '../__tests__/servers/registry-images.ts';
import { DOTENV } from './desired.ts';
import { startEmptyAccount } from './empty-account.ts';
import { median, timed } from './process.ts';
import type { StartupRow } from './results.ts';

/** What one start took; the memory is the most that the process held until then. */
interface Start {
  readonly seconds: number;
  readonly peakMiB: number | undefined;
}

/**
 * How long the bundle takes to its first word: beside `node -e 0`, on Node 20 and 24, every variant in turn.
 * @returns medians, and their ratio to `node -e 0` of the same Node
 */
export async function benchStartup(rounds: number, entry?: string): Promise<StartupRow[]> {
  const folder = await mkdtemp(join(tmpdir(), 'startup-'));
  const account = await startEmptyAccount();
  const github = await GitHubServer.start();
  const auth0 = await Auth0Server.start({
    applications: [
      { client_id: 'app-id', name: 'papyrus', callbacks: [], allowed_logout_urls: [], web_origins: [] },
    ],
    management: { id: 'management-id', secret: 'management-secret-1' },
  });
  const image = makeTar(toSaved(makeImage([noise(1000)]), ['papyrus:1.4']));
  await writeFile(join(folder, 'image.tar'), image);
  await writeFile(join(folder, '.env'), DOTENV);
  await writeFile(join(folder, 'rules.yml'), 'rules:\n  - match: STRIPE_*\n    to: secret/payments\n');
  const env = { ...account.env(), GITHUB_API_URL: github.url };
  const bundle = entry === undefined ? {} : { entry };
  const plan = { prefix: '/papyrus/prd', mode: 'plan', 'env-file': '.env' };

  const variants: Record<string, (node: string) => Promise<Start>> = {
    'node -e 0': (node) => timed({ program: node, args: ['-e', '0'], env: QUIET }),
    'bad input refused': (node) =>
      toTheEnd({ ...bundle, node, inputs: { prefix: 'papyrus' }, workspace: folder }),
    'first call of SSM': (node) =>
      toTheCall(account, 'ssm', {
        ...bundle,
        node,
        inputs: { ...plan, only: 'parameters', prune: 'off' },
        workspace: folder,
        env: account.env(),
      }),
    'plan of the seed’s case': (node) =>
      toTheEnd({ ...bundle, node, inputs: plan, workspace: folder, env: account.env() }),
    'plan with every feature': (node) =>
      toTheEnd({
        ...bundle,
        node,
        workspace: folder,
        env,
        token: github.token,
        event: { name: 'pull_request' },
        inputs: {
          ...plan,
          config: 'rules.yml',
          image: 'docker-archive:image.tar',
          'app-url': 'http://203.0.113.7:5000',
          'auth0-domain': auth0.url,
          'auth0-application-id': 'app-id',
          'auth0-management-client-id': 'management-id',
          'auth0-management-client-secret': 'management-secret-1',
          'lifecycle-policy': 'keep-last:10',
        },
      }),
  };

  const nodes = { [process.version]: process.execPath, [await versionOf24()]: await ensureNode24() };
  const rows: StartupRow[] = [];
  try {
    for (const [version, node] of Object.entries(nodes)) {
      const starts = new Map<string, Start[]>();
      for (let round = 0; round <= rounds; round += 1)
        for (const [variant, start] of Object.entries(variants)) {
          const taken = await start(node);
          // The first round warms the disk.
          if (round > 0) starts.set(variant, [...(starts.get(variant) ?? []), taken]);
        }
      const base = median((starts.get('node -e 0') ?? []).map(({ seconds }) => seconds));
      for (const [variant, taken] of starts) {
        const seconds = median(taken.map((start) => start.seconds));
        const peaks = taken.flatMap(({ peakMiB }) => peakMiB ?? []);
        rows.push({
          node: version,
          variant,
          seconds,
          ratio: seconds / base,
          peakMiB: peaks.length === 0 ? undefined : median(peaks),
        });
      }
    }
  } finally {
    for (const server of [account, github, auth0]) await server[Symbol.asyncDispose]();
    await rm(folder, { recursive: true, force: true });
  }
  return rows;
}

// Node 20 reads extra certificates at its start, which costs it 60 ms.
const QUIET = { NODE_EXTRA_CA_CERTS: undefined };

async function versionOf24(): Promise<string> {
  const { spawnSync } = await import('node:child_process');
  return spawnSync(await ensureNode24(), ['--version'], { encoding: 'utf8' }).stdout.trim();
}

async function toTheEnd(options: ActionOptions): Promise<Start> {
  await using run = await runAction(options);
  return { seconds: run.durationMs / 1000, peakMiB: undefined };
}

/** To the arrival of the first call of a service. */
async function toTheCall(
  account: { onCall: (service: string, operation: string) => void },
  service: string,
  options: ActionOptions,
): Promise<Start> {
  let begun = 0;
  let child: ChildProcess | undefined;
  let first: Start | undefined;
  account.onCall = (called) => {
    if (called !== service || first !== undefined) return;
    first = { seconds: (performance.now() - begun) / 1000, peakMiB: peakOf(child?.pid) };
  };
  await using run = await runAction({
    ...options,
    onSpawn: (spawned) => {
      begun = performance.now();
      child = spawned;
    },
  });
  account.onCall = () => {};
  if (first === undefined) throw new Error(`no call of ${service} was made:\n${run.log}`);
  return first;
}

/** @returns the most that a living process has held so far; undefined where there is no /proc */
function peakOf(pid: number | undefined): number | undefined {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    return Number(/^VmHWM:\s+(\d+) kB/m.exec(status)?.[1]) / 1024;
  } catch {
    return undefined;
  }
}

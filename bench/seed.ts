import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type AwsServer, startAws } from '../__tests__/servers/aws.ts';
import { DESIRED, DOTENV } from './desired.ts';
import { runOurs } from './ours.ts';
import { cliScript, initTerraform, versionOf } from './peers.ts';
import { median, type Timing, timed } from './process.ts';
import type { SeedRow } from './results.ts';
import { listen } from './traffic.ts';

/** How one tool creates the seed's case, and checks that it exists. */
interface Tool {
  readonly name: string;
  readonly version: string;
  first(isWeighed: boolean): Promise<Timing>;
  again(isWeighed: boolean): Promise<Timing>;
  /** What it keeps between runs is taken away. */
  forget(): Promise<void>;
}

/**
 * The seed's case by this action, by the article's commands and by Terraform, in turn in one run, against moto
 * behind a proxy that counts, with each latency.
 * @returns a row for each tool, latency and kind of run; and what was left out, with the reason
 */
export async function benchSeed(
  rounds: number,
  latencies: readonly number[] = [0, 60],
): Promise<{ rows: SeedRow[]; missing: string[] }> {
  const rows: SeedRow[] = [];
  const missing: string[] = [];
  for (const latencyMs of latencies) {
    const folder = await mkdtemp(join(tmpdir(), 'seed-'));
    const aws = await startAws({ latencyMs });
    try {
      const { tools, absent } = await findTools(aws, folder);
      missing.push(...absent.filter((reason) => !missing.includes(reason)));
      rows.push(...(await compare(aws, tools, latencyMs, rounds)));
    } finally {
      await aws.close();
      await rm(folder, { recursive: true, force: true });
    }
  }
  return { rows, missing };
}

async function compare(
  aws: AwsServer,
  tools: readonly Tool[],
  latencyMs: number,
  rounds: number,
): Promise<SeedRow[]> {
  const seconds = new Map<string, number[]>();
  const traffic = new Map<string, ReturnType<ReturnType<typeof listen>>>();
  const memory = new Map<string, number | undefined>();
  // The emulator loads a service at its first call, which is nobody's time.
  for (const tool of tools.slice(0, 1)) await tool.first(false);
  // The last round is the one in which memory is looked at, which takes time of its own.
  for (let round = 0; round <= rounds; round += 1) {
    const isWeighed = round === rounds;
    for (const tool of tools) {
      await aws.reset();
      await tool.forget();
      for (const kind of ['first', 'again'] as const) {
        const key = `${tool.name} ${kind}`;
        const heard = listen(aws);
        const timing = await tool[kind](isWeighed);
        traffic.set(key, heard());
        if (isWeighed) memory.set(key, timing.peakMiB);
        else seconds.set(key, [...(seconds.get(key) ?? []), timing.seconds]);
      }
    }
  }
  return tools.flatMap(({ name, version }) =>
    (['first', 'again'] as const).map((kind): SeedRow => {
      const key = `${name} ${kind}`;
      const { calls = 0, writes = 0, rounds: depth = 0 } = traffic.get(key) ?? {};
      return {
        tool: name,
        version,
        latencyMs,
        kind,
        seconds: median(seconds.get(key) ?? []),
        peakMiB: memory.get(key),
        calls,
        writes,
        rounds: depth,
      };
    }),
  );
}

async function findTools(aws: AwsServer, folder: string): Promise<{ tools: Tool[]; absent: string[] }> {
  const absent: string[] = [];
  const inputs = { prefix: DESIRED.prefix, dotenv: DOTENV, tags: 'project=portfolio', mode: 'apply' };
  const ours = (isWeighed: boolean) => runOurs(aws, { inputs }, isWeighed);
  const tools: Tool[] = [
    { name: 'aws-bootstrap', version: process.version, first: ours, again: ours, forget: async () => {} },
  ];

  const cli = versionOf('aws');
  if (cli === undefined) absent.push('the AWS CLI is not installed');
  else {
    const path = join(folder, 'article.sh');
    await writeFile(path, cliScript(DESIRED));
    // Version 1 would fetch the callback URL and store what it answers.
    const config = join(folder, 'aws-config');
    await writeFile(config, '[default]\ncli_follow_urlparam = false\n');
    const env = { ...aws.env(), AWS_CONFIG_FILE: config };
    const script = (isWeighed: boolean) => timed({ program: 'bash', args: [path], env }, isWeighed);
    tools.push({
      name: 'AWS CLI script',
      version: cli.split(' ')[0] ?? cli,
      first: script,
      again: script,
      forget: async () => {},
    });
  }

  const reason = await initTerraform(folder, DESIRED, aws.url);
  if (reason !== undefined) absent.push(reason);
  else {
    const terraform = (args: readonly string[]) => (isWeighed: boolean) =>
      timed(
        {
          program: 'terraform',
          args: [...args, '-input=false', '-no-color'],
          cwd: folder,
          env: { ...aws.env(), CHECKPOINT_DISABLE: '1' },
        },
        isWeighed,
      );
    tools.push({
      name: 'Terraform',
      version: versionOf('terraform', ['version']) ?? '',
      first: terraform(['apply', '-auto-approve']),
      again: terraform(['apply', '-auto-approve']),
      async forget() {
        for (const file of ['terraform.tfstate', 'terraform.tfstate.backup'])
          await rm(join(folder, file), { force: true });
      },
    });
  }
  return { tools, absent };
}

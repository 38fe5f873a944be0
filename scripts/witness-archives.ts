/**
 * Images that other people's tools make are pushed by what `dist` holds into Debian's `docker-registry`, pulled back by skopeo,
 * and compared: the configuration, what the layers unpack to, and the manifest where the source has one. A second run changes
 * nothing.
 *
 *     npx tsx scripts/witness-archives.ts [TOOL | refusals]
 *
 * What is refused is named with a command: that command is run, and what it makes is pushed.
 *
 * Written by hand in __tests__/registry/tools.test.ts are jib, nix and kaniko (whose writer is crane's), which neither Debian nor
 * Go gives, and buildx and Docker with its images in containerd (whose writer is containerd's): Go builds them from their modules,
 * which takes twenty minutes.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { hasProgram } from '../__tests__/servers/docker-process.ts';
import { ArchiveAccount } from './witness/archive-account.ts';
import { prepare, regctl, TOOLS, type Tool, type Workbench } from './witness/archive-cases.ts';
import { Judge } from './witness/archive-judge.ts';
import { makeRefused } from './witness/archive-refusals.ts';

const begin = performance.now();
const [, , pattern = ''] = process.argv;
const chosen = TOOLS.filter(({ name }) => name.includes(pattern));
const faults: string[] =
  chosen.length === 0 && pattern !== 'refusals' ? [`no tool is called like ${pattern}`] : [];
const missing: string[] = [];
const seconds = (since: number) => `${((performance.now() - since) / 1000).toFixed(1)} s`;
let images = 0;

const folder = await mkdtemp('/tmp/archives-');
const ends: AsyncDisposable[] = [];
const end = async () => {
  for (const each of ends.reverse()) await each[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
};
// A signal alone would leave the servers behind.
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.once(signal, () => void end().finally(() => process.exit(1)));
try {
  const needed = [
    ['docker-registry', 'docker-registry'],
    ['skopeo', 'skopeo'],
    ['bzip2', 'bzip2'],
    ['lz4', 'lz4'],
    ['xz', 'xz-utils'],
    ['zstd', 'zstd'],
  ] as const;
  const absent = (await Promise.all(needed.map(absence))).filter((why) => why !== undefined);
  if (process.getuid?.() !== 0) absent.push('only root may start engines');
  if (absent.length > 0) missing.push(...absent);
  else await witness();
} catch (error) {
  faults.push(`the servers: ${text(error)}`);
} finally {
  await end();
}
for (const line of missing) console.log(`missing: ${line}`);
for (const line of faults) console.log(line);
console.log(
  `${images} images of ${chosen.length} tools, ${missing.length} missing: ${faults.length} faults (${seconds(begin)})`,
);
const isFailed = faults.length > 0 || (missing.length > 0 && process.env['CI'] === 'true');
process.exitCode = isFailed ? 1 : 0;

function text(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** @returns why a tool cannot be had, undefined where it can */
async function absence(from: Tool['from']): Promise<string | undefined> {
  try {
    if (typeof from === 'function') await from();
    else if (!hasProgram(from[0]))
      return `${from[0]} is missing; install it (Debian and Ubuntu: apt-get install ${from[1]})`;
    return undefined;
  } catch (error) {
    return text(error);
  }
}

async function witness(): Promise<void> {
  const account = await ArchiveAccount.start(join(folder, 'registry'));
  ends.push(account);
  const bench: Workbench = {
    images: join(folder, 'images'),
    own: join(folder, 'o'),
    registry: account.registry.url.host,
    ends,
  };
  await prepare(bench);
  const judge = new Judge(account, bench.images, join(folder, 'back'), regctl);
  // Go builds while the tools of Debian are at work.
  for (const { from } of chosen) if (typeof from === 'function') from().catch(() => undefined);
  for (const tool of chosen) {
    const since = performance.now();
    const why = await absence(tool.from);
    if (why !== undefined) {
      missing.push(`${tool.name} is not run: ${why}`);
      continue;
    }
    const had = seconds(since);
    const making = performance.now();
    const made = await tool
      .make(bench)
      .catch((error: unknown) => void faults.push(`${tool.name}: ${text(error)}`));
    if (made === undefined) continue;
    console.log(`${tool.name}: ${made.length} images in ${seconds(making)}, the tool was there after ${had}`);
    for (const each of made) await show(`${tool.name}, ${each.title}`, judge.faults(each));
  }
  if (pattern !== '' && pattern !== 'refusals') return;
  const refused = await makeRefused(bench);
  for (const each of refused) await show(`refused: ${each.title}`, judge.faultsOfRefusal(each));
}

async function show(what: string, judged: Promise<readonly string[]>): Promise<void> {
  const since = performance.now();
  const found = await judged.catch((error: unknown) => [text(error)]);
  images += 1;
  console.log(`${found.length === 0 ? 'ok' : 'FAULT'} ${what} (${seconds(since)})`);
  faults.push(...found.map((fault) => `${what}: ${fault}`));
}

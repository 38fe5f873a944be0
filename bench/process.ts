import { type ChildProcess, spawn } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';

/** What one run of a program took. */
export interface Timing {
  readonly seconds: number;
  /** Of all its processes together, at the worst moment; undefined where the system does not tell (it is Linux's /proc). */
  readonly peakMiB: number | undefined;
}

export interface Command {
  readonly program: string;
  readonly args: readonly string[];
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string | undefined>>;
}

/**
 * Runs a program to its end.
 * @param isWeighed looks at its memory every few milliseconds, which costs time: so either the one or the other is measured
 * @returns wall-clock seconds from the start to the exit
 * @throws Error with what it said when it fails
 */
export async function timed(command: Command, isWeighed = false): Promise<Timing> {
  const begun = performance.now();
  const child = spawn(command.program, [...command.args], {
    cwd: command.cwd,
    env: { ...process.env, ...command.env } as NodeJS.ProcessEnv,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (data: Buffer) => {
      said = `${said}${data}`.slice(-4000);
    });
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  const weighing = isWeighed ? weigh(child) : undefined;
  const code = await ended;
  const seconds = (performance.now() - begun) / 1000;
  if (code !== 0)
    throw new Error(`${command.program} ${command.args.join(' ')} ended with ${code}:\n${said}`);
  return { seconds, peakMiB: await weighing };
}

/** @returns the highest sum, in MiB, of what a process and its descendants hold at one moment, until it ends */
export async function weigh(child: ChildProcess): Promise<number | undefined> {
  let peak: number | undefined;
  while (child.exitCode === null && child.signalCode === null && child.pid !== undefined) {
    const sum = await residentOf(child.pid);
    if (sum !== undefined && sum > 0) peak = Math.max(peak ?? 0, sum);
    await sleep(4);
  }
  return peak;
}

/** The most that each process of the tree has held so far (VmHWM), summed over those that live now. */
async function residentOf(pid: number): Promise<number | undefined> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => undefined);
  if (status === undefined) return undefined;
  const own = Number(/^VmHWM:\s+(\d+) kB/m.exec(status)?.[1] ?? 0) / 1024;
  // Each thread has children of its own: a program in Go starts others from any of them.
  const threads = await readdir(`/proc/${pid}/task`).catch(() => []);
  const children = await Promise.all(
    threads.map((thread) => readFile(`/proc/${pid}/task/${thread}/children`, 'utf8').catch(() => '')),
  );
  const below = await Promise.all(
    children.flatMap((list) => list.trim().split(/\s+/).filter(Boolean).map(Number)).map(residentOf),
  );
  return below.reduce<number>((sum, part) => sum + (part ?? 0), own);
}

export function median(numbers: readonly number[]): number {
  const sorted = [...numbers].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  const upper = sorted[Math.floor(middle)] ?? Number.NaN;
  return Number.isInteger(middle) ? (upper + (sorted[middle - 1] ?? upper)) / 2 : upper;
}

import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';

/** A workflow's cancel button: SIGINT, 7.5 s, SIGTERM, 2.5 s, SIGKILL; the waits can be shortened. */
export async function cancel(child: ChildProcess, interruptMs = 7_500, terminateMs = 2_500): Promise<void> {
  if (await endsBy(child, 'SIGINT', interruptMs)) return;
  if (await endsBy(child, 'SIGTERM', terminateMs)) return;
  child.kill('SIGKILL');
}

async function endsBy(child: ChildProcess, signal: NodeJS.Signals, ms: number): Promise<boolean> {
  if (child.exitCode !== null || child.signalCode !== null) return true;
  const deadline = AbortSignal.timeout(ms);
  const exit = once(child, 'exit', { signal: deadline });
  child.kill(signal);
  return exit.then(
    () => true,
    () => false,
  );
}

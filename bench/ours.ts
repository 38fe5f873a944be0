import { type ActionOptions, type ActionRun, runAction } from '../__tests__/action/run.ts';
import type { AwsServer } from '../__tests__/servers/aws.ts';
import { type Timing, weigh } from './process.ts';

/**
 * Runs the bundle as the runner does.
 * @throws Error with the end of its log when the step fails
 */
export async function runOurs(
  aws: Pick<AwsServer, 'env'>,
  options: ActionOptions,
  isWeighed = false,
): Promise<Timing & { readonly run: ActionRun }> {
  let weighing: Promise<number | undefined> | undefined;
  const run = await runAction({
    timeoutMs: 1_800_000,
    ...options,
    env: { ...aws.env(), ...options.env },
    onSpawn: (child) => {
      if (isWeighed) weighing = weigh(child);
      options.onSpawn?.(child);
    },
  });
  if (run.conclusion !== 'success')
    throw new Error(`the step failed:\n${run.log.split('\n').slice(-15).join('\n')}`);
  return { seconds: run.durationMs / 1000, peakMiB: await weighing, run };
}

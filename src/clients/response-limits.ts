import { GRACE_MS } from './cancellation.ts';
import { systemClock } from './clock.ts';

/** Time limits of one exchange. */
export interface TimeLimits {
  readonly milliseconds: number;
  /** Cancellation of the run: then only the grace period is left. */
  readonly end?: AbortSignal | undefined;
  /** Milliseconds. */
  readonly grace?: number | undefined;
}

/**
 * Limits the time of one whole exchange. The time-outs of sockets restart with every byte, so a slow response never
 * reaches them.
 * @param giveUp called once, when the time is over
 * @returns a function that removes the limit
 */
export function limitTime(
  { milliseconds, end, grace = GRACE_MS }: TimeLimits,
  giveUp: () => void,
): () => void {
  const until = systemClock.now() + milliseconds;
  // The socket keeps the process alive while a response is open; a timer need not.
  let timer = setTimeout(giveUp, milliseconds).unref();
  const hurry = () => {
    clearTimeout(timer);
    timer = setTimeout(giveUp, Math.max(0, Math.min(grace, until - systemClock.now()))).unref();
  };
  if (end?.aborted === true) hurry();
  else end?.addEventListener('abort', hurry, { once: true });
  return () => {
    clearTimeout(timer);
    end?.removeEventListener('abort', hurry);
  };
}

/** Reads a body up to the limit, in bytes. @returns more than the limit if the body is longer: the rest is not read */
export async function readUpTo(body: AsyncIterable<unknown>, limit: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of body) {
    const bytes = Buffer.isBuffer(chunk) ? chunk : Buffer.from(chunk as Uint8Array);
    chunks.push(bytes);
    size += bytes.length;
    if (size > limit) break;
  }
  return Buffer.concat(chunks);
}

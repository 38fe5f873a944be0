import { GRACE_MS } from './cancellation.ts';

/** How long one exchange may take. */
export interface TimeLimits {
  readonly milliseconds: number;
  /** The end of the run: from then on only the grace is left. */
  readonly end?: AbortSignal | undefined;
  /** Milliseconds. */
  readonly grace?: number | undefined;
}

/**
 * Watches one exchange. The time-outs of sockets begin anew with every byte, so a response that drips passes under them
 * for ever; this limit is one for the whole.
 * @param giveUp called once, when the time is over
 * @returns what ends the watch
 */
export function limitTime(
  { milliseconds, end, grace = GRACE_MS }: TimeLimits,
  giveUp: () => void,
): () => void {
  const until = performance.now() + milliseconds;
  // The socket keeps the process as long as there is something to wait for; a timer need not.
  let timer = setTimeout(giveUp, milliseconds).unref();
  const hurry = () => {
    clearTimeout(timer);
    timer = setTimeout(giveUp, Math.max(0, Math.min(grace, until - performance.now()))).unref();
  };
  if (end?.aborted === true) hurry();
  else end?.addEventListener('abort', hurry, { once: true });
  return () => {
    clearTimeout(timer);
    end?.removeEventListener('abort', hurry);
  };
}

/** Reads a body up to the limit, in bytes. @returns more than the limit where the body is longer: the rest is not read */
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

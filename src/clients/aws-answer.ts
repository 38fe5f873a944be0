import type { Readable } from 'node:stream';
import { limitTime, readUpTo, type TimeLimits } from './response-limits.ts';

/** GetSecretValue and BatchGetImage give the largest answers, some MiB at most; what is longer is no answer of AWS. */
const MOST_BYTES = 32 * 1024 * 1024;

/** Its code is that of a time-out of the system, which is worth another try. */
class LateAnswerError extends Error {
  override readonly name = 'TimeoutError';
}

/** No other try would give less. */
class LongAnswerError extends Error {
  override readonly name = 'LongAnswerError';
}

/** The part of what the SDK calls a request handler that is used here. */
export interface Transport {
  handle(request: never, options?: SendOptions): Promise<{ response: { body?: unknown } }>;
}
interface SendOptions {
  readonly abortSignal?: AbortSignal;
}

/**
 * Makes an SDK client read each answer whole within one time and size, where its own time-outs begin anew with every
 * byte and its bodies have no limit.
 * @param handler of the client; it is changed
 * @param limits for the whole exchange: connecting, sending, answer
 */
export function limitAnswers(handler: Transport, limits: TimeLimits): void {
  const handle = handler.handle.bind(handler);
  handler.handle = async (request, options) => {
    const late = new AbortController();
    const done = limitTime(limits, () => late.abort(new LateAnswerError('no whole answer in time')));
    const given = options?.abortSignal;
    const abortSignal = given === undefined ? late.signal : AbortSignal.any([given, late.signal]);
    try {
      const answer = await handle(request, { ...options, abortSignal });
      const { response } = answer;
      if (isStream(response.body)) response.body = await read(response.body, late.signal);
      return answer;
    } catch (error) {
      throw late.signal.aborted ? late.signal.reason : error;
    } finally {
      done();
    }
  };
}

function isStream(body: unknown): body is Readable {
  return typeof body === 'object' && body !== null && 'destroy' in body && Symbol.asyncIterator in body;
}

async function read(body: Readable, late: AbortSignal): Promise<Uint8Array> {
  const cut = () => body.destroy(late.reason);
  late.addEventListener('abort', cut, { once: true });
  const bytes = await readUpTo(body, MOST_BYTES);
  if (bytes.length > MOST_BYTES) throw new LongAnswerError(`more than ${MOST_BYTES} bytes`);
  return bytes;
}

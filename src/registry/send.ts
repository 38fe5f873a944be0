import pLimit from 'p-limit';
import type { Digest } from './digest.ts';
import { explain } from './explain.ts';
import { isTransient, RegistryFailure } from './failure.ts';
import { PACKINGS, QUESTIONS } from './limits.ts';
import type { Meter } from './progress.ts';
import { type Run, subject } from './run.ts';
import type { Bytes, Content, ImageSource } from './source.ts';

/** Counts what is read of a content; what a new try reads again is counted once. */
export function counted(content: Content, meter: Meter): () => Bytes {
  let before = 0;
  return async function* () {
    meter.bytes -= before;
    before = 0;
    for await (const chunk of content.open()) {
      before += chunk.length;
      meter.bytes += chunk.length;
      yield chunk;
    }
  };
}

/**
 * Sends what the source gives, several at once where it can be read at several places. What of a stream was lost on
 * the way comes by again in the next pass; nothing is written to the disk for it.
 */
export async function sendContents(
  run: Run,
  source: ImageSource,
  wanted: (digest: Digest) => boolean,
  send: (content: Content) => Promise<void>,
): Promise<void> {
  const isLost = (error: unknown) => error instanceof RegistryFailure;
  try {
    await run.registry.repeat(() => sendPass(run, source, wanted, send), isLost);
  } catch (error) {
    throw explain(error, await subject(run.registry, 'a layer'));
  }
}

/** @throws RegistryFailure where something must come by again */
async function sendPass(
  run: Run,
  source: ImageSource,
  wanted: (digest: Digest) => boolean,
  send: (content: Content) => Promise<void>,
): Promise<void> {
  const limit = pLimit(QUESTIONS);
  const packing = pLimit(source.form === 'classic' ? PACKINGS : QUESTIONS);
  const tasks: Promise<void>[] = [];
  const fatal: unknown[] = [];
  let lost: RegistryFailure | undefined;
  const sendOne = async (content: Content): Promise<void> => {
    try {
      if (!run.signal.aborted) await packing(() => send(content));
    } catch (error) {
      const failure = error instanceof RegistryFailure ? error : undefined;
      const comesBack =
        failure !== undefined && (isTransient(failure) || failure.isExpired || failure.status === 404);
      if (!content.restartable && comesBack) lost = failure;
      else {
        fatal.push(explain(error, await subject(run.registry, `the layer ${content.digest ?? ''}`)));
        run.stop.abort();
      }
    } finally {
      content.release();
    }
  };
  try {
    for await (const content of source.contents(wanted)) {
      if (run.signal.aborted) {
        content.release();
        break;
      }
      tasks.push(limit(() => sendOne(content)));
    }
  } catch (error) {
    fatal.push(error);
    run.stop.abort();
  }
  await Promise.all(tasks);
  if (fatal.length > 0) throw fatal[0];
  run.signal.throwIfAborted();
  if (lost !== undefined) throw lost;
}

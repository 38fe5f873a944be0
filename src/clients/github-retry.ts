import type { Clock } from './clock.ts';
import { askedWait, explain, isLimit, isLost, refusedBy } from './github-refusal.ts';

const TRIES = 4;
/** All waiting of a run together: a report is not worth more of the runner's minutes. */
const MOST_WAIT_MS = 60_000;

/** A call as Octokit's hooks see it. */
type Request<Options, Answer> = (options: Options) => Answer | Promise<Answer>;

/**
 * Octokit's own plugin repeats every call; a POST whose answer got lost may have been carried out, and repeating it would
 * tell everything twice.
 * @returns a hook that repeats what passes, waits as GitHub asks, and tells the rest in our words
 */
export function withPatience(clock: Pick<Clock, 'sleep'>) {
  let waited = 0;
  return async <Options extends { readonly method: string }, Answer extends { readonly data: unknown }>(
    request: Request<Options, Answer>,
    options: Options,
  ): Promise<Answer> => {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await request(options);
      } catch (error) {
        const failure = explain(error);
        const answer = refusedBy(error);
        const isLimited = answer !== undefined && isLimit(answer);
        const passes = isLost(error) || (answer !== undefined && answer.status >= 500);
        const again = isLimited || (passes && options.method !== 'POST');
        const wait = (isLimited ? askedWait(answer.headers) : undefined) ?? 1000 * 2 ** (attempt - 1);
        if (!again || attempt >= TRIES || waited + wait > MOST_WAIT_MS) throw failure;
        waited += wait;
        await clock.sleep(wait);
      }
    }
  };
}

import type { Agent, IncomingHttpHeaders } from 'node:http';
import type { Clock } from './clock.ts';
import { GitHubError } from './github-error.ts';
import { delayAfter, explain } from './github-errors.ts';
import { send } from './http.ts';
import { retry } from './retry.ts';

/** A page of 100 comments of 65,536 characters each. */
const MOST_BYTES = 32 * 1024 * 1024;
/** All answers of a run together: a report is not worth more of the runner's minutes, and no deadline ends it. */
const TIMES = { eachMs: 15_000, allMs: 120_000 };
/** All waits of a run together, likewise. */
const MOST_WAIT_MS = 60_000;

/** Options that Octokit passes to a `fetch`. */
interface FetchOptions {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | undefined;
}

/**
 * A `fetch` over Node's own client, which knows our proxies: the global one takes Node 20 a fifth of a second and 40 MiB
 * to load. It follows no redirect and leaves the API's host for no link, since the token is for that host alone.
 * @param api the base of GitHub's API
 * @param agent for a proxy, if any
 * @param times what one answer may take, head and body, and all of them
 * @throws GitHubError for an answer that is no JSON, or no answer of the API's, and once all took too long; what the transport throws for a broken connection
 */
export function fetchWith(api: URL, agent: Agent | undefined, { eachMs, allMs } = TIMES) {
  let spent = 0;
  return async (address: string, { method = 'GET', headers, body }: FetchOptions) => {
    const url = new URL(address);
    if (url.origin !== api.origin)
      throw new GitHubError(0, `GitHub's answer leads to another host, which the token is not for`);
    if (spent >= allMs) throw new GitHubError(0, 'GitHub took too long to answer');
    const began = performance.now();
    const request = { method, url, headers, body, agent, maxBytes: MOST_BYTES };
    const answer = await send({ ...request, limits: { milliseconds: eachMs } }).finally(() => {
      spent += performance.now() - began;
    });
    const { status, text } = answer;
    if (status >= 300 && status < 400) throw new GitHubError(status, `GitHub answered ${status}`);
    if (status < 300 && text !== '' && !isJson(text))
      throw new GitHubError(0, 'GitHub answered something else than JSON');
    return { status, url: url.href, headers: headersOf(answer.headers), text: async () => text };
  };
}

/** A call as Octokit's hooks see it. */
type Request<Options, Answer> = (options: Options) => Answer | Promise<Answer>;

/** @returns a hook that repeats what passes, waits as GitHub asks, and puts the rest into words of ours */
export function retrying(clock: Pick<Clock, 'sleep' | 'epoch'>) {
  let waited = 0;
  return <Options extends { readonly method: string }, Answer extends { readonly data: unknown }>(
    request: Request<Options, Answer>,
    options: Options,
  ): Promise<Answer> =>
    retry(async () => request(options), {
      clock,
      delayAfter: (error, attempt) => {
        const delay = delayAfter(error, attempt, options.method, clock.epoch());
        if (delay === undefined || waited + delay > MOST_WAIT_MS) return undefined;
        waited += delay;
        return delay;
      },
    }).catch((error: unknown) => {
      throw explain(error);
    });
}

function headersOf(headers: IncomingHttpHeaders): Map<string, string> {
  return new Map(
    Object.entries(headers).flatMap(([name, value]) => (value === undefined ? [] : [[name, String(value)]])),
  );
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

import type { Agent, IncomingHttpHeaders } from 'node:http';
import type { Clock } from './clock.ts';
import { type GitHubCause, GitHubError } from './github-error.ts';
import { send, TimeoutError, TooLargeError } from './http.ts';
import { isUntrusted, systemCode, TRUST } from './network-errors.ts';
import { backoff, rateLimitReset, retry, retryAfter } from './retry.ts';

/** A page of 100 comments of 65,536 characters each. */
const MOST_BYTES = 32 * 1024 * 1024;
/** All responses of a run together: no deadline of the run ends a report, so this limit does. */
const TIMES = { eachMs: 15_000, allMs: 120_000 };
/** All waits of a run together, for the same reason. */
const MOST_WAIT_MS = 60_000;

/** Options that Octokit passes to a `fetch`. */
interface FetchOptions {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | undefined;
}

/**
 * A `fetch` over Node's own client, which uses our proxies: Node 20 loads the global one in a fifth of a second and 40
 * MiB. It follows no redirect and no link to another host, since the token is for the API's host alone.
 * @param api the base of GitHub's API
 * @param agent for a proxy, if any
 * @param times limits for one response, head and body, and for all of them
 * @throws GitHubError for a response that is no JSON or not from the API, and when all took too long; the error of the
 * transport for a broken connection
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
    const response = await send({ ...request, limits: { milliseconds: eachMs } }).finally(() => {
      spent += performance.now() - began;
    });
    const { status, text } = response;
    if (status >= 300 && status < 400) throw new GitHubError(status, `GitHub answered ${status}`);
    if (status < 300 && text !== '' && !isJson(text))
      throw new GitHubError(0, 'GitHub answered something else than JSON');
    return { status, url: url.href, headers: headersOf(response.headers), text: async () => text };
  };
}

/** A call as Octokit's hooks see it. */
type Request<Options, Result> = (options: Options) => Result | Promise<Result>;

/** @returns a hook that retries calls, waits as GitHub requests, and explains errors */
export function retrying(clock: Pick<Clock, 'sleep' | 'epoch'>) {
  let waited = 0;
  return <Options extends { readonly method: string }, Result extends { readonly data: unknown }>(
    request: Request<Options, Result>,
    options: Options,
  ): Promise<Result> =>
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

/** The response in an error of Octokit. */
export interface FailedResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | number | undefined>>;
  readonly text: string;
}

/** @returns the response in an error of Octokit; undefined without one */
export function failedResponseOf(error: unknown): FailedResponse | undefined {
  const { status, response } = (error ?? {}) as {
    status?: unknown;
    response?: { headers?: FailedResponse['headers']; data?: unknown };
  };
  if (typeof status !== 'number' || response === undefined) return undefined;
  return { status, headers: response.headers ?? {}, text: JSON.stringify(response.data ?? '') };
}

/**
 * @see https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api (429, or 403 with one of three signs)
 */
export function isLimit({ status, headers, text }: FailedResponse): boolean {
  if (status === 429) return true;
  return (
    status === 403 &&
    (headers['retry-after'] !== undefined ||
      String(headers['x-ratelimit-remaining']) === '0' ||
      /rate limit|abuse detection/i.test(text))
  );
}

/** @returns whether there was no response: a broken connection, a time-out */
export function isLost(error: unknown): boolean {
  const inner = thrownBy(error);
  return (
    failedResponseOf(error) === undefined && !(inner instanceof GitHubError || inner instanceof TooLargeError)
  );
}

const ATTEMPTS = 4;

/** @returns the milliseconds that GitHub requests to wait, undefined if it requests none */
export function requestedDelay(headers: FailedResponse['headers'], now: number): number | undefined {
  const after = retryAfter(headers, now);
  if (after !== undefined || String(headers['x-ratelimit-remaining']) !== '0') return after;
  const reset = rateLimitReset(headers, now);
  return reset === undefined ? undefined : Math.max(0, reset);
}

/**
 * Octokit's own plugin retries every call. A POST whose response was lost may have been carried out, and a retry would
 * write everything twice.
 * @returns milliseconds before the next attempt, undefined if the call is not retried
 */
function delayAfter(error: unknown, attempt: number, method: string, now: number): number | undefined {
  if (attempt >= ATTEMPTS) return undefined;
  const response = failedResponseOf(error);
  const own = backoff(attempt, 1000, Number.POSITIVE_INFINITY);
  if (response !== undefined && isLimit(response)) return requestedDelay(response.headers, now) ?? own;
  const passes = isLost(error) || (response !== undefined && response.status >= 500);
  return passes && method !== 'POST' ? own : undefined;
}

interface GitHubRefusal {
  readonly cause: GitHubCause;
  readonly text: string;
}

/** GitHub returns 403 for all of these; only its message distinguishes them. */
const REFUSALS: ReadonlyArray<GitHubRefusal & { readonly message: RegExp }> = [
  {
    message: /\b(?:issue|pull request|conversation|discussion) is locked/i,
    cause: 'locked',
    text: 'the conversation is locked: unlock it, or comment elsewhere',
  },
  {
    message: /\barchived\b/i,
    cause: 'archived',
    text: 'the repository is archived, and so read-only: unarchive it, or turn off comments and issues',
  },
  {
    message: /\bSAML\b/,
    cause: 'saml',
    text: 'the organization enforces SAML single sign-on: authorize the token for the organization',
  },
  {
    message: /\bIP allow list\b/i,
    cause: 'ip-allow-list',
    text: 'the IP allow list of the organization does not have the address of the runner: add it there',
  },
  {
    message: /not accessible by (?:integration|personal access token)|must have admin rights/i,
    cause: 'missing-permission',
    text: 'the token lacks a permission',
  },
];

function refusalOf(response: FailedResponse): GitHubRefusal | undefined {
  const isSecondary = /secondary rate limit|abuse detection/i.test(response.text);
  if (isSecondary)
    return {
      cause: 'secondary-rate-limit',
      text: "GitHub's secondary rate limit is reached: run fewer jobs at once, or run again later",
    };
  if (isLimit(response)) return { cause: 'rate-limit', text: "GitHub's rate limit is used up" };
  if (response.status !== 403) return undefined;
  return REFUSALS.find(({ message }) => message.test(response.text));
}

const WORDS: Readonly<Record<number, string>> = {
  401: 'GitHub does not accept the token (401)',
  403: 'the token may not do that (403)',
  404: 'GitHub does not find it, or the token may not see it (404)',
  410: 'issues are disabled in this repository (410)',
  422: 'GitHub refused what was sent (422)',
};

/** @returns the explanation of an error of Octokit */
export function explain(error: unknown): GitHubError {
  const inner = thrownBy(error);
  if (inner instanceof GitHubError) return inner;
  if (inner instanceof TooLargeError) return new GitHubError(0, 'GitHub answered more than a page can hold');
  const response = failedResponseOf(error);
  if (response === undefined) return new GitHubError(0, `GitHub could not be reached (${codeOf(inner)})`);
  const { status } = response;
  const refusal = refusalOf(response);
  if (refusal !== undefined) return new GitHubError(status, `${refusal.text} (${status})`, refusal.cause);
  return new GitHubError(status, WORDS[status] ?? `GitHub answered ${status}`);
}

/** @returns the error of `fetch`, which Octokit wraps */
function thrownBy(error: unknown): unknown {
  return error instanceof Error && error.cause instanceof Error ? error.cause : error;
}

function codeOf(inner: unknown): string {
  if (inner instanceof TimeoutError) return 'no answer in time';
  const code = systemCode(inner);
  if (code === undefined) return 'the connection broke';
  return `${code}${isUntrusted(code) ? `; ${TRUST}` : ''}`;
}

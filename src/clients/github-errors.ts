import { type GitHubCause, GitHubError } from './github-error.ts';
import { TimeoutError, TooLargeError } from './http.ts';
import { isUntrusted, systemCode, TRUST } from './network-errors.ts';
import { backoff, rateLimitReset, retryAfter } from './retry.ts';

/** The response that an error of Octokit is about. */
export interface FailedResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | number | undefined>>;
  readonly text: string;
}

/** @returns the answer that an error of Octokit is about; undefined where there was none */
export function failedResponseOf(error: unknown): FailedResponse | undefined {
  const { status, response } = (error ?? {}) as {
    status?: unknown;
    response?: { headers?: FailedResponse['headers']; data?: unknown };
  };
  if (typeof status !== 'number' || response === undefined) return undefined;
  return { status, headers: response.headers ?? {}, text: JSON.stringify(response.data ?? '') };
}

/** @see https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api (429, or 403 with one of three signs) */
export function isLimit({ status, headers, text }: FailedResponse): boolean {
  if (status === 429) return true;
  return (
    status === 403 &&
    (headers['retry-after'] !== undefined ||
      String(headers['x-ratelimit-remaining']) === '0' ||
      /rate limit|abuse detection/i.test(text))
  );
}

/** @returns whether no answer came at all: a broken connection, a time-out */
export function isLost(error: unknown): boolean {
  const inner = thrownBy(error);
  return (
    failedResponseOf(error) === undefined && !(inner instanceof GitHubError || inner instanceof TooLargeError)
  );
}

const ATTEMPTS = 4;

/** @returns the milliseconds that GitHub asks to wait, undefined where it names none */
export function requestedDelay(headers: FailedResponse['headers'], now: number): number | undefined {
  const after = retryAfter(headers, now);
  if (after !== undefined || String(headers['x-ratelimit-remaining']) !== '0') return after;
  const reset = rateLimitReset(headers, now);
  return reset === undefined ? undefined : Math.max(0, reset);
}

/**
 * Octokit's own plugin repeats every call. A POST whose response was lost may have been carried out, and repeating it
 * would write everything twice.
 * @returns milliseconds before the next attempt, undefined where the call is not repeated
 */
export function delayAfter(error: unknown, attempt: number, method: string, now: number): number | undefined {
  if (attempt >= ATTEMPTS) return undefined;
  const answer = failedResponseOf(error);
  const own = backoff(attempt, 1000, Number.POSITIVE_INFINITY);
  if (answer !== undefined && isLimit(answer)) return requestedDelay(answer.headers, now) ?? own;
  const passes = isLost(error) || (answer !== undefined && answer.status >= 500);
  return passes && method !== 'POST' ? own : undefined;
}

interface GitHubRefusal {
  readonly cause: GitHubCause;
  readonly words: string;
}

/** GitHub answers 403 to all of these; only its message distinguishes them. */
const REFUSALS: ReadonlyArray<GitHubRefusal & { readonly message: RegExp }> = [
  {
    message: /\b(?:issue|pull request|conversation|discussion) is locked/i,
    cause: 'locked',
    words: 'the conversation is locked: unlock it, or comment elsewhere',
  },
  {
    message: /\barchived\b/i,
    cause: 'archived',
    words: 'the repository is archived, and so read-only: unarchive it, or turn off comments and issues',
  },
  {
    message: /\bSAML\b/,
    cause: 'saml',
    words: 'the organization enforces SAML single sign-on: authorize the token for the organization',
  },
  {
    message: /\bIP allow list\b/i,
    cause: 'ip-allow-list',
    words: 'the IP allow list of the organization does not have the address of the runner: add it there',
  },
  {
    message: /not accessible by (?:integration|personal access token)|must have admin rights/i,
    cause: 'missing-permission',
    words: 'the token lacks a permission',
  },
];

function refusalOf(response: FailedResponse): GitHubRefusal | undefined {
  const isSecondary = /secondary rate limit|abuse detection/i.test(response.text);
  if (isSecondary)
    return {
      cause: 'secondary-rate-limit',
      words: "GitHub's secondary rate limit is reached: run fewer jobs at once, or run again later",
    };
  if (isLimit(response)) return { cause: 'rate-limit', words: "GitHub's rate limit is used up" };
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

/** @returns an error of Octokit in words of ours */
export function explain(error: unknown): GitHubError {
  const inner = thrownBy(error);
  if (inner instanceof GitHubError) return inner;
  if (inner instanceof TooLargeError) return new GitHubError(0, 'GitHub answered more than a page can hold');
  const answer = failedResponseOf(error);
  if (answer === undefined) return new GitHubError(0, `GitHub could not be reached (${codeOf(inner)})`);
  const { status } = answer;
  const refusal = refusalOf(answer);
  if (refusal !== undefined) return new GitHubError(status, `${refusal.words} (${status})`, refusal.cause);
  return new GitHubError(status, WORDS[status] ?? `GitHub answered ${status}`);
}

/** Octokit wraps what its `fetch` threw. */
function thrownBy(error: unknown): unknown {
  return error instanceof Error && error.cause instanceof Error ? error.cause : error;
}

function codeOf(inner: unknown): string {
  if (inner instanceof TimeoutError) return 'no answer in time';
  const code = systemCode(inner);
  if (code === undefined) return 'the connection broke';
  return `${code}${isUntrusted(code) ? `; ${TRUST}` : ''}`;
}

import { isUntrusted, TRUST } from './certificate.ts';

/** Why GitHub did not do what was asked; `text` is ours, since bodies of errors may come from anywhere. */
export class GitHubError extends Error {
  readonly status: number;

  constructor(status: number, text: string) {
    super(text);
    this.name = 'GitHubError';
    this.status = status;
  }
}

export const isMissing = (error: unknown): boolean => error instanceof GitHubError && error.status === 404;

/** GitHub's word for what stands already. */
export const isThere = (error: unknown): boolean => error instanceof GitHubError && error.status === 422;

/** What Octokit's errors tell of an answer; nothing of it is there where no answer came. */
export interface Refused {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | number | undefined>>;
  readonly text: string;
}

/** @returns the answer that an error of Octokit is about; undefined where there was none */
export function refusedBy(error: unknown): Refused | undefined {
  const { status, response } = (error ?? {}) as {
    status?: unknown;
    response?: { headers?: Refused['headers']; data?: unknown };
  };
  if (typeof status !== 'number' || response === undefined) return undefined;
  return { status, headers: response.headers ?? {}, text: JSON.stringify(response.data ?? '') };
}

/** @see https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api (429, or 403 with one of three signs) */
export function isLimit({ status, headers, text }: Refused): boolean {
  if (status === 429) return true;
  return (
    status === 403 &&
    (headers['retry-after'] !== undefined ||
      String(headers['x-ratelimit-remaining']) === '0' ||
      /rate limit/i.test(text))
  );
}

/** @returns whether no answer came at all: a broken connection, a time-out */
export function isLost(error: unknown): boolean {
  return refusedBy(error) === undefined && !(thrownBy(error) instanceof GitHubError);
}

/** @returns the milliseconds that GitHub asks to wait, undefined where it names none */
export function askedWait(headers: Refused['headers']): number | undefined {
  const after = Number(headers['retry-after']);
  if (Number.isFinite(after) && after >= 0) return after * 1000;
  const reset = Number(headers['x-ratelimit-reset']);
  if (String(headers['x-ratelimit-remaining']) === '0' && Number.isFinite(reset))
    return Math.max(0, reset * 1000 - Date.now());
  return undefined;
}

const WORDS: Readonly<Record<number, string>> = {
  401: 'GitHub does not accept the token (401)',
  403: 'the token may not do that (403)',
  404: 'GitHub does not find it, or the token may not see it (404)',
  410: 'issues are disabled in this repository (410)',
  422: 'GitHub refused what was sent (422)',
};

/** @param error what Octokit threw @returns the same in our words */
export function explain(error: unknown): GitHubError {
  const inner = thrownBy(error);
  if (inner instanceof GitHubError) return inner;
  const answer = refusedBy(error);
  if (answer === undefined) return new GitHubError(0, `GitHub could not be reached (${codeOf(inner)})`);
  const { status } = answer;
  if (isLimit(answer)) return new GitHubError(status, `GitHub's rate limit is used up (${status})`);
  return new GitHubError(status, WORDS[status] ?? `GitHub answered ${status}`);
}

/** Octokit wraps what its `fetch` threw. */
function thrownBy(error: unknown): unknown {
  return error instanceof Error && error.cause instanceof Error ? error.cause : error;
}

function codeOf(inner: unknown): string {
  if (inner instanceof Error && inner.name === 'TimeoutError') return 'no answer in time';
  const code = typeof inner === 'object' && inner !== null && 'code' in inner ? String(inner.code) : '';
  return /^[A-Z0-9_]+$/.test(code)
    ? `${code}${isUntrusted(code) ? `; ${TRUST}` : ''}`
    : 'the connection broke';
}

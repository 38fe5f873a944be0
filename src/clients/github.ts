import type { Agent, IncomingHttpHeaders } from 'node:http';
import type { Secret } from '../secret.ts';
import type { Clock } from './clock.ts';
import { exchange, type GitHubAnswer } from './github-http.ts';

/** Why GitHub did not do what was asked; `text` is ours, since bodies of errors may come from anywhere. */
export class GitHubError extends Error {
  readonly status: number;

  constructor(status: number, text: string) {
    super(text);
    this.name = 'GitHubError';
    this.status = status;
  }
}

export interface GitHubConnection {
  readonly apiUrl: string;
  /** `owner/name`. */
  readonly repository: string;
  readonly token: Secret;
  readonly clock: Clock;
  readonly agent?: Agent | undefined;
}

/** What we read of an issue, a pull request or a comment. */
export interface Post {
  /** Of a comment. */
  readonly id: number;
  /** Of an issue. */
  readonly number: number;
  readonly body: string;
  readonly state: string;
  readonly isPullRequest: boolean;
  /** Written by a bot or by somebody who may write to the repository: nobody else can have left our marker honestly. */
  readonly isTrusted: boolean;
}

const TIMEOUT_MS = 15_000;
const TRIES = 4;
/** All waiting of a run together: a report is not worth more of the runner's minutes. */
const MOST_WAIT_MS = 60_000;
const PAGE = 100;
/** A repository with more than 10,000 comments on one pull request, or as many issues with our label, is not searched to its end. */
const MOST_PAGES = 100;

/** The few verbs of GitHub's REST API that reports need. */
export class GitHub {
  readonly #connection: GitHubConnection;
  #waited = 0;

  constructor(connection: GitHubConnection) {
    this.#connection = connection;
  }

  comments(issue: number): Promise<Post[]> {
    return this.#all(`issues/${issue}/comments`, {});
  }

  async comment(issue: number, body: string): Promise<void> {
    await this.#send('POST', `issues/${issue}/comments`, { body });
  }

  async updateComment(id: number, body: string): Promise<void> {
    await this.#send('PATCH', `issues/comments/${id}`, { body });
  }

  /** @param mostPages how far the search goes, 100 issues each */
  issues(filter: Readonly<Record<string, string>>, mostPages?: number): Promise<Post[]> {
    return this.#all('issues', filter, mostPages);
  }

  async createIssue(issue: { title: string; body: string; labels: readonly string[] }): Promise<number> {
    return readPost(await this.#send('POST', 'issues', issue)).number;
  }

  async updateIssue(
    number: number,
    change: { title?: string; body?: string; state?: 'open' | 'closed'; state_reason?: string },
  ): Promise<void> {
    await this.#send('PATCH', `issues/${number}`, change);
  }

  /** Makes a label if it is missing. */
  async ensureLabel(name: string, color: string, description: string): Promise<void> {
    try {
      await this.#send('GET', `labels/${encodeURIComponent(name)}`);
    } catch (error) {
      if (!(error instanceof GitHubError) || error.status !== 404) throw error;
      try {
        await this.#send('POST', 'labels', { name, color, description });
      } catch (made) {
        // Another run has made it in the meantime.
        if (!(made instanceof GitHubError) || made.status !== 422) throw made;
      }
    }
  }

  async #all(
    path: string,
    filter: Readonly<Record<string, string>>,
    mostPages = MOST_PAGES,
  ): Promise<Post[]> {
    const posts: Post[] = [];
    for (let page = 1; page <= mostPages; page++) {
      const query = new URLSearchParams({ ...filter, per_page: String(PAGE), page: String(page) });
      const { value, headers } = await this.#ask('GET', `${path}?${query}`);
      if (!Array.isArray(value)) throw new GitHubError(0, 'GitHub answered something else than a list');
      posts.push(...value.map(readPost));
      // The link's address may lie anywhere: only whether there is one is taken from it.
      const link = headers.link;
      if (link === undefined ? value.length < PAGE : !/rel="?next"?/.test(String(link))) break;
    }
    return posts;
  }

  async #send(method: 'GET' | 'POST' | 'PATCH', path: string, body?: object): Promise<unknown> {
    return (await this.#ask(method, path, body)).value;
  }

  async #ask(
    method: 'GET' | 'POST' | 'PATCH',
    path: string,
    body?: object,
  ): Promise<{ value: unknown; headers: IncomingHttpHeaders }> {
    const { apiUrl, repository, token, clock, agent } = this.#connection;
    const url = new URL(`${apiUrl.replace(/\/+$/, '')}/repos/${repository}/${path}`);
    for (let attempt = 1; ; attempt++) {
      let failure: GitHubError;
      let wait = 1000 * 2 ** (attempt - 1);
      // A POST whose answer got lost may have been carried out: repeating it would tell everything twice.
      let again = method !== 'POST';
      try {
        const answer = await exchange({
          method,
          url,
          token: token.reveal(),
          body,
          timeoutMs: TIMEOUT_MS,
          agent,
        });
        if (answer.status >= 200 && answer.status < 300)
          return { value: parse(answer), headers: answer.headers };
        failure = refusal(answer);
        if (isLimit(answer)) {
          again = true;
          wait = askedWait(answer.headers) ?? wait;
        } else if (answer.status < 500) throw failure;
      } catch (error) {
        if (error instanceof GitHubError) throw error;
        failure = new GitHubError(0, `GitHub could not be reached (${codeOf(error)})`);
      }
      if (!again || attempt >= TRIES || this.#waited + wait > MOST_WAIT_MS) throw failure;
      this.#waited += wait;
      await clock.sleep(wait);
    }
  }
}

function parse({ text }: GitHubAnswer): unknown {
  if (text === '') return undefined;
  try {
    return JSON.parse(text);
  } catch {
    throw new GitHubError(0, 'GitHub answered something else than JSON');
  }
}

/** @see https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api (429, or 403 with one of three signs) */
function isLimit({ status, headers, text }: GitHubAnswer): boolean {
  if (status === 429) return true;
  return (
    status === 403 &&
    (headers['retry-after'] !== undefined ||
      headers['x-ratelimit-remaining'] === '0' ||
      /rate limit/i.test(text))
  );
}

function askedWait(headers: IncomingHttpHeaders): number | undefined {
  const after = Number(headers['retry-after']);
  if (Number.isFinite(after) && after >= 0) return after * 1000;
  const reset = Number(headers['x-ratelimit-reset']);
  if (headers['x-ratelimit-remaining'] === '0' && Number.isFinite(reset))
    return Math.max(0, reset * 1000 - Date.now());
  return undefined;
}

function refusal(answer: GitHubAnswer): GitHubError {
  const { status } = answer;
  if (isLimit(answer)) return new GitHubError(status, `GitHub's rate limit is used up (${status})`);
  const words: Readonly<Record<number, string>> = {
    401: 'GitHub does not accept the token (401)',
    403: 'the token may not do that (403)',
    404: 'GitHub does not find it, or the token may not see it (404)',
    410: 'issues are disabled in this repository (410)',
    422: 'GitHub refused what was sent (422)',
  };
  return new GitHubError(status, words[status] ?? `GitHub answered ${status}`);
}

function codeOf(error: unknown): string {
  if (error instanceof Error && error.name === 'TimeoutError') return 'no answer in time';
  const code = typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : '';
  return /^[A-Z0-9_]+$/.test(code) ? code : 'the connection broke';
}

function readPost(value: unknown): Post {
  const post = (value ?? {}) as Record<string, unknown>;
  const user = (post.user ?? {}) as Record<string, unknown>;
  const association = post.author_association;
  const isBot = user.type === 'Bot' || String(user.login ?? '').endsWith('[bot]');
  return {
    id: Number(post.id),
    number: Number(post.number),
    body: typeof post.body === 'string' ? post.body : '',
    state: String(post.state ?? ''),
    isPullRequest: post.pull_request !== undefined,
    isTrusted:
      isBot || association === undefined || /^(OWNER|MEMBER|COLLABORATOR)$/.test(String(association)),
  };
}

import type { Agent } from 'node:http';
import { getOctokitOptions, GitHub as Octokit } from '@actions/github/lib/utils';
import type { Secret } from '../secret.ts';
import type { Clock } from './clock.ts';
import { GitHubError, isMissing, isThere } from './github-error.ts';
import { fetchWith, retrying } from './github-fetch.ts';

export interface GitHubConnection {
  readonly apiUrl: string;
  /** `owner/name`. */
  readonly repository: string;
  readonly token: Secret;
  readonly clock: Clock;
  readonly agent?: Agent | undefined;
}

/** The fields that reports need of an issue, a pull request or a comment. */
export interface Post {
  /** Of a comment. */
  readonly id: number;
  /** Of an issue. */
  readonly number: number;
  readonly body: string;
  readonly state: string;
  readonly isPullRequest: boolean;
  /** Login of the author; empty if the account no longer exists. */
  readonly author: string;
}

export interface IssueFilter {
  readonly state: 'open' | 'closed' | 'all';
  readonly labels?: string;
  readonly sort?: 'created' | 'updated' | 'comments';
}

export interface IssueChange {
  readonly title?: string;
  readonly body?: string;
  readonly state?: 'open' | 'closed';
  readonly state_reason?: 'completed' | 'not_planned' | 'reopened';
}

const PAGE = 100;
/**
 * A repository with more than 10,000 comments on one pull request, or as many issues with our label, is not searched to
 * its end.
 */
const MOST_PAGES = 100;
/** Octokit prints deprecation warnings, which do not belong into the log of a run. */
const SILENT = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

/**
 * The calls of GitHub's REST API that reports need.
 * @throws GitHubError
 */
export class GitHub {
  readonly #octokit: InstanceType<typeof Octokit>;
  readonly #place: { readonly owner: string; readonly repo: string };

  readonly #isInstallation: boolean;

  constructor({ apiUrl, repository, token, clock, agent }: GitHubConnection) {
    this.#isInstallation = token.is((text) => text.startsWith('ghs_'));
    const [owner = '', repo = ''] = repository.split('/');
    this.#place = { owner, repo };
    const baseUrl = apiUrl.replace(/\/+$/, '');
    this.#octokit = new Octokit(
      getOctokitOptions(token.reveal(), {
        baseUrl,
        userAgent: 'aws-bootstrap',
        log: SILENT,
        request: { fetch: fetchWith(new URL(baseUrl), agent) },
      }),
    );
    this.#octokit.hook.wrap('request', retrying(clock));
  }

  comments(issue: number): Promise<Post[]> {
    const { rest, paginate } = this.#octokit;
    return collect(
      paginate.iterator(rest.issues.listComments, { ...this.#place, issue_number: issue, per_page: PAGE }),
      MOST_PAGES,
    );
  }

  /** @returns the commit that a pull request is at now */
  async headOf(pullRequest: number): Promise<string> {
    const { data } = await this.#octokit.rest.pulls.get({ ...this.#place, pull_number: pullRequest });
    return String(data.head.sha);
  }

  async comment(issue: number, body: string): Promise<void> {
    await this.#octokit.rest.issues.createComment({ ...this.#place, issue_number: issue, body });
  }

  async updateComment(id: number, body: string): Promise<void> {
    await this.#octokit.rest.issues.updateComment({ ...this.#place, comment_id: id, body });
  }

  /** @param mostPages limit of pages, 100 issues each */
  issues(filter: IssueFilter, mostPages = MOST_PAGES): Promise<Post[]> {
    const { rest, paginate } = this.#octokit;
    return collect(
      paginate.iterator(rest.issues.listForRepo, { ...this.#place, ...filter, per_page: PAGE }),
      mostPages,
    );
  }

  async deleteComment(id: number): Promise<void> {
    await this.#octokit.rest.issues.deleteComment({ ...this.#place, comment_id: id });
  }

  /** @returns those of the posts that this token's own login wrote */
  async own(posts: readonly Post[]): Promise<Post[]> {
    if (posts.length === 0) return [];
    const { rest, graphql } = this.#octokit;
    const isOwn = await ownLogin(
      posts.map(({ author }) => author),
      this.#isInstallation,
      {
        user: async () => (await rest.users.getAuthenticated()).data.login,
        viewer: async () => (await graphql<{ viewer: { login: string } }>('{viewer{login}}')).viewer.login,
      },
    );
    return posts.filter(({ author }) => isOwn(author));
  }

  async createIssue(issue: { title: string; body: string; labels: readonly string[] }): Promise<number> {
    const { data } = await this.#octokit.rest.issues.create({
      ...this.#place,
      ...issue,
      labels: [...issue.labels],
    });
    return readPost(data).number;
  }

  async updateIssue(number: number, change: IssueChange): Promise<void> {
    await this.#octokit.rest.issues.update({ ...this.#place, issue_number: number, ...change });
  }

  /** Creates a label if it is missing. */
  async ensureLabel(name: string, color: string, description: string): Promise<void> {
    const { issues } = this.#octokit.rest;
    try {
      await issues.getLabel({ ...this.#place, name });
    } catch (error) {
      if (!isMissing(error)) throw error;
      try {
        await issues.createLabel({ ...this.#place, name, color, description });
      } catch (createError) {
        // Another run may have created it in the meantime.
        if (!isThere(createError)) throw createError;
      }
    }
  }
}

async function collect(pages: AsyncIterable<{ readonly data: unknown }>, mostPages: number): Promise<Post[]> {
  const posts: Post[] = [];
  let seen = 0;
  try {
    for await (const { data } of pages) {
      if (!Array.isArray(data)) throw noList();
      posts.push(...data.map(readPost));
      seen += 1;
      if (seen >= mostPages) break;
    }
  } catch (error) {
    // Octokit reads a page first, and its own error repeats the content.
    throw error instanceof GitHubError ? error : noList();
  }
  return posts;
}

const noList = () => new GitHubError(0, 'GitHub answered something else than a list');

/** Checks each field, since a response may have been changed by a proxy. */
function readPost(value: unknown): Post {
  const post = (value ?? {}) as Record<string, unknown>;
  const user = (post['user'] ?? {}) as Record<string, unknown>;
  const text = (part: unknown) => (typeof part === 'string' ? part : '');
  return {
    id: typeof post['id'] === 'number' ? post['id'] : Number.NaN,
    number: typeof post['number'] === 'number' ? post['number'] : Number.NaN,
    body: text(post['body']),
    state: text(post['state']),
    isPullRequest: post['pull_request'] !== undefined,
    author: text(user['login']),
  };
}

/** Login of the default token of a workflow. */
const ACTIONS = 'github-actions[bot]';

/** Calls that return the login of a token; each rejects without a response. */
export interface Identification {
  /** `GET /user`, which refuses the tokens of a workflow and of apps. */
  readonly user: () => Promise<string>;
  /** `viewer` of GraphQL, which answers for every token; of an app with or without `[bot]`. */
  readonly viewer: () => Promise<string>;
}

/**
 * Every user who may comment can write a text with our marker, so only texts of the token's own login are ours.
 * Makes no call without such texts, or if the token is a workflow's default token and wrote all of them; otherwise one.
 * @param authors authors of texts with our marker
 * @param isInstallation whether the token is a workflow's or an app's: it begins with `ghs_`
 * @returns whether a login is the token's own
 * @see https://docs.github.com/en/authentication/keeping-your-account-and-data-secure/about-authentication-to-github#githubs-token-formats
 */
export async function ownLogin(
  authors: readonly string[],
  isInstallation: boolean,
  { user, viewer }: Identification,
): Promise<(login: string) => boolean> {
  if (isInstallation && authors.every((login) => login === ACTIONS)) return (login) => login === ACTIONS;
  const first = isInstallation ? viewer : user;
  const own = await first()
    .catch(() => (isInstallation ? ACTIONS : viewer()))
    .catch(() => ACTIONS);
  // A user's name has no brackets, so an app is never mistaken for a user of its name.
  const whole = isInstallation && !own.endsWith('[bot]') ? `${own}[bot]` : own;
  return (login) => login === whole;
}

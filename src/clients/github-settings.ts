import type { Agent } from 'node:http';
import type { Secret } from '../secret.ts';
import { GitHubError } from './github-error.ts';
import { fetchWith } from './github-fetch.ts';

export interface GitHubPlace {
  readonly apiUrl: string;
  /** `owner/name`. */
  readonly repository: string;
  readonly token: Secret;
  readonly agent?: Agent | undefined;
}

/** `missing` is 404, which GitHub also returns to a token without access; `denied` is 401 or 403. */
export type ReadResult<T> = { readonly value: T } | 'missing' | 'denied';

export interface RepositoryFacts {
  readonly fullName: string;
  readonly ids: string;
  readonly createdAt: string;
  readonly defaultBranch: string;
}

export interface EnvironmentFacts {
  /** Undefined allows every branch. */
  readonly branchPolicy: 'protected' | 'custom' | undefined;
  readonly hasReviewers: boolean;
}

type Json = Readonly<Record<string, unknown>>;
const mapOf = (value: unknown): Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : {};
const listOf = (value: unknown): Json[] => (Array.isArray(value) ? value.map(mapOf) : []);

const PAGE = 100;
/**
 * An organization may have 1,000 secrets and 1,000 variables: https://docs.github.com/en/actions/reference/security/secrets
 */
const MOST_PAGES = 10;

/**
 * Reads the settings of a repository on GitHub.
 * @throws GitHubError if GitHub cannot be reached
 */
export class GitHubSettings {
  readonly #place: GitHubPlace;
  readonly #base: string;
  readonly #fetch: ReturnType<typeof fetchWith>;

  constructor(place: GitHubPlace) {
    this.#place = place;
    this.#base = place.apiUrl.replace(/\/+$/, '');
    this.#fetch = fetchWith(new URL(this.#base), place.agent);
  }

  async repository(): Promise<ReadResult<RepositoryFacts>> {
    return this.#read('', (body) => ({
      fullName: String(body['full_name'] ?? this.#place.repository),
      ids: `${mapOf(body['owner'])['id']}/${body['id']}`,
      createdAt: String(body['created_at'] ?? ''),
      defaultBranch: String(body['default_branch'] ?? 'main'),
    }));
  }

  async environment(name: string): Promise<ReadResult<EnvironmentFacts>> {
    return this.#read(`/environments/${encodeURIComponent(name)}`, (body) => {
      const policy = mapOf(body['deployment_branch_policy']);
      return {
        branchPolicy:
          policy['protected_branches'] === true
            ? 'protected'
            : policy['custom_branch_policies'] === true
              ? 'custom'
              : undefined,
        hasReviewers: listOf(body['protection_rules']).some(({ type }) => type === 'required_reviewers'),
      };
    });
  }

  /** @returns names and patterns of the branches that may deploy */
  async branches(environment: string): Promise<ReadResult<string[]>> {
    return this.#read(
      `/environments/${encodeURIComponent(environment)}/deployment-branch-policies?per_page=100`,
      (body) => listOf(body['branch_policies']).map(({ name }) => String(name)),
    );
  }

  /** @returns whether the secret exists for the repository, the environment or the organization */
  async secret(name: string, environment: string | undefined): Promise<ReadResult<true>> {
    const places = [
      ...(environment === undefined
        ? []
        : [`/environments/${encodeURIComponent(environment)}/secrets/${name}`]),
      `/actions/secrets/${name}`,
    ];
    let result: ReadResult<true> = 'missing';
    for (const place of places) {
      const found = await this.#read<true>(place, () => true);
      if (typeof found === 'object') return found;
      if (found === 'denied') result = 'denied';
    }
    const shared = await this.#ofOrganization('secrets', name);
    return shared === undefined ? result : { value: true };
  }

  /** @returns the value of a variable of the environment, the repository or the organization */
  async variable(name: string, environment: string | undefined): Promise<ReadResult<string>> {
    const places = [
      ...(environment === undefined
        ? []
        : [`/environments/${encodeURIComponent(environment)}/variables/${name}`]),
      `/actions/variables/${name}`,
    ];
    let result: ReadResult<string> = 'missing';
    for (const place of places) {
      const found = await this.#read(place, (body) => String(body['value'] ?? ''));
      if (typeof found === 'object') return found;
      if (found === 'denied') result = 'denied';
    }
    const value = (await this.#ofOrganization('variables', name))?.['value'];
    return typeof value === 'string' ? { value } : result;
  }

  /**
   * @returns the secret or variable that the organization shares with the repository; GitHub only lists these by page
   */
  async #ofOrganization(kind: 'secrets' | 'variables', name: string): Promise<Json | undefined> {
    for (let page = 1; page <= MOST_PAGES; page++) {
      const path = `/actions/organization-${kind}?per_page=${PAGE}&page=${page}`;
      const result = await this.#read(path, (body) => listOf(body[kind]));
      if (typeof result === 'string') return undefined;
      const found = result.value.find((one) => String(one['name']).toUpperCase() === name.toUpperCase());
      if (found !== undefined || result.value.length < PAGE) return found;
    }
    return undefined;
  }

  /** @returns whether Actions run at all, and which actions may be used */
  async actions(): Promise<ReadResult<{ readonly isEnabled: boolean; readonly allowed: string }>> {
    return this.#read('/actions/permissions', (body) => ({
      isEnabled: body['enabled'] !== false,
      allowed: String(body['allowed_actions'] ?? 'all'),
    }));
  }

  async #read<T>(path: string, read: (body: Json) => T): Promise<ReadResult<T>> {
    const { status, text } = await this.#fetch(`${this.#base}/repos/${this.#place.repository}${path}`, {
      headers: {
        accept: 'application/vnd.github+json',
        authorization: `Bearer ${this.#place.token.reveal()}`,
        'user-agent': 'aws-bootstrap',
      },
    });
    if (status === 404) return 'missing';
    if (status === 401 || status === 403) return 'denied';
    if (status !== 200) throw new GitHubError(status, `GitHub answered ${status}`);
    return { value: read(mapOf(JSON.parse(await text()))) };
  }
}

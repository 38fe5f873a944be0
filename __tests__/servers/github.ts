/**
 * GitHub's REST API on 127.0.0.1, as far as this action knows it: comments, issues and labels of one repository, with
 * pages, tokens that only read, disabled issues, validation and rate limits as documented.
 * @see https://docs.github.com/en/rest/issues
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface ServedUser {
  readonly login: string;
  readonly type: 'Bot' | 'User';
}

export interface ServedPost {
  id: number;
  number: number;
  title: string;
  body: string;
  state: 'open' | 'closed';
  state_reason?: string | undefined;
  labels: string[];
  user: ServedUser;
  author_association: string;
  /** Of a comment: the issue or pull request that it belongs to. */
  below?: number;
  isPullRequest?: boolean;
}

export interface ServedFault {
  /** Method and path below the repository, such as `POST issues/1/comments`. */
  readonly on: RegExp;
  readonly skip?: number;
  /** Calls that meet it; one by default. */
  readonly times?: number;
  /** The call is carried out before the fault. */
  readonly applied?: boolean;
  readonly fault:
    | 'reset'
    | 'hang'
    | { readonly status: number; readonly headers?: Record<string, string>; readonly body?: string };
}

export interface ServedCall {
  readonly method: string;
  /** Below the repository, without the query. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly body: Record<string, unknown>;
  readonly raw: string;
  status: number;
}

const BOT: ServedUser = { login: 'github-actions[bot]', type: 'Bot' };
const LONGEST_BODY = 65_536;

export class GitHubServer implements AsyncDisposable {
  readonly repository = 'papyrus/demo';
  readonly token = 'ghs_token-canary-of-the-test';
  readonly calls: ServedCall[] = [];
  readonly comments: ServedPost[] = [];
  readonly issues: ServedPost[] = [];
  readonly labels = new Set<string>();
  /** A token of a fork, or one without the permission. */
  /** The commit that every pull request is at; undefined where GitHub does not tell. */
  head: string | undefined;
  readOnly = false;
  /** Whom the token writes as. */
  viewer: ServedUser = BOT;
  /** `has_issues: false`: 410. */
  issuesDisabled = false;
  readonly #faults: Array<ServedFault & { seen: number }> = [];
  readonly #server = createServer((incoming, response) => void this.#serve(incoming, response));
  #last = 100;

  static async start(): Promise<GitHubServer> {
    const server = new GitHubServer();
    server.#server.keepAliveTimeout = 0;
    await new Promise<void>((resolve) => server.#server.listen(0, '127.0.0.1', resolve));
    return server;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  fault(fault: ServedFault): void {
    this.#faults.push({ ...fault, seen: 0 });
  }

  writes(): ServedCall[] {
    return this.calls.filter(({ method, path }) => method !== 'GET' && path !== '/graphql');
  }

  reset(): void {
    for (const list of [this.calls, this.comments, this.issues, this.#faults]) list.length = 0;
    this.labels.clear();
    this.readOnly = false;
    this.head = undefined;
    this.viewer = BOT;
    this.issuesDisabled = false;
  }

  /** Puts a comment or an issue there of another author. */
  put(list: 'comments' | 'issues', post: Partial<ServedPost>): ServedPost {
    this.#last += 1;
    const made: ServedPost = {
      id: this.#last,
      number: this.#last,
      title: 'a title',
      body: '',
      state: 'open',
      labels: [],
      user: this.viewer,
      author_association: 'NONE',
      ...post,
    };
    this[list].push(made);
    return made;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }

  async #serve(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(chunk as Buffer);
    const raw = Buffer.concat(chunks).toString();
    const url = new URL(incoming.url ?? '/', this.url);
    // Links to further pages name the repository by its number.
    const path = url.pathname.replace(/^\/(repos\/papyrus\/demo|repositories\/1300192)\//, '');
    const method = incoming.method ?? 'GET';
    const body = raw === '' ? {} : (JSON.parse(raw) as Record<string, unknown>);
    const call: ServedCall = { method, path, query: url.searchParams, body, raw, status: 0 };
    this.calls.push(call);
    const send = (status: number, value: unknown, headers: Record<string, string> = {}) => {
      call.status = status;
      const text = typeof value === 'string' ? value : JSON.stringify(value);
      response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(text);
    };
    const { authorization = '' } = incoming.headers;
    // Octokit's word for it is `token`; GitHub takes both.
    if (!/^(Bearer|token) /i.test(authorization) || authorization.split(' ')[1] !== this.token)
      return send(401, { message: 'Bad credentials' });
    if ((incoming.headers['user-agent'] ?? '') === '') return send(403, { message: 'no user agent' });
    const fault = this.#take(`${method} ${path}`);
    if (fault?.applied) this.#answer(call);
    if (fault?.fault === 'hang') return;
    if (fault?.fault === 'reset') return void incoming.socket.resetAndDestroy();
    if (fault !== undefined)
      return send(fault.fault.status, fault.fault.body ?? { message: 'a fault' }, fault.fault.headers);
    const [status, value, headers] = this.#answer(call);
    send(status, value, headers);
  }

  #take(what: string): ServedFault | undefined {
    for (const fault of this.#faults) {
      const { on, skip = 0, times = 1 } = fault;
      if (fault.seen >= skip + times || !on.test(what)) continue;
      fault.seen++;
      if (fault.seen > skip) return fault;
    }
    return undefined;
  }

  #answer(call: ServedCall): [status: number, value: unknown, headers?: Record<string, string>] {
    const { method, path, body } = call;
    // For every token; tokens of a workflow and of apps are no user's.
    if (path === '/graphql') return [200, { data: { viewer: { login: this.viewer.login } } }];
    if (path === '/user')
      return this.viewer.type === 'User'
        ? [200, { login: this.viewer.login }]
        : [403, { message: 'Resource not accessible by integration' }];
    if (method !== 'GET' && this.readOnly)
      return [403, { message: 'Resource not accessible by integration' }];
    if (typeof body['body'] === 'string' && body['body'].length > LONGEST_BODY)
      return [422, { message: 'Validation Failed', errors: [{ code: 'custom', field: 'body' }] }];
    const pull = /^pulls\/\d+$/.test(path);
    if (pull && this.head !== undefined) return [200, { head: { sha: this.head } }];
    const below = /^issues\/(\d+)\/comments$/.exec(path)?.[1];
    if (below !== undefined) {
      if (method === 'GET')
        return this.#page(
          call,
          this.comments.filter((post) => post.below === Number(below)),
        );
      return [201, this.put('comments', { below: Number(below), body: String(body['body']) })];
    }
    const comment = this.#find(this.comments, /^issues\/comments\/(\d+)$/, path, 'id');
    if (comment !== undefined && method === 'PATCH')
      return [200, Object.assign(comment, { body: body['body'] })];
    if (comment !== undefined && method === 'DELETE') {
      this.comments.splice(this.comments.indexOf(comment), 1);
      return [204, ''];
    }
    if (this.issuesDisabled && path.startsWith('issues'))
      return [410, { message: 'Issues are disabled for this repo' }];
    if (path === 'issues')
      return method === 'GET' ? this.#page(call, this.#filtered(call)) : this.#create(body);
    const issue = this.#find(this.issues, /^issues\/(\d+)$/, path, 'number');
    if (issue !== undefined && method === 'PATCH') return [200, Object.assign(issue, body)];
    return this.#label(call);
  }

  #label({ method, path, body }: ServedCall): [number, unknown] {
    if (method === 'POST' && path === 'labels') {
      if (this.labels.has(String(body['name'])))
        return [422, { message: 'Validation Failed', errors: [{ code: 'already_exists' }] }];
      this.labels.add(String(body['name']));
      return [201, body];
    }
    const name = /^labels\/(.+)$/.exec(path)?.[1];
    return name !== undefined && this.labels.has(name) ? [200, { name }] : [404, { message: 'Not Found' }];
  }

  #create(body: Record<string, unknown>): [number, unknown] {
    const labels = (body['labels'] as string[] | undefined) ?? [];
    for (const label of labels) this.labels.add(label);
    return [201, this.put('issues', { title: String(body['title']), body: String(body['body']), labels })];
  }

  #filtered({ query }: ServedCall): ServedPost[] {
    const state = query.get('state') ?? 'open';
    const labels = query.get('labels')?.split(',') ?? [];
    return this.issues.filter(
      (issue) =>
        (state === 'all' || issue.state === state) && labels.every((label) => issue.labels.includes(label)),
    );
  }

  #find(list: ServedPost[], pattern: RegExp, path: string, key: 'id' | 'number'): ServedPost | undefined {
    const found = pattern.exec(path)?.[1];
    return found === undefined ? undefined : list.find((post) => post[key] === Number(found));
  }

  #page({ path, query }: ServedCall, list: readonly ServedPost[]): [number, unknown, Record<string, string>] {
    const size = Math.min(100, Number(query.get('per_page') ?? 30));
    const page = Number(query.get('page') ?? 1);
    const following = new URLSearchParams([...query].filter(([name]) => name !== 'page'));
    following.set('page', String(page + 1));
    const link = `<${this.url}/repositories/1300192/${path}?${following}>; rel="next"`;
    const next = list.length > page * size ? { link } : {};
    const shown = list.slice((page - 1) * size, page * size);
    const value = shown.map(({ isPullRequest, ...post }) => ({
      ...post,
      ...(isPullRequest ? { pull_request: {} } : {}),
    }));
    return [200, value, { ...next }];
  }
}

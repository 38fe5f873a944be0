/**
 * A tenant of Auth0 on 127.0.0.1, as far as this action knows it: `/oauth/token` and `/api/v2/clients/{id}` with the
 * documented answers and their oddities. Lists are replaced as a whole, a list in which nothing was ever saved is
 * left out, most properties come only with read:clients or read:client_keys, every answer has the rate limit's headers.
 *
 * It needs Node alone, so that the demo can start it, too.
 */
import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { Tampered } from './faults.ts';

export type Auth0Call = 'token' | 'read' | 'update';

export interface ServedApplication {
  readonly client_id: string;
  name: string;
  callbacks?: unknown;
  allowed_logout_urls?: unknown;
  web_origins?: unknown;
  [other: string]: unknown;
}

/** The machine to machine application that asks for tokens. */
export interface ServedManagement {
  readonly id: string;
  readonly secret: string;
  /** Scopes that its grant for the Management API holds. */
  scopes: string[];
  grantTypes: string[];
}

/** What a call meets instead of its answer. */
export interface ServedFault {
  readonly on: Auth0Call;
  /** Calls of this kind that pass first. */
  readonly skip?: number;
  /** Calls that meet it; one by default. */
  readonly times?: number;
  /** The call is carried out before the fault, as when an answer gets lost. */
  readonly applied?: boolean;
  readonly fault:
    | 'hang'
    | 'reset'
    /** The headers promise more than comes. */
    | 'cut'
    | {
        readonly status: number;
        readonly headers?: Readonly<Record<string, string>>;
        readonly body?: string;
      };
}

/** Where a hook runs: `before` the call is carried out, or `after` it and before the answer leaves. */
export interface ServedMoment {
  readonly when: 'before' | 'after';
  readonly call: Auth0Call;
  /** The how-manyth call of this kind it is; the first is 1. */
  readonly nth: number;
}

export interface Auth0ServerOptions {
  readonly applications?: readonly ServedApplication[];
  readonly management?: Partial<ServedManagement>;
  /** Milliseconds since 1970, for the rate limit's headers. */
  readonly now?: () => number;
}

/** @returns an HTML page as a proxy gives it, with a text in it that must never reach a log. */
export function badGateway(canary = 'proxy-page-canary'): ServedFault['fault'] {
  const body = `<html><body><h1>502 Bad Gateway</h1><!-- ${canary} --></body></html>`;
  return { status: 502, headers: { 'content-type': 'text/html' }, body };
}

/** Lists and nothing else can be changed; real ones take more, and this action sends no more. */
const CHANGEABLE = ['callbacks', 'allowed_logout_urls', 'web_origins'];

/** Scopes with which an application may be read at all. */
const READING = ['read:clients', 'read:client_keys', 'read:client_credentials', 'read:client_summary'];
/** Scopes with which all of it is shown, but for keys and credentials; with the others only the summary is. */
const SHOWING = ['read:clients', 'read:client_keys'];
const SUMMARY = ['client_id', 'app_type', 'name', 'description', 'logo_uri'];

/** What Auth0 sets on every application, also on one whose settings were never saved. */
const SETTLED = {
  tenant: 'papyrus',
  global: false,
  is_first_party: true,
  oidc_conformant: true,
  grant_types: ['authorization_code', 'implicit', 'refresh_token', 'client_credentials'],
};

/** Properties that only {@link SHOWING} shows; for `hidden`, as an answer that lost them. */
export const SCOPE_BOUND: readonly string[] = [...CHANGEABLE, ...Object.keys(SETTLED)];

export class Auth0Server implements AsyncDisposable {
  readonly applications = new Map<string, ServedApplication>();
  readonly management: ServedManagement;
  /** Every call in order; the bodies of updates are kept as they came. */
  readonly calls: Array<{ readonly call: Auth0Call; readonly body: unknown }> = [];
  /** Every token that was given out. */
  readonly tokens = new Map<string, readonly string[]>();
  /** Fields that reads leave out, as for a token without the full scope. */
  readonly hidden = new Set<string>();
  /** Asked for each call, before the faults that were injected: the one that hits it. */
  tamper: (call: Auth0Call) => Tampered<ServedFault> = () => undefined;
  hook: (moment: ServedMoment) => void | Promise<void> = () => {};
  /** Requests that came for anything else, such as the target of a redirect. */
  unconfigured = 0;

  readonly #faults: Array<{ -readonly [K in keyof ServedFault]: ServedFault[K] }> = [];
  readonly #server = createServer((request, response) => void this.#serve(request, response));
  readonly #sockets = new Set<Socket>();
  readonly #now: () => number;

  private constructor(options: Auth0ServerOptions) {
    this.#now = options.now ?? Date.now;
    this.management = {
      id: 'management-client',
      secret: 'management-secret',
      scopes: ['read:clients', 'update:clients'],
      grantTypes: ['client_credentials'],
      ...options.management,
    };
    for (const application of options.applications ?? [])
      this.applications.set(application.client_id, { ...SETTLED, ...structuredClone(application) });
    this.#server.on('connection', (socket) => {
      this.#sockets.add(socket);
      socket.on('close', () => this.#sockets.delete(socket));
    });
  }

  static async start(options: Auth0ServerOptions = {}): Promise<Auth0Server> {
    const server = new Auth0Server(options);
    await new Promise<void>((resolve, reject) => {
      server.#server.on('error', reject);
      server.#server.listen(0, '127.0.0.1', resolve);
    });
    return server;
  }

  /** What goes into `auth0-domain`. */
  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  inject(fault: ServedFault): void {
    this.#faults.push({ ...fault });
  }

  /** @returns how many calls of this kind came. */
  count(call: Auth0Call): number {
    return this.calls.filter((made) => made.call === call).length;
  }

  /** @returns an application as it is; a change to it is an edit by another writer. */
  application(id: string): ServedApplication {
    const found = this.applications.get(id);
    if (found === undefined) throw new Error(`this test server has no application ${id}`);
    return found;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      const url = new URL(request.url ?? '/', this.url);
      const text = await readBody(request);
      const call = callOf(request.method, url.pathname);
      if (call === undefined) {
        this.unconfigured += 1;
        this.#answer(response, 404, failure(404, 'Not Found', 'Not Found'));
        return;
      }
      this.calls.push({ call, body: call === 'update' ? parse(text) : undefined });
      const nth = this.count(call);
      const fault = (await this.tamper(call)) ?? this.#takeFault(call);
      if (fault !== undefined && fault.applied !== true) {
        this.#fail(request, response, fault.fault);
        return;
      }
      await this.hook({ when: 'before', call, nth });
      const [status, body] = this.#carryOut(call, url, request, text);
      await this.hook({ when: 'after', call, nth });
      if (fault !== undefined) this.#fail(request, response, fault.fault);
      else this.#answer(response, status, body);
    } catch (error) {
      this.#answer(response, 500, { error: String(error) });
    }
  }

  #takeFault(call: Auth0Call): ServedFault | undefined {
    for (const fault of this.#faults) {
      if (fault.on !== call || fault.times === 0) continue;
      if ((fault.skip ?? 0) > 0) {
        fault.skip = (fault.skip ?? 0) - 1;
        continue;
      }
      fault.times = (fault.times ?? 1) - 1;
      return fault;
    }
    return undefined;
  }

  #fail(request: IncomingMessage, response: ServerResponse, fault: ServedFault['fault']): void {
    if (fault === 'hang') return;
    if (fault === 'reset') {
      request.socket.destroy();
      return;
    }
    if (fault === 'cut') {
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': '4096' });
      response.write('{"client_id":"', () => request.socket.destroy());
      return;
    }
    response.writeHead(fault.status, {
      'content-type': 'application/json',
      ...this.#limits(),
      ...fault.headers,
    });
    response.end(fault.body ?? JSON.stringify(failure(fault.status, 'Fault', 'injected')));
  }

  #carryOut(call: Auth0Call, url: URL, request: IncomingMessage, text: string): Answer {
    if (call === 'token') return this.#giveToken(request, text);
    const scopes = this.tokens.get((request.headers.authorization ?? '').replace(/^Bearer /, ''));
    if (scopes === undefined) return [401, failure(401, 'Unauthorized', 'Invalid token', 'invalid_token')];
    const needed = call === 'read' ? READING : ['update:clients'];
    if (!needed.some((scope) => scopes.includes(scope))) {
      const message = `Insufficient scope, expected any of: ${needed.join(',')}`;
      return [403, failure(403, 'Forbidden', message, 'insufficient_scope')];
    }
    const application = this.applications.get(decodeURIComponent(url.pathname.split('/').at(-1) ?? ''));
    if (application === undefined)
      return [404, failure(404, 'Not Found', 'The client does not exist', 'inexistent_client')];
    if (call === 'update') {
      const changes = parse(text);
      const fault = faultOf(changes);
      if (fault !== undefined) return [400, failure(400, 'Bad Request', fault, 'invalid_body')];
      Object.assign(application, changes);
    }
    return [200, this.#visible(application, scopes, call === 'read' ? url : undefined)];
  }

  #giveToken(request: IncomingMessage, text: string): Answer {
    const json = (request.headers['content-type'] ?? '').startsWith('application/json');
    const asked = json ? (parse(text) ?? {}) : Object.fromEntries(new URLSearchParams(text));
    const { management } = this;
    if (asked['client_id'] !== management.id || asked['client_secret'] !== management.secret)
      return [401, { error: 'access_denied', error_description: 'Unauthorized' }];
    if (
      asked['grant_type'] !== 'client_credentials' ||
      !management.grantTypes.includes('client_credentials')
    ) {
      const error_description = "Grant type 'client_credentials' not allowed for the client.";
      return [403, { error: 'unauthorized_client', error_description }];
    }
    if (asked['audience'] !== `${this.url}/api/v2/`) {
      const error_description = `Service not enabled within domain: ${String(asked['audience'])}`;
      return [403, { error: 'access_denied', error_description }];
    }
    const requested = typeof asked['scope'] === 'string' ? asked['scope'].split(' ') : management.scopes;
    const lacking = requested.filter((scope) => !management.scopes.includes(scope));
    if (lacking.length > 0) {
      const error_description = `Client has not been granted scopes: ${lacking.join(', ')}`;
      return [403, { error: 'access_denied', error_description }];
    }
    const token = `token-canary.${randomUUID()}.signature`;
    this.tokens.set(token, requested);
    return [
      200,
      { access_token: token, scope: requested.join(' '), expires_in: 86_400, token_type: 'Bearer' },
    ];
  }

  /** Only the fields that were asked for, and of these only those that hold something and may be seen. */
  #visible(
    application: ServedApplication,
    scopes: readonly string[],
    asked: URL | undefined,
  ): Record<string, unknown> {
    const isShown = SHOWING.some((scope) => scopes.includes(scope));
    const names = asked?.searchParams.get('fields')?.split(',');
    const include = asked?.searchParams.get('include_fields') !== 'false';
    const visible: Record<string, unknown> = {};
    for (const [name, value] of Object.entries(application)) {
      if (value === undefined || this.hidden.has(name) || !(isShown || SUMMARY.includes(name))) continue;
      if (names === undefined || names.includes(name) === include) visible[name] = structuredClone(value);
    }
    return visible;
  }

  #answer(response: ServerResponse, status: number, body: unknown): void {
    response.writeHead(status, { 'content-type': 'application/json; charset=utf-8', ...this.#limits() });
    response.end(JSON.stringify(body));
  }

  #limits(): Record<string, string> {
    return {
      'x-ratelimit-limit': '10',
      'x-ratelimit-remaining': '9',
      'x-ratelimit-reset': String(Math.floor(this.#now() / 1000) + 1),
    };
  }
}

type Answer = readonly [status: number, body: Record<string, unknown>];

function callOf(method: string | undefined, path: string): Auth0Call | undefined {
  if (method === 'POST' && path === '/oauth/token') return 'token';
  if (!/^\/api\/v2\/clients\/[^/]+$/.test(path)) return undefined;
  if (method === 'GET') return 'read';
  return method === 'PATCH' ? 'update' : undefined;
}

function failure(statusCode: number, error: string, message: string, errorCode?: string) {
  return { statusCode, error, message, ...(errorCode === undefined ? {} : { errorCode }) };
}

/** @returns what Auth0's schema would find wrong with an update. */
function faultOf(changes: Record<string, unknown> | undefined): string | undefined {
  if (changes === undefined) return 'Payload validation error: not an object';
  for (const [name, value] of Object.entries(changes)) {
    if (!CHANGEABLE.includes(name)) return `Payload validation error: additional property ${name}`;
    if (!Array.isArray(value)) return `Payload validation error: ${name} is no array`;
    if (value.length > 100) return `Payload validation error: ${name} is too long`;
    if (!value.every((url) => typeof url === 'string' && URL.canParse(url)))
      return `Payload validation error: ${name} holds no URL`;
  }
  return undefined;
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}

function parse(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

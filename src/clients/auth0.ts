/**
 * The three calls of Auth0 that are needed, over node:https, and not the `auth0` SDK. Measured on Node 20 and 24
 * (esbuild, minified, CPU at load over an empty module): the SDK's smallest entry, `auth0/clients` of 7.1.0, is 49 KB
 * and +28/+49 ms, and still needs a `fetch` of our own (the global one costs +180 ms on Node 20); these files are 9 KB
 * and +6/+17 ms, nearly all of it node:https. The SDK's errors also carry the answer's body and headers, which must
 * not reach a log, and it repeats a PATCH as it was, which can wipe out what somebody else wrote between two tries.
 */
import type { Agent } from 'node:http';
import { Secret } from '../secret.ts';
import { Auth0Error } from './auth0-error.ts';
import { type HttpAnswer, type HttpRequest, send } from './auth0-http.ts';
import { type Auth0Scope, parse, refusal } from './auth0-refusal.ts';
import { type Auth0Clock, SYSTEM_CLOCK, withTries } from './auth0-retry.ts';
import type { Stop } from './stop.ts';

export type Auth0List = 'callbacks' | 'allowed_logout_urls' | 'web_origins';

/** The lists by the names that the dashboard gives them. */
export const LIST_TITLES: Readonly<Record<Auth0List, string>> = {
  callbacks: 'Allowed Callback URLs',
  allowed_logout_urls: 'Allowed Logout URLs',
  web_origins: 'Allowed Web Origins',
};
export const LISTS: readonly Auth0List[] = ['callbacks', 'allowed_logout_urls', 'web_origins'];

export type Auth0Lists = Readonly<Record<Auth0List, readonly string[]>>;

export interface Auth0ClientOptions {
  /** From `readAuth0Inputs`; plain http only for loopback. */
  readonly baseUrl: string;
  readonly managementClientId: string | Secret;
  readonly managementClientSecret: Secret;
  /** Whether the run writes nothing: the token is then asked for without the scope that changes applications. */
  readonly readOnly: boolean;
  /** Told of the token before it is used for the first time. */
  readonly mask: (token: Secret) => void;
  readonly clock?: Auth0Clock;
  /** Told of each change that Auth0 has taken. */
  readonly onWritten?: () => void;
  /** The end of the run: from then on nothing is changed. */
  readonly stop?: Stop;
  /** Milliseconds for one request; 30 s by default. */
  readonly timeoutMs?: number;
  /** Where a proxy is set in the environment. */
  readonly agent?: Agent | undefined;
}

/**
 * Nothing else is asked for: keys and secrets of applications (`*:client_keys`) are none of our business. Auth0 refuses
 * the whole token where one of them was not granted, so a run that only reads does not ask for more.
 */
const READING: readonly Auth0Scope[] = ['read:clients'];
const WRITING: readonly Auth0Scope[] = ['read:clients', 'update:clients'];
const FIELDS = `client_id,name,${LISTS.join(',')}`;
const TIMEOUT_MS = 30_000;
/** What may stand in an Authorization header (RFC 6750, b64token). */
const BEARER = /^[A-Za-z0-9._~+/-]+=*$/;

/**
 * Auth0's Management API for one run: one token, kept in memory.
 * @see https://auth0.com/docs/api/management/v2/clients/get-clients-by-id
 */
export class Auth0Client {
  readonly clock: Auth0Clock;
  readonly #options: Auth0ClientOptions;
  readonly #scopes: readonly Auth0Scope[];
  readonly #timeoutMs: number;
  #token: Promise<Token> | undefined;

  constructor(options: Auth0ClientOptions) {
    const url = new URL(options.baseUrl);
    if (url.protocol !== 'https:' && !/^(?:127\.[\d.]+|localhost|\[::1\])$/.test(url.hostname))
      throw new Auth0Error('refused', 'Credentials are sent to Auth0 by https only');
    this.#options = options;
    this.#scopes = options.readOnly ? READING : WRITING;
    this.#timeoutMs = options.timeoutMs ?? TIMEOUT_MS;
    this.clock = options.clock ?? SYSTEM_CLOCK;
  }

  /**
   * Reads the three lists of an application; repeated where that can help.
   * @throws Auth0Error `cannot-read` where a list is missing: a token that may not see it gets fewer fields, so a
   *   missing list taken for an empty one would make the next PATCH wipe it out
   */
  async readLists(applicationId: string | Secret): Promise<Auth0Lists> {
    const token = await this.#ask();
    return withTries(this.clock, async () => {
      const answer = await this.#send(
        'GET',
        `${pathOf(applicationId)}?fields=${FIELDS}&include_fields=true`,
        token,
      );
      if (answer.status !== 200) throw refusal('read', answer, this.clock.epoch());
      return readApplication(answer.text, reveal(applicationId), token.scopes);
    });
  }

  /**
   * Replaces whole lists, once: whoever repeats it reads the lists again before.
   * @param lists only those that change; the others are left alone
   * @throws Auth0Error; a passing one may have been carried out all the same. StoppedError where the run has ended
   */
  async replaceLists(applicationId: string | Secret, lists: Partial<Auth0Lists>): Promise<void> {
    const token = await this.#ask();
    this.#options.stop?.check();
    const answer = await this.#send('PATCH', pathOf(applicationId), token, JSON.stringify(lists));
    // What the answer says of the lists is not looked at: reading back tells what stands.
    if (answer.status < 200 || answer.status > 299) throw refusal('update', answer, this.clock.epoch());
    this.#options.onWritten?.();
  }

  #ask(): Promise<Token> {
    this.#token ??= withTries(this.clock, () => this.#fetchToken());
    return this.#token;
  }

  /** @see https://auth0.com/docs/secure/tokens/access-tokens/management-api-access-tokens */
  async #fetchToken(): Promise<Token> {
    const { baseUrl, managementClientId, managementClientSecret, mask } = this.#options;
    const answer = await send({
      method: 'POST',
      url: `${baseUrl}/oauth/token`,
      headers: { accept: 'application/json', 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams({
        grant_type: 'client_credentials',
        client_id: reveal(managementClientId),
        client_secret: managementClientSecret.reveal(),
        audience: `${baseUrl}/api/v2/`,
        scope: this.#scopes.join(' '),
      }).toString(),
      ...this.#limits(),
    });
    if (answer.status !== 200) throw refusal('token', answer, this.clock.epoch(), this.#scopes);
    const body = parse(answer.text);
    const token = body?.access_token;
    if (typeof token !== 'string' || !BEARER.test(token))
      throw new Auth0Error(
        'cannot-read',
        'Auth0 answered the request for a token with none; check auth0-domain',
        {
          passing: true,
        },
      );
    const value = new Secret(token);
    mask(value);
    return { value, scopes: typeof body?.scope === 'string' ? body.scope.split(' ') : [] };
  }

  #send(method: 'GET' | 'PATCH', path: string, token: Token, body?: string): Promise<HttpAnswer> {
    const headers = { accept: 'application/json', authorization: `Bearer ${token.value.reveal()}` };
    const url = `${this.#options.baseUrl}${path}`;
    if (body === undefined) return send({ method, url, headers, ...this.#limits() });
    return send({
      method,
      url,
      headers: { ...headers, 'content-type': 'application/json' },
      body,
      ...this.#limits(),
    });
  }

  #limits(): Pick<HttpRequest, 'timeoutMs' | 'end' | 'agent'> {
    const { agent, stop } = this.#options;
    return { timeoutMs: this.#timeoutMs, end: stop?.signal, agent };
  }
}

interface Token {
  readonly value: Secret;
  /** As the answer names them; empty where it does not. */
  readonly scopes: readonly string[];
}

function pathOf(applicationId: string | Secret): string {
  const id = reveal(applicationId);
  if (/^\.{0,2}$/.test(id))
    throw new Auth0Error('refused', 'auth0-application-id is not the client id of an application');
  return `/api/v2/clients/${encodeURIComponent(id)}`;
}

function readApplication(text: string, id: string, scopes: readonly string[]): Auth0Lists {
  const body = parse(text);
  if (body === undefined)
    throw new Auth0Error(
      'cannot-read',
      'What came for the application is not of Auth0 (no JSON object); check auth0-domain',
      {
        passing: true,
      },
    );
  if (body.client_id !== undefined && body.client_id !== id)
    throw new Auth0Error(
      'cannot-read',
      'Auth0 answered with another application than the one asked for; nothing is done',
    );
  return {
    callbacks: readList(body, 'callbacks', scopes),
    allowed_logout_urls: readList(body, 'allowed_logout_urls', scopes),
    web_origins: readList(body, 'web_origins', scopes),
  };
}

function readList(
  body: Readonly<Record<string, unknown>>,
  name: Auth0List,
  scopes: readonly string[],
): string[] {
  const list = body[name];
  if (Array.isArray(list) && list.every((url) => typeof url === 'string')) return list;
  if (list !== undefined && list !== null)
    throw new Auth0Error(
      'cannot-read',
      `${LIST_TITLES[name]} cannot be read: Auth0 answered with no list of texts`,
    );
  throw new Auth0Error('cannot-read', `${LIST_TITLES[name]} cannot be read: ${whyMissing(name, scopes)}`);
}

/**
 * Auth0 leaves a list out for two reasons, and its answer does not tell which: the token may not see it, or nothing
 * was ever saved in it (one that was emptied comes as []). Recordings of real tenants show both, so the second is
 * not taken for granted even where the token has the scope; saving the list once settles it for good.
 */
function whyMissing(name: Auth0List, scopes: readonly string[]): string {
  const save =
    `open the application's settings in the Auth0 dashboard, enter this app-url's own URL into ` +
    `${LIST_TITLES[name]} and save; from then on Auth0 tells it`;
  return scopes.includes('read:clients')
    ? `Auth0 left it out of its answer although the token has read:clients, so nothing was ever saved in it: ${save}`
    : 'Auth0 left it out of its answer, which is not taken for an empty list. Either the management application lacks ' +
        `the scope read:clients (Applications, APIs, Auth0 Management API, Machine to Machine Applications), or ` +
        `nothing was ever saved in it: ${save}`;
}

function reveal(value: string | Secret): string {
  return typeof value === 'string' ? value : value.reveal();
}

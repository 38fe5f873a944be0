/**
 * The three calls of Auth0 that are needed, over node:https, and not the `auth0` SDK. Measured on Node 20 and 24
 * (esbuild, minified, CPU at load over an empty module): the SDK's smallest entry, `auth0/clients` of 7.1.0, is 49 KB
 * and +28/+49 ms, and still needs a `fetch` of our own (the global one costs +180 ms on Node 20); these files are 9 KB
 * and +6/+17 ms, nearly all of it node:https. The SDK's errors also carry the response's body and headers, which must
 * not reach a log, and it repeats a PATCH as it was, which can overwrite what others wrote between two attempts.
 */
import type { Agent } from 'node:http';
import { Secret } from '../secret.ts';
import { Auth0Error } from './auth0-error.ts';
import {
  type Auth0Call,
  type Auth0Names,
  type Auth0Scope,
  delayAfter,
  errorOf,
  INPUT_NAMES,
  parse,
  transportError,
} from './auth0-errors.ts';
import { type Auth0Lists, FIELDS, readApplication } from './auth0-lists.ts';
import type { Cancellation } from './cancellation.ts';
import { type Clock, systemClock } from './clock.ts';
import { send, type TextRequest, type TextResponse } from './http.ts';
import { retry } from './retry.ts';

export interface Auth0ClientOptions {
  /** Plain http only for loopback. */
  readonly baseUrl: string;
  readonly managementClientId: string | Secret;
  readonly managementClientSecret: Secret;
  /** Sources of tenant and application, for messages; the inputs by default. */
  readonly names?: Auth0Names;
  /** Whether the run writes nothing: the token is then requested without the scope that changes applications. */
  readonly readOnly: boolean;
  /** Called with the token before its first use. */
  readonly mask: (token: Secret) => void;
  readonly clock?: Pick<Clock, 'epoch' | 'sleep'>;
  /** Called for each change that Auth0 accepted. */
  readonly onWritten?: () => void;
  /** Cancellation of the run: no update begins after it. */
  readonly cancellation?: Cancellation;
  /** Milliseconds for one request; 30 s by default. */
  readonly timeoutMs?: number;
  /** Agent for a proxy of the environment. */
  readonly agent?: Agent | undefined;
}

/**
 * No other scope is requested: keys and secrets of applications (`*:client_keys`) are not needed. Auth0 refuses
 * the whole token if one of them was not granted, so a run that only reads requests no more.
 */
const READING: readonly Auth0Scope[] = ['read:clients'];
const WRITING: readonly Auth0Scope[] = ['read:clients', 'update:clients'];
const TIMEOUT_MS = 30_000;
/** An application with three full lists is below 100 KB; a longer response does not come from Auth0. */
const MAX_BYTES = 1024 * 1024;
/** Characters of an Authorization header (RFC 6750, b64token). */
const BEARER = /^[A-Za-z0-9._~+/-]+=*$/;

/**
 * Auth0's Management API for one run: one token, kept in memory.
 * @see https://auth0.com/docs/api/management/v2/clients/get-clients-by-id
 */
export class Auth0Client {
  readonly clock: Pick<Clock, 'epoch' | 'sleep'>;
  readonly #options: Auth0ClientOptions;
  readonly #scopes: readonly Auth0Scope[];
  readonly #timeoutMs: number;
  readonly #names: Auth0Names;
  #token: Promise<Token> | undefined;

  constructor(options: Auth0ClientOptions) {
    const url = new URL(options.baseUrl);
    if (url.protocol !== 'https:' && !/^(?:127\.[\d.]+|localhost|\[::1\])$/.test(url.hostname))
      throw new Auth0Error('refused', 'Credentials are sent to Auth0 by https only');
    this.#options = options;
    this.#scopes = options.readOnly ? READING : WRITING;
    this.#timeoutMs = options.timeoutMs ?? TIMEOUT_MS;
    this.#names = options.names ?? INPUT_NAMES;
    this.clock = options.clock ?? systemClock;
  }

  /**
   * Reads the three lists of an application, with retries.
   * @throws Auth0Error `scope` or `cannot-read` if the token may not read a list
   */
  async readLists(applicationId: string | Secret): Promise<Auth0Lists> {
    const token = await this.#getToken();
    return this.#repeat(async () => {
      const response = await this.#send(
        'GET',
        `${this.#pathOf(applicationId)}?fields=${FIELDS}&include_fields=true`,
        token,
      );
      if (response.status !== 200) throw this.#errorOf('read', response);
      return readApplication(response.text, reveal(applicationId), token.scopes, this.#names.domain);
    });
  }

  /**
   * Replaces whole lists, once. Read the lists again before a repetition.
   * @param lists only those that change; the others are left alone
   * @throws Auth0Error; after a transient one, the lists may have been replaced. AbortedError if the run has ended
   */
  async replaceLists(applicationId: string | Secret, lists: Partial<Auth0Lists>): Promise<void> {
    const token = await this.#getToken();
    this.#options.cancellation?.check();
    const response = await this.#send('PATCH', this.#pathOf(applicationId), token, JSON.stringify(lists));
    // The lists of the response are ignored: they are read back.
    if (response.status < 200 || response.status > 299) throw this.#errorOf('update', response);
    this.#options.onWritten?.();
  }

  #getToken(): Promise<Token> {
    this.#token ??= this.#repeat(() => this.#fetchToken());
    return this.#token;
  }

  /** @see https://auth0.com/docs/secure/tokens/access-tokens/management-api-access-tokens */
  async #fetchToken(): Promise<Token> {
    const { baseUrl, managementClientId, managementClientSecret, mask } = this.#options;
    const response = await this.#exchange({
      method: 'POST',
      path: '/oauth/token',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams({
        grant_type: 'client_credentials',
        client_id: reveal(managementClientId),
        client_secret: managementClientSecret.reveal(),
        audience: `${baseUrl}/api/v2/`,
        scope: this.#scopes.join(' '),
      }).toString(),
    });
    if (response.status !== 200) throw this.#errorOf('token', response);
    const body = parse(response.text);
    const token = body?.['access_token'];
    if (typeof token !== 'string' || !BEARER.test(token))
      throw new Auth0Error(
        'cannot-read',
        `Auth0 answered the request for a token with none; check ${this.#names.domain}`,
        { passing: true },
      );
    const value = new Secret(token);
    mask(value);
    return { value, scopes: typeof body?.['scope'] === 'string' ? body['scope'].split(' ') : [] };
  }

  #repeat<T>(call: () => Promise<T>): Promise<T> {
    return retry(call, { clock: this.clock, delayAfter });
  }

  #send(method: 'GET' | 'PATCH', path: string, token: Token, body?: string): Promise<TextResponse> {
    const authorization = `Bearer ${token.value.reveal()}`;
    const type = body === undefined ? {} : { 'content-type': 'application/json' };
    return this.#exchange({ method, path, headers: { authorization, ...type }, body });
  }

  /** @throws Auth0Error `unreachable`, or `cannot-read` if the response is too long */
  async #exchange({
    method,
    path,
    headers,
    body,
  }: Pick<TextRequest, 'method' | 'headers' | 'body'> & { readonly path: string }): Promise<TextResponse> {
    const { baseUrl, agent, cancellation } = this.#options;
    try {
      return await send({
        method,
        url: new URL(`${baseUrl}${path}`),
        headers: { accept: 'application/json', ...headers },
        body,
        agent,
        limits: { milliseconds: this.#timeoutMs, end: cancellation?.signal },
        maxBytes: MAX_BYTES,
      });
    } catch (error) {
      throw transportError(error, this.#names.domain, Math.ceil(this.#timeoutMs / 1000));
    }
  }

  #pathOf(applicationId: string | Secret): string {
    const id = reveal(applicationId);
    if (/^\.{0,2}$/.test(id))
      throw new Auth0Error('refused', `${this.#names.application} is not the client id of an application`);
    return `/api/v2/clients/${encodeURIComponent(id)}`;
  }

  #errorOf(call: Auth0Call, response: TextResponse): Auth0Error {
    return errorOf(call, response, this.clock.epoch(), { scopes: this.#scopes, names: this.#names });
  }
}

interface Token {
  readonly value: Secret;
  /** From the response; empty if it has none. */
  readonly scopes: readonly string[];
}

function reveal(value: string | Secret): string {
  return typeof value === 'string' ? value : value.reveal();
}

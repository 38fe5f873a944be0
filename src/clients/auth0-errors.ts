import { Auth0Error } from './auth0-error.ts';
import { type TextResponse, TimeoutError, TooLargeError } from './http.ts';
import { isUntrusted, systemCode, TRUST } from './network-errors.ts';
import { backoff, rateLimitReset, retryAfter } from './retry.ts';

/** The calls to Auth0: each has its own remedy for a failure. */
export type Auth0Call = 'token' | 'read' | 'update';
export type Auth0Scope = 'read:clients' | 'update:clients';

/** Where tenant and application were named, for messages: an input, or a variable with its source location. */
export interface Auth0Names {
  readonly domain: string;
  readonly application: string;
}

export const INPUT_NAMES: Auth0Names = { domain: 'auth0-domain', application: 'auth0-application-id' };

/** Facts that the message of an error names. */
export interface ErrorContext {
  /** Scopes that the token was requested with. */
  readonly scopes: readonly Auth0Scope[];
  readonly names: Auth0Names;
}

const DOING: Record<Auth0Call, string> = {
  token: 'asking Auth0 for a token',
  read: 'reading the Auth0 application',
  update: 'updating the Auth0 application',
};

/** How to grant scopes to the management application, by the titles of the dashboard. */
export const GRANT =
  'in the Auth0 dashboard, open Applications, APIs, Auth0 Management API, Machine to Machine Applications, ' +
  'authorize the application of auth0-management-client-id and tick';

/**
 * Explains a failed response, with the remedy.
 * @param now milliseconds since 1970
 * @returns an error from the status and Auth0's error codes, without the body
 */
export function errorOf(
  call: Auth0Call,
  response: TextResponse,
  now: number,
  { scopes, names }: ErrorContext,
): Auth0Error {
  const { status } = response;
  const doing = DOING[call];
  if (status === 429)
    return new Auth0Error(
      'rate-limit',
      `Auth0's rate limit was hit while ${doing} (429); run this step again later`,
      {
        status,
        passing: true,
        waitMs: requestedDelay(response.headers, now),
      },
    );
  if (status >= 500 || status === 408)
    return new Auth0Error(
      'unavailable',
      `Auth0 failed while ${doing} (${status}); run this step again later`,
      {
        status,
        passing: true,
        waitMs: requestedDelay(response.headers, now),
      },
    );
  if (status >= 300 && status < 400)
    return new Auth0Error(
      'refused',
      `A redirect came while ${doing} (${status}), and is not followed: credentials go to the host in ${names.domain} only. ` +
        'Give the tenant itself, such as papyrus.us.auth0.com',
      { status },
    );
  return call === 'token' ? tokenError(response, { scopes, names }) : applicationError(call, response, names);
}

function tokenError(response: TextResponse, { scopes, names }: ErrorContext): Auth0Error {
  const { status } = response;
  const code = textOf(response, 'error');
  if (status === 401)
    return new Auth0Error(
      'credentials',
      'Auth0 refused the management credentials (401): auth0-management-client-id and ' +
        `auth0-management-client-secret must be those of one machine to machine application of the tenant in ${names.domain}`,
      { status },
    );
  if (code === 'unauthorized_client')
    return new Auth0Error(
      'grant',
      `The management application may not use the client credentials grant (${status}): in the Auth0 dashboard, open ` +
        'it below Applications, Settings, Advanced Settings, Grant Types, and tick Client Credentials',
      { status },
    );
  const missing = missingScopesOf(response, scopes);
  if (status === 403 && missing.length > 0)
    return new Auth0Error(
      'grant',
      `The management application was not granted ${missing.join(' and ')}, which a run that ` +
        `${scopes.includes('update:clients') ? 'writes' : 'only reads'} needs (403): ${GRANT} ${missing.join(' and ')}`,
      { status },
    );
  if (status === 403)
    return new Auth0Error(
      'grant',
      `The management application is not authorized for the Management API (403): ${GRANT} ${scopes.join(' and ')}. ` +
        `If that is ticked, ${names.domain} is a custom domain: give the tenant's own name`,
      { status },
    );
  return new Auth0Error(
    'refused',
    `Auth0 gave no token (${status}): check that ${names.domain} is the name of a tenant, and the two management inputs`,
    { status },
  );
}

function applicationError(call: 'read' | 'update', response: TextResponse, names: Auth0Names): Auth0Error {
  const { status } = response;
  if (status === 401)
    return new Auth0Error(
      'credentials',
      `Auth0 did not accept its own token while ${DOING[call]} (401): ${names.domain} must be the tenant's own name, ` +
        'not a custom domain, and the management application must not have been changed meanwhile',
      { status },
    );
  if (status === 403) {
    const scope = call === 'read' ? 'read:clients' : 'update:clients';
    const what =
      textOf(response, 'errorCode') === 'insufficient_scope' ? `lacks the scope ${scope}` : 'was turned away';
    return new Auth0Error(
      'scope',
      `The management application ${what} while ${DOING[call]} (403): ${GRANT} ${scope}`,
      {
        status,
      },
    );
  }
  if (status === 404)
    return new Auth0Error(
      'not-found',
      `The tenant in ${names.domain} has no application with the id in ${names.application} (404); ` +
        'an application is never created here: create it in the Auth0 dashboard, and give its client id',
      { status },
    );
  if (status === 400 && call === 'update')
    return new Auth0Error(
      'refused',
      'Auth0 refused the new lists as invalid (400), and nothing was changed. A URL that was there before may not ' +
        "pass today's rules: open the application in the Auth0 dashboard, save its settings, and mend what it marks",
      { status },
    );
  return new Auth0Error(
    'refused',
    `Auth0 refused ${DOING[call]} (${status}); check ${names.domain} and ${names.application}`,
    {
      status,
    },
  );
}

/** @returns which of the scopes Auth0 says were not granted: `Client has not been granted scopes: update:clients`. */
function missingScopesOf(response: TextResponse, scopes: readonly Auth0Scope[]): readonly Auth0Scope[] {
  const [, named = ''] =
    /not been granted scopes?:(.*)/s.exec(textOf(response, 'error_description') ?? '') ?? [];
  const words = named.split(/[\s,]+/);
  return scopes.filter((scope) => words.includes(scope));
}

/** @returns a text of the body, to branch on, never to print */
function textOf(
  response: TextResponse,
  key: 'error' | 'errorCode' | 'error_description',
): string | undefined {
  const body = parse(response.text);
  const text = body?.[key];
  return typeof text === 'string' ? text : undefined;
}

/** @returns the object, or undefined for anything else; a parser's own error would quote the text. */
export function parse(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Number of calls, including the first. */
export const ATTEMPTS = 5;

/** Longest wait, as in Auth0's own SDK. */
const LONGEST_DELAY_MS = 60_000;

/**
 * Reads the requested wait: `Retry-After` before `x-ratelimit-reset`.
 * @returns milliseconds; undefined if neither names a future time
 * @see https://auth0.com/docs/troubleshoot/customer-support/operational-policies/rate-limit-policy
 */
export function requestedDelay(headers: TextResponse['headers'], now: number): number | undefined {
  const after = retryAfter(headers, now);
  if (after !== undefined) return Math.min(after, LONGEST_DELAY_MS);
  const reset = rateLimitReset(headers, now) ?? 0;
  return reset > 0 ? Math.min(reset, LONGEST_DELAY_MS) : undefined;
}

/** @returns milliseconds before the next attempt; undefined if another attempt cannot help */
export function delayAfter(error: unknown, attempt: number): number | undefined {
  if (!(error instanceof Auth0Error) || !error.passing || attempt >= ATTEMPTS) return undefined;
  return error.waitMs ?? ownDelay(attempt);
}

/** @returns milliseconds before the next attempt, if Auth0 requests no delay */
export function ownDelay(attempt: number): number {
  return backoff(attempt, 1000, LONGEST_DELAY_MS);
}

/**
 * @param domain the input or variable that names the host
 * @param seconds the time limit of the response
 * @returns the error for a missing response; passing, unless the name or the certificate is wrong
 */
export function transportError(error: unknown, domain: string, seconds: number): Auth0Error {
  if (error instanceof TooLargeError)
    return new Auth0Error('cannot-read', `The answer is too long for Auth0; check ${domain}`);
  if (error instanceof TimeoutError)
    return new Auth0Error(
      'unreachable',
      `Auth0 did not answer within ${seconds} s (check ${domain} and the network)`,
      { passing: true },
    );
  const code = systemCode(error);
  const untrusted = code !== undefined && isUntrusted(code);
  return new Auth0Error(
    'unreachable',
    `Auth0 could not be reached${code === undefined ? '' : ` (${code})`}; check ${domain} and the network${untrusted ? `; ${TRUST}` : ''}`,
    // An unknown name or a wrong certificate does not pass by itself.
    { passing: !untrusted && code !== 'ENOTFOUND' && code?.startsWith('ERR_TLS_') !== true },
  );
}

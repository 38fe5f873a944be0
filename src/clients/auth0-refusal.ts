import { Auth0Error } from './auth0-error.ts';
import type { HttpAnswer } from './auth0-http.ts';
import { askedWait } from './auth0-retry.ts';

/** The calls that are made: each refusal has its own remedy. */
export type Auth0Call = 'token' | 'read' | 'update';
export type Auth0Scope = 'read:clients' | 'update:clients';

/** What named the tenant and the application, for people: an input, or a variable with its place. */
export interface Auth0Names {
  readonly domain: string;
  readonly application: string;
}

export const INPUT_NAMES: Auth0Names = { domain: 'auth0-domain', application: 'auth0-application-id' };

/** What a refusal is put into words with. */
export interface RefusalContext {
  /** Those that the token was asked for. */
  readonly scopes: readonly Auth0Scope[];
  readonly names: Auth0Names;
}

const DOING: Record<Auth0Call, string> = {
  token: 'asking Auth0 for a token',
  read: 'reading the Auth0 application',
  update: 'updating the Auth0 application',
};

/** Where the grant of the management application is made, by the words of the dashboard. */
export const GRANT =
  'in the Auth0 dashboard, open Applications, APIs, Auth0 Management API, Machine to Machine Applications, ' +
  'authorize the application of auth0-management-client-id and tick';

/**
 * Puts a refusal into words: what failed, and what to do.
 * @param now milliseconds since 1970
 * @returns an error made from the status and from Auth0's error codes; the body itself goes nowhere
 */
export function refusal(
  call: Auth0Call,
  answer: HttpAnswer,
  now: number,
  { scopes, names }: RefusalContext,
): Auth0Error {
  const { status } = answer;
  const doing = DOING[call];
  if (status === 429)
    return new Auth0Error(
      'rate-limit',
      `Auth0's rate limit was hit while ${doing} (429); run this step again later`,
      {
        status,
        passing: true,
        waitMs: askedWait(answer.headers, now),
      },
    );
  if (status >= 500 || status === 408)
    return new Auth0Error(
      'unavailable',
      `Auth0 failed while ${doing} (${status}); run this step again later`,
      {
        status,
        passing: true,
        waitMs: askedWait(answer.headers, now),
      },
    );
  if (status >= 300 && status < 400)
    return new Auth0Error(
      'refused',
      `A redirect came while ${doing} (${status}), and is not followed: credentials go to the host in ${names.domain} only. ` +
        'Give the tenant itself, such as papyrus.us.auth0.com',
      { status },
    );
  return call === 'token' ? tokenRefusal(answer, { scopes, names }) : applicationRefusal(call, answer, names);
}

function tokenRefusal(answer: HttpAnswer, { scopes, names }: RefusalContext): Auth0Error {
  const { status } = answer;
  const code = textOf(answer, 'error');
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
  const lacking = lackingOf(answer, scopes);
  if (status === 403 && lacking.length > 0)
    return new Auth0Error(
      'grant',
      `The management application was not granted ${lacking.join(' and ')}, which a run that ` +
        `${scopes.includes('update:clients') ? 'writes' : 'only reads'} needs (403): ${GRANT} ${lacking.join(' and ')}`,
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

function applicationRefusal(call: 'read' | 'update', answer: HttpAnswer, names: Auth0Names): Auth0Error {
  const { status } = answer;
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
      textOf(answer, 'errorCode') === 'insufficient_scope' ? `lacks the scope ${scope}` : 'was turned away';
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
      'Auth0 refused the new lists as invalid (400), and nothing was changed. A URL that stood there before may not ' +
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
function lackingOf(answer: HttpAnswer, scopes: readonly Auth0Scope[]): readonly Auth0Scope[] {
  const [, named = ''] =
    /not been granted scopes?:(.*)/s.exec(textOf(answer, 'error_description') ?? '') ?? [];
  const words = named.split(/[\s,]+/);
  return scopes.filter((scope) => words.includes(scope));
}

/** What to branch on, never to print. */
function textOf(answer: HttpAnswer, key: 'error' | 'errorCode' | 'error_description'): string | undefined {
  const body = parse(answer.text);
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

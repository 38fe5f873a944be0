import { Auth0Error } from './auth0-error.ts';
import { GRANT, parse } from './auth0-errors.ts';

export type Auth0List = 'callbacks' | 'allowed_logout_urls' | 'web_origins';

/** The lists by the names that the dashboard gives them. */
export const LIST_TITLES: Readonly<Record<Auth0List, string>> = {
  callbacks: 'Allowed Callback URLs',
  allowed_logout_urls: 'Allowed Logout URLs',
  web_origins: 'Allowed Web Origins',
};
export const LISTS: readonly Auth0List[] = ['callbacks', 'allowed_logout_urls', 'web_origins'];

export type Auth0Lists = Readonly<Record<Auth0List, readonly string[]>>;

/**
 * Every application has these properties, and they need the same scopes as the lists. If a response has one of them, a
 * missing list was never saved.
 * @see https://auth0.com/docs/api/management/v2/clients/get-clients-by-id
 */
const WITNESSES = ['is_first_party', 'global'] as const;

/** Fields to request. */
export const FIELDS = ['client_id', 'name', ...LISTS, ...WITNESSES].join(',');

/**
 * Reads the three lists from a response of Auth0.
 * @param scopes scopes of the token, as Auth0 named them
 * @param domain the input or variable that names the tenant
 * @throws Auth0Error if lists cannot be read, one error for all of them. A list that the token may not read is never
 *   treated as empty: the next PATCH would delete its entries
 */
export function readApplication(
  text: string,
  id: string,
  scopes: readonly string[],
  domain: string,
): Auth0Lists {
  const body = parse(text);
  if (body === undefined)
    throw new Auth0Error(
      'cannot-read',
      `The answer for the application does not come from Auth0: it is no JSON object. Check ${domain}`,
      { passing: true },
    );
  if (body['client_id'] !== undefined && body['client_id'] !== id)
    throw new Auth0Error(
      'cannot-read',
      'Auth0 answered with another application than the one asked for; nothing is done',
    );
  const isMissing = (list: Auth0List) => body[list] === undefined || body[list] === null;
  const missing = LISTS.filter(isMissing);
  const broken = LISTS.filter((list) => !isMissing(list) && !isTexts(body[list]));
  if (broken.length > 0)
    throw new Auth0Error(
      'cannot-read',
      `${titles(broken)} cannot be read: Auth0 answered with no list of texts, so nothing is written`,
    );
  if (missing.length > 0 && WITNESSES.every((name) => body[name] === undefined))
    throw unseen(missing, scopes);
  const read = (list: Auth0List) => (isTexts(body[list]) ? body[list] : []);
  return {
    callbacks: read('callbacks'),
    allowed_logout_urls: read('allowed_logout_urls'),
    web_origins: read('web_origins'),
  };
}

function unseen(lists: readonly Auth0List[], scopes: readonly string[]): Auth0Error {
  const what = `${titles(lists)} cannot be read, so nothing is written`;
  return scopes.includes('read:clients')
    ? new Auth0Error(
        'cannot-read',
        `${what}: Auth0 left out what the scope read:clients shows, although it granted the token this scope. Check whether a proxy changes the answers, and the grant: ${GRANT} read:clients`,
      )
    : new Auth0Error(
        'scope',
        `${what}: the token lacks the scope read:clients. To grant it, ${GRANT} read:clients`,
      );
}

function titles(lists: readonly Auth0List[]): string {
  return lists.map((list) => LIST_TITLES[list]).join(', ');
}

function isTexts(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((url) => typeof url === 'string');
}

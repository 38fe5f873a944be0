import { Secret } from '../secret.ts';
import { AUTH0_URLS, type Auth0Urls } from './choices.ts';
import type { Asked, Layers } from './layers.ts';
import { readChoice, Unclear } from './texts.ts';

/** A text without the white space around it, and where it was given. */
export type AskedText = Asked & { readonly value: string };

/** What was given for Auth0, as it was given: it is judged together with the variables. */
export interface Auth0Settings {
  readonly appUrl: AskedText | undefined;
  /** What the input says, which the workflow gave. */
  readonly domain: string | undefined;
  /** What the configuration file says, and where; its word alone is not enough to send a credential to. */
  readonly fileDomain: AskedText | undefined;
  readonly managementClientId: AskedText | undefined;
  readonly managementClientSecret: Secret | undefined;
  readonly applicationId: AskedText | undefined;
  readonly urls: Auth0Urls;
  readonly callbackPath: string;
  readonly logoutPath: string;
}

/** The management secret is an input only: a committed file is no place for it. */
export function readAuth0(layers: Layers, inputs: ReadonlyMap<string, string>): Auth0Settings {
  const text = (asked: Asked | undefined): AskedText | undefined =>
    asked && { ...asked, value: String(asked.value).trim() };
  const secret = inputs.get('auth0-management-client-secret')?.trim() ?? '';
  return {
    appUrl: text(layers.get('app-url')),
    domain: inputs.get('auth0-domain')?.trim() || undefined,
    fileDomain: text(layers.inFile('auth0-domain')),
    managementClientId: text(layers.get('auth0-management-client-id')),
    managementClientSecret: secret === '' ? undefined : new Secret(secret),
    applicationId: text(layers.get('auth0-application-id')),
    urls: layers.read('auth0-urls', 'ensure', (value) => readChoice(value, AUTH0_URLS)),
    callbackPath: layers.read('callback-path', '/callback', (value) => readPath(String(value).trim())),
    logoutPath: layers.read('logout-path', '/logout', (value) => readPath(String(value).trim())),
  };
}

/**
 * A path is checked by what a URL parser makes of it: nothing may be rewritten, so what is stored is what is called.
 * @throws Unclear; the path is not repeated
 */
function readPath(path: string): string {
  if (!path.startsWith('/') || path.startsWith('//'))
    throw new Unclear('begin it with one slash, like /callback');
  if (/[*,;\s]/.test(path)) throw new Unclear('it is one path: leave out wildcards, lists and white space');
  if (/[?#]/.test(path))
    throw new Unclear('it has a query or a fragment; leave it out, since Auth0 compares the path only');
  const origin = 'https://app.example.com';
  if (new URL(`${origin}${path}`).href !== `${origin}${path}`)
    throw new Unclear(
      'write it as a browser sends it: without dot segments, and with characters such as umlauts escaped',
    );
  return path;
}

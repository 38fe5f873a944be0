import { Secret } from '../secret.ts';
import { AUTH0_URLS, type Auth0Urls } from './choices.ts';
import { ParseError, readChoice } from './parse.ts';
import type { RawSetting, SettingSources } from './setting-sources.ts';

/** A trimmed text and its source. */
export type RawText = RawSetting & { readonly value: string };

/** The raw settings for Auth0: they are validated together with the variables. */
export interface Auth0Settings {
  readonly appUrl: RawText | undefined;
  /** The input, set by the workflow. */
  readonly domain: string | undefined;
  /** The value of the configuration file and its place; not trusted alone with a credential. */
  readonly fileDomain: RawText | undefined;
  readonly managementClientId: RawText | undefined;
  readonly managementClientSecret: Secret | undefined;
  readonly applicationId: RawText | undefined;
  readonly urls: Auth0Urls;
  /** Undefined if AUTH0_CALLBACK_URL has the path. */
  readonly callbackPath: RawText | undefined;
  readonly logoutPath: string;
}

/** The management secret is an input only: it must not be in a committed file. */
export function readAuth0(sources: SettingSources, inputs: ReadonlyMap<string, string>): Auth0Settings {
  const text = (raw: RawSetting | undefined): RawText | undefined =>
    raw && { ...raw, value: String(raw.value).trim() };
  const secret = inputs.get('auth0-management-client-secret')?.trim() ?? '';
  return {
    appUrl: text(sources.get('app-url')),
    domain: inputs.get('auth0-domain')?.trim() || undefined,
    fileDomain: text(sources.inFile('auth0-domain')),
    managementClientId: text(sources.get('auth0-management-client-id')),
    managementClientSecret: secret === '' ? undefined : new Secret(secret),
    applicationId: text(sources.get('auth0-application-id')),
    urls: sources.read('auth0-urls', 'ensure', (value) => readChoice(value, AUTH0_URLS)),
    callbackPath: sources.read<RawText | undefined>('callback-path', undefined, (value) => {
      const raw = sources.get('callback-path');
      return raw && { ...raw, value: readPath(String(value).trim()) };
    }),
    logoutPath: sources.read('logout-path', '/logout', (value) => readPath(String(value).trim())),
  };
}

/** @throws ParseError; the path is not repeated */
function readPath(path: string): string {
  const fault = pathFault(path);
  if (fault !== undefined) throw new ParseError(fault);
  return path;
}

/**
 * A URL parser checks the path and may rewrite nothing: the stored path is the one that browsers call.
 * @returns the error, without the path
 */
export function pathFault(path: string): string | undefined {
  if (!path.startsWith('/') || path.startsWith('//')) return 'begin it with one slash, like /callback';
  if (/[*,;\s]/.test(path)) return 'it is one path: leave out wildcards, lists and white space';
  if (/[?#]/.test(path))
    return 'it has a query or a fragment; leave it out, since Auth0 compares the path only';
  const url = `https://app.example.com${path}`;
  if (new URL(url).href !== url)
    return 'write it as a browser sends it: without dot segments, and with characters such as umlauts escaped';
  return undefined;
}

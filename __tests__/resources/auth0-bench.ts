/** What the tests of the Auth0 provider share: a tenant, a clock that does not run, and a run as main makes it. */
import { Auth0Client } from '../../src/clients/auth0.ts';
import type { Clock } from '../../src/clients/clock.ts';
import { type AppPaths, type AppUrls, closes, configuredUrls } from '../../src/desired/app-url.ts';
import { ABSENT, type Difference } from '../../src/model/fields.ts';
import { fieldOf, type Specs, Unreadable } from '../../src/model/spec.ts';
import { auth0ApplicationProvider } from '../../src/providers/auth0-application.ts';
import { Secret } from '../../src/secret.ts';
import type { Auth0Urls } from '../../src/settings/choices.ts';
import { Auth0Server } from '../servers/auth0.ts';

type Auth0ApplicationSpec = Specs['Auth0::Application'];

export const NAME = 'Auth0 application';
export const ID = 'application-id-canary';
export const NEW: AppUrls = {
  origin: 'http://203.0.113.7:5000',
  callback: 'http://203.0.113.7:5000/callback',
  logout: 'http://203.0.113.7:5000/logout',
};
export const PATHS: AppPaths = { callback: '/callback', logout: '/logout' };
export const FOREIGN = {
  callbacks: [
    'https://app.example.com/callback',
    'http://203.0.113.7:5000/callback2',
    'https://b.example.com/cb',
  ],
  allowed_logout_urls: ['https://app.example.com/logout', 'http://203.0.113.7:5000/logout/all'],
  web_origins: ['https://app.example.com', 'http://203.0.113.7:50001'],
};
export const LISTS = ['callbacks', 'allowed_logout_urls', 'web_origins'] as const;

/** Time passes only by sleeping; `during` is what happens meanwhile. */
export class StillClock implements Pick<Clock, 'epoch' | 'sleep'> {
  readonly slept: number[] = [];
  during: () => void = () => {};
  #now = Date.UTC(2026, 0, 15, 12, 0, 0);
  epoch = () => this.#now;
  sleep = async (milliseconds: number) => {
    this.slept.push(milliseconds);
    this.#now += milliseconds;
    this.during();
  };
}

export async function start() {
  const clock = new StillClock();
  const server = await Auth0Server.start({
    now: clock.epoch,
    applications: [{ client_id: ID, name: 'papyrus', client_secret: 'never-asked-for', ...FOREIGN }],
    management: { id: 'management-canary', secret: 'secret-canary' },
  });
  const masked: Secret[] = [];
  const urls: Secret[] = [];
  const provider = (timeoutMs = 5000, id = ID, readOnly = false) =>
    auth0ApplicationProvider(
      new Auth0Client({
        baseUrl: server.url,
        managementClientId: 'management-canary',
        managementClientSecret: new Secret('secret-canary'),
        readOnly,
        mask: (token) => masked.push(token),
        clock,
        timeoutMs,
      }),
      { name: NAME, id: new Secret(id) },
      (url) => urls.push(url),
    );
  return {
    server,
    clock,
    masked,
    urls,
    provider,
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

export type Bench = Awaited<ReturnType<typeof start>>;

export function lists(server: Auth0Server) {
  const { callbacks, allowed_logout_urls, web_origins } = server.application(ID);
  return { callbacks, allowed_logout_urls, web_origins } as Record<(typeof LISTS)[number], string[]>;
}

/** What the plan does: the one diff, here for these fields only. */
export function differencesOf(
  configured: ReturnType<typeof configuredUrls>,
  observed: Auth0ApplicationSpec,
  closed: readonly string[] = [],
): Difference[] {
  const out = Object.keys(observed.fields)
    .filter((field) => !(field in configured) && closed.some((prefix) => field.startsWith(prefix)))
    .map((field): Difference => ({ field, from: true, to: ABSENT }));
  const differing = Object.entries(configured)
    .filter(([field, to]) => (to === ABSENT ? field in observed.fields : fieldOf(observed, field) !== to))
    .map(([field, to]): Difference => ({ field, from: fieldOf(observed, field), to }));
  return [...differing, ...out];
}

export async function observe(provider: ReturnType<Bench['provider']>): Promise<Auth0ApplicationSpec> {
  const observed = (await provider.observe([NAME])).get(NAME);
  if (observed instanceof Unreadable) throw observed.error;
  if (observed === undefined) throw new Error('nothing was observed');
  return observed;
}

/** Observes, compares and writes as a run does; `meanwhile` happens between the two. */
export async function run(
  provider: ReturnType<Bench['provider']>,
  mode: Auth0Urls = 'ensure',
  previous?: string,
  meanwhile: () => void = () => {},
): Promise<Auth0ApplicationSpec> {
  const observed = await observe(provider);
  const configured = configuredUrls(mode, NEW, PATHS, previous);
  const differences = differencesOf(configured, observed, closes(mode));
  meanwhile();
  if (differences.length === 0) return observed;
  const desired = { ...observed, fields: { ...observed.fields, ...configured } };
  return provider.update(desired as Auth0ApplicationSpec, observed, differences);
}

export const UNION = {
  callbacks: [...FOREIGN.callbacks, NEW.callback],
  allowed_logout_urls: [...FOREIGN.allowed_logout_urls, NEW.logout],
  web_origins: [...FOREIGN.web_origins, NEW.origin],
};

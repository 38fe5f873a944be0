import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { Auth0Client } from '../../src/clients/auth0.ts';
import { Auth0Error, type Auth0Trouble } from '../../src/clients/auth0-error.ts';
import { Secret } from '../../src/secret.ts';
import { Auth0Server, badGateway, SCOPE_BOUND, type ServedFault } from '../servers/auth0.ts';
import { type Bench, FOREIGN, ID, LISTS, lists, run, StillClock, start, UNION } from './auth0-bench.ts';

/** Somebody else adds a URL to every list. */
function edit(server: Auth0Server, host: string): void {
  for (const list of LISTS) (server.application(ID)[list] as string[]).push(`https://${host}.example.com/x`);
}

interface Case {
  readonly name: string;
  readonly faults?: readonly ServedFault[];
  readonly arrange?: (bench: Bench) => void;
  readonly meanwhile?: (bench: Bench) => void;
  readonly id?: string;
  readonly timeoutMs?: number;
  /** What is thrown; without it the run ends well. */
  readonly trouble?: Auth0Trouble;
  /** Keys that the message names. */
  readonly names?: RegExp;
  /** The lists after a run that fails. */
  readonly state?: 'before' | 'written';
  /** Hosts whose URLs another writer added during the run. */
  readonly others?: readonly string[];
  readonly updates?: number;
  readonly slept?: readonly number[];
}

const tooMany = (headers: Record<string, string> = {}): ServedFault['fault'] => ({ status: 429, headers });
/** A fault that ends the run before any update. */
const fails = (name: string, fault: ServedFault, trouble: Auth0Trouble, names?: RegExp): Case => ({
  name,
  faults: [fault],
  trouble,
  ...(names && { names }),
  updates: 0,
});
/** A fault that a repetition gets over. */
const passes = (name: string, fault: ServedFault, slept?: readonly number[]): Case => ({
  name,
  faults: [fault],
  ...(slept && { slept }),
  updates: 1,
});
/** Reads: the 1st is the plan's, the 2nd the one before the write, the 3rd reads back. */
const CASES: readonly Case[] = [
  passes(
    'a read is limited, with Retry-After',
    { on: 'read', fault: tooMany({ 'retry-after': '7' }) },
    [7000],
  ),
  passes('a read is limited, with the reset only', { on: 'read', fault: tooMany() }, [1000]),
  {
    name: 'a read is limited for two hours',
    faults: [{ on: 'read', times: 9, fault: tooMany({ 'retry-after': '7200' }) }],
    trouble: 'rate-limit',
    slept: [60_000, 60_000, 60_000, 60_000],
    updates: 0,
  },
  passes('a read fails once', { on: 'read', fault: { status: 503 } }),
  fails(
    'a read fails with a page of a proxy, always',
    { on: 'read', times: 9, fault: badGateway() },
    'unavailable',
    /\(502\)/,
  ),
  passes('a page comes as if all were well, once', {
    on: 'read',
    fault: { status: 200, body: '<html>proxy-page-canary</html>' },
  }),
  fails(
    'a page comes as if all were well, always',
    { on: 'read', times: 9, fault: { status: 200, body: '<html>proxy-page-canary</html>' } },
    'cannot-read',
  ),
  {
    name: 'a read never ends',
    faults: [{ on: 'read', times: 9, fault: 'hang' }],
    timeoutMs: 60,
    trouble: 'unreachable',
    names: /within/,
    updates: 0,
  },
  passes('a read breaks off', { on: 'read', fault: 'reset' }),
  passes('a read is cut short', { on: 'read', fault: 'cut' }),
  fails(
    'a read has no end of bytes',
    { on: 'read', fault: { status: 200, body: 'x'.repeat(2 * 1024 * 1024) } },
    'cannot-read',
    /too long/,
  ),
  fails(
    'a redirect to another address',
    { on: 'read', fault: { status: 302, headers: { location: '/steal-the-token' } } },
    'refused',
    /not followed/,
  ),
  passes('the token is limited', { on: 'token', fault: tooMany({ 'retry-after': '3' }) }, [3000]),
  fails(
    'the token endpoint is down',
    { on: 'token', times: 9, fault: badGateway() },
    'unavailable',
    /a token/,
  ),
  fails(
    'the token endpoint gives none',
    { on: 'token', times: 9, fault: { status: 200, body: '{"access_token":""}' } },
    'cannot-read',
  ),
  fails(
    'a token that would break a header',
    { on: 'token', times: 9, fault: { status: 200, body: '{"access_token":"a\\r\\nx-evil: 1"}' } },
    'cannot-read',
  ),
  fails(
    'a redirect of the credentials',
    { on: 'token', fault: { status: 307, headers: { location: '/steal-the-secret' } } },
    'refused',
    /auth0-domain/,
  ),
  {
    name: 'another secret',
    arrange: ({ server }) => Object.assign(server.management, { secret: 'rotated' }),
    trouble: 'credentials',
    names: /auth0-management-client-secret/,
    updates: 0,
  },
  {
    name: 'a scope that is not granted',
    arrange: ({ server }) => Object.assign(server.management, { scopes: ['read:clients'] }),
    trouble: 'grant',
    names: /update:clients, .*Machine to Machine Applications.* update:clients$/,
    updates: 0,
  },
  {
    name: 'no scope that is granted',
    arrange: ({ server }) => Object.assign(server.management, { scopes: [] }),
    trouble: 'grant',
    names: /read:clients and update:clients$/,
    updates: 0,
  },
  fails(
    'a management application that is not authorized',
    { on: 'token', fault: { status: 403, body: '{"error":"access_denied"}' } },
    'grant',
    /tick read:clients and update:clients\. .*custom domain/,
  ),
  {
    name: 'a grant type that is not allowed',
    arrange: ({ server }) => Object.assign(server.management, { grantTypes: [] }),
    trouble: 'grant',
    names: /Grant Types/,
    updates: 0,
  },
  {
    name: 'a token without read:clients',
    arrange: ({ server }) => downgrade(server, ['update:clients']),
    trouble: 'scope',
    names: /read:clients/,
    updates: 0,
  },
  {
    name: 'a token without update:clients',
    arrange: ({ server }) => downgrade(server, ['read:clients']),
    trouble: 'scope',
    names: /update:clients/,
    updates: 1,
  },
  {
    name: 'a token that is taken back',
    arrange: ({ server }) => {
      server.hook = ({ when, call }) => {
        if (when === 'before' && call === 'update') server.tokens.clear();
      };
    },
    trouble: 'credentials',
    names: /401.*auth0-domain/,
    updates: 1,
  },
  {
    name: 'an application that does not exist',
    id: 'elsewhere',
    trouble: 'not-found',
    names: /auth0-application-id/,
    updates: 0,
  },
  { name: 'an id that would be another path', id: '..', trouble: 'refused', updates: 0 },
  fails(
    'another application in the answer',
    {
      on: 'read',
      fault: {
        status: 200,
        body: JSON.stringify({ client_id: 'x', callbacks: [], allowed_logout_urls: [], web_origins: [] }),
      },
    },
    'cannot-read',
    /another application/,
  ),
  ...LISTS.map(
    (list): Case => ({
      name: `${list} was never saved`,
      arrange: ({ server }) => {
        server.application(ID)[list] = undefined;
      },
      updates: 1,
    }),
  ),
  {
    name: 'a list is null beside what needs the same scope',
    arrange: ({ server }) => {
      server.application(ID).web_origins = null;
    },
    updates: 1,
  },
  {
    name: 'the token shows the summary alone',
    faults: [{ on: 'token', applied: true, fault: { status: 200, body: '{"access_token":"plain-canary"}' } }],
    arrange: ({ server }) => server.tokens.set('plain-canary', ['read:client_summary', 'update:clients']),
    trouble: 'scope',
    names: /Allowed Callback URLs, Allowed Logout URLs, Allowed Web Origins .*read:clients.*read:clients/,
    updates: 0,
  },
  {
    name: 'the token shows everything by read:client_keys',
    faults: [{ on: 'token', applied: true, fault: { status: 200, body: '{"access_token":"plain-canary"}' } }],
    arrange: ({ server }) => {
      server.tokens.set('plain-canary', ['read:client_keys', 'update:clients']);
      server.application(ID).web_origins = undefined;
    },
    updates: 1,
  },
  {
    name: 'what needs the scope is left out, although the token has it',
    arrange: ({ server }) => {
      for (const name of SCOPE_BOUND) server.hidden.add(name);
    },
    trouble: 'cannot-read',
    names: /Allowed Callback URLs, Allowed Logout URLs, Allowed Web Origins .*read:clients/,
    updates: 0,
  },
  {
    name: 'one list is left out, and nothing proves the scope',
    arrange: ({ server }) => {
      for (const name of SCOPE_BOUND) if (!/callbacks|logout/.test(name)) server.hidden.add(name);
    },
    trouble: 'cannot-read',
    names: /: Allowed Web Origins /,
    updates: 0,
  },
  {
    name: 'the scope is taken away before the second read',
    meanwhile: ({ server }) => {
      for (const [token] of server.tokens) server.tokens.set(token, ['read:client_summary']);
    },
    trouble: 'cannot-read',
    names: /Allowed Callback URLs/,
    updates: 0,
  },
  fails(
    'a list is null, and nothing proves the scope',
    {
      on: 'read',
      fault: { status: 200, body: '{"callbacks":null,"allowed_logout_urls":[],"web_origins":[]}' },
    },
    'cannot-read',
  ),
  fails(
    'a list is a text',
    { on: 'read', fault: { status: 200, body: '{"callbacks":"https://body-canary,https://b"}' } },
    'cannot-read',
    /no list of texts/,
  ),
  fails(
    'a list holds something else than texts',
    { on: 'read', fault: { status: 200, body: '{"callbacks":["https://body-canary",{"a":1}]}' } },
    'cannot-read',
  ),
  {
    name: 'another writer edits between plan and write',
    meanwhile: ({ server }) => edit(server, 'between'),
    others: ['between'],
    updates: 1,
  },
  {
    name: 'another writer does the same between plan and write',
    meanwhile: ({ server }) => Object.assign(server.application(ID), structuredClone(UNION)),
    updates: 0,
  },
  {
    name: 'another writer edits while a limited write waits',
    faults: [{ on: 'update', fault: tooMany({ 'retry-after': '5' }) }],
    arrange: ({ clock, server }) => {
      clock.during = () => edit(server, 'waiting');
    },
    others: ['waiting'],
    updates: 2,
    slept: [5000],
  },
  {
    name: 'another writer edits while a failed write waits',
    faults: [{ on: 'update', fault: badGateway() }],
    arrange: ({ clock, server }) => {
      clock.during = () => edit(server, 'waiting');
    },
    others: ['waiting'],
    updates: 2,
  },
  {
    name: 'the answer to a write is lost, and another writer edits after it',
    faults: [{ on: 'update', applied: true, fault: 'reset' }],
    arrange: ({ clock, server }) => {
      clock.during = () => edit(server, 'waiting');
    },
    others: ['waiting'],
    updates: 1,
  },
  passes('the answer to a write is a page of a proxy though it was carried out', {
    on: 'update',
    applied: true,
    fault: badGateway(),
  }),
  passes(
    'the answer to a write is nonsense though it was carried out',
    { on: 'update', applied: true, fault: { status: 200, body: 'proxy-page-canary' } },
    [],
  ),
  {
    name: 'a write never ends',
    faults: [{ on: 'update', times: 9, fault: 'hang' }],
    timeoutMs: 60,
    trouble: 'unreachable',
    updates: 5,
  },
  {
    name: 'a write is limited for ever',
    faults: [{ on: 'update', times: 9, fault: tooMany() }],
    trouble: 'rate-limit',
    updates: 5,
  },
  {
    name: 'a write is refused',
    faults: [{ on: 'update', fault: { status: 400, body: '{"message":"body-canary"}' } }],
    trouble: 'refused',
    state: 'before',
    updates: 1,
  },
  {
    name: 'a write is forbidden for another reason',
    faults: [{ on: 'update', fault: { status: 403, body: '{"message":"body-canary"}' } }],
    trouble: 'scope',
    names: /update:clients/,
    updates: 1,
  },
  {
    name: 'a redirect of the write',
    faults: [{ on: 'update', fault: { status: 308, headers: { location: '/steal-the-token' } } }],
    trouble: 'refused',
    updates: 1,
  },
  {
    name: 'another writer replaces the lists before they are read back',
    arrange: ({ server }) => {
      server.hook = ({ when, call, nth }) => {
        if (when !== 'after' || call !== 'update' || nth !== 1) return;
        Object.assign(server.application(ID), structuredClone(FOREIGN));
        edit(server, 'racing');
      };
    },
    others: ['racing'],
    updates: 2,
  },
  {
    name: 'another writer replaces the lists every time',
    arrange: ({ server }) => {
      server.hook = ({ when, call }) => {
        if (when !== 'after' || call !== 'update') return;
        Object.assign(server.application(ID), structuredClone(FOREIGN));
        edit(server, 'racing');
      };
    },
    trouble: 'lost-race',
    names: /3 times/,
    others: ['racing'],
    updates: 3,
  },
  passes('an old copy is read back once', {
    on: 'read',
    skip: 2,
    fault: { status: 200, body: JSON.stringify({ client_id: ID, ...FOREIGN }) },
  }),
  {
    name: 'reading back fails',
    faults: [{ on: 'read', skip: 2, times: 9, fault: badGateway() }],
    trouble: 'unavailable',
    state: 'written',
    updates: 1,
  },
  {
    name: 'a full list',
    arrange: ({ server }) => {
      const full = Array.from({ length: 97 }, (_, nth) => `https://n${nth}.example.com/logout`);
      server.application(ID).callbacks = [...FOREIGN.callbacks, ...full];
    },
    trouble: 'too-many',
    names: /Allowed Callback URLs .*101/,
    updates: 0,
  },
];

function downgrade(server: Auth0Server, scopes: readonly string[]): void {
  server.hook = ({ when, call }) => {
    if (when === 'after' && call === 'token')
      for (const token of server.tokens.keys()) server.tokens.set(token, scopes);
  };
}

describe('no fault loses a URL of another writer', () => {
  it.each(CASES)('$name', async (fault) => {
    await using bench = await start();
    const { server, clock, masked } = bench;
    fault.arrange?.(bench);
    for (const one of fault.faults ?? []) server.inject(one);
    const before = structuredClone(lists(server));

    const error = await run(bench.provider(fault.timeoutMs, fault.id), 'ensure', undefined, () =>
      fault.meanwhile?.(bench),
    ).then(
      () => undefined,
      (thrown: unknown) => thrown,
    );

    for (const list of LISTS) {
      const existing = lists(server)[list] ?? [];
      // Where nothing was ever saved, there is no list.
      const kept = before[list] ?? [];
      for (const url of kept) expect(existing).toContain(url);
      for (const host of fault.others ?? []) expect(existing).toContain(`https://${host}.example.com/x`);
      expect(existing.filter((url) => kept.includes(url))).toEqual(kept);
      if (fault.trouble === undefined) {
        const union = UNION[list].filter((url) => kept.includes(url) || !FOREIGN[list].includes(url));
        expect(existing.filter((url) => union.includes(url))).toEqual(union);
        expect(new Set(existing).size, 'nothing twice').toBe(existing.length - twice(fault, existing));
      }
    }
    if (fault.updates !== undefined) expect(server.count('update')).toBe(fault.updates);
    if (fault.slept !== undefined) expect(clock.slept).toEqual(fault.slept);
    expect(server.unconfigured, 'a redirect was followed').toBe(0);
    expect(server.count('token')).toBeLessThanOrEqual(5);

    if (fault.trouble === undefined) {
      expect(error).toBeUndefined();
      return;
    }
    if (fault.state === 'before') expect(lists(server)).toEqual(before);
    if (fault.state === 'written') expect(lists(server)).toEqual(UNION);
    expect(error).toBeInstanceOf(Auth0Error);
    expect(error).toMatchObject({ trouble: fault.trouble });
    const text = `${inspect(error, { depth: 9, showHidden: true })} ${JSON.stringify(error)} ${String(error)}`;
    if (fault.names !== undefined) expect(text).toMatch(fault.names);
    expect(text).not.toMatch(/canary|127\.0\.0\.1/);
    for (const token of masked) expect(text).not.toContain(token.reveal());
  });

  it('has at least twenty of them', () => {
    expect(CASES.length).toBeGreaterThanOrEqual(20);
  });
});

/** An edit that repeats itself adds the same URL again; that is theirs, and stays. */
function twice(fault: Case, existing: readonly string[]): number {
  const theirs = existing.filter((url) => (fault.others ?? []).some((host) => url.includes(`//${host}.`)));
  return theirs.length - new Set(theirs).size;
}

it('reports a missing server without its address', async () => {
  const clock = new StillClock();
  const server = await Auth0Server.start();
  const { url } = server;
  await server[Symbol.asyncDispose]();
  const client = new Auth0Client({
    baseUrl: url,
    managementClientId: 'm',
    managementClientSecret: new Secret('secret-canary'),
    readOnly: false,
    mask: () => {},
    clock,
  });
  const error = await client.readLists(ID).catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ trouble: 'unreachable', message: expect.stringContaining('ECONNREFUSED') });
  expect(inspect(error, { depth: 9, showHidden: true })).not.toMatch(/127\.0\.0\.1|canary/);
  expect(clock.slept).toEqual([1000, 2000, 4000, 8000]);
});

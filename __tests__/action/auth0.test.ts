/** The Auth0 application and AUTH0_CALLBACK_URL through the bundle: section 4 of the article, and what may go wrong. */
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { Auth0Server } from '../servers/auth0.ts';
import { connect } from '../servers/clients.ts';
import { accountForFile } from '../servers/for-file.ts';
import { findLeaks } from './leaks.ts';
import { failed, linesOf, passed } from './outcome.ts';
import type { ActionOptions, ActionRun } from './run.ts';
import { changesOf } from './stage.ts';

const SECRET = 'management-secret-canary-77';
const FOREIGN = {
  callbacks: ['https://other.example.com/callback', 'http://203.0.113.7:5000/callback2'],
  allowed_logout_urls: ['https://other.example.com/logout'],
  web_origins: ['https://other.example.com'],
};
const NEW = 'http://203.0.113.7:5000';
const OLD = 'http://198.51.100.9:5000';
const PARAMETER = '/papyrus/prd/AUTH0_CALLBACK_URL';

const { aws, at } = await accountForFile();
let auth0: Auth0Server;
afterAll(() => auth0?.[Symbol.asyncDispose]());
beforeEach(async () => {
  await auth0?.[Symbol.asyncDispose]();
  auth0 = await Auth0Server.start({
    applications: [{ client_id: 'app-id', name: 'papyrus', ...structuredClone(FOREIGN) }],
    management: { id: 'management-id', secret: SECRET },
  });
});

const dotenv = (callback: string) =>
  [
    'AUTH0_CLIENT_ID=app-id',
    'AUTH0_CLIENT_SECRET=client-secret-canary-1',
    `AUTH0_CALLBACK_URL=${callback}`,
  ].join('\n');
/** The parameter as an earlier run left it. */
const store = (callback: string) => at.putParameter(PARAMETER, { 'managed-by': 'aws-bootstrap' }, callback);

const given = { only: 'auth0', 'app-url': NEW, 'auth0-application-id': 'app-id' };
const management = {
  'auth0-management-client-id': 'management-id',
  'auth0-management-client-secret': SECRET,
};
const step = (more: Record<string, string> = {}, options: ActionOptions = {}): Promise<ActionRun> =>
  at.step({ ...given, 'auth0-domain': auth0.url, ...management, ...more }, options);
const follow = (more: Record<string, string> = {}, options: ActionOptions = {}) =>
  step({ 'auth0-urls': 'follow', ...more }, options);

/** The lists of Auth0 where an address is allowed beside those of others, in the order of a run. */
const allowed = (origin: string, path = '/callback') => ({
  callbacks: [...FOREIGN.callbacks, `${origin}${path}`],
  allowed_logout_urls: [...FOREIGN.allowed_logout_urls, `${origin}/logout`],
  web_origins: [...FOREIGN.web_origins, origin],
});
const UNION = allowed(NEW);
const put = (lists: typeof FOREIGN) => Object.assign(auth0.application('app-id'), structuredClone(lists));
const lists = () => {
  const { callbacks, allowed_logout_urls, web_origins } = auth0.application('app-id');
  return { callbacks, allowed_logout_urls, web_origins };
};
const callback = async () => {
  const found = await at.parameter(PARAMETER);
  return { value: found?.value, type: found?.type };
};
/** The plan for the application: field → what it becomes. */
const fieldsOf = (run: ActionRun) =>
  Object.fromEntries(
    changesOf(run)
      .filter(({ kind }) => kind === 'Auth0::Application')
      .flatMap(({ fields }) => fields.map(({ field, to }) => [field, to === null ? 'removed' : 'added'])),
  );
const deny = (skip = 0) => aws.fault({ operation: 'GetParameters', kind: 'access-denied', skip });

describe("the article's flow", () => {
  it('apply with 0.0.0.0, deploy, second step with the address, a third run that does not take it back', async () => {
    const local = { dotenv: dotenv('http://0.0.0.0:5000/callback') };
    passed(await at.step(local));
    expect(await callback()).toEqual({ value: 'http://0.0.0.0:5000/callback', type: 'String' });

    aws.forget();
    const second = passed(await step());
    expect(lists()).toEqual(UNION);
    expect(await callback()).toEqual({ value: `${NEW}/callback`, type: 'String' });
    expect(second.outputs).toMatchObject({ changed: 'true', 'config-changed': 'true' });
    // Cheap: the account, the one parameter and its owner, and nothing of log groups, secrets or repositories.
    expect(new Set(aws.calls.map(({ service }) => service))).toEqual(new Set(['sts', 'ssm']));
    expect(aws.count('ListTagsForResource')).toBe(1);
    expect(aws.calls.length).toBeLessThanOrEqual(7);
    expect(findLeaks(second, [SECRET, ...auth0.tokens.keys()])).toEqual([]);

    const third = passed(await at.step(local));
    expect(third.outputs).toMatchObject({ changed: 'false', drifted: 'false' });
    expect(changesOf(third).find(({ name }) => name === PARAMETER)?.notes).toHaveLength(1);
    expect((await callback()).value).toBe(`${NEW}/callback`);
  });

  it('what Auth0 has taken is a change of the run, also where it cannot be read back', async () => {
    auth0.hook = ({ when, call }) => {
      if (when !== 'after' || call !== 'update') return;
      auth0.inject({ on: 'read', times: 99, fault: { status: 403, body: '{"message":"no"}' } });
    };
    const run = await step();
    expect([run.exitCode, run.outputs['changed']]).toEqual([1, 'true']);
    expect(aws.writes()).toEqual([]);
    expect(lists()).toEqual(UNION);
  });

  it('allows the new URL first, then writes the variable, and removes the old URL last', async () => {
    await store(`${OLD}/callback`);
    put({
      callbacks: [`${OLD}/callback`, ...FOREIGN.callbacks],
      allowed_logout_urls: [`${OLD}/logout`, ...FOREIGN.allowed_logout_urls],
      web_origins: [OLD, ...FOREIGN.web_origins],
    });
    const order: string[] = [];
    auth0.hook = ({ when, call }) => {
      if (when === 'after' && call === 'update')
        order.push(JSON.stringify(lists().callbacks).includes(OLD) ? 'allowed' : 'withdrawn');
    };
    const stop = aws.onCall((call, when) => {
      if (when === 'after' && call.operation === 'PutParameter') order.push('variable');
    });
    passed(await follow());
    stop();
    expect(order).toEqual(['allowed', 'variable', 'withdrawn']);
    expect(lists()).toEqual(UNION);
  });

  it('follow reports what it cannot remove, since the role may not read what the variable holds, or held before', async () => {
    await store(`${OLD}/callback`);
    deny();
    const blind = passed(await follow({ mode: 'plan' }));
    expect(linesOf(blind, PARAMETER, 'auth0-urls: follow')).toHaveLength(1);

    const ssm = connect(aws.motoUrl).ssm;
    await ssm.putParameter({ Name: PARAMETER, Value: `${NEW}/callback`, Overwrite: true });
    put(UNION);
    deny(1);
    const half = passed(await follow());
    expect(linesOf(half, PARAMETER, 'ssm:GetParameters')).not.toEqual([]);
    expect(lists()).toEqual(UNION);
  });
});

describe('the path of the callback', () => {
  const OWN = '/api/auth/callback/auth0';

  it('is kept from the variable, and the next run writes nothing', async () => {
    put(allowed(OLD, OWN));
    const inputs = { only: 'parameters, auth0', dotenv: dotenv(`http://localhost:5000${OWN}`) };
    passed(await follow(inputs));
    expect(await callback()).toEqual({ value: `${NEW}${OWN}`, type: 'String' });
    expect(lists().callbacks).toEqual([...FOREIGN.callbacks, `${OLD}${OWN}`, `${NEW}${OWN}`]);
    aws.forget();
    auth0.calls.length = 0;
    expect((await follow(inputs)).outputs['changed']).toBe('false');
    expect(aws.writes()).toEqual([]);
    expect(auth0.calls.map(({ call }) => call)).toEqual(['token', 'read']);
  });

  it('is kept from what is stored, where the run has no variable: a new address, then another', async () => {
    await store(`http://0.0.0.0:5000${OWN}`);
    passed(await follow({ 'app-url': OLD }));
    expect(await callback()).toEqual({ value: `${OLD}${OWN}`, type: 'String' });
    expect(lists().callbacks).toEqual([...FOREIGN.callbacks, `${OLD}${OWN}`]);
    expect(auth0.calls.map(({ call }) => call)).toEqual(['token', 'read', 'read', 'update', 'read']);

    passed(await follow());
    expect(await callback()).toEqual({ value: `${NEW}${OWN}`, type: 'String' });
    expect(lists()).toEqual(allowed(NEW, OWN));
    passed(await follow({ mode: 'drift' }));
  });

  it('is kept by destroy as well, and a list is reported and left in Auth0', async () => {
    const end = { mode: 'destroy', confirm: '/papyrus/prd', only: 'parameters, auth0' };
    await store(`http://0.0.0.0:5000${OWN}`);
    put(allowed(NEW, OWN));
    passed(await step(end));
    expect(lists()).toEqual(FOREIGN);

    await store(`${OLD}${OWN},https://other.example.com${OWN}`);
    put(allowed(OLD, OWN));
    const kept = passed(await step({ ...end, 'app-url': '' }));
    expect(linesOf(kept, PARAMETER, ' 2 URLs')).toHaveLength(1);
    expect(lists()).toEqual(allowed(OLD, OWN));
  });

  it('a stored list is reported and left in Auth0 as a whole; different paths are refused before any write', async () => {
    const list = (path: string) => `${OLD}${OWN},https://other.example.com${path}`;
    await store(list(OWN));
    put(allowed(OLD, OWN));
    const before = lists();
    const followed = passed(await follow());
    expect(linesOf(followed, PARAMETER, ' 2 URLs')).toHaveLength(1);
    for (const name of ['callbacks', 'allowed_logout_urls', 'web_origins'] as const)
      expect(lists()[name]).toEqual(expect.arrayContaining(before[name] as string[]));
    expect((await callback()).value).toBe(`${NEW}${OWN}`);

    await aws.reset();
    await store(list('/cb'));
    aws.forget();
    auth0.calls.length = 0;
    const refused = failed(await follow({ 'app-url': 'https://third.example.com' }), 'input');
    expect(linesOf(refused, 'AUTH0_CALLBACK_URL', 'callback-path')).not.toEqual([]);
    expect(aws.writes()).toEqual([]);
    expect(auth0.count('update')).toBe(0);
  });

  it('that may not be read is not guessed: the callbacks stay, the rest is compared', async () => {
    await store(`${NEW}${OWN}`);
    put(allowed(NEW, OWN));
    for (const [urls, fields] of [
      ['follow', {}],
      [
        'exact',
        {
          'logout:https://other.example.com/logout': 'removed',
          'origin:https://other.example.com': 'removed',
        },
      ],
    ] as const) {
      deny();
      const blind = passed(await step({ 'auth0-urls': urls, mode: 'plan' }));
      expect(linesOf(blind, PARAMETER, 'callback-path')).toHaveLength(1);
      expect(fieldsOf(blind)).toEqual(fields);
    }
    deny();
    expect((await step({ 'auth0-urls': 'exact' })).exitCode).toBe(1);
    expect(lists().callbacks).toContain(`${NEW}${OWN}`);
    expect(lists().callbacks).not.toContain(`${NEW}/callback`);
  });

  it('of callback-path wins over what is stored, with one remark', async () => {
    await store(`${OLD}${OWN}`);
    const files = { '.github/aws-bootstrap.yml': 'callback-path: /cb\n' };
    for (const remarks of [1, 0]) {
      const run = passed(await follow({}, { files }));
      expect(linesOf(run, PARAMETER, 'callback-path')).toHaveLength(remarks);
      expect((await callback()).value).toBe(`${NEW}/cb`);
    }
  });
});

describe('modes', () => {
  it('plan shows what is added, drift fails on it, and neither writes', async () => {
    const added = {
      [`callback:${NEW}/callback`]: 'added',
      [`logout:${NEW}/logout`]: 'added',
      [`origin:${NEW}`]: 'added',
    };
    const planned = passed(await step({ mode: 'plan' }));
    expect([planned.outputs['drifted'], fieldsOf(planned)]).toEqual(['true', added]);
    await store(`${NEW}/callback`);
    aws.forget();
    put({ ...UNION, web_origins: FOREIGN.web_origins });
    const drifted = failed(await step({ mode: 'drift' }), 'drifted');
    expect(fieldsOf(drifted)).toEqual({ [`origin:${NEW}`]: 'added' });
    expect(auth0.count('update')).toBe(0);
    expect(aws.writes()).toEqual([]);
  });

  it('drift checks with a client that may only read; apply names the missing scope', async () => {
    await store(`${NEW}/callback`);
    put(UNION);
    auth0.management.scopes = ['read:clients'];
    const checked = passed(await step({ mode: 'drift' }));
    expect(checked.outputs['drifted']).toBe('false');
    expect([...auth0.tokens.values()]).toEqual([['read:clients']]);
    const refused = failed(await step({ 'app-url': OLD }), 'access-denied');
    expect(refused.log).toContain('update:clients');
    expect(findLeaks(refused, [SECRET])).toEqual([]);
    expect(lists()).toEqual(UNION);
    expect((await callback()).value).toBe(`${NEW}/callback`);
  });

  it('a plan of a fork, which has no secret, reports that it leaves Auth0 out', async () => {
    const event = { name: 'pull_request' };
    const fork = passed(await step({ 'auth0-management-client-secret': '' }, { event }));
    expect(linesOf(fork, 'auth0-management-client-secret')).toHaveLength(1);
    expect(auth0.calls).toHaveLength(0);
  });

  it('what depends on a URL that could not be allowed is left out', async () => {
    await store(`${OLD}/callback`);
    auth0.inject({
      on: 'update',
      fault: { status: 403, body: '{"errorCode":"insufficient_scope"}' },
      times: 9,
    });
    const ended = failed(await follow(), 'access-denied');
    expect(ended.log).toContain('update:clients');
    expect(ended.log).toContain('skipped');
    expect((await callback()).value).toBe(`${OLD}/callback`);
    expect(lists()).toEqual(FOREIGN);
  });
});

it('sends the management secret to no host that only a committed file names', async () => {
  const inputs = { ...given, 'env-file': '.env' };
  const files = { '.env': `AUTH0_DOMAIN=${new URL(auth0.url).host}\n` };
  const event = { name: 'pull_request' };
  const refused = failed(
    await at.step({ ...inputs, ...management, mode: 'apply' }, { files, event }),
    'input',
  );
  expect(refused.log).toContain('auth0-domain');
  expect(auth0.calls).toEqual([]);
  expect(aws.calls).toEqual([]);
  // Without the credential nothing is sent, so there is nothing to refuse.
  passed(await at.step(inputs, { files }));
});

it.each<[string, string, Parameters<Auth0Server['inject']>[0]]>([
  [
    '401 for the token',
    'credentials',
    { on: 'token', fault: { status: 401, body: '{"error":"access_denied"}' } },
  ],
  ['404', 'auth0', { on: 'read', fault: { status: 404 } }],
])('%s of Auth0 is %s, and loses no URL', async (_name, reason, fault) => {
  auth0.inject({ ...fault, times: 20 });
  const run = failed(await step(), reason);
  expect(run.log).not.toMatch(/\n\s+at /);
  expect(lists()).toEqual(FOREIGN);
  expect(findLeaks(run, [SECRET])).toEqual([]);
});

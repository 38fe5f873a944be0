/** The Auth0 application and AUTH0_CALLBACK_URL through the bundle: section 4 of the article, and what may go wrong. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Auth0Server } from '../servers/auth0.ts';
import { type AwsServer, startAws } from '../servers/aws.ts';
import { connect } from '../servers/clients.ts';
import { findLeaks } from './leaks.ts';
import { failed, passed } from './outcome.ts';
import { type ActionRun, runAction } from './run.ts';

const SECRET = 'management-secret-canary-77';
const FOREIGN = {
  callbacks: ['https://other.example.com/callback', 'http://203.0.113.7:5000/callback2'],
  allowed_logout_urls: ['https://other.example.com/logout'],
  web_origins: ['https://other.example.com'],
};
const NEW = 'http://203.0.113.7:5000';
const OLD = 'http://198.51.100.9:5000';
const PARAMETER = '/papyrus/prd/AUTH0_CALLBACK_URL';

let aws: AwsServer;
let auth0: Auth0Server;

beforeAll(async () => {
  aws = await startAws();
});
afterAll(async () => {
  await aws.close();
  await auth0?.[Symbol.asyncDispose]();
});
beforeEach(async () => {
  await aws.reset();
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

function run(inputs: Record<string, string>, event = 'push'): Promise<ActionRun> {
  return runAction({ inputs: { prefix: '/papyrus/prd', ...inputs }, env: aws.env(), event: { name: event } });
}

const access = () => ({
  'auth0-domain': auth0.url,
  'auth0-management-client-id': 'management-id',
  'auth0-management-client-secret': SECRET,
});
const step = (more: Record<string, string> = {}) =>
  run({ only: 'auth0', 'app-url': NEW, 'auth0-application-id': 'app-id', ...access(), ...more });
const lists = () => {
  const { callbacks, allowed_logout_urls, web_origins } = auth0.application('app-id');
  return { callbacks, allowed_logout_urls, web_origins };
};
const UNION = {
  callbacks: [...FOREIGN.callbacks, `${NEW}/callback`],
  allowed_logout_urls: [...FOREIGN.allowed_logout_urls, `${NEW}/logout`],
  web_origins: [...FOREIGN.web_origins, NEW],
};
const callback = async () => {
  const { Parameter } = await connect(aws.motoUrl).ssm.getParameter({
    Name: PARAMETER,
    WithDecryption: true,
  });
  return { value: Parameter?.Value, type: Parameter?.Type };
};

describe("the article's flow", () => {
  it('apply with 0.0.0.0, deploy, second step with the address, a third run that does not take it back', async () => {
    passed(await run({ dotenv: dotenv('http://0.0.0.0:5000/callback') }));
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

    const third = passed(await run({ dotenv: dotenv('http://0.0.0.0:5000/callback') }));
    expect(third.outputs).toMatchObject({ changed: 'false', drifted: 'false' });
    expect(third.log).toContain('existing public URL is kept');
    expect((await callback()).value).toBe(`${NEW}/callback`);
  });

  it('what Auth0 has taken is a change of the run, also where it cannot be read back', async () => {
    auth0.hook = ({ when, call }) => {
      if (when !== 'after' || call !== 'update') return;
      auth0.inject({ on: 'read', times: 99, fault: { status: 403, body: '{"message":"no"}' } });
    };
    const failed = await step();
    expect(failed.exitCode).toBe(1);
    expect(aws.writes()).toEqual([]);
    expect(lists()).toEqual(UNION);
    expect(failed.outputs['changed']).toBe('true');
  });

  it('allows the new URL first, then writes the variable, and takes the old URL out last', async () => {
    await run({ dotenv: dotenv(`${OLD}/callback`) });
    Object.assign(auth0.application('app-id'), {
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
    const followed = await step({ 'auth0-urls': 'follow' });
    stop();
    expect(followed.exitCode, followed.log).toBe(0);
    expect(order).toEqual(['allowed', 'variable', 'withdrawn']);
    expect(lists()).toEqual(UNION);
  });
});

describe('the path of the callback', () => {
  const OWN = '/api/auth/callback/auth0';
  const put = (origin: string, path: string) =>
    Object.assign(auth0.application('app-id'), {
      callbacks: [`${origin}${path}`, ...FOREIGN.callbacks],
      allowed_logout_urls: [`${origin}/logout`, ...FOREIGN.allowed_logout_urls],
      web_origins: [origin, ...FOREIGN.web_origins],
    });
  const follow = (more: Record<string, string> = {}) => step({ 'auth0-urls': 'follow', ...more });
  const moved = (path: string) => ({ ...UNION, callbacks: [...FOREIGN.callbacks, `${NEW}${path}`] });

  it.each([
    ['a URL with a path of its own', `http://localhost:5000${OWN}`],
    ['a path alone', OWN],
    ['a list with one path', `http://localhost:5000${OWN},http://localhost:6000${OWN}`],
  ])('is kept from the variable: %s', async (_what, value) => {
    put(OLD, OWN);
    passed(await follow({ only: 'parameters, auth0', dotenv: dotenv(value) }));
    expect(await callback()).toEqual({ value: `${NEW}${OWN}`, type: 'String' });
    expect(lists().callbacks).toEqual([`${OLD}${OWN}`, ...FOREIGN.callbacks, `${NEW}${OWN}`]);
    aws.forget();
    auth0.calls.length = 0;
    const again = await follow({ only: 'parameters, auth0', dotenv: dotenv(value) });
    expect(again.outputs['changed']).toBe('false');
    expect(aws.writes()).toEqual([]);
    expect(auth0.calls.map(({ call }) => call)).toEqual(['token', 'read']);
  });

  it('is kept from what is stored, where the run has no variable: a new address, then another', async () => {
    expect((await run({ dotenv: dotenv(`http://0.0.0.0:5000${OWN}`) })).exitCode).toBe(0);
    auth0.calls.length = 0;
    passed(await follow({ 'app-url': OLD }));
    expect(await callback()).toEqual({ value: `${OLD}${OWN}`, type: 'String' });
    expect(lists().callbacks).toEqual([...FOREIGN.callbacks, `${OLD}${OWN}`]);
    expect(auth0.calls.map(({ call }) => call)).toEqual(['token', 'read', 'read', 'update', 'read']);

    passed(await follow());
    expect(await callback()).toEqual({ value: `${NEW}${OWN}`, type: 'String' });
    expect(lists()).toEqual(moved(OWN));
    passed(await follow({ mode: 'drift' }));
  });

  it('is kept by destroy as well, and a list is left in Auth0 and told of', async () => {
    const end = { mode: 'destroy', confirm: '/papyrus/prd', only: 'parameters, auth0' };
    await run({ dotenv: dotenv(`http://0.0.0.0:5000${OWN}`) });
    put(NEW, OWN);
    const gone = await step({ ...end, dotenv: '' });
    expect(gone.exitCode, gone.log).toBe(0);
    expect(lists()).toEqual(FOREIGN);

    const list = `${OLD}${OWN},https://other.example.com${OWN}`;
    await run({ dotenv: dotenv(list) });
    put(OLD, OWN);
    const kept = await step({ ...end, 'app-url': '' });
    expect(kept.exitCode, kept.log).toBe(0);
    expect(kept.log).toMatch(/held a list of 2 URLs/);
    expect(lists().callbacks).toContain(`${OLD}${OWN}`);
    expect(lists().web_origins).toContain(OLD);
  });

  it('a stored list is left in Auth0 as a whole, and told of; different paths are refused before any write', async () => {
    const list = (path: string) => `${OLD}${OWN},https://other.example.com${path}`;
    await run({ dotenv: dotenv(list(OWN)) });
    put(OLD, OWN);
    const before = lists();
    const followed = await follow();
    expect(followed.exitCode, followed.log).toBe(0);
    expect(followed.log).toMatch(/held a list of 2 URLs/);
    for (const name of ['callbacks', 'allowed_logout_urls', 'web_origins'] as const)
      expect(lists()[name]).toEqual(expect.arrayContaining(before[name] as string[]));
    expect((await callback()).value).toBe(`${NEW}${OWN}`);

    await run({ dotenv: dotenv(list('/cb')) });
    aws.forget();
    auth0.calls.length = 0;
    const refused = await follow({ 'app-url': 'https://third.example.com' });
    expect(refused.exitCode).toBe(1);
    expect(refused.outputs['failure-reason']).toBe('input');
    expect(refused.log).toMatch(/AUTH0_CALLBACK_URL.*different paths.*callback-path/);
    expect(aws.writes()).toEqual([]);
    expect(auth0.count('update')).toBe(0);
  });
});

describe('modes', () => {
  it('plan shows what is added, drift fails on it, and neither writes', async () => {
    for (const mode of ['plan', 'drift']) {
      const told = await step({ mode });
      expect(told.exitCode, told.log).toBe(mode === 'plan' ? 0 : 1);
      expect(told.log).toContain(`callback:${NEW}/callback added`);
      expect(told.outputs['drifted']).toBe('true');
      expect(told.outputs['plan']).toContain(`origin:${NEW}`);
    }
    expect(auth0.count('update')).toBe(0);
    expect(aws.writes()).toEqual([]);
    await step();
    expect((await step({ mode: 'drift' })).exitCode).toBe(0);
    auth0.application('app-id').web_origins = FOREIGN.web_origins;
    const drifted = await step({ mode: 'drift' });
    expect(drifted.exitCode).toBe(1);
    expect(drifted.log).toContain(`origin:${NEW} added`);
  });

  it('plans and checks with a client that may only read; apply names the missing scope', async () => {
    await step();
    auth0.management.scopes = ['read:clients'];
    auth0.tokens.clear();
    for (const mode of ['plan', 'drift']) {
      const told = passed(await step({ mode }));
      expect(told.outputs['drifted']).toBe('false');
    }
    expect([...auth0.tokens.values()]).toEqual([['read:clients'], ['read:clients']]);
    const refused = failed(await step({ 'app-url': OLD }), 'access-denied');
    expect(refused.log).toMatch(
      /not granted update:clients, which a run that writes needs .* tick update:clients/,
    );
    expect(lists()).toEqual(UNION);
    expect((await callback()).value).toBe(`${NEW}/callback`);

    auth0.management.scopes = ['update:clients'];
    const unread = await step({ mode: 'drift' });
    expect(unread.exitCode).toBe(1);
    expect(unread.log).toMatch(/not granted read:clients, which a run that only reads needs/);
    expect(findLeaks(unread, [SECRET])).toEqual([]);
  });

  it('a plan of a fork, which has no secret, leaves Auth0 out and says so', async () => {
    const fork = passed(
      await run(
        {
          ...access(),
          only: 'auth0',
          'app-url': NEW,
          'auth0-application-id': 'app-id',
          'auth0-management-client-secret': '',
        },
        'pull_request',
      ),
    );
    expect(fork.log).toContain('Auth0 is skipped');
    expect(auth0.calls).toHaveLength(0);
  });

  it('what depends on a URL that could not be allowed is left out', async () => {
    await run({ dotenv: dotenv(`${OLD}/callback`) });
    auth0.inject({
      on: 'update',
      fault: { status: 403, body: '{"errorCode":"insufficient_scope"}' },
      times: 9,
    });
    const ended = failed(await step({ 'auth0-urls': 'follow' }), 'access-denied');
    expect(ended.log).toContain('update:clients');
    expect(ended.log).toContain('skipped');
    expect((await callback()).value).toBe(`${OLD}/callback`);
    expect(lists()).toEqual(FOREIGN);
  });
});

describe('the management secret goes to a host that an input names', () => {
  const management = {
    'auth0-management-client-id': 'management-id',
    'auth0-management-client-secret': SECRET,
  };
  const given = { prefix: '/papyrus/prd', only: 'auth0', 'app-url': NEW, 'auth0-application-id': 'app-id' };
  const host = () => new URL(auth0.url).host;

  it.each<[string, Record<string, string>, () => Record<string, string>]>([
    ['a committed .env', { 'env-file': '.env' }, () => ({ '.env': `AUTH0_DOMAIN=${host()}\n` })],
    [
      'the configuration file beside another of dotenv',
      { dotenv: 'AUTH0_DOMAIN=papyrus.us.auth0.com' },
      () => ({ '.github/aws-bootstrap.yml': `auth0-domain: "${host()}"\n` }),
    ],
  ])('and not to one of %s, in any mode', async (_name, inputs, files) => {
    for (const mode of ['apply']) {
      const refused = failed(
        await runAction({
          inputs: { ...given, ...management, ...inputs, mode },
          env: aws.env(),
          event: { name: 'pull_request' },
          files: files(),
        }),
        'input',
      );
      expect(refused.log).toContain('auth0-domain');
      expect(auth0.calls).toEqual([]);
      expect(aws.calls).toEqual([]);
      // Without the credential nothing is sent, so there is nothing to refuse.
      passed(await runAction({ inputs: { ...given, ...inputs, mode }, env: aws.env(), files: files() }));
      aws.forget();
    }
  });

  it('which a file may repeat', async () => {
    passed(
      await runAction({
        inputs: { ...given, ...management, 'env-file': '.env', variables: `AUTH0_DOMAIN=${host()}` },
        env: aws.env(),
        files: { '.env': `AUTH0_DOMAIN=${host()}\n` },
      }),
    );
    expect(lists()).toEqual(UNION);
  });
});

describe('faults of Auth0', () => {
  const faults: ReadonlyArray<[string, Parameters<Auth0Server['inject']>[0], RegExp]> = [
    [
      '401 for the token',
      { on: 'token', fault: { status: 401, body: '{"error":"access_denied"}' } },
      /management credentials/,
    ],
    ['404', { on: 'read', fault: { status: 404 } }, /no application with the id/],
  ];
  it.each(faults)('%s ends the Auth0 part in words, and loses no URL', async (_name, fault, message) => {
    auth0.inject({ ...fault, times: 20 });
    const failed = await step();
    expect(failed.exitCode).toBe(1);
    expect(failed.log).toMatch(message);
    expect(failed.log).not.toMatch(/\n\s+at /);
    expect(lists()).toEqual(FOREIGN);
    expect(findLeaks(failed, [SECRET, 'proxy-page-canary'])).toEqual([]);
  });
});

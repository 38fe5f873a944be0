/** The Auth0 application and AUTH0_CALLBACK_URL through the bundle: section 4 of the article, and what may go wrong. */
import { PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Auth0Server, badGateway } from '../servers/auth0.ts';
import { type AwsServer, startAws } from '../servers/aws.ts';
import { findLeaks } from './leaks.ts';
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
  return runAction({
    inputs: { prefix: '/papyrus/prd', ...inputs },
    env: aws.env(),
    event: { name: event },
  });
}

const access = () => ({
  'auth0-domain': auth0.url,
  'auth0-management-client-id': 'management-id',
  'auth0-management-client-secret': SECRET,
});
const step = (more: Record<string, string> = {}) =>
  run({ only: 'auth0', 'app-url': NEW, 'auth0-application-id': 'app-id', ...access(), ...more });
const clientOf = () => ({
  endpoint: aws.url,
  region: 'us-west-2',
  credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
});
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
  const { SSMClient, GetParameterCommand } = await import('@aws-sdk/client-ssm');
  const client = new SSMClient({
    endpoint: aws.motoUrl,
    region: 'us-west-2',
    credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
  });
  const answer = await client.send(new GetParameterCommand({ Name: PARAMETER, WithDecryption: true }));
  return { value: answer.Parameter?.Value, type: answer.Parameter?.Type };
};

describe("the article's flow", () => {
  it('apply with 0.0.0.0, deploy, second step with the address, a third run that does not take it back', async () => {
    const first = await run({ dotenv: dotenv('http://0.0.0.0:5000/callback') });
    expect(first.exitCode, first.log).toBe(0);
    expect(await callback()).toEqual({ value: 'http://0.0.0.0:5000/callback', type: 'String' });

    aws.forget();
    const second = await step();
    expect(second.exitCode, second.log).toBe(0);
    expect(lists()).toEqual(UNION);
    expect(await callback()).toEqual({ value: `${NEW}/callback`, type: 'String' });
    expect(second.outputs['changed']).toBe('true');
    expect(second.outputs['config-changed']).toBe('true');
    // Cheap: the account, the one parameter and its owner, and nothing of log groups, secrets or repositories.
    expect(new Set(aws.calls.map(({ service }) => service))).toEqual(new Set(['sts', 'ssm']));
    expect(aws.count('ListTagsForResource')).toBe(1);
    expect(aws.calls.length).toBeLessThanOrEqual(7);
    expect(findLeaks(second, [SECRET, ...auth0.tokens.keys()])).toEqual([]);

    const third = await run({ dotenv: dotenv('http://0.0.0.0:5000/callback') });
    expect(third.exitCode, third.log).toBe(0);
    expect(third.outputs['changed']).toBe('false');
    expect(third.outputs['drifted']).toBe('false');
    expect(third.log).toContain('existing public URL is kept');
    expect((await callback()).value).toBe(`${NEW}/callback`);
  });

  it('a second second step is silent: two calls to Auth0 and no write', async () => {
    await step();
    aws.forget();
    auth0.calls.length = 0;
    const again = await step();
    expect(again.exitCode, again.log).toBe(0);
    expect(aws.writes()).toEqual([]);
    expect(auth0.count('update')).toBe(0);
    expect(auth0.calls).toHaveLength(2);
    expect(again.outputs['changed']).toBe('false');
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

  it('tells what follow cannot take out, since the role may not read what the variable holds, or held before', async () => {
    await run({ dotenv: dotenv(`${OLD}/callback`) });
    const deny = (skip: number) => aws.fault({ operation: 'GetParameters', kind: 'access-denied', skip });
    deny(0);
    const blind = await step({ 'auth0-urls': 'follow', mode: 'plan' });
    expect(blind.exitCode, blind.log).toBe(0);
    expect(blind.log).toContain(
      `${PARAMETER} may not be read by this role, so what auth0-urls: follow removes from Auth0 is not in this plan`,
    );

    await step();
    deny(1);
    const half = await step({ 'auth0-urls': 'follow' });
    expect(half.exitCode, half.log).toBe(0);
    expect(half.log).toContain(`what ${PARAMETER} held before could not be read`);
    expect(half.log).toContain('ssm:GetParameters');
    expect(lists()).toEqual(UNION);
  });

  it('follows a callback that is stored as a secret', async () => {
    await run({ secrets: `AUTH0_CALLBACK_URL=${OLD}/callback` });
    expect((await callback()).type).toBe('SecureString');
    Object.assign(auth0.application('app-id'), { callbacks: [`${OLD}/callback`, ...FOREIGN.callbacks] });
    const followed = await step({ 'auth0-urls': 'follow' });
    expect(followed.exitCode, followed.log).toBe(0);
    expect(lists().callbacks).toEqual(UNION.callbacks);
    expect(await callback()).toEqual({ value: `${NEW}/callback`, type: 'SecureString' });
  });
});

describe('the path of the callback', () => {
  const OWN = '/api/auth/callback/auth0';
  const FILE = '.github/aws-bootstrap.yml';
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
    const applied = await follow({ only: 'parameters, auth0', dotenv: dotenv(value) });
    expect(applied.exitCode, applied.log).toBe(0);
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
    const first = await follow({ 'app-url': OLD });
    expect(first.exitCode, first.log).toBe(0);
    expect(await callback()).toEqual({ value: `${OLD}${OWN}`, type: 'String' });
    expect(lists().callbacks).toEqual([...FOREIGN.callbacks, `${OLD}${OWN}`]);
    expect(auth0.calls.map(({ call }) => call)).toEqual(['token', 'read', 'read', 'update', 'read']);

    const second = await follow();
    expect(second.exitCode, second.log).toBe(0);
    expect(await callback()).toEqual({ value: `${NEW}${OWN}`, type: 'String' });
    expect(lists()).toEqual(moved(OWN));
    const drift = await follow({ mode: 'drift' });
    expect(drift.exitCode, drift.log).toBe(0);
  });

  it('that is stored encrypted is kept, and printed nowhere', async () => {
    await run({ secrets: `AUTH0_CALLBACK_URL=${OLD}/auth/path-canary` });
    put(OLD, '/auth/path-canary');
    const planned = await follow({ mode: 'plan' });
    const followed = await follow();
    expect(followed.exitCode, followed.log).toBe(0);
    expect(await callback()).toEqual({ value: `${NEW}/auth/path-canary`, type: 'SecureString' });
    expect(lists()).toEqual(moved('/auth/path-canary'));
    auth0.application('app-id').callbacks = FOREIGN.callbacks;
    const healed = await follow();
    expect(lists()).toEqual(moved('/auth/path-canary'));
    for (const told of [planned, followed, healed])
      expect(findLeaks(told, [`${NEW}/auth/path-canary`])).toEqual([]);
  });

  it('of callback-path wins, and a warning names both', async () => {
    const done = await runAction({
      inputs: {
        prefix: '/papyrus/prd',
        only: 'parameters, auth0',
        'app-url': NEW,
        'auth0-application-id': 'app-id',
        ...access(),
        'env-file': '.env',
      },
      env: aws.env(),
      event: { name: 'push' },
      files: {
        '.env': `A=1\nAUTH0_CALLBACK_URL=http://localhost:5000${OWN}\n`,
        [FILE]: 'callback-path: /cb\n',
      },
      checkout: {},
    });
    expect(done.exitCode, done.log).toBe(0);
    expect((await callback()).value).toBe(`${NEW}/cb`);
    const warnings = done.annotations.filter(({ message }) => message.includes('callback-path'));
    expect(warnings).toHaveLength(1);
    expect(warnings[0]?.level).toBe('warning');
    expect(warnings[0]?.properties).toMatchObject({ file: '.env', line: '2' });
    expect(warnings[0]?.message).toContain(OWN);
    expect(warnings[0]?.message).toContain('/cb');
  });

  it('of callback-path wins over what is stored, with a word', async () => {
    await run({ dotenv: dotenv(`${OLD}${OWN}`) });
    const inputs = { only: 'auth0', 'app-url': NEW, 'auth0-application-id': 'app-id', ...access() };
    const changes = () =>
      runAction({
        inputs: { prefix: '/papyrus/prd', ...inputs, 'auth0-urls': 'follow' },
        env: aws.env(),
        event: { name: 'push' },
        files: { [FILE]: 'callback-path: /cb\n' },
      });
    const first = await changes();
    expect(first.exitCode, first.log).toBe(0);
    expect(first.log).toMatch(/AUTH0_CALLBACK_URL held another path than callback-path/);
    expect((await callback()).value).toBe(`${NEW}/cb`);
    expect((await changes()).log).not.toContain('held another path');
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

  it.each(['ensure', 'exact', 'follow'])(
    'that may not be read is not guessed: with %s the callbacks stay, the rest is compared',
    async (mode) => {
      await run({ dotenv: dotenv(`${NEW}${OWN}`) });
      put(NEW, OWN);
      aws.fault({ operation: 'GetParameters', kind: 'access-denied', skip: 0 });
      const blind = await step({ 'auth0-urls': mode, mode: 'plan' });
      expect(blind.exitCode, blind.log).toBe(0);
      expect(blind.log).toMatch(/path .* could not be read/);
      expect(blind.log).not.toMatch(/callback:\S+ (?:added|taken out)/);
      expect(/origin:\S+ taken out/.test(blind.log)).toBe(mode === 'exact');

      aws.fault({ operation: 'GetParameters', kind: 'access-denied', skip: 0 });
      const failed = await step({ 'auth0-urls': mode });
      expect(failed.exitCode).toBe(1);
      expect(lists().callbacks).toContain(`${NEW}${OWN}`);
      expect(lists().callbacks).not.toContain(`${NEW}/callback`);
    },
  );

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

  it.each(['ensure', 'remove'])('%s shows no path that came by secrets', async (mode) => {
    const path = '/cb/Qz81kd0PqLxv7';
    const secrets = JSON.stringify({ AUTH0_CALLBACK_URL: `https://prod.example.com${path}` });
    const preview = `https://preview-12.example.com${path}`;
    if (mode === 'remove') auth0.application('app-id')['callbacks'] = [preview];
    await using made = await run({
      only: 'auth0',
      secrets,
      'app-url': 'https://preview-12.example.com',
      'auth0-application-id': 'app-id',
      'auth0-urls': mode,
      ...access(),
    });
    expect(made.exitCode, made.log).toBe(0);
    expect(findLeaks(made, [preview])).toEqual([]);
    expect(JSON.stringify(lists().callbacks).includes(preview)).toBe(mode === 'ensure');
  });

  it('a stored path that is certainly a secret is refused, and shown nowhere', async () => {
    const token = `ghp_${'aB3dE5gH7jK9mN1pQ3sT5vX7zA9cE1gH3jK5'}`;
    await new SSMClient(clientOf()).send(
      new PutParameterCommand({
        Name: PARAMETER,
        Value: `https://old.example.com/cb/${token}`,
        Type: 'String',
      }),
    );
    await using made = await step();
    expect([made.exitCode, made.outputs['failure-reason']], made.log).toEqual([1, 'input']);
    expect(findLeaks(made, [token])).toEqual([]);
    expect(auth0.application('app-id')).toMatchObject(FOREIGN);
  });

  it('remove takes out the callback with the path that is stored', async () => {
    await run({ dotenv: dotenv(`http://0.0.0.0:5000${OWN}`) });
    await step();
    expect(lists()).toEqual(moved(OWN));
    const removed = await step({ 'auth0-urls': 'remove' });
    expect(removed.exitCode, removed.log).toBe(0);
    expect(lists()).toEqual(FOREIGN);
  });

  it('names the other variables with an address of this machine in one notice', async () => {
    const done = await follow({
      only: 'parameters, auth0',
      dotenv: `${dotenv(`http://localhost:5000${OWN}`)}\nAUTH0_BASE_URL=http://localhost:5000\nAPP_BASE_URL=http://127.0.0.1:5000\nGITHUB_CALLBACK_URL=http://localhost:5000/gh`,
    });
    expect(done.exitCode, done.log).toBe(0);
    const notices = done.annotations.filter(({ message }) => message.includes('AUTH0_BASE_URL'));
    expect(notices).toHaveLength(1);
    expect(notices[0]?.level).toBe('notice');
    expect(notices[0]?.message).toMatch(/APP_BASE_URL, GITHUB_CALLBACK_URL/);
  });
});

describe('modes', () => {
  it('ensure keeps the others, exact takes them out, remove takes out exactly its own', async () => {
    await step();
    expect(lists()).toEqual(UNION);
    const removed = await step({ 'auth0-urls': 'remove' });
    expect(removed.exitCode, removed.log).toBe(0);
    expect(lists()).toEqual(FOREIGN);
    expect((await callback()).value).toBe(`${NEW}/callback`);
    await step({ 'auth0-urls': 'exact' });
    expect(lists()).toEqual({
      callbacks: [`${NEW}/callback`],
      allowed_logout_urls: [`${NEW}/logout`],
      web_origins: [NEW],
    });
  });

  it('exact takes out a URL with a password or a token in it, and shows it nowhere', async () => {
    const password = 'url-password-canary-81';
    const token = 'url-token-canary-93';
    const secrets = [
      `https://deploy:${password}@old.example.com/cb`,
      `https://old.example.com/cb?token=${token}`,
      // Longer than a cell of the summary: what is cut is still hidden.
      `https://old.example.com/${'a'.repeat(260)}?token=${token}&more=${'b'.repeat(80)}`,
    ];
    const plain = 'https://plain.example.com/cb';
    auth0.application('app-id').callbacks = [...secrets, plain];
    auth0.application('app-id').web_origins = [`https://deploy:${password}@old.example.com`];
    const planned = await step({ 'auth0-urls': 'exact', mode: 'plan' });
    const applied = await step({ 'auth0-urls': 'exact' });
    for (const told of [planned, applied]) {
      expect(told.exitCode, told.log).toBe(0);
      expect(findLeaks(told, [...secrets, password, token])).toEqual([]);
      expect(told.log).toContain('callback:*** taken out');
      expect(told.log).toContain('origin:*** taken out');
      expect(told.log).toContain(`callback:${plain} taken out`);
      expect(told.outputs['plan']).toContain(plain);
    }
    expect(lists().callbacks).toEqual([`${NEW}/callback`]);
    expect(lists().web_origins).toEqual([NEW]);
  });

  it('remove of an old address keeps the callback that stands, though the .env has the local one', async () => {
    await step();
    const removed = await step({
      only: 'parameters, auth0',
      dotenv: dotenv('http://0.0.0.0:5000/callback'),
      'app-url': OLD,
      'auth0-urls': 'remove',
    });
    expect(removed.exitCode, removed.log).toBe(0);
    expect(lists()).toEqual(UNION);
    expect((await callback()).value).toBe(`${NEW}/callback`);
  });

  it('the variable follows app-url also where Auth0 is left out, and needs nothing of Auth0', async () => {
    const inputs = { only: 'parameters', dotenv: dotenv('http://0.0.0.0:5000/callback') };
    const wrong = await run({ ...inputs, 'app-url': 'nonsense' });
    expect(wrong.log).toContain('input app-url: is not absolute');
    expect(wrong.outputs['failure-reason']).toBe('input');
    const written = await run({ ...inputs, 'app-url': NEW, 'auth0-management-client-id': 'management-id' });
    expect(written.exitCode, written.log).toBe(0);
    expect((await callback()).value).toBe(`${NEW}/callback`);
    expect(auth0.calls).toHaveLength(0);
  });

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

  it('plan and drift are content with a client that may only read; apply tells what to tick', async () => {
    await step();
    auth0.management.scopes = ['read:clients'];
    auth0.tokens.clear();
    for (const mode of ['plan', 'drift']) {
      const told = await step({ mode });
      expect(told.exitCode, told.log).toBe(0);
      expect(told.outputs['drifted']).toBe('false');
    }
    expect([...auth0.tokens.values()]).toEqual([['read:clients'], ['read:clients']]);
    const refused = await step({ 'app-url': OLD });
    expect(refused.exitCode).toBe(1);
    expect(refused.outputs['failure-reason']).toBe('access-denied');
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

  it('app-url without Auth0 inputs still sets the variable', async () => {
    const only = await run({ only: 'auth0', 'app-url': NEW });
    expect(only.exitCode, only.log).toBe(0);
    expect((await callback()).value).toBe(`${NEW}/callback`);
    expect(auth0.calls).toHaveLength(0);
    expect(only.annotations.map(({ message }) => message)).toContainEqual(
      expect.stringMatching(/Auth0 is skipped, since auth0-management-client-id/),
    );
  });

  it('takes domain and application from the variables', async () => {
    const all = await run({
      dotenv: `${dotenv('http://0.0.0.0:5000/callback')}\nAUTH0_DOMAIN=${new URL(auth0.url).host}`,
      'app-url': NEW,
      'auth0-management-client-id': 'management-id',
      'auth0-management-client-secret': SECRET,
    });
    expect(all.exitCode, all.log).toBe(0);
    expect(lists()).toEqual(UNION);
    expect((await callback()).value).toBe(`${NEW}/callback`);
  });

  it('a plan of a fork, which has no secret, leaves Auth0 out and says so', async () => {
    const fork = await run(
      {
        ...access(),
        only: 'auth0',
        'app-url': NEW,
        'auth0-application-id': 'app-id',
        'auth0-management-client-secret': '',
      },
      'pull_request',
    );
    expect(fork.exitCode, fork.log).toBe(0);
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
    const failed = await step({ 'auth0-urls': 'follow' });
    expect(failed.exitCode).toBe(1);
    expect(failed.outputs['failure-reason']).toBe('access-denied');
    expect(failed.log).toContain('update:clients');
    expect(failed.log).toContain('skipped');
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
    ['the configuration file', {}, () => ({ '.github/aws-bootstrap.yml': `auth0-domain: "${host()}"\n` })],
    [
      'variables of the configuration file',
      {},
      () => ({ '.github/aws-bootstrap.yml': `variables: { AUTH0_DOMAIN: "${host()}" }\n` }),
    ],
    [
      'the configuration file beside another of dotenv',
      { dotenv: 'AUTH0_DOMAIN=papyrus.us.auth0.com' },
      () => ({ '.github/aws-bootstrap.yml': `auth0-domain: "${host()}"\n` }),
    ],
  ])('and not to one of %s, in any mode', async (_name, inputs, files) => {
    for (const mode of ['plan', 'apply']) {
      const refused = await runAction({
        inputs: { ...given, ...management, ...inputs, mode },
        env: aws.env(),
        event: { name: 'pull_request' },
        files: files(),
      });
      expect(refused.exitCode).toBe(1);
      expect(refused.outputs['failure-reason']).toBe('input');
      expect(refused.log).toContain('auth0-domain');
      expect(auth0.calls).toEqual([]);
      expect(aws.calls).toEqual([]);
      // Without the credential nothing is sent, so there is nothing to refuse.
      const without = await runAction({
        inputs: { ...given, ...inputs, mode },
        env: aws.env(),
        files: files(),
      });
      expect(without.exitCode, without.log).toBe(0);
      aws.forget();
    }
  });

  it('which a file may repeat', async () => {
    const step = await runAction({
      inputs: { ...given, ...management, 'env-file': '.env', variables: `AUTH0_DOMAIN=${host()}` },
      env: aws.env(),
      files: { '.env': `AUTH0_DOMAIN=${host()}\n` },
    });
    expect(step.exitCode, step.log).toBe(0);
    expect(lists()).toEqual(UNION);
  });
});

describe('refused before any call', () => {
  const bad: ReadonlyArray<[string, Record<string, string>, RegExp]> = [
    ['a path', { 'app-url': `${NEW}/app` }, /app-url.*path/],
    ['a query', { 'app-url': `${NEW}?a=b` }, /app-url.*query/],
    ['a wildcard', { 'app-url': 'https://*.example.com' }, /app-url.*wildcard/],
    ['a list', { 'app-url': `${NEW},${OLD}` }, /app-url.*not a list/],
    ['no scheme', { 'app-url': '203.0.113.7:5000' }, /app-url.*absolute/],
    ['another scheme', { 'app-url': 'ftp://203.0.113.7' }, /app-url/],
    ['no address yet', { 'app-url': 'http://None:5000' }, /app-url.*public IP/],
    ['the management client itself', { 'auth0-application-id': 'management-id' }, /management client itself/],
    ['no app-url', { 'app-url': '' }, /without app-url/],
    ['no secret', { 'auth0-management-client-secret': '' }, /auth0-management-client-secret is missing/],
    ['no application', { 'auth0-application-id': '' }, /auth0-application-id is missing/],
    ['a domain with a path', { 'auth0-domain': 'https://papyrus.us.auth0.com/' }, /auth0-domain.*host name/],
    ['an unknown mode', { 'auth0-urls': 'replace' }, /auth0-urls.*none of ensure, follow, exact, remove/],
  ];
  it.each(bad)('%s', async (_name, inputs, message) => {
    const refused = await step(inputs);
    expect(refused.exitCode).toBe(1);
    expect(refused.log).toMatch(message);
    expect(refused.outputs['failure-reason']).toBe('input');
    expect(aws.calls).toEqual([]);
    expect(auth0.calls).toHaveLength(0);
    expect(findLeaks(refused, [SECRET])).toEqual([]);
  });
});

describe('what a variable gave wrong is reported at its place', () => {
  const management = {
    'app-url': NEW,
    only: 'auth0',
    'auth0-management-client-id': 'management-id',
    'auth0-management-client-secret': SECRET,
  };
  const TENANT = 'https://tenant-canary.us.auth0.com/';

  it.each<[string, Record<string, string>, Record<string, string>, string, number | undefined]>([
    ['dotenv', { dotenv: `A=1\nAUTH0_DOMAIN=${TENANT}` }, {}, 'input dotenv line 2', undefined],
    [
      'a .env beside an input',
      { 'env-file': '.env', variables: `AUTH0_DOMAIN=${TENANT}` },
      { '.env': `A=1\nB=2\nAUTH0_DOMAIN=${TENANT}\n` },
      '.env line 3',
      3,
    ],
    [
      'variables',
      { variables: JSON.stringify({ AUTH0_DOMAIN: TENANT }, null, 2) },
      {},
      'input variables',
      undefined,
    ],
    ['secrets', { secrets: `AUTH0_DOMAIN=${TENANT}` }, {}, 'input secrets line 1', undefined],
  ])('AUTH0_DOMAIN of %s', async (_source, inputs, files, place, line) => {
    const refused = await runAction({
      inputs: { prefix: '/papyrus/prd', ...management, 'auth0-application-id': 'app-id', ...inputs },
      env: aws.env(),
      event: { name: 'push' },
      files,
    });
    expect(refused.exitCode).toBe(1);
    expect(refused.outputs['failure-reason']).toBe('input');
    const errors = refused.annotations.filter(({ message }) => message.includes('AUTH0_DOMAIN'));
    expect(errors).toHaveLength(1);
    expect(errors[0]?.message).toMatch(/leave out the scheme/);
    expect(refused.log).toContain(place);
    const at = line === undefined ? undefined : { file: '.env', line: String(line) };
    expect(errors[0]?.properties).toEqual(
      at === undefined
        ? expect.not.objectContaining({ line: expect.anything() })
        : expect.objectContaining(at),
    );
    expect(findLeaks(refused, [SECRET, 'tenant-canary'])).toEqual([]);
    expect(aws.calls).toEqual([]);
  });

  it('AUTH0_CLIENT_ID of no application, and AUTH0_DOMAIN of no tenant', async () => {
    const variables = `AUTH0_DOMAIN=${new URL(auth0.url).host}\nAUTH0_CLIENT_ID=elsewhere`;
    const failed = await run({ ...management, dotenv: variables });
    expect(failed.exitCode).toBe(1);
    expect(failed.log).toContain('AUTH0_CLIENT_ID (input dotenv line 2)');
    expect(failed.log).not.toContain('auth0-application-id');
    auth0.inject({ on: 'token', fault: { status: 302, headers: { location: 'http://127.0.0.1:1/' } } });
    const redirected = await run({ ...management, dotenv: variables });
    expect(redirected.exitCode).toBe(1);
    expect(redirected.log).toContain('AUTH0_DOMAIN (input dotenv line 1)');
  });
});

describe('faults of Auth0', () => {
  const faults: ReadonlyArray<[string, Parameters<Auth0Server['inject']>[0], RegExp]> = [
    [
      '401 for the token',
      { on: 'token', fault: { status: 401, body: '{"error":"access_denied"}' } },
      /management credentials/,
    ],
    [
      '403 for the token',
      { on: 'token', fault: { status: 403, body: '{"error":"access_denied"}' } },
      /not authorized for the Management API/,
    ],
    [
      '403 to read',
      { on: 'read', fault: { status: 403, body: '{"errorCode":"insufficient_scope"}' } },
      /read:clients/,
    ],
    ['404', { on: 'read', fault: { status: 404 } }, /no application with the id/],
    [
      'a redirect',
      { on: 'read', fault: { status: 302, headers: { location: 'http://127.0.0.1:1/' } } },
      /redirect/i,
    ],
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

  it('a passing 502 with HTML and a 429 are repeated', async () => {
    auth0.inject({ on: 'read', fault: badGateway() });
    auth0.inject({ on: 'update', fault: { status: 429, headers: { 'retry-after': '0' } } });
    const healed = await step();
    expect(healed.exitCode, healed.log).toBe(0);
    expect(lists()).toEqual(UNION);
  });

  it('lists that the token may not see are one error that names the scope, and nothing is written', async () => {
    auth0.tamper = (call) => {
      if (call === 'read')
        for (const token of auth0.tokens.keys()) auth0.tokens.set(token, ['read:client_summary']);
      return undefined;
    };
    const failed = await step({ 'auth0-urls': 'follow' });
    expect(failed.exitCode).toBe(1);
    const errors = failed.annotations.filter(
      ({ level, message }) => level === 'error' && /Allowed|read:clients/.test(message),
    );
    expect(errors).toHaveLength(1);
    for (const word of ['read:clients', 'Callback URLs', 'Logout URLs', 'Web Origins'])
      expect(errors[0]?.message).toContain(word);
    expect(auth0.count('update')).toBe(0);
    expect(aws.writes()).toEqual([]);
    expect(lists()).toEqual(FOREIGN);
  });

  it('an application of which nothing was ever saved is filled in one run, with no request more', async () => {
    for (const list of ['callbacks', 'allowed_logout_urls', 'web_origins'])
      delete auth0.application('app-id')[list];
    for (const mode of ['plan', 'apply']) {
      const done = await step({ mode });
      expect(done.exitCode, done.log).toBe(0);
      expect(done.log).toContain(`callback:${NEW}/callback added`);
    }
    expect(auth0.calls.map(({ call }) => call)).toEqual([
      ...['token', 'read'],
      ...['token', 'read', 'read', 'update', 'read'],
    ]);
    expect(lists()).toEqual({
      callbacks: [`${NEW}/callback`],
      allowed_logout_urls: [`${NEW}/logout`],
      web_origins: [NEW],
    });
    auth0.calls.length = 0;
    expect((await step()).outputs['changed']).toBe('false');
    expect(auth0.calls.map(({ call }) => call)).toEqual(['token', 'read']);
  });

  it.each([
    ['cannot be read', () => auth0.inject({ on: 'read', times: 20, fault: badGateway() })],
    ['cannot be written', () => auth0.inject({ on: 'update', times: 20, fault: badGateway() })],
  ])('an application that %s keeps the callback that works', async (_what, prepare) => {
    expect((await step({ 'app-url': OLD })).exitCode).toBe(0);
    prepare();
    const failed = await step();
    expect(failed.exitCode).toBe(1);
    expect(await callback()).toEqual({ value: `${OLD}/callback`, type: 'String' });
    expect(failed.log).toContain(`parameter ${PARAMETER}: skipped, waits for \`application\``);
    expect(failed.outputs['changed']).toBe('false');
  });
});

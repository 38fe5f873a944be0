import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readCallback } from '../../src/desired/callback.ts';
import { Secret } from '../../src/secret.ts';
import { ask, CONFIG } from '../asking.ts';

const read = (value: string) => readCallback(new Secret(value));

describe('what AUTH0_CALLBACK_URL says', () => {
  it.each([
    ['http://localhost:3000/api/auth/callback/auth0', '/api/auth/callback/auth0'],
    ['http://localhost:3000/auth/callback', '/auth/callback'],
    ['http://0.0.0.0:5000/callback', '/callback'],
    ['https://app.example.com/callback/', '/callback/'],
    ['https://app.example.com', ''],
    ['https://app.example.com/', '/'],
    ['http://[::1]:5000/cb', '/cb'],
    ['  HTTP://LOCALHOST:3000/Auth/Callback ', '/Auth/Callback'],
    ['localhost:3000/auth/callback', '/auth/callback'],
    ['app.example.com/auth/callback', '/auth/callback'],
    // biome-ignore lint/suspicious/noTemplateCurlyInString: what many a .env holds
    ['http://${HOST}:3000/auth/callback', '/auth/callback'],
    ['https://<your-domain>/auth/callback', '/auth/callback'],
  ])('%j is a URL, and has a path of its own', (value, path) => {
    expect(read(value)).toMatchObject({ path, unclear: undefined, count: 1, isPathAlone: false });
  });

  it.each([
    ['/api/auth/callback/auth0', '/api/auth/callback/auth0'],
    ['/callback', '/callback'],
    ['auth/callback', '/auth/callback'],
    // biome-ignore lint/suspicious/noTemplateCurlyInString: what many a .env holds
    ['${BASE_URL}/api/auth/callback', '/api/auth/callback'],
    ['$BASE_URL/auth/callback', '/auth/callback'],
    ['{{base.url}}/auth/callback', '/auth/callback'],
  ])('%j is a path alone', (value, path) => {
    expect(read(value)).toMatchObject({ path, count: 1, isPathAlone: true, origins: [] });
  });

  it.each([
    'http://localhost:3000/cb,https://app.example.com/cb',
    'http://localhost:3000/cb, https://app.example.com/cb,',
    'http://localhost:3000/cb https://app.example.com/cb',
    'http://localhost:3000/cb\nhttps://app.example.com/cb',
    '["http://localhost:3000/cb","https://app.example.com/cb"]',
  ])('%j is a list with one path', (value) => {
    expect(read(value)).toMatchObject({
      path: '/cb',
      count: 2,
      origins: ['this machine:3000', 'https://app.example.com'],
    });
  });

  it.each(['', ' ', 'to be set', 'changeme', 'n/a', 'com.example.app://callback', 'none', '[]', '1.2.3'])(
    '%j says nothing',
    (value) => {
      expect(read(value)).toMatchObject({ path: undefined, unclear: undefined, count: 0 });
    },
  );

  it.each([
    ['http://localhost:3000/a,http://localhost:3000/b', /different paths/],
    ['http://localhost:3000/a?state=canary', /a fragment/],
    ['http://localhost:3000/#/canary', /a fragment/],
    ['http://localhost:3000/canary/../b', /dot segments/],
    ['http://localhost:3000/canary/*', /wildcards/],
    ['http://localhost:3000//canary', /one slash/],
    ['http://localhost:3000/a;canary', /a list/],
    ['http://localhost:3000/a, canary', /a list/],
  ])('%j has a path that cannot be kept', (value, why) => {
    const reading = read(value);
    expect(reading.path).toBeUndefined();
    expect(reading.unclear).toMatch(why);
    expect(reading.unclear).not.toContain('canary');
  });

  it('never throws, and gives a path that a URL keeps as it is, or none', () => {
    const piece = fc.oneof(
      fc.constantFrom('http://', 'https://a.example', '/', ',', ' ', '?', '#', '..', '[', ']', '"', '%', '*'),
      fc.string({ unit: 'grapheme', maxLength: 6 }),
      fc.webPath(),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 8 }), (pieces) => {
        const { path, unclear } = read(pieces.join(''));
        expect(path !== undefined && unclear !== undefined).toBe(false);
        if (path !== undefined && path !== '')
          expect(new URL(`https://app.example.com${path}`).pathname).toBe(path);
      }),
    );
  });

  it('takes the addresses of this machine for one, with one port', () => {
    const origins = ['http://localhost:80', 'http://127.0.0.1/x', 'http://0.0.0.0', 'http://[::1]/y'].map(
      (value) => read(value).origins,
    );
    expect(new Set(origins.flat())).toEqual(new Set(['this machine:80']));
    expect(read('https://localhost').origins).toEqual(['this machine:443']);
  });
});

const APP = 'https://app.example.com';
const SET = 'callback-path: /from/file';
/** @returns the callback that the parameter would get, and what is said of it. */
function callbackOf(dotenv: string, more: { config?: string; inputs?: Record<string, string> } = {}) {
  const answer = ask({
    inputs: { 'app-url': APP, 'env-file': '.env', ...more.inputs },
    files: { '.env': dotenv },
    ...(more.config === undefined ? {} : { config: more.config }),
  });
  const route = answer.routes.find(({ variable }) => variable.name === 'AUTH0_CALLBACK_URL');
  const holds = (callback: string) => route?.variable.value.equals(callback) === true;
  const about = (notes: readonly string[]) => notes.filter((note) => /: AUTH0_CALLBACK_URL: /.test(note));
  return {
    holds,
    route,
    faults: answer.faults,
    warnings: about(answer.warnings),
    notices: about(answer.notices),
  };
}

describe('the callback of app-url', () => {
  it.each([
    ['http://localhost:3000/api/auth/callback/auth0', `${APP}/api/auth/callback/auth0`, 0],
    ['http://localhost:3000', APP, 0],
    ['/auth/callback', `${APP}/auth/callback`, 1],
    ['http://localhost:3000/cb,http://localhost:4000/cb', `${APP}/cb`, 1],
    ['to be set', `${APP}/callback`, 0],
    ['', `${APP}/callback`, 0],
  ])('keeps the path of %j', (value, callback, notices) => {
    const given = callbackOf(`A=1\nAUTH0_CALLBACK_URL="${value}"\n`);
    expect(given.faults).toEqual([]);
    expect(given.holds(callback)).toBe(true);
    expect(given.notices).toHaveLength(notices);
    for (const notice of given.notices) expect(notice).toMatch(/^\.env line 2: AUTH0_CALLBACK_URL: /);
    expect(given.warnings).toEqual([]);
  });

  it('is /callback where no variable is given', () => {
    expect(callbackOf('A=1').holds(`${APP}/callback`)).toBe(true);
  });

  it.each([
    ['http://localhost:3000/from/variable', '/from/variable', 1],
    ['/from/variable', '/from/variable', 1],
    // What may be no word is not repeated.
    ['http://localhost:3000/from/8f7e6d5c4b', 'callback-path', 1],
    ['http://localhost:3000/from/file?x', 'callback-path', 1],
    ['http://localhost:3000/from/file', '', 0],
    ['http://localhost:3000/from/file,http://localhost:3000/other', '', 0],
    ['to be set', '', 0],
  ])('of the file wins over %j, and a warning names both where they differ', (value, named, warnings) => {
    const given = callbackOf(`AUTH0_CALLBACK_URL=${value}`, { config: `mode: plan\n${SET}` });
    expect(given.faults).toEqual([]);
    expect(given.holds(`${APP}/from/file`)).toBe(true);
    expect(given.warnings).toHaveLength(warnings);
    for (const warning of given.warnings) {
      expect(warning).toMatch(/^\.env line 1: AUTH0_CALLBACK_URL: /);
      expect(warning).toContain(`${CONFIG} line 2`);
      expect(warning).toContain('/from/file');
      expect(warning).toContain(named);
      expect(warning).not.toContain('8f7e');
    }
  });

  it.each(['http://localhost:3000/a,http://localhost:3000/b', 'http://localhost:3000/a?state=canary'])(
    'is not guessed: %j without callback-path is an error at its place',
    (value) => {
      const given = callbackOf(`A=1\nAUTH0_CALLBACK_URL="${value}"`);
      expect(given.faults).toEqual([
        expect.stringMatching(/^\.env line 2: AUTH0_CALLBACK_URL: .*Set callback-path/),
      ]);
      expect(given.faults.join()).not.toContain('canary');
      expect(callbackOf(`AUTH0_CALLBACK_URL="${value}"`, { config: SET }).faults).toEqual([]);
      expect(callbackOf(`AUTH0_CALLBACK_URL="${value}"`, { inputs: { 'app-url': '' } }).faults).toEqual([]);
    },
  );

  it('stays hidden where its path is certainly a secret, or came by secrets', () => {
    const token = `ghp_${'a1B2'.repeat(9)}`;
    const given = callbackOf(`AUTH0_CALLBACK_URL=http://localhost:3000/${token}`);
    expect(given.holds(`${APP}/${token}`)).toBe(true);
    expect(given.route).toMatchObject({ class: 'secret', shown: false });
    const secret = callbackOf('', {
      inputs: { secrets: 'AUTH0_CALLBACK_URL=http://localhost:3000/auth/cb' },
    });
    expect(secret.holds(`${APP}/auth/cb`)).toBe(true);
    expect(secret.route).toMatchObject({ class: 'secret', shown: false });
  });
});

describe('other variables with an address of this machine', () => {
  const named = (dotenv: string, inputs: Record<string, string> = {}, config?: string) => {
    const { notices } = ask({
      inputs: { 'app-url': APP, dotenv, ...inputs },
      ...(config === undefined ? {} : { config }),
    });
    const collected = notices.filter((notice) => /this machine/.test(notice));
    expect(collected.length).toBeLessThan(2);
    return [...(collected[0] ?? '').matchAll(/\b[A-Z][A-Z0-9_]{3,}\b/g)]
      .map(([name]) => name)
      .filter((name) => name !== 'AUTH0_CALLBACK_URL');
  };
  const LOCAL = 'AUTH0_CALLBACK_URL=http://localhost:3000/auth/callback\n';

  it('are one notice, whatever they are called', () => {
    const others =
      'AUTH0_BASE_URL=http://localhost:3000\nAPP_BASE_URL=http://127.0.0.1:3000/\nGITHUB_CALLBACK_URL=http://localhost:3000/gh\n' +
      'SELF=http://localhost:3000/x\nREDIS_URL=redis://localhost:6379\nAPI=http://localhost:4000\nDOCS=https://example.com\n' +
      'ORIGINS=http://localhost:3000,http://localhost:4000\n';
    expect(named(LOCAL + others)).toEqual([
      'AUTH0_BASE_URL',
      'APP_BASE_URL',
      'GITHUB_CALLBACK_URL',
      'SELF',
      'ORIGINS',
    ]);
  });

  it.each([
    ['no callback', ''],
    ['a callback that is a path alone', 'AUTH0_CALLBACK_URL=/auth/callback\n'],
    ['a public callback', 'AUTH0_CALLBACK_URL=https://old.example.com/cb\n'],
  ])('are reported by their names beside %s', (_, callback) => {
    const others = 'AUTH0_BASE_URL=http://localhost:3000\nUPSTREAM=http://localhost:3000\n';
    expect(named(callback + others)).toEqual(['AUTH0_BASE_URL']);
  });

  it.each<[string, Record<string, string>, string | undefined]>([
    ['app-url is not given', { 'app-url': '' }, undefined],
    ['app-url is of this machine', { 'app-url': 'http://localhost:3000' }, undefined],
    ['the address is taken out', { 'auth0-urls': 'remove' }, undefined],
    ['a rule ignores them', {}, 'rules: [{ match: APP_BASE_URL, to: ignore }]'],
  ])('are not reported where %s', (_, inputs, config) => {
    expect(named(`${LOCAL}APP_BASE_URL=http://localhost:3000\n`, inputs, config)).toEqual([]);
  });
});

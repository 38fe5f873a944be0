import { describe, expect, it } from 'vitest';
import {
  type AppPaths,
  closes,
  configuredUrls,
  isLocalUrl,
  isLoopback,
  readAppUrl,
} from '../../src/desired/app-url.ts';
import { ABSENT } from '../../src/model/fields.ts';
import type { Auth0Urls } from '../../src/settings/choices.ts';

const PATHS: AppPaths = { callback: '/callback', logout: '/logout' };

describe('readAppUrl', () => {
  it.each([
    ['http://203.0.113.7:5000', 'http://203.0.113.7:5000', 2],
    ['  http://203.0.113.7:5000\n', 'http://203.0.113.7:5000', 2],
    ['https://app.example.com', 'https://app.example.com', 0],
    ['https://app.example.com/', 'https://app.example.com', 0],
    ['HTTPS://App.Example.COM:443', 'https://app.example.com', 0],
    ['http://app.example.com:80', 'http://app.example.com', 1],
    ['https://203.0.113.7', 'https://203.0.113.7', 1],
    ['https://[2001:db8::1]:8443', 'https://[2001:db8::1]:8443', 1],
    ['http://localhost:5000', 'http://localhost:5000', 0],
    ['http://127.0.0.1:5000', 'http://127.0.0.1:5000', 0],
    ['http://[::1]:5000', 'http://[::1]:5000', 0],
    ['http://app.localhost:5000', 'http://app.localhost:5000', 0],
    ['http://0.0.0.0:5000', 'http://0.0.0.0:5000', 2],
    ['https://bücher.example', 'https://xn--bcher-kva.example', 0],
    ['http://task_1.internal:5000', 'http://task_1.internal:5000', 1],
  ])('reads %j', (text, origin, warnings) => {
    const reading = readAppUrl(text, PATHS);
    expect(reading.faults).toEqual([]);
    expect(reading.urls).toEqual({ origin, callback: `${origin}/callback`, logout: `${origin}/logout` });
    expect(reading.warnings).toHaveLength(warnings);
  });

  it.each([
    ['', /is empty/],
    ['   ', /is empty/],
    ['app.example.com', /not absolute/],
    ['203.0.113.7:5000', /not absolute/],
    ['//app.example.com', /not absolute/],
    ['/callback', /not absolute/],
    ['ftp://app.example.com', /not absolute/],
    ['javascript:alert(1)', /not absolute/],
    ['com.example.app://cb', /not absolute/],
    ['http:app.example.com', /not absolute/],
    ['http:///app.example.com', /not absolute/],
    ['http://', /not absolute/],
    ['https://app.example.com/app', /a path/],
    ['https://app.example.com//', /a path/],
    ['https://app.example.com/callback', /a path/],
    ['https://app.example.com?x=1', /a query or a fragment/],
    ['https://app.example.com/?', /a query or a fragment/],
    ['https://app.example.com#top', /a query or a fragment/],
    ['https://app.example.com/#', /a query or a fragment/],
    ['https://*.example.com', /a wildcard/],
    ['https://app.example.com:*', /a wildcard/],
    ['https://a.example.com,https://b.example.com', /not a list/],
    ['https://a.example.com, https://b.example.com', /not a list/],
    ['https://a.example.com;https://b.example.com', /not a list/],
    ['https://a.example.com https://b.example.com', /not a list/],
    ['https://a.example.com\nhttps://b.example.com', /not a list/],
    ['https://user:password-canary@app.example.com', /user name or password/],
    ['https://password-canary@app.example.com', /user name or password/],
    ['https://@app.example.com', /user name or password/],
    ['http://:5000', /no host before the port/],
    ['http://None:5000', /the look-up of the address found none/],
    ['http://null:5000', /the look-up of the address found none/],
    ['http://undefined', /the look-up of the address found none/],
    ['http://<PublicIP>:5000', /every placeholder/],
    // biome-ignore lint/suspicious/noTemplateCurlyInString: what a quoting mistake in a shell leaves behind
    ['http://${PUBLIC_IP}:5000', /placeholder/],
    ['http://{ip}:5000', /placeholder/],
    ['http://app..example.com', /cannot exist/],
    ['http://-app.example.com', /cannot exist/],
    ['http://app.example.com:99999', /not a URL/],
    ['http://app.example.com:port', /not a URL/],
    ['http://300.0.113.7', /not a URL/],
    // The URL standard reads these as addresses, and as ones that nobody sees in them.
    ['https://3405803783', /another form than four numbers/],
    ['http://10.1.7', /another form than four numbers/],
    ['http://0x7f.1', /another form than four numbers/],
    ['http://app.example.com:0', /the port 0/],
    ['http://app.example.com\\evil.example.com', /not a URL/],
    ['http://app%2eexample.com', /not a URL/],
  ])('refuses %j', (text, fault) => {
    const reading = readAppUrl(text, PATHS);
    expect(reading.urls).toBeUndefined();
    expect(reading.faults).toHaveLength(1);
    expect(reading.faults[0]).toMatch(fault);
    expect(reading.faults[0]).not.toContain('canary');
  });

  it('takes the paths of the configuration file', () => {
    expect(readAppUrl('https://app.example.com', { callback: '/auth/callback', logout: '/' }).urls).toEqual({
      origin: 'https://app.example.com',
      callback: 'https://app.example.com/auth/callback',
      logout: 'https://app.example.com/',
    });
  });
});

describe('wantedUrls', () => {
  const now = {
    origin: 'http://203.0.113.7:5000',
    callback: 'http://203.0.113.7:5000/callback',
    logout: 'http://203.0.113.7:5000/logout',
  };
  const added = {
    'callback:http://203.0.113.7:5000/callback': true,
    'logout:http://203.0.113.7:5000/logout': true,
    'origin:http://203.0.113.7:5000': true,
  };
  const old = 'http://198.51.100.9:5000/callback';

  it.each<[Auth0Urls]>([['ensure'], ['exact']])('%s adds, and knows nothing of the past', (mode) => {
    expect(configuredUrls(mode, now, PATHS, old)).toEqual(added);
  });

  it('follow takes out what the callback stood for until now', () => {
    expect(configuredUrls('follow', now, PATHS, old)).toEqual({
      ...added,
      'callback:http://198.51.100.9:5000/callback': ABSENT,
      'logout:http://198.51.100.9:5000/logout': ABSENT,
      'origin:http://198.51.100.9:5000': ABSENT,
    });
  });

  it.each([
    ['nothing before', undefined],
    ['the same as now', now.callback],
    ['no URL', 'to be set'],
    ['another scheme', 'com.example.app://callback'],
    ['empty', ''],
  ])('follow takes nothing out: %s', (_, previous) => {
    expect(configuredUrls('follow', now, PATHS, previous)).toEqual(added);
  });

  it('follow takes an old path out and keeps what the host goes on to use', () => {
    expect(configuredUrls('follow', now, PATHS, 'http://203.0.113.7:5000/auth/cb?v=1')).toEqual({
      ...added,
      'callback:http://203.0.113.7:5000/auth/cb?v=1': ABSENT,
    });
  });

  it('follow leaves the first address of the seed, too', () => {
    expect(configuredUrls('follow', now, PATHS, 'http://0.0.0.0:5000/callback')).toMatchObject({
      'callback:http://0.0.0.0:5000/callback': ABSENT,
    });
  });

  it('remove takes out exactly the three', () => {
    expect(configuredUrls('remove', now, PATHS, old)).toEqual(
      Object.fromEntries(Object.keys(added).map((field) => [field, ABSENT])),
    );
  });

  it.each<[Auth0Urls, number]>([
    ['ensure', 0],
    ['follow', 0],
    ['remove', 0],
    ['exact', 3],
  ])('%s closes %i lists', (mode, lists) => {
    expect(closes(mode)).toHaveLength(lists);
  });
});

describe('a URL', () => {
  it.each([
    'http://0.0.0.0:5000/callback',
    'http://localhost/x',
    'https://LOCALHOST:3000',
    'http://app.localhost',
    'http://127.0.0.1',
    'http://127.1.2.3:80/',
    'http://[::1]:5000/callback',
    'http://[::]/',
    'http://user@localhost/',
    'http://localhost./',
    'http://a.b.localhost:8080',
  ])('%s reaches only this machine', (url) => {
    expect(isLocalUrl(url)).toBe(true);
  });

  it.each([
    'http://203.0.113.7:5000/callback',
    'https://localhost.example.com/',
    'https://notlocalhost/',
    'https://example.com/?x=http://localhost/',
    'http://127.example.com',
    'https://127.0.0.1.example.com/',
    'http://[::2]/',
    'http://0.0.0.0.example.com/',
    'http://localhost@example.com/',
    'localhost:5000',
    'ftp://localhost',
    '',
  ])('%j reaches others', (url) => {
    expect(isLocalUrl(url)).toBe(false);
  });
});

describe('a host', () => {
  it.each(['localhost', 'localhost.', 'app.localhost', '127.0.0.1', '127.1.2.3', '[::1]'])(
    '%s is this machine',
    (host) => {
      expect(isLoopback(host)).toBe(true);
    },
  );

  // What a server listens on is no address that anybody is sent to.
  it.each(['0.0.0.0', '[::]', '128.0.0.1', '127.example.com', 'localhost.example.com', ''])(
    '%j is not',
    (host) => {
      expect(isLoopback(host)).toBe(false);
    },
  );
});

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

  it('refuses an empty address', () => {
    expect(readAppUrl(' ', PATHS).faults).toEqual([expect.any(String)]);
  });

  it('takes the paths of the configuration file', () => {
    expect(readAppUrl('https://app.example.com', { callback: '/auth/callback', logout: '/' }).urls).toEqual({
      origin: 'https://app.example.com',
      callback: 'https://app.example.com/auth/callback',
      logout: 'https://app.example.com/',
    });
  });
});

describe('configuredUrls', () => {
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

  it('follow takes out what the callback named until now', () => {
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

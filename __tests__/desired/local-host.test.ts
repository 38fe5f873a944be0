import { describe, expect, it } from 'vitest';
import { isLocalUrl, isLoopback } from '../../src/desired/app-url.ts';

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

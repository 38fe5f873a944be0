import { describe, expect, it } from 'vitest';
import { isLocalUrl } from '../../src/desired/local-host.ts';
import { certainly, looksRandom, secretWord } from '../../src/desired/looks.ts';
import { Secret } from '../../src/secret.ts';

describe('a name', () => {
  it.each([
    ['SMTP_PASSWORD', 'PASSWORD'],
    ['PASSWORD', 'PASSWORD'],
    ['password', 'PASSWORD'],
    ['SMTP_PASS', 'PASS'],
    ['PGPASSWORD', 'PGPASSWORD'],
    ['STRIPE_API_KEY', 'API_KEY'],
    ['STRIPE_APIKEY', 'APIKEY'],
    ['GITHUB_TOKEN', 'TOKEN'],
    ['TOKEN_OF_X', 'TOKEN'],
    ['MY_SECRET', 'SECRET'],
    ['TLS_PRIVATE_KEY', 'PRIVATE_KEY'],
    ['AWS_SECRET_ACCESS_KEY', 'SECRET'],
    ['GOOGLE_CREDENTIALS', 'CREDENTIALS'],
    ['GOOGLE_CREDENTIAL', 'CREDENTIAL'],
    ['app.api-key', 'API_KEY'],
    ['SLACK_WEBHOOK_URL', 'WEBHOOK_URL'],
    ['SESSION_SIGNING_KEY', 'SIGNING_KEY'],
  ])('%s holds %s', (name, word) => {
    expect(secretWord(name)).toBe(word);
  });

  it.each([
    'PASSWORDLESS',
    'TOKENIZER',
    'SECRETARY',
    'PASSENGER',
    'KEY',
    'PUBLIC_KEY',
    'MONKEY',
    'PORT',
    'LOG_LEVEL',
    '',
  ])('%j holds none', (name) => {
    expect(secretWord(name)).toBeUndefined();
  });
});

describe('a value is certainly', () => {
  const x = (count: number) => 'aB3'.repeat(count).slice(0, count);
  it.each([
    ['a private key', `-----BEGIN PRIVATE KEY-----\n${x(64)}\n-----END PRIVATE KEY-----`],
    ['a private key', '-----BEGIN RSA PRIVATE KEY-----\n'],
    ['a private key', 'prefix -----BEGIN OPENSSH PRIVATE KEY-----'],
    ['a private key', '-----BEGIN PGP PRIVATE KEY BLOCK-----'],
    ['a token', `ghp_${x(36)}`],
    ['a token', `ghs_${x(36)}`],
    ['a token', `github_pat_${x(40)}`],
    ['a token', `glpat-${x(20)}`],
    ['a token', 'AKIAIOSFODNN7EXAMPLE'],
    ['a token', 'ASIAIOSFODNN7EXAMPLE'],
    ['a token', `xoxb-${x(24)}`],
    ['a token', `sk_live_${x(24)}`],
    ['a token', `rk_test_${x(24)}`],
    ['a token', `whsec_${x(32)}`],
    ['a token', `sk-ant-${x(40)}`],
    ['a token', `sk-proj-${x(40)}`],
    ['a token', `SG.${x(22)}.${x(43)}`],
    ['a token', `AIza${x(35)}`],
    ['a token', `npm_${x(36)}`],
    ['a token', `hf_${x(34)}`],
    ['a token', `dop_v1_${'a1b2'.repeat(16)}`],
    ['a token', `eyJ${x(20)}.eyJ${x(20)}.${x(20)}`],
    ['a token', ` ghp_${x(36)}\n`],
    ['a URL with a password', 'postgres://u:p@db/x'],
    ['a URL with a password', 'redis://:p@cache:6379'],
    ['a URL with a password', 'amqp+ssl://u:p%40@h'],
    ['a URL with a password', 'url=https://u:p@h/x'],
  ])('%s: %s', (what, value) => {
    expect(certainly(new Secret(value))).toBe(what);
  });

  it.each([
    '',
    'http://0.0.0.0:5000/callback',
    'https://user@host/x',
    'https://host/a:b@c',
    'postgres://db:5432/x',
    '-----BEGIN CERTIFICATE-----',
    '-----BEGIN PUBLIC KEY-----',
    'AKIA',
    'ghp_short',
    'eyJhbGciOi',
    'a:b@c',
  ])('nothing: %j', (value) => {
    expect(certainly(new Secret(value))).toBeUndefined();
  });
});

describe('a value', () => {
  it.each([
    '3f9a1c7be4d2850f6a3b9c8d7e1f2045',
    'Zm9vYmFyQmF6MTIzNDU2Nzg5MGFiY2RlZg==',
    'kJ8sd7FhsK2lq0ZpW9xYb3Vn',
  ])('%s looks like a key', (value) => {
    expect(looksRandom(new Secret(value))).toBe(true);
  });

  it.each([
    '123e4567-e89b-12d3-a456-426614174000',
    '00000000000000000000000000000000',
    'http://0.0.0.0:5000/callback',
    'a short one',
    'this-is-a-long-setting-without-anything',
    'AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA',
    'info,debug,warning,error,critical',
    'kJ8sd7FhsK2lq0ZpW9xYb3V',
    '',
  ])('%j does not', (value) => {
    expect(looksRandom(new Secret(value))).toBe(false);
  });
});

it('every judgement takes time in line with the length', () => {
  for (const piece of [
    'a://',
    'a:',
    '"a://b:',
    'A',
    '-----BEGIN ',
    'eyJ',
    'eyJaaaaaaaa.',
    'http://a',
    'http://localhost.',
    '=',
  ])
    for (const text of [piece.repeat(Math.ceil(60_000 / piece.length))]) {
      const started = performance.now();
      certainly(new Secret(text));
      looksRandom(new Secret(text));
      isLocalUrl(text);
      expect(performance.now() - started, piece).toBeLessThan(300);
    }
});

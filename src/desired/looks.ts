import type { Secret } from '../secret.ts';

/**
 * Words that make a variable's name look like that of a secret; each stands as a word between underscores.
 * PGPASSWORD is written as one. @see https://www.postgresql.org/docs/current/libpq-envars.html
 */
const WORDS = [
  'PASSWORD',
  'PASSWD',
  'PGPASSWORD',
  'PASS',
  'PASSPHRASE',
  'PWD',
  'SECRET',
  'SECRETS',
  'TOKEN',
  'PRIVATE_KEY',
  'API_KEY',
  'APIKEY',
  'ACCESS_KEY',
  'SECRET_KEY',
  'SIGNING_KEY',
  'ENCRYPTION_KEY',
  'AUTH_KEY',
  'LICENSE_KEY',
  'MASTER_KEY',
  'WEBHOOK_URL',
  'CREDENTIAL',
  'CREDENTIALS',
];

/** @returns the word that makes the name look secret. */
export function secretWord(name: string): string | undefined {
  const padded = `_${name.toUpperCase().replace(/[.-]/g, '_')}_`;
  return WORDS.find((word) => padded.includes(`_${word}_`));
}

/** Forms that say themselves what they are, by their issuer's documented prefix. */
const TOKENS: readonly RegExp[] = [
  /^gh[pousr]_[A-Za-z0-9]{20,}$/,
  /^github_pat_\w{20,}$/,
  /^glpat-[\w-]{16,}$/,
  /^(?:AKIA|ASIA)[A-Z0-9]{16}$/,
  /^xox[abeoprs]-[\w-]{10,}$/,
  /^(?:sk|rk|pk)_(?:live|test)_\w{10,}$/,
  /^whsec_[\w+/=]{16,}$/,
  /^sk-(?:ant-|proj-)?[\w-]{20,}$/,
  /^SG\.[\w-]{16,}\.[\w-]{16,}$/,
  /^AIza[\w-]{30,}$/,
  /^ya29\.[\w-]{20,}$/,
  /^npm_[A-Za-z0-9]{30,}$/,
  /^pypi-[\w-]{16,}$/,
  /^hf_[A-Za-z0-9]{20,}$/,
  /^dop_v1_[a-f0-9]{32,}$/,
  /^eyJ[\w-]{8,}\.eyJ[\w-]{8,}\.[\w-]*$/,
];

const isPrivateKey = (value: string) => /-----BEGIN [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----/.test(value);
const isToken = (value: string) => TOKENS.some((form) => form.test(value.trim()));
const isUrlWithPassword = (value: string) =>
  /(?:^|[\s"'=])[a-z][a-z0-9+.-]*:\/\/[^\s/:@]*:[^\s/@]+@/i.test(value);

/** @returns what the value certainly is, whatever its name says; undefined otherwise. */
export function certainly(value: Secret): string | undefined {
  if (value.is(isPrivateKey)) return 'a private key';
  if (value.is(isToken)) return 'a token';
  if (value.is(isUrlWithPassword)) return 'a URL with a password';
  return undefined;
}

/** Bits a character, by Shannon. English words come to about 3, random base64 to more than 4. */
function entropy(value: string): number {
  const counts = new Map<string, number>();
  for (const character of value) counts.set(character, (counts.get(character) ?? 0) + 1);
  let bits = 0;
  for (const count of counts.values()) bits -= (count / value.length) * Math.log2(count / value.length);
  return bits;
}

/** @returns whether the value is long and without a pattern, as keys are; a UUID is a name, not a key. */
export function looksRandom(value: Secret): boolean {
  return value.is((text) => {
    if (/^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text)) return false;
    if (/^[0-9a-f]{32,}$/i.test(text)) return entropy(text) > 3;
    if (!/^[A-Za-z0-9+/_=-]{24,}$/.test(text)) return false;
    return /[0-9]/.test(text) && /[a-z]/.test(text) && /[A-Z]/.test(text) && entropy(text) > 4;
  });
}

import { secretWord, wordsOf } from './name-words.ts';
import { isIssuedToken } from './token-forms.ts';
import { isReadable } from './words.ts';

/**
 * Values that are certainly a secret, whatever the variable is called: private keys, tokens in their issuer's form, and
 * whatever has a password or a key written into it.
 */

/** The name of one form, and its pattern. */
interface SecretForm {
  /** For people: `its value is …`. */
  readonly noun: string;
  readonly holds: (value: string) => boolean;
}

const PRIVATE_KEY =
  /-----BEGIN [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----|PuTTY-User-Key-File-\d|AGE-SECRET-KEY-1|<RSAKeyValue>[\s\S]{0,4096}<D>/;

/** @see https://en.wikipedia.org/wiki/Crypt_(C)#Key_derivation_functions_supported_by_crypt */
const PASSWORD_HASH =
  /\$(?:2[abxy]?|1|5|6|7|y|gy|apr1|sha1|argon2(?:id|i|d)|scrypt|pbkdf2(?:-sha\d+)?|P|H)\$.{12}|^(?:pbkdf2_sha\d+|bcrypt(?:_sha256)?|scrypt|argon2)\$.{12}|^pbkdf2:sha\d+:\d+\$|^scrypt:\d+:\d+:\d+\$|\{(?:S?SHA\d*|CRYPT|SMD5)\}.{12}/;

/** Addresses that allow posting to everyone who has them. */
const WEBHOOK =
  /hooks\.slack\.com\/(?:services|workflows|triggers)\/\w|discord(?:app)?\.com\/api\/webhooks\/\d|\.webhook\.office\.com\/webhook|outlook\.office\.com\/webhook|hooks\.zapier\.com\/hooks\/\w|chat\.googleapis\.com\/v1\/spaces\/\w|api\.telegram\.org\/bot\d|open\.(?:feishu|larksuite)\.(?:cn|com)\/open-apis\/bot|oapi\.dingtalk\.com\/robot|qyapi\.weixin\.qq\.com\/cgi-bin\/webhook|\.logic\.azure\.com\S{0,1024}sig=|hook\.\w+\.make\.com\/\w|maker\.ifttt\.com\/trigger|events\.pagerduty\.com\/integration\/\w|\.mattermost\.\w+\/hooks\/\w/i;

/** Each of these addresses has one of these words; most values have none. */
const WEBHOOK_MARK = /hook|bot|sig=|trigger|integration|spaces/i;

/**
 * `scheme://user:password@`; the password may hold a slash, unless it is a port with a path behind it. Every part has a
 * longest length, so that the time stays in line with that of the value.
 */
const URL_WITH_PASSWORD = /[a-z0-9+.-]:\/\/[^\s/:@]{0,1024}:(?!\d{1,5}[/?])[^\s@]{1,1024}@/i;
const URL_WITH_USER = /[a-z0-9+.-]:\/\/([^\s/:@]{12,1024}):?@/i;

/** `user:password@tcp(host)/database` of Go's drivers, `user:password@host` of others. A digest is named in the same way. */
const USER_AND_PASSWORD = /^[^\s:@/]+:(?!\/\/)[^\s@]+@(?!sha\d{3}:)(?:[a-z]+\(|[\w.-]+(?::\d+)?(?:[/?]|$))/i;
/** `user/password@host` of Oracle; the `@` of an action or a package precedes its version. */
const ORACLE =
  /(?:^|thin:)[^\s:/@]+\/[^\s/@]+@(?!v?\d+(?:\.\d+){0,2}(?:[-+]|$)|[a-f0-9]{7,40}$|(?:main|master|latest|next)$)[\w./:-]+$/i;

const AUTHORIZATION = /^(?:basic|bearer|digest|apikey|token)\s+\S{8,}/i;

const LARAVEL_KEY = /(?:^|[,\s])base64:[A-Za-z0-9+/]{16,}={0,2}(?:$|[,\s])/;

/** `name=value`, `name: value`, `Account Key=value` anywhere in a text. */
const PAIR = /([A-Za-z][\w.-]{0,60}(?: [A-Za-z]{1,20}){0,2})["']?\s*(?:=|:(?!\/\/))\s*["']?([^\s;,&"'}]+)/g;

const isHarmless = (value: string) =>
  /^(?:true|false|yes|no|on|off|null|none|\d{1,6}|\*+|\$\{?\w+\}?|<[^>]*>|\{[\w.]*)$/i.test(value);

/** @returns the word of the first name in the text that marks the next value as a secret. */
function secretPair(text: string): string | undefined {
  if (!/[=:]/.test(text)) return undefined;
  for (const [, name = '', value = ''] of text.matchAll(PAIR)) {
    // White space before a name may separate two words of it, or end the text before it.
    const words = wordsOf(name);
    const said = secretWord(words);
    if (said === undefined || isHarmless(value)) continue;
    if (said.anywhere ? words.at(-1) === said.word || words.at(-1)?.endsWith(said.word) : !isReadable(value))
      return said.word;
  }
  return undefined;
}

/** A JWT is known by its header, which may be written in any way: the first of three parts is an object with `alg`. */
function holdsJwt(text: string): boolean {
  if (text.length < 24 || !text.includes('.')) return false;
  for (const [, header = ''] of text.matchAll(/(?:^|[\s"'=:])([\w-]{12,2000})\.[\w-]{8,}\.[\w-]*/g)) {
    const decoded = Buffer.from(header, 'base64url').toString('utf8').trim();
    if (decoded.startsWith('{') && /"(?:alg|typ|enc|kid)"\s*:/.test(decoded)) return true;
  }
  return false;
}

const FORMS: readonly SecretForm[] = [
  { noun: 'a private key', holds: (value) => value.length > 16 && PRIVATE_KEY.test(value) },
  {
    noun: 'a token',
    holds: (value) => isIssuedToken(value) || holdsJwt(value),
  },
  {
    noun: 'a webhook address',
    holds: (value) => value.length > 20 && WEBHOOK_MARK.test(value) && WEBHOOK.test(value),
  },
  { noun: 'a URL with a password', holds: (value) => value.includes('@') && URL_WITH_PASSWORD.test(value) },
  {
    noun: 'a URL with a key',
    holds: (value) => {
      if (!value.includes('@')) return false;
      const user = URL_WITH_USER.exec(value)?.[1];
      return user !== undefined && !isReadable(user);
    },
  },
  {
    noun: 'a user with a password',
    holds: (value) => value.includes('@') && (USER_AND_PASSWORD.test(value) || ORACLE.test(value)),
  },
  { noun: 'a password hash', holds: (value) => /[$}]/.test(value) && PASSWORD_HASH.test(value) },
  { noun: 'an authorization header', holds: (value) => AUTHORIZATION.test(value) },
  { noun: 'an application key', holds: (value) => LARAVEL_KEY.test(value) },
];

/**
 * @param value in the clear; the caller asks a `Secret`
 * @returns the certain form of the value, for people (`a private key`); undefined if it is not certain
 */
export function secretForm(value: string): string | undefined {
  return formOf(value) ?? encodedForm(value);
}

function formOf(value: string): string | undefined {
  const form = FORMS.find(({ holds }) => holds(value))?.noun;
  if (form !== undefined) return form;
  const word = secretPair(value);
  return word === undefined ? undefined : `a text with a ${word} in it`;
}

/** Files are often in a variable as base64: their content counts. */
function encodedForm(value: string): string | undefined {
  const text = value.replace(/\s+/g, '');
  if (text.length < 24 || text.length > 100_000 || !/^[A-Za-z0-9+/_-]+={0,2}$/.test(text)) return undefined;
  const decoded = Buffer.from(text, 'base64').toString('utf8');
  // Bytes that are no text are a key, or anything: that is not certain.
  if (/[\uFFFD\0]/.test(decoded)) return undefined;
  return formOf(decoded);
}

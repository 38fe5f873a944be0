import { secretWord, wordsOf } from './name-words.ts';
import { isReadable } from './words.ts';

/**
 * Values that are certainly a secret, whatever the variable is called: private keys, tokens in their issuer's form, and
 * whatever has a password or a key written into it.
 */

/** What one form is called, and how it is known. */
interface SecretForm {
  /** For people: `its value is …`. */
  readonly noun: string;
  readonly holds: (value: string) => boolean;
}

/** Prefixes that issuers document so that a scanner knows their tokens; each is followed by what only a token has. */
const TOKENS = new RegExp(
  [
    'gh[pousr]_[A-Za-z0-9]{20,}|github_pat_\\w{20,}',
    'gl(?:pat|dt|ft|rt|cbt|ptt|soat|imt|agent|oas|wt|ffct)-[\\w-]{16,}',
    '(?:AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{16}',
    'xox[abceoprs]-[\\w-]{10,}|xapp-\\d-[\\w-]{10,}|xoxe\\.xox[bp]-[\\w-]{10,}',
    '(?:sk|rk)_(?:live|test|prod)_\\w{10,}|whsec_[\\w+/=]{16,}',
    'sk-(?:ant-|proj-|svcacct-|admin-|or-|lf-)?[\\w-]{20,}|sess-[A-Za-z0-9]{40}',
    'SG\\.[\\w-]{16,}\\.[\\w-]{16,}|xkeysib-[a-f0-9]{20,}[\\w-]*|xsmtpsib-[a-f0-9]{20,}[\\w-]*|key-[0-9a-zA-Z]{32}|re_[A-Za-z0-9]{8,}_[A-Za-z0-9]{16,}',
    'AIza[\\w-]{30,}|ya29\\.[\\w-]{20,}|GOCSPX-[\\w-]{20,}|1//0[\\w-]{30,}',
    'npm_[A-Za-z0-9]{30,}|pypi-[\\w-]{16,}|rubygems_[a-f0-9]{40,}|dckr_(?:pat|oat)_[\\w-]{20,}|CLOJARS_[a-z0-9]{50,}|oy2[a-z0-9]{43}',
    'hf_[A-Za-z0-9]{20,}|api_org_[A-Za-z]{20,}|gsk_[A-Za-z0-9]{20,}|r8_[A-Za-z0-9]{30,}|pplx-[A-Za-z0-9]{30,}|xai-[A-Za-z0-9]{30,}',
    'do[opr]_v1_[a-f0-9]{32,}|hvs\\.[\\w-]{20,}|hvb\\.[\\w-]{20,}|[\\w-]{14}\\.atlasv1\\.[\\w=-]{30,}|dp\\.(?:pt|st|ct|sa|scim|audit)\\.[\\w.-]{20,}',
    'shp(?:at|ca|pa|ss)_[a-fA-F0-9]{20,}|sq0(?:atp|csp)-[\\w-]{20,}|EAAA[\\w-]{40,}|EAA[A-Z][A-Za-z0-9]{80,}|access_token\\$(?:production|sandbox)\\$\\w{16}\\$[0-9a-f]{32}|FLWSECK(?:_TEST)?-[\\w-]{20,}',
    'PMAK-[a-f0-9]{20,}-[a-f0-9]{20,}|ATATT3[\\w=-]{20,}|ATCTT3[\\w=-]{20,}|ATBB[A-Za-z0-9]{20,}|ntn_[A-Za-z0-9]{20,}|secret_[A-Za-z0-9]{40,}|lin_(?:api|oauth)_[A-Za-z0-9]{30,}|fig[du]_[\\w-]{30,}|pat[A-Za-z0-9]{14}\\.[a-f0-9]{64}',
    'dapi[a-f0-9]{32}(?:-\\d)?|NRAK-[A-Z0-9]{20,}|NR(?:JS|II|AA|RA|IQ|SP)-[A-Za-z0-9-]{15,}|glsa_[A-Za-z0-9]{20,}_[a-f0-9]{8}|glc_[A-Za-z0-9+/=]{20,}|sntry[su]_[\\w+/=.-]{20,}|lin_[a-z]{20,}|dt0c01\\.[A-Z0-9]{20,}\\.[A-Z0-9]{40,}',
    'sbp_[a-f0-9]{40}|sb_secret_[\\w-]{20,}|pscale_(?:tkn|pw|oauth)_[\\w=.-]{20,}|tskey-[\\w-]{16,}|fo1_[\\w-]{30,}|FlyV1 \\S{20,}|rnd_[A-Za-z0-9]{20,}|phx_[A-Za-z0-9]{30,}|tfp_[\\w-]{30,}|pul-[a-f0-9]{40}|ops_[\\w+/=-]{40,}|A3-[A-Z0-9]{6}-(?:[A-Z0-9]{11}|[A-Z0-9]{6}-[A-Z0-9]{5})-[A-Z0-9]{5}-[A-Z0-9]{5}-[A-Z0-9]{5}',
    'sk\\.eyJ[\\w.-]{40,}|SK[0-9a-f]{32}|\\d{8,10}:[A-Za-z0-9_-]{35}|[MNO][A-Za-z\\d_-]{23,28}\\.[\\w-]{6,7}\\.[\\w-]{27,}|AGE-SECRET-KEY-1[A-Z0-9]{50,}|EZ[AT]K[A-Za-z0-9]{50,}|shippo_(?:live|test)_[a-f0-9]{40}|duffel_(?:live|test)_[\\w=-]{40,}|amzn\\.mws\\.[0-9a-f-]{36}|HRKU-[\\w-]{30,}|vc[prka]_[A-Za-z0-9]{20,}',
  ]
    .map((form) => `(?:${form})`)
    .join('|'),
);

/** Every token has so many characters without a break; most values have not. */
const UNBROKEN = /[\w-]{12}|[\w-]{6}[.:$/][\w-]{6}/;

/** A token stands alone, or between signs that no token has. */
const TOKEN = new RegExp(`(?:^|[\\s"'=,;:/])(?:${TOKENS.source})(?:$|[\\s"',;&])`);

const PRIVATE_KEY =
  /-----BEGIN [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----|PuTTY-User-Key-File-\d|AGE-SECRET-KEY-1|<RSAKeyValue>[\s\S]{0,4096}<D>/;

/** @see https://en.wikipedia.org/wiki/Crypt_(C)#Key_derivation_functions_supported_by_crypt */
const PASSWORD_HASH =
  /\$(?:2[abxy]?|1|5|6|7|y|gy|apr1|sha1|argon2(?:id|i|d)|scrypt|pbkdf2(?:-sha\d+)?|P|H)\$.{12}|^(?:pbkdf2_sha\d+|bcrypt(?:_sha256)?|scrypt|argon2)\$.{12}|^pbkdf2:sha\d+:\d+\$|^scrypt:\d+:\d+:\d+\$|\{(?:S?SHA\d*|CRYPT|SMD5)\}.{12}/;

/** Addresses that let everybody who knows them post. */
const WEBHOOK =
  /hooks\.slack\.com\/(?:services|workflows|triggers)\/\w|discord(?:app)?\.com\/api\/webhooks\/\d|\.webhook\.office\.com\/webhook|outlook\.office\.com\/webhook|hooks\.zapier\.com\/hooks\/\w|chat\.googleapis\.com\/v1\/spaces\/\w|api\.telegram\.org\/bot\d|open\.(?:feishu|larksuite)\.(?:cn|com)\/open-apis\/bot|oapi\.dingtalk\.com\/robot|qyapi\.weixin\.qq\.com\/cgi-bin\/webhook|\.logic\.azure\.com\S{0,1024}sig=|hook\.\w+\.make\.com\/\w|maker\.ifttt\.com\/trigger|events\.pagerduty\.com\/integration\/\w|\.mattermost\.\w+\/hooks\/\w/i;

/**
 * `scheme://user:password@`; the password may hold a slash, unless it is a port with a path behind it. Every part has a
 * longest length, so that the time stays in line with that of the value.
 */
const URL_WITH_PASSWORD = /[a-z0-9+.-]:\/\/[^\s/:@]{0,1024}:(?!\d{1,5}[/?])[^\s@]{1,1024}@/i;
const URL_WITH_USER = /[a-z0-9+.-]:\/\/([^\s/:@]{12,1024}):?@/i;

/** `user:password@tcp(host)/database` of Go's drivers, `user:password@host` of others. A digest is named in the same way. */
const USER_AND_PASSWORD = /^[^\s:@/]+:(?!\/\/)[^\s@]+@(?!sha\d{3}:)(?:[a-z]+\(|[\w.-]+(?::\d+)?(?:[/?]|$))/i;
/** `user/password@host` of Oracle; behind the `@` of an action or a package stands its version. */
const ORACLE =
  /(?:^|thin:)[^\s:/@]+\/[^\s/@]+@(?!v?\d+(?:\.\d+){0,2}(?:[-+]|$)|[a-f0-9]{7,40}$|(?:main|master|latest|next)$)[\w./:-]+$/i;

const AUTHORIZATION = /^(?:basic|bearer|digest|apikey|token)\s+\S{8,}/i;

const LARAVEL_KEY = /(?:^|[,\s])base64:[A-Za-z0-9+/]{16,}={0,2}(?:$|[,\s])/;

/** `name=value`, `name: value`, `Account Key=value` anywhere in a text. */
const PAIR = /([A-Za-z][\w.-]{0,60}(?: [A-Za-z]{1,20}){0,2})["']?\s*(?:=|:(?!\/\/))\s*["']?([^\s;,&"'}]+)/g;

const isHarmless = (value: string) =>
  /^(?:true|false|yes|no|on|off|null|none|\d{1,6}|\*+|\$\{?\w+\}?|<[^>]*>|\{[\w.]*)$/i.test(value);

/** @returns the word of the first name in the text that says that what follows it is a secret. */
function secretPair(text: string): string | undefined {
  if (!/[=:]/.test(text)) return undefined;
  for (const [, name = '', value = ''] of text.matchAll(PAIR)) {
    // White space before a name may part two words of it, or end what stood before it.
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
  { noun: 'a token', holds: (value) => (UNBROKEN.test(value) && TOKEN.test(value)) || holdsJwt(value) },
  {
    noun: 'a webhook address',
    holds: (value) => value.length > 20 && value.includes('/') && WEBHOOK.test(value),
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
 * @returns what the value certainly is, for people (`a private key`); undefined where it is not certain
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

/** Files are often put into a variable as base64: what is inside counts. */
function encodedForm(value: string): string | undefined {
  const text = value.replace(/\s+/g, '');
  if (text.length < 24 || text.length > 100_000 || !/^[A-Za-z0-9+/_-]+={0,2}$/.test(text)) return undefined;
  const decoded = Buffer.from(text, 'base64').toString('utf8');
  // Bytes that are no text are a key, or anything: that is not certain.
  if (/[\uFFFD\0]/.test(decoded)) return undefined;
  return formOf(decoded);
}

import { isReadable, secretWord, wordsOf } from './words.ts';

/**
 * Values that are certainly a secret, whatever the variable is called: private keys, tokens in the form of their issuer,
 * and texts that contain a password or a key.
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

/** Each of these addresses contains one of these words; most values contain none. */
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

/** The header identifies a JWT: the first of three parts is an object with `alg`, in any formatting. */
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

/** Variables often contain files as base64: the content decides. */
function encodedForm(value: string): string | undefined {
  const text = value.replace(/\s+/g, '');
  if (text.length < 24 || text.length > 100_000 || !/^[A-Za-z0-9+/_-]+={0,2}$/.test(text)) return undefined;
  const decoded = Buffer.from(text, 'base64').toString('utf8');
  // Bytes that are no text may be a key, which is not certain.
  if (/[\uFFFD\0]/.test(decoded)) return undefined;
  return formOf(decoded);
}

/*
 * Tokens in the form that their issuer documents for scanners. Each form is compiled only for a value with one of its
 * marks, since compiling all of them takes longer than the whole routing.
 */

/** Marks with white space between, of which a token has at least one, and the pattern of the token. */
const TOKENS: ReadonlyArray<readonly [marks: string, form: string]> = [
  ['ghp_ gho_ ghu_ ghs_ ghr_', 'gh[pousr]_[A-Za-z0-9]{20,}'],
  ['github_pat_', 'github_pat_\\w{20,}'],
  [
    'glpat- gldt- glft- glrt- glcbt- glptt- glsoat- glimt- glagent- gloas- glwt- glffct-',
    'gl(?:pat|dt|ft|rt|cbt|ptt|soat|imt|agent|oas|wt|ffct)-[\\w-]{16,}',
  ],
  ['AKIA ASIA ABIA ACCA', '(?:AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{16}'],
  ['xox', 'xox[abceoprs]-[\\w-]{10,}|xoxe\\.xox[bp]-[\\w-]{10,}'],
  ['xapp-', 'xapp-\\d-[\\w-]{10,}'],
  ['sk_live_ sk_test_ sk_prod_ rk_live_ rk_test_ rk_prod_', '(?:sk|rk)_(?:live|test|prod)_\\w{10,}'],
  ['whsec_', 'whsec_[\\w+/=]{16,}'],
  ['sk-', 'sk-(?:ant-|proj-|svcacct-|admin-|or-|lf-)?[\\w-]{20,}'],
  ['sess-', 'sess-[A-Za-z0-9]{40}'],
  ['SG.', 'SG\\.[\\w-]{16,}\\.[\\w-]{16,}'],
  ['xkeysib- xsmtpsib-', '(?:xkeysib|xsmtpsib)-[a-f0-9]{20,}[\\w-]*'],
  ['key-', 'key-[0-9a-zA-Z]{32}'],
  ['re_', 're_[A-Za-z0-9]{8,}_[A-Za-z0-9]{16,}'],
  ['AIza', 'AIza[\\w-]{30,}'],
  ['ya29.', 'ya29\\.[\\w-]{20,}'],
  ['GOCSPX-', 'GOCSPX-[\\w-]{20,}'],
  ['1//0', '1//0[\\w-]{30,}'],
  ['npm_', 'npm_[A-Za-z0-9]{30,}'],
  ['pypi-', 'pypi-[\\w-]{16,}'],
  ['rubygems_', 'rubygems_[a-f0-9]{40,}'],
  ['dckr_pat_ dckr_oat_', 'dckr_(?:pat|oat)_[\\w-]{20,}'],
  ['CLOJARS_', 'CLOJARS_[a-z0-9]{50,}'],
  ['oy2', 'oy2[a-z0-9]{43}'],
  ['hf_', 'hf_[A-Za-z0-9]{20,}'],
  ['api_org_', 'api_org_[A-Za-z]{20,}'],
  ['gsk_', 'gsk_[A-Za-z0-9]{20,}'],
  ['r8_', 'r8_[A-Za-z0-9]{30,}'],
  ['pplx-', 'pplx-[A-Za-z0-9]{30,}'],
  ['xai-', 'xai-[A-Za-z0-9]{30,}'],
  ['doo_v1_ dop_v1_ dor_v1_', 'do[opr]_v1_[a-f0-9]{32,}'],
  ['hvs. hvb.', 'hv[bs]\\.[\\w-]{20,}'],
  ['.atlasv1.', '[\\w-]{14}\\.atlasv1\\.[\\w=-]{30,}'],
  ['dp.', 'dp\\.(?:pt|st|ct|sa|scim|audit)\\.[\\w.-]{20,}'],
  ['shpat_ shpca_ shppa_ shpss_', 'shp(?:at|ca|pa|ss)_[a-fA-F0-9]{20,}'],
  ['sq0atp- sq0csp-', 'sq0(?:atp|csp)-[\\w-]{20,}'],
  ['EAA', 'EAAA[\\w-]{40,}|EAA[A-Z][A-Za-z0-9]{80,}'],
  ['access_token$', 'access_token\\$(?:production|sandbox)\\$\\w{16}\\$[0-9a-f]{32}'],
  ['FLWSECK', 'FLWSECK(?:_TEST)?-[\\w-]{20,}'],
  ['PMAK-', 'PMAK-[a-f0-9]{20,}-[a-f0-9]{20,}'],
  ['ATATT3 ATCTT3', 'AT[AC]TT3[\\w=-]{20,}'],
  ['ATBB', 'ATBB[A-Za-z0-9]{20,}'],
  ['ntn_', 'ntn_[A-Za-z0-9]{20,}'],
  ['secret_', 'secret_[A-Za-z0-9]{40,}'],
  ['lin_', 'lin_(?:api|oauth)_[A-Za-z0-9]{30,}|lin_[a-z]{20,}'],
  ['figd_ figu_', 'fig[du]_[\\w-]{30,}'],
  ['pat', 'pat[A-Za-z0-9]{14}\\.[a-f0-9]{64}'],
  ['dapi', 'dapi[a-f0-9]{32}(?:-\\d)?'],
  ['NRAK-', 'NRAK-[A-Z0-9]{20,}'],
  ['NRJS- NRII- NRAA- NRRA- NRIQ- NRSP-', 'NR(?:JS|II|AA|RA|IQ|SP)-[A-Za-z0-9-]{15,}'],
  ['glsa_', 'glsa_[A-Za-z0-9]{20,}_[a-f0-9]{8}'],
  ['glc_', 'glc_[A-Za-z0-9+/=]{20,}'],
  ['sntrys_ sntryu_', 'sntry[su]_[\\w+/=.-]{20,}'],
  ['dt0c01.', 'dt0c01\\.[A-Z0-9]{20,}\\.[A-Z0-9]{40,}'],
  ['sbp_', 'sbp_[a-f0-9]{40}'],
  ['sb_secret_', 'sb_secret_[\\w-]{20,}'],
  ['pscale_', 'pscale_(?:tkn|pw|oauth)_[\\w=.-]{20,}'],
  ['tskey-', 'tskey-[\\w-]{16,}'],
  ['fo1_', 'fo1_[\\w-]{30,}'],
  ['FlyV1', 'FlyV1 \\S{20,}'],
  ['rnd_', 'rnd_[A-Za-z0-9]{20,}'],
  ['phx_', 'phx_[A-Za-z0-9]{30,}'],
  ['tfp_', 'tfp_[\\w-]{30,}'],
  ['pul-', 'pul-[a-f0-9]{40}'],
  ['ops_', 'ops_[\\w+/=-]{40,}'],
  ['A3-', 'A3-[A-Z0-9]{6}-(?:[A-Z0-9]{11}|[A-Z0-9]{6}-[A-Z0-9]{5})-[A-Z0-9]{5}-[A-Z0-9]{5}-[A-Z0-9]{5}'],
  ['sk.eyJ', 'sk\\.eyJ[\\w.-]{40,}'],
  ['SK', 'SK[0-9a-f]{32}'],
  ['AGE-SECRET-KEY-1', 'AGE-SECRET-KEY-1[A-Z0-9]{50,}'],
  ['EZAK EZTK', 'EZ[AT]K[A-Za-z0-9]{50,}'],
  ['shippo_', 'shippo_(?:live|test)_[a-f0-9]{40}'],
  ['duffel_', 'duffel_(?:live|test)_[\\w=-]{40,}'],
  ['amzn.mws.', 'amzn\\.mws\\.[0-9a-f-]{36}'],
  ['HRKU-', 'HRKU-[\\w-]{30,}'],
  ['vcp_ vcr_ vck_ vca_', 'vc[prka]_[A-Za-z0-9]{20,}'],
  // A bot of Telegram, and one of Discord: the characters between their parts identify them.
  [':', '\\d{8,10}:[A-Za-z0-9_-]{35}'],
  ['.', '[MNO][A-Za-z\\d_-]{23,28}\\.[\\w-]{6,7}\\.[\\w-]{27,}'],
];

/** A form, searched for only in a text with one of its marks. */
interface TokenForm {
  readonly marks: readonly string[];
  readonly form: string;
  pattern?: RegExp;
}

const TOKEN_FORMS: readonly TokenForm[] = TOKENS.map(([marks, form]) => ({ marks: marks.split(' '), form }));

/** Every token has so many characters without a break; most values have not. */
const UNBROKEN = /[\w-]{12}|[\w-]{6}[.:$/][\w-]{6}/;

/** @returns whether the text contains a token in an issuer's form, alone or between characters that no token has */
function isIssuedToken(text: string): boolean {
  if (!/[0-9A-Z]/.test(text) || !UNBROKEN.test(text)) return false;
  return TOKEN_FORMS.some((token) => {
    if (!token.marks.some((mark) => text.includes(mark))) return false;
    token.pattern ??= new RegExp(`(?:^|[\\s"'=,;:/])(?:${token.form})(?:$|[\\s"',;&])`);
    return token.pattern.test(text);
  });
}

import { isReadable } from './words.ts';

/** Harmless forms of a whole text: numbers, dates, codes, each by one pattern; and places, such as hosts and paths. */

const BOOLEANS = new Set('true false yes no on off y n t f enable enabled disable disabled 0 1'.split(' '));
const isBoolean = (value: string) => value.length <= 8 && BOOLEANS.has(value.toLowerCase());

/** An address, perhaps of a network, perhaps with a port. */
const IPV4 = /^(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)(?:\.|(?=$|[/:]))){4}(?:\/(?:3[0-2]|[12]?\d))?(?::\d{1,5})?$/;

/** A longer number may be that of a card, or a key. */
const INTEGER = /^\d{1,12}$/;
const NUMBER =
  /^[+-]?(?:\d{1,12}|\d{1,3}(?:[_,]\d{3}){1,3}|\d{0,9}\.\d{1,12}|\d{1,9}\.\d{0,12}|\d{1,3}(?:\.\d{1,6})?e[+-]?\d{1,3})$|^0x[0-9a-f]{1,8}$|^0o?[0-7]{1,6}$/i;

const UNIT =
  'ns|us|µs|ms|s|secs?|seconds?|m|mins?|minutes?|h|hrs?|hours?|d|days?|w|weeks?|mo|months?|y|years?|b|k|kb|mb|gb|tb|pb|g|t|ki|mi|gi|ti|kib|mib|gib|tib|bytes?|bits?|kbps|mbps|gbps|%|px|r?em|vh|vw|pt|dpi|fps|hz|khz|mhz|ghz|rpm|rps|qps|tps|req|requests?|x|cpus?|cores?|°|items?|rows?|lines?|chars?|characters?|times?|entries|workers?|threads?';

const QUANTITY = new RegExp(`^[+-]?\\d{1,12}(?:\\.\\d{1,6})?\\s?(?:${UNIT})$`, 'i');

const RATE = new RegExp(
  `^\\d{1,9}(?:\\.\\d{1,6})?\\s?(?:${UNIT})?\\s?(?:\\/|per )\\s?(?:\\d{0,6}\\s?)?(?:${UNIT})$`,
  'i',
);

const DURATION =
  /^(?:\d{1,6}(?:\.\d{1,6})?\s?(?:ns|us|µs|ms|s|m|h|d|w|y)\s?){1,4}$|^P(?:\d+[YMWD]){0,4}(?:T(?:\d+(?:\.\d+)?[HMS]){1,3})?$/;

const RANGE = /^[+-]?\d{1,9}(?:\.\d{1,4})?\s?(?:-|:|\.\.|x|\/)\s?\d{1,9}(?:\.\d{1,4})?$/i;

const DATE =
  /^\d{4}-\d{2}(?:-\d{2})?(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?(?:Z|[+-]\d{2}:?\d{2})?)?$|^\d{2}:\d{2}(?::\d{2})?(?:\s?[ap]m)?$|^\d{1,2}[./]\d{1,2}[./]\d{2,4}$/i;

const VERSION =
  /^(?:[v^~<>=]|>=|<=|~>)*\s?v?\d{1,6}(?:\.(?:\d{1,8}|x|\*)){0,3}((?:[-+.][A-Za-z][A-Za-z0-9]{0,20}|[-+.]\d{1,8}){0,4})$/;

const LOCALE =
  /^(?:[a-z]{2,3}(?:[-_][A-Z][a-z]{3})?(?:[-_](?:[A-Za-z]{2}|\d{3}))?|C|POSIX)(?:\.(?:UTF-?8|utf-?8|ISO-?8859-?\d{1,2}))?(?:@[a-z]{3,8})?$/;

const CODE = /^[A-Z]{1,3}[_:-]?$|^[a-z]{1,3}[_:-]?$|^[a-z]{2,3}\d$/;

/** `YYYY-MM-DD`, `%Y-%m-%d %H:%M`: letters for the parts of a date. */
const DATE_FORMAT =
  /^(?:(?:%-?[A-Za-z]|Y{2,4}|y{2,4}|M{1,4}|D{1,4}|d{1,4}|H{1,2}|h{1,2}|m{1,2}|s{1,2}|S{1,6}|a|A|Z{1,2}|E{1,4}|'?T'?)(?:[-/.:,\s]+|(?=%)|$)){2,12}$/;

/** `60 * 60 * 24`: a number that its reader calculates. */
const ARITHMETIC = /^(?=.*\d)[\d_\s().]{1,40}(?:[*+/][\d_\s().]{1,40}){1,8}$/;

const TIME_ZONE =
  /^(?:(?:Africa|America|Antarctica|Arctic|Asia|Atlantic|Australia|Brazil|Canada|Chile|Europe|Indian|Mexico|Pacific|US)\/[A-Za-z_-]{2,20}(?:\/[A-Za-z_-]{2,20})?|Etc\/[A-Z]{3}(?:[+-]\d{1,2})?|(?:UTC|GMT)(?:[+-]\d{1,2}(?::?\d{2})?)?|[+-]\d{2}:\d{2})$/;

const MIME =
  /^(?:application|audio|font|image|message|model|multipart|text|video|\*)\/(?:[a-z0-9.+-]{1,60}|\*)(?:;\s?(?:charset|q|boundary)=[\w.-]{1,20})*$/i;

const CRON =
  /^@(?:yearly|annually|monthly|weekly|daily|midnight|hourly|reboot|every \d{1,4}[smh])$|^(?:cron|rate)\([\d\w*?/,\- #]{3,60}\)$|^(?:(?:[\d*?/,\-LW#]{1,40}|(?:mon|tue|wed|thu|fri|sat|sun|jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec|[-,])+)(?:\s+|$)){5,7}$/i;

const COLOUR = /^#(?:[0-9a-f]{3,4}|[0-9a-f]{6}|[0-9a-f]{8})$|^(?:rgb|hsl)a?\([\d.,%\s/a-z]{5,40}\)$/i;

const ARN = /^arn:aws[a-z-]{0,12}:[a-z0-9-]{1,40}:[a-z0-9-]{0,25}:(?:\d{12}|aws|\*)?:[\w/:.*+=,@$-]{1,300}$/;

const PORT = /^:\d{1,5}$/;
const SIGN = /^[^\p{L}\p{N}\s]{1,3}$/u;

/** @returns whether the value is a measure: a number, with a unit or without, a duration, a date. */
export function isMeasure(value: string): boolean {
  const text = value.trim();
  return (
    NUMBER.test(text) ||
    isQuantity(text) ||
    isDuration(text) ||
    DATE.test(text) ||
    isBoolean(text) ||
    RANGE.test(text) ||
    ARITHMETIC.test(text)
  );
}

/** @returns whether the value switches something on or off. */
export function isSwitch(value: string): boolean {
  return isBoolean(value.trim());
}

export function isVersion(text: string): boolean {
  const found = VERSION.exec(text);
  if (found === null) return false;
  const suffix = found[1] ?? '';
  return (
    suffix === '' ||
    isReadable(suffix) ||
    /^[-.]?(?:rc|beta|alpha|pre|dev|post|build|snapshot|final|ga|m|p|r)[-.]?\d{0,4}$/i.test(suffix)
  );
}

/** The form of punctuation alone; in a list it is no item. */
export const A_SIGN = 'a sign';

/** Whether a pattern can match: most are long, and compiling them costs more than matching. */
type Begin = (first: string, value: string) => boolean;

const asNumber: Begin = (first) => (first >= '0' && first <= '9') || '+-.'.includes(first);
/** A language has two or three letters, then a separator; `POSIX` has none. */
const asLocale: Begin = (_, value) =>
  value.length <= 3 || value.startsWith('POSIX') || /^.{1,3}[-_.@]/.test(value);
const always: Begin = () => true;

/** In this order: the first that fits gives the reason. */
const FORMS: ReadonlyArray<readonly [form: string, begins: Begin, fits: (value: string) => boolean]> = [
  ['a boolean', always, isBoolean],
  ['a number', asNumber, (value) => INTEGER.test(value)],
  [
    'a host',
    (first, value) => asNumber(first, value) && value.split('.').length === 4,
    (value) => IPV4.test(value),
  ],
  ['a number', asNumber, (value) => NUMBER.test(value)],
  ['a number with a unit', asNumber, isQuantity],
  ['a duration', (first, value) => asNumber(first, value) || first === 'P', isDuration],
  ['a version', (first, value) => asNumber(first, value) || 'v^~<>='.includes(first), isVersion],
  ['a date or time', asNumber, (value) => DATE.test(value)],
  [
    'a format of dates',
    (_, value) => /[-%/.:,\s]/.test(value) && /^(?:%-?[A-Za-z]|[-YyMDdHhmsSaAZET'/.:,\s])+$/.test(value),
    (value) => DATE_FORMAT.test(value),
  ],
  [
    'a calculation',
    (first, value) => asNumber(first, value) || first === '(',
    (value) => ARITHMETIC.test(value),
  ],
  ['a port', (first) => first === ':', (value) => PORT.test(value)],
  ['a short code', (_, { length }) => length <= 4, (value) => CODE.test(value)],
  ['a locale', asLocale, (value) => LOCALE.test(value)],
  [
    'a time zone',
    (first, value) => /[A-Z+-]/.test(first) && /[/+-]|UTC|GMT/.test(value),
    (value) => TIME_ZONE.test(value),
  ],
  ['a colour', (first, value) => first === '#' || value.endsWith(')'), (value) => COLOUR.test(value)],
  ['a schedule', (first, value) => first === '@' || /[ (]/.test(value), (value) => CRON.test(value)],
  ['a MIME type', (_, value) => value.includes('/'), (value) => MIME.test(value)],
  ['an ARN', (_, value) => value.startsWith('arn:'), (value) => ARN.test(value)],
  [A_SIGN, (_, { length }) => length <= 3, (value) => SIGN.test(value)],
];

/** @returns which of these forms the value has; undefined if it has none */
export function valueForm(value: string): string | undefined {
  const first = value.charAt(0);
  return FORMS.find(([, begins, fits]) => begins(first, value) && fits(value))?.[0];
}

function isQuantity(value: string): boolean {
  if (RANGE.test(value)) return true;
  return /[a-zµ%°]$/i.test(value) && (QUANTITY.test(value) || (/\/|per /.test(value) && RATE.test(value)));
}

function isDuration(value: string): boolean {
  return DURATION.test(value) && value !== 'P';
}

/*
 * Forms of places: hosts, addresses, paths, modules, images.
 */

const IPV6 =
  /^\[?(?=[0-9a-f:.]*:[0-9a-f:.]*:)(?:[0-9a-f]{0,4}:){2,7}(?:[0-9a-f]{0,4}|(?:\d{1,3}\.){3}\d{1,3})\]?(?:\/\d{1,3})?(?::\d{1,5})?$/i;

/** Endings of host names: common suffixes, those of private networks, and countries. */
const TOP: ReadonlySet<string> = new Set(
  'com net org io dev app ai cloud info biz xyz tech online site store shop page live blog wiki news email agency systems services solutions network software digital studio design media world group team tools run games social chat space zone link click pro name mobi edu gov mil int museum local internal localhost localdomain lan svc test example invalid home corp intranet arpa consul cluster private onion'.split(
    ' ',
  ),
);

/** @returns whether the text is the name of a host, an address, or several with commas between, each perhaps with a port. */
export function isHost(text: string): boolean {
  if (/^\d/.test(text) && IPV4.test(text)) return true;
  if (text.includes(':') && IPV6.test(text)) return true;
  const found = /^((?:\*\.|\.)?[A-Za-z0-9_](?:[A-Za-z0-9_.-]{0,251}[A-Za-z0-9])?\.?)(?::(\d{1,5}|\*))?$/.exec(
    text,
  );
  if (found === null) return false;
  const [, name = '', port] = found;
  const host = name.replace(/^\*?\./, '').replace(/\.$/, '');
  const labels = host.split('.');
  if (labels.some((label) => label === '' || label.length > 40)) return false;
  const last = labels.at(-1) ?? '';
  // A name with a port is a host's, in any language.
  if (labels.length === 1)
    return port === undefined
      ? /^[a-z0-9_-]+$/.test(host) && isReadable(host)
      : isReadable(host) || /^[a-z][a-z-]{1,30}$/.test(host);
  // Host names are in lower case; a token with dots is not.
  if (host !== host.toLowerCase() || !(TOP.has(last) || /^[a-z]{2}$/.test(last))) return false;
  return (
    labels.slice(0, -1).some((label) => isReadable(label) || /^[a-z]{3,20}$/.test(label)) ||
    /^(?:com|net|org|io|dev|app)$/.test(last)
  );
}

const MAIL = /^(?:mailto:)?([A-Za-z0-9._%+-]{1,64})@([A-Za-z0-9.-]{1,200})$/;

export function isMail(text: string): boolean {
  if (!text.includes('@')) return false;
  const named = /^["']?([\p{L}\p{N} .,'’&-]{1,80})["']?\s<([^<>\s]+)>$/u.exec(text);
  const address = MAIL.exec(named?.[2] ?? text);
  if (address === null || (named !== null && !isReadable(named[1] ?? '', 6))) return false;
  const [, local = '', domain = ''] = address;
  return (
    /\.|^localhost$/.test(domain) && isHost(domain.toLowerCase()) && (isReadable(local) || local.length < 8)
  );
}

export const EXTENSION = /\.(?:[a-z]{1,5}|[a-z]\w{1,3}|ya?ml|json5?|sqlite3?|mp[34])$/i;

/** A segment of a path: words, a version, a number, a placeholder. */
export function isStep(step: string): boolean {
  if (step === '' || /^(?:\.{1,2}|~|\*{1,2}|\?|[A-Za-z]{1,2}|\d{1,12}|v\d{1,3})$/.test(step)) return true;
  const name = step
    .replace(/[*{}[\]$@<>:]/g, ' ')
    .replace(EXTENSION, '')
    .trim();
  return name === '' || isReadable(name) || isVersion(name);
}

/** @returns whether the text is a path or the name of a file; two words separated by a slash may be a user and a password. */
export function isPath(text: string, saysPath: boolean): boolean {
  if (text.length > 400 || /\s{2}|^\/\//.test(text)) return false;
  const isAbsolute =
    /^(?:\/|\.{1,2}\/|~\/|[A-Za-z]:[\\/]|\\\\|\$\{?[A-Z_]+\}?\/|file:\/{0,3}|unix:\/{0,3})/.test(text);
  const steps = text.replace(/^(?:[A-Za-z]:|file:|unix:|\$\{?[A-Z_]+\}?)/, '').split(/[\\/]/);
  if (!steps.every(isStep)) return false;
  if (isAbsolute || (steps.length > 1 && text.includes('.') && isHost(steps[0] ?? ''))) return true;
  if (steps.length === 1) return EXTENSION.test(text) || saysPath;
  return (
    saysPath ||
    steps.length > 2 ||
    text.endsWith('/') ||
    EXTENSION.test(text) ||
    steps.some((step) => step.includes('*'))
  );
}

/** `registry/name:tag@sha256:…`; without a slash, a name and a word behind a colon may be a user and a password. */
export function isImage(text: string, saysImage: boolean): boolean {
  const found =
    /^((?:[\w.-]{1,200}(?::\d{2,5})?\/)?(?:[\w.-]{1,100}\/){0,5})([\w.-]{1,128})(?::([\w.-]{1,128}))?(@sha256:[0-9a-f]{64})?$/.exec(
      text,
    );
  if (found === null) return false;
  const [, folders = '', name = '', tag, digest] = found;
  const [registry = '', ...others] = folders.split('/').filter((folder) => folder !== '');
  if (registry !== '' && !isHost(registry) && !isReadable(registry)) return false;
  if (![...others, name].every((part) => isReadable(part) || part === '')) return false;
  if (tag !== undefined && !isVersion(tag) && !isReadable(tag) && !/^[0-9a-f]{7,40}$/.test(tag)) return false;
  if (saysImage || digest !== undefined) return true;
  if (tag === undefined) return false;
  return (
    folders !== '' ||
    /^v?\d+\.\d/.test(tag) ||
    /^\d+-[a-z]/.test(tag) ||
    /^(?:latest|stable|alpine|edge|main)$/.test(tag)
  );
}

/** `config.settings.production`, `App\Models\User`, `@scope/package`, `package.module:app`, `crate::module`. */
export function isModule(text: string): boolean {
  if (text.length > 200) return false;
  if (/^@[a-z][\w.-]{0,60}\/[\w.-]{1,60}$/.test(text)) return isReadable(text);
  const found =
    /^((?:[A-Za-z_]\w{0,60})(?:(?:\.|\\{1,2}|::|#)[A-Za-z_]\w{0,60}){1,8})(?::([A-Za-z_]\w{0,40})(?:\(\))?)?$/.exec(
      text,
    );
  if (found !== null)
    return (
      (found[1] ?? '').split(/\.|\\+|::|#/).every((part) => isReadable(part)) &&
      (found[2] === undefined || isReadable(found[2]))
    );
  return (
    /^[a-z_]\w{0,40}:(?:app|application|server|main|handler|api|create_app(?:\(\))?|asgi|wsgi)$/.test(text) &&
    isReadable(text)
  );
}

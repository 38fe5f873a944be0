import { isReadable } from './words.ts';

/** The harmless forms that a text has as a whole: numbers, dates, codes and the like, each by one pattern. */

const BOOLEANS = new Set('true false yes no on off y n t f enable enabled disable disabled 0 1'.split(' '));
const isBoolean = (value: string) => value.length <= 8 && BOOLEANS.has(value.toLowerCase());

/** Longer runs of digits may be a card's, a PIN's or a key's. */
/** An address, perhaps of a network, perhaps with a port. */
export const IPV4 =
  /^(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)(?:\.|(?=$|[/:]))){4}(?:\/(?:3[0-2]|[12]?\d))?(?::\d{1,5})?$/;

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

/** Whether a pattern is worth a try: most are long, and cost more to make ready than to run. */
type Begin = (first: string, value: string) => boolean;

const asNumber: Begin = (first) => (first >= '0' && first <= '9') || '+-.'.includes(first);
/** A language has two or three letters, then a separator; `POSIX` is one of none. */
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

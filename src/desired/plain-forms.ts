import { expectationOf } from './variable-name.ts';
import { isFieldWord, isReadable } from './words.ts';

/**
 * The closed list of harmless forms: what a value must look like to be evidently plain. What is not in it is hidden, so a
 * form that is missing costs nobody a secret.
 */

/** Whether a part of a value (a key of a list of pairs, a leaf of JSON) is plain by its own name and text. */
export type IsPlain = (name: string, value: string) => boolean;

const BOOLEAN = /^(?:true|false|yes|no|on|off|y|n|t|f|enabled?|disabled?|0|1)$/i;
/** Longer runs of digits may be a card's, a PIN's or a key's. */
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
/** `YYYY-MM-DD`, `%Y-%m-%d %H:%M`: letters that stand for parts of a date. */
const DATE_FORMAT =
  /^(?:(?:%-?[A-Za-z]|Y{2,4}|y{2,4}|M{1,4}|D{1,4}|d{1,4}|H{1,2}|h{1,2}|m{1,2}|s{1,2}|S{1,6}|a|A|Z{1,2}|E{1,4}|'?T'?)(?:[-/.:,\s]+|(?=%)|$)){2,12}$/;
/** `60 * 60 * 24`: a number that is worked out where it is read. */
const ARITHMETIC = /^(?=.*\d)[\d_\s().]{1,40}(?:[*+/][\d_\s().]{1,40}){1,8}$/;
const TIME_ZONE =
  /^(?:(?:Africa|America|Antarctica|Arctic|Asia|Atlantic|Australia|Brazil|Canada|Chile|Europe|Indian|Mexico|Pacific|US)\/[A-Za-z_-]{2,20}(?:\/[A-Za-z_-]{2,20})?|Etc\/[A-Z]{3}(?:[+-]\d{1,2})?|(?:UTC|GMT)(?:[+-]\d{1,2}(?::?\d{2})?)?|[+-]\d{2}:\d{2})$/;
const MIME =
  /^(?:application|audio|font|image|message|model|multipart|text|video|\*)\/(?:[a-z0-9.+-]{1,60}|\*)(?:;\s?(?:charset|q|boundary)=[\w.-]{1,20})*$/i;
const CRON =
  /^@(?:yearly|annually|monthly|weekly|daily|midnight|hourly|reboot|every \d{1,4}[smh])$|^(?:cron|rate)\([\d\w*?/,\- #]{3,60}\)$|^(?:(?:[\d*?/,\-LW#]{1,40}|(?:mon|tue|wed|thu|fri|sat|sun|jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec|[-,])+)(?:\s+|$)){5,7}$/i;
const COLOUR = /^#(?:[0-9a-f]{3,4}|[0-9a-f]{6}|[0-9a-f]{8})$|^(?:rgb|hsl)a?\([\d.,%\s/a-z]{5,40}\)$/i;
const ARN = /^arn:aws[a-z-]{0,12}:[a-z0-9-]{1,40}:[a-z0-9-]{0,25}:(?:\d{12}|aws|\*)?:[\w/:.*+=,@$-]{1,300}$/;
const REFERENCE = /^\$\{?[A-Za-z_]\w{0,60}\}?$|^\$\{\{\s?[\w.-]{1,80}\s?\}\}$|^%[A-Z_]{1,40}%$/;
const SIGN = /^[^\p{L}\p{N}\s]{1,3}$/u;

const IPV4 = /^(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)(?:\.|(?=$|[/:]))){4}(?:\/(?:3[0-2]|[12]?\d))?(?::\d{1,5})?$/;
const IPV6 =
  /^\[?(?=[0-9a-f:.]*:[0-9a-f:.]*:)(?:[0-9a-f]{0,4}:){2,7}(?:[0-9a-f]{0,4}|(?:\d{1,3}\.){3}\d{1,3})\]?(?:\/\d{1,3})?(?::\d{1,5})?$/i;

/** What the name of a host ends in: the common suffixes, those that only a network of one's own has, and countries. */
const TOP =
  /^(?:com|net|org|io|dev|app|ai|cloud|info|biz|xyz|tech|online|site|store|shop|page|live|blog|wiki|news|email|agency|systems|services|solutions|network|software|digital|studio|design|media|world|group|team|tools|run|games|social|chat|space|zone|link|click|pro|name|mobi|edu|gov|mil|int|museum|local|internal|localhost|localdomain|lan|svc|test|example|invalid|home|corp|intranet|arpa|consul|cluster|private|onion|[a-z]{2})$/;

/** @returns whether the text is the name of a host, an address, or several with commas between, each perhaps with a port. */
function isHost(text: string): boolean {
  if (IPV4.test(text) || IPV6.test(text)) return true;
  const found = /^((?:\*\.|\.)?[A-Za-z0-9_](?:[A-Za-z0-9_.-]{0,251}[A-Za-z0-9])?\.?)(?::(\d{1,5}|\*))?$/.exec(
    text,
  );
  if (found === null) return false;
  const [, name = '', port] = found;
  const host = name.replace(/^\*?\./, '').replace(/\.$/, '');
  const labels = host.split('.');
  if (labels.some((label) => label === '' || label.length > 40)) return false;
  const last = labels.at(-1) ?? '';
  if (labels.length === 1) return isReadable(host) && (port !== undefined || /^[a-z0-9_-]+$/.test(host));
  // Names of hosts are public, and written in one case: a token with dots in it is not.
  if (host !== host.toLowerCase() || !TOP.test(last)) return false;
  return labels.slice(0, -1).some((label) => isReadable(label)) || /^(?:com|net|org|io|dev|app)$/.test(last);
}

const MAIL = /^(?:mailto:)?([A-Za-z0-9._%+-]{1,64})@([A-Za-z0-9.-]{1,200})$/;

function isMail(text: string): boolean {
  const named = /^["']?([\p{L}\p{N} .,'’&-]{1,80})["']?\s<([^<>\s]+)>$/u.exec(text);
  const address = MAIL.exec(named?.[2] ?? text);
  if (address === null || (named !== null && !isReadable(named[1] ?? '', 6))) return false;
  const [, local = '', domain = ''] = address;
  return isHost(domain.toLowerCase()) && (isReadable(local) || local.length < 8);
}

const EXTENSION = /\.(?:[a-z]{1,5}|[a-z]\w{1,3}|ya?ml|json5?|sqlite3?|mp[34])$/i;

/** A piece of a path: words, a version, a number, a place to fill in. */
function isStep(step: string): boolean {
  if (step === '' || /^(?:\.{1,2}|~|\*{1,2}|\?|[A-Za-z]{1,2}|\d{1,12}|v\d{1,3})$/.test(step)) return true;
  const name = step
    .replace(/[*{}[\]$@<>:]/g, ' ')
    .replace(EXTENSION, '')
    .trim();
  return name === '' || isReadable(name) || (VERSION.test(name) && isVersion(name));
}

/** @returns whether the text is a path or the name of a file; two words with a slash between may be a user and a password. */
function isPath(text: string, saysPath: boolean): boolean {
  if (text.length > 400 || /\s{2}|^\/\//.test(text)) return false;
  const isAbsolute =
    /^(?:\/|\.{1,2}\/|~\/|[A-Za-z]:[\\/]|\\\\|\$\{?[A-Z_]+\}?\/|file:\/{0,3}|unix:\/{0,3})/.test(text);
  const steps = text.replace(/^(?:[A-Za-z]:|file:|unix:|\$\{?[A-Z_]+\}?)/, '').split(/[\\/]/);
  if (!steps.every(isStep)) return false;
  if (isAbsolute) return true;
  if (steps.length === 1) return EXTENSION.test(text) || saysPath;
  return (
    saysPath ||
    steps.length > 2 ||
    text.endsWith('/') ||
    EXTENSION.test(text) ||
    steps.some((step) => step.includes('*'))
  );
}

const SCHEME =
  /^(?:https?|wss?|tcp|udp|tls|ssl|unix|file|ftps?|sftp|ssh|git|git\+https|git\+ssh|redis|rediss|valkey|amqps?|mqtts?|nats|kafka|pulsar|postgres|postgresql|postgis|mysql|mysql2|mariadb|mssql|sqlserver|oracle|sqlite3?|mongodb|mongodb\+srv|couchdb|cassandra|clickhouse|bolt|neo4j|elasticsearch|opensearch|memcached?|etcd|consul|zookeeper|zk|grpcs?|ldaps?|smtps?|imaps?|pop3s?|s3|gs|gcs|azure|abfss?|hdfs|docker|oci|jdbc|jdbc:[a-z]+|r2dbc:[a-z]+|otlp|statsd|syslog|rtmps?|rtsp|stun|turn|chrome|app|capacitor|ionic|null|log|sync|doctrine|in-memory|local|native|http\+unix|npipe|fd|ipc|inproc|dns|xds|ecto|psql|snowflake|redshift|bigquery|trino|presto|hive|celery|sqs)$/i;
const URL_FORM = /^([a-z][a-z0-9+.:-]{0,30}?):\/\/([^/?#@\s]*)([^?#\s]*)(?:\?([^#\s]*))?(?:#(\S*))?$/i;

/** @returns whether the text is a URL without user info and without a part that nobody can read. */
function isUrl(text: string, isPlain: IsPlain): boolean {
  if (text.length > 1000 || (text.includes('@') && /:\/\/[^/]*@/.test(text))) return false;
  const found = URL_FORM.exec(text);
  if (found === null) return false;
  const [, scheme = '', authority = '', path = '', query = '', fragment = ''] = found;
  if (!SCHEME.test(scheme)) return false;
  if (
    authority !== '' &&
    !authority
      .split(',')
      .every(
        (host) =>
          isHost(host) ||
          REFERENCE.test(host) ||
          /^[{<[]\w{1,30}[}>\]]$/.test(host) ||
          isFieldWord(host) ||
          host === '*',
      )
  )
    return false;
  if (authority === '' && path === '' && !/^(?:null|native|sync|stdout|memory|in-memory)$/i.test(scheme))
    return false;
  // Parameters of a Java connection stand behind semicolons.
  const [way = '', ...parameters] = decoded(path).split(';');
  return (
    way
      .split('/')
      .every((step) => isStep(step) || (isReadable(step.replace(EXTENSION, '')) && step.length < 60)) &&
    arePairs(
      parameters.filter((pair) => pair !== ''),
      isPlain,
    ) &&
    arePairs(query === '' ? [] : query.split('&'), isPlain) &&
    (fragment === '' || decoded(fragment).split('/').every(isStep))
  );
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function arePairs(pairs: readonly string[], isPlain: IsPlain): boolean {
  return pairs.every((pair) => {
    const at = pair.indexOf('=');
    if (at < 0) return isReadable(pair);
    const [name, value] = [pair.slice(0, at).trim(), decoded(pair.slice(at + 1).trim())];
    return (
      /^[\w.\-[\]$:/ ]{1,80}$/.test(name) &&
      isReadable(name, 6) &&
      (value === '' || isPlain(name, unquoted(value)))
    );
  });
}

function isVersion(text: string): boolean {
  const found = VERSION.exec(text);
  if (found === null) return false;
  const suffix = found[1] ?? '';
  return (
    suffix === '' ||
    isReadable(suffix) ||
    /^[-.]?(?:rc|beta|alpha|pre|dev|post|build|snapshot|final|ga|m|p|r)[-.]?\d{0,4}$/i.test(suffix)
  );
}

/** `registry/name:tag@sha256:…`; without a slash, a name and a word behind a colon may be a user and a password. */
function isImage(text: string, saysImage: boolean): boolean {
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
function isModule(text: string): boolean {
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

/** `-Xmx512m -XX:+UseG1GC --workers 2 -Dname=value`: every value stands behind a name of its own. */
function areFlags(text: string, isPlain: IsPlain): boolean {
  if (!/^-{1,2}[A-Za-z]/.test(text)) return false;
  const tokens = text.split(/\s+/);
  let name = '';
  return tokens.every((token) => {
    const flag =
      /^-{1,2}(X(?:mx|ms|ss|mn)\d{1,6}[kmg]?|XX:[+-]?\w{2,60}|[DX]?[A-Za-z][\w.:-]{0,60}?)(?:=(.+))?$/i.exec(
        token,
      );
    if (flag === null) return isPlain(name, unquoted(token));
    const [, word = '', value] = flag;
    name = word.replace(/^(?:XX:[+-]?|D(?=[a-z]))/, '');
    const isKnown = /^X(?:mx|ms|ss|mn)\d|^XX:/i.test(word) || /^[A-Za-z]$/.test(name) || isReadable(name, 6);
    return isKnown && (value === undefined || isPlain(name, unquoted(value)));
  });
}

function unquoted(text: string): string {
  return /^(["']).*\1$/.test(text) ? text.slice(1, -1) : text;
}

/** @returns whether every leaf of a JSON text is plain under its own key. */
function isPlainJson(text: string, name: string, isPlain: IsPlain): boolean {
  let budget = 200;
  const isPlainNode = (key: string, node: unknown): boolean => {
    if (--budget < 0) return false;
    if (node === null || typeof node === 'boolean') return true;
    if (typeof node === 'number') return isPlain(key, String(node));
    if (typeof node === 'string') return node === '' || isPlain(key, node);
    if (Array.isArray(node)) return node.every((item) => isPlainNode(key, item));
    return Object.entries(node as object).every(
      ([inner, value]) =>
        (isReadable(inner, 6) || isHost(inner) || isPath(inner, true)) && isPlainNode(inner, value),
    );
  };
  try {
    return isPlainNode(name, JSON.parse(text));
  } catch {
    return false;
  }
}

/** Twelve words and more are the length of a phrase that restores a wallet. */
const MOST_LISTED_WORDS = 11;
const MOST_LISTED = 200;

function isList(text: string, words: readonly string[], isPlain: IsPlain): string | undefined {
  const sign = [',', ';', '\n', '|', ' '].find((candidate) => text.includes(candidate)) ?? ',';
  const items = text
    .replace(/^\[(.*)\]$/s, '$1')
    .split(sign === ' ' ? /\s+/ : sign)
    .map((item) => unquoted(item.trim()))
    .filter((item) => item !== '');
  if (items.length === 0 || items.length > MOST_LISTED) return undefined;
  let listed = 0;
  let pairs = 0;
  for (const item of items) {
    const form = singleForm(item, words, isPlain);
    if (form === undefined || form === A_SIGN) {
      if (!/^[^\s=]{1,80}\s?=/.test(item) || !arePairs([item], isPlain)) return undefined;
      pairs += 1;
    } else if (form === WORDS) {
      // Words with only a space between are one text, and judged as that.
      if (sign === ' ') return undefined;
      listed += 1;
    }
  }
  if (pairs > 0) return 'pairs of name and value';
  return listed > MOST_LISTED_WORDS &&
    listed === items.length &&
    items.every((item) => /^[a-z]{3,8}$/.test(item))
    ? undefined
    : 'a list of harmless values';
}

const WORDS = 'words';
const A_SIGN = 'a sign';

function singleForm(value: string, words: readonly string[], isPlain: IsPlain): string | undefined {
  if (BOOLEAN.test(value)) return 'a boolean';
  if (NUMBER.test(value)) return 'a number';
  if (QUANTITY.test(value) || RATE.test(value) || RANGE.test(value)) return 'a number with a unit';
  if (DURATION.test(value) && value !== 'P') return 'a duration';
  if (isVersion(value)) return 'a version';
  if (DATE.test(value)) return 'a date or time';
  if (DATE_FORMAT.test(value)) return 'a format of dates';
  if (ARITHMETIC.test(value)) return 'a calculation';
  if (/^:\d{1,5}$/.test(value)) return 'a port';
  if (CODE.test(value)) return 'a short code';
  if (LOCALE.test(value)) return 'a locale';
  if (TIME_ZONE.test(value)) return 'a time zone';
  if (COLOUR.test(value)) return 'a colour';
  if (CRON.test(value)) return 'a schedule';
  if (SIGN.test(value)) return A_SIGN;
  const says = expectationOf(words);
  if (!/[:/@=\\]/.test(value) && isReadable(value)) return WORDS;
  if (says.commit && /^(?:sha-|g)?[0-9a-f]{7,40}$/.test(value)) return 'a commit';
  if (says.pairs && /^[\w./*-]{1,60}:[\w./*-]{1,60}$/.test(value) && isReadable(value.replace(/\*/g, 'any')))
    return 'words with a colon between';
  if (
    /^[\w./-]{1,80}@[^@]{1,40}$/.test(value) &&
    isVersion(value.slice(value.indexOf('@') + 1)) &&
    isReadable(value.slice(0, value.indexOf('@')))
  )
    return 'a release';
  if (isMail(value)) return 'an e-mail address';
  if (isHost(value)) return 'a host';
  if (MIME.test(value)) return 'a MIME type';
  if (ARN.test(value)) return 'an ARN';
  if (isUrl(value, isPlain)) return 'a URL without a secret part';
  if (isPath(value, says.path)) return 'a path';
  if (isModule(value)) return 'a module path';
  if (isImage(value, says.image)) return 'an image reference';
  return undefined;
}

/** What is filled in by somebody else is judged by its name: `${HOST}`, `$(POD_NAME)`, `%(type)s`, `<region>`, `%kernel.dir%`. */
function filledIn(text: string): string {
  return text
    .replace(
      /\$[{(]([A-Za-z_]\w{0,40})[})]|%\(([a-z_]{1,40})\)s|<([a-z_-]{1,40})>|%([a-z_.]{2,40})%/gi,
      (...found) => String(found.slice(1, 5).find((name) => name !== undefined)).toLowerCase(),
    )
    .trim();
}

/** Longer texts are data, and nobody has looked at all of them. */
const LONGEST = 4096;

/**
 * @param value in the clear; the caller asks a `Secret`
 * @param words of the variable's name, which may say that the value is a path or an image
 * @param isPlain judges the parts of a value that have names of their own
 * @returns which harmless form the value has, for people (`a number`); undefined where it has none
 */
export function plainForm(value: string, words: readonly string[], isPlain: IsPlain): string | undefined {
  if (value.length > LONGEST) return undefined;
  if (REFERENCE.test(value.trim())) return 'a reference to a variable';
  const text = filledIn(value.trim());
  if (text === '') return undefined;
  const single = singleForm(text, words, isPlain);
  if (single !== undefined) return single;
  const name = words.join('_');
  if (/^[[{]/.test(text) && isPlainJson(text, name, isPlain)) return 'JSON of harmless values';
  if (areFlags(text, isPlain)) return 'command line options';
  return isList(text, words, isPlain);
}

/** @returns whether the value is a measure: a number, with a unit or without, a duration, a date. */
export function isMeasure(value: string): boolean {
  const text = value.trim();
  return (
    NUMBER.test(text) ||
    QUANTITY.test(text) ||
    RATE.test(text) ||
    (DURATION.test(text) && text !== 'P') ||
    DATE.test(text) ||
    BOOLEAN.test(text) ||
    RANGE.test(text) ||
    ARITHMETIC.test(text)
  );
}

/** @returns whether the value switches something on or off. */
export function isSwitch(value: string): boolean {
  return BOOLEAN.test(value.trim());
}

/** @returns whether the value says where something is: a path, a host, a URL, an ARN. */
export function isPlaceForm(form: string): boolean {
  return /^(?:a path|a host|a URL without a secret part|an ARN|a module path)$/.test(form);
}

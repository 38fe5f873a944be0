import {
  A_SIGN,
  EXTENSION,
  isHost,
  isImage,
  isMail,
  isModule,
  isPath,
  isStep,
  isVersion,
  valueForm,
} from './plain-values.ts';
import { expectationOf, isFieldWord, isReadable } from './words.ts';

/**
 * The closed list of harmless forms of evidently plain values. All other values are masked, so a missing form exposes
 * no secret.
 */

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
      // Words with only a space between are classified as one text.
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

function singleForm(value: string, words: readonly string[], isPlain: IsPlain): string | undefined {
  const simple = valueForm(value);
  if (simple !== undefined) return simple;
  const says = expectationOf(words);
  if (!/[:/@=\\]/.test(value) && isReadable(value)) return WORDS;
  if (says.commit && /^(?:sha-|g)?[0-9a-f]{7,40}$/.test(value)) return 'a commit';
  if (
    says.pairs &&
    /^[\w./*-]{1,60}(?::[\w./*-]{1,60}){1,3}$/.test(value) &&
    isReadable(value.replace(/\*/g, 'any'))
  )
    return 'words with a colon between';
  if (
    /^[\w./-]{1,80}@[^@]{1,40}$/.test(value) &&
    isVersion(value.slice(value.indexOf('@') + 1)) &&
    isReadable(value.slice(0, value.indexOf('@')))
  )
    return 'a release';
  if (isMail(value)) return 'an e-mail address';
  if (isHost(value)) return 'a host';
  if (isUrl(value, isPlain)) return 'a URL without a secret part';
  if (isPath(value, says.path)) return 'a path';
  if (isModule(value)) return 'a module path';
  if (isImage(value, says.image)) return 'an image reference';
  return undefined;
}

/**
 * References to other variables are classified by their name: `${HOST}`, `$(POD_NAME)`, `%(type)s`, `<region>`,
 * `%kernel.dir%`.
 */
function filledIn(text: string): string {
  if (!/[$%<]/.test(text)) return text;
  return text
    .replace(
      /\$[{(]([A-Za-z_]\w{0,40})[})]|%\(([a-z_]{1,40})\)s|<([a-z_-]{1,40})>|%([a-z_.]{2,40})%/gi,
      (...found) => String(found.slice(1, 5).find((name) => name !== undefined)).toLowerCase(),
    )
    .trim();
}

/** Longer texts are data, which cannot be classified as a whole. */
const LONGEST = 4096;

/**
 * @param value in the clear; the caller asks a `Secret`
 * @param words of the variable's name, which may say that the value is a path or an image
 * @param isPlain classifies the parts of a value that have names of their own
 * @returns the harmless form of the value, for people (`a number`); undefined if it has none
 */
export function plainForm(value: string, words: readonly string[], isPlain: IsPlain): string | undefined {
  if (value.length > LONGEST) return undefined;
  if (isReference(value.trim())) return 'a reference to a variable';
  const text = filledIn(value.trim());
  if (text === '') return undefined;
  const single = singleForm(text, words, isPlain);
  if (single !== undefined) return single;
  const name = words.join('_');
  if (/^[[{]/.test(text) && isPlainJson(text, name, isPlain)) return 'JSON of harmless values';
  if (areFlags(text, isPlain)) return 'command line options';
  return isList(text, words, isPlain);
}

/** @returns whether the value says where something is: a path, a host, a URL, an ARN. */
export function isPlaceForm(form: string): boolean {
  return /^(?:a path|a host|a URL without a secret part|an ARN|a module path)$/.test(form);
}

/*
 * Forms of parts with names of their own: URLs, options of a command, JSON, pairs.
 */

/** Whether a part of a value (a key of a list of pairs, a leaf of JSON) is plain by its own name and text. */
export type IsPlain = (name: string, value: string) => boolean;

const REFERENCE = /^\$\{?[A-Za-z_]\w{0,60}\}?$|^\$\{\{\s?[\w.-]{1,80}\s?\}\}$|^%[A-Z_]{1,40}%$/;

/** @returns whether the text references another variable; `$kJ8sd7Fh` may be a password */
function isReference(text: string): boolean {
  return REFERENCE.test(text) && isReadable(text.replace(/[${}%\s]/g, ''), 6);
}

const SCHEMES: ReadonlySet<string> = new Set(
  'http https ws wss tcp udp tls ssl unix file ftp ftps sftp ssh git git+https git+ssh redis rediss valkey amqp amqps mqtt mqtts nats kafka pulsar postgres postgresql postgis mysql mysql2 mariadb mssql sqlserver oracle sqlite sqlite3 mongodb mongodb+srv couchdb cassandra clickhouse bolt neo4j elasticsearch opensearch memcache memcached etcd consul zookeeper zk grpc grpcs ldap ldaps smtp smtps imap imaps pop3 pop3s s3 gs gcs azure abfs abfss hdfs docker oci jdbc otlp statsd syslog rtmp rtmps rtsp stun turn chrome app capacitor ionic null log sync doctrine in-memory local native http+unix npipe fd ipc inproc dns xds ecto psql snowflake redshift bigquery trino presto hive celery sqs'.split(
    ' ',
  ),
);
const isScheme = (scheme: string) => SCHEMES.has(scheme) || /^(?:jdbc|r2dbc):[a-z0-9]+$/.test(scheme);

const URL_FORM = /^([a-z][a-z0-9+.:-]{0,30}?):\/\/([^/?#@\s]*)([^?#\s]*)(?:\?([^#\s]*))?(?:#(\S*))?$/i;

/** @returns whether the text is a URL without user info and without an unreadable part. */
function isUrl(text: string, isPlain: IsPlain): boolean {
  if (text.length > 1000 || (text.includes('@') && /:\/\/[^/]*@/.test(text))) return false;
  const found = URL_FORM.exec(text);
  if (found === null) return false;
  const [, scheme = '', authority = '', path = '', query = '', fragment = ''] = found;
  if (!isScheme(scheme.toLowerCase())) return false;
  if (
    authority !== '' &&
    !authority
      .split(',')
      .every(
        (host) =>
          isHost(host) ||
          /^[a-z][a-z-]{1,30}(?:\.[a-z][a-z-]{1,30}){0,4}(?::\d{1,5})?$/.test(host) ||
          isReference(host) ||
          /^[{<[]\w{1,30}[}>\]]$/.test(host) ||
          isFieldWord(host) ||
          host === '*',
      )
  )
    return false;
  if (authority === '' && path === '' && !/^(?:null|native|sync|stdout|memory|in-memory)$/i.test(scheme))
    return false;
  // Parameters of a Java connection follow semicolons.
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

/** `-Xmx512m -XX:+UseG1GC --workers 2 -Dname=value`: every value follows a name of its own. */
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

import { IPV4, isVersion } from './plain-values.ts';
import { isReadable } from './words.ts';

/** The harmless forms that say where something is: hosts, addresses, paths, modules, images. */

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
  // A port behind it says that a name is a host's, whatever language it is from.
  if (labels.length === 1)
    return port === undefined
      ? /^[a-z0-9_-]+$/.test(host) && isReadable(host)
      : isReadable(host) || /^[a-z][a-z-]{1,30}$/.test(host);
  // Names of hosts are public, and written in one case: a token with dots in it is not.
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

/** @returns whether the text is a path or the name of a file; two words with a slash between may be a user and a password. */
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

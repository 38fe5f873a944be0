import { isOpaque, mixes, nameFault } from './variable.ts';

/** A text that as a whole is base64. */
export type Base64Reading =
  | { readonly decoded: string }
  /** The kind of content, if it is no `.env`; never the content itself. */
  | { readonly holds: string };

/**
 * A `.env` is often put into a GitHub secret as base64.
 * The standard and the URL alphabet are read, padded or not, wrapped or not.
 * @returns the decoded content; undefined if the text is not entirely base64
 */
export function readBase64(text: string): Base64Reading | undefined {
  const compact = text.replace(/\s+/g, '').replace(/^\ufeff/, '');
  if (!/^(?:[A-Za-z0-9+/]+|[\w-]+)={0,2}$/.test(compact)) return undefined;
  const digits = compact.replace(/=+$/, '');
  if (digits.length % 4 === 1 || (digits !== compact && compact.length % 4 !== 0)) return undefined;
  const bytes = Buffer.from(digits, 'base64url');
  const decoded = decode(bytes);
  if (decoded !== undefined && isDotenv(decoded)) return { decoded };
  const holds = kindOf(bytes);
  if (holds !== undefined) return { holds };
  // Bare names are letters of the URL alphabet too, so only a text that cannot be a name is certainly base64.
  const isSure = compact.length >= 24 && (/[+/]/.test(compact) || isOpaque(digits)) && mixes(compact);
  return isSure ? { holds: 'no .env' } : undefined;
}

function decode(bytes: Uint8Array): string | undefined {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    return /[^\P{Cc}\t\n\r\f]/u.test(text) ? undefined : text;
  } catch {
    return undefined;
  }
}

/** @returns whether the text has an assignment, or is a JSON object, or comments alone. */
function isDotenv(text: string): boolean {
  if (/^\s*\{/.test(text)) return true;
  const lines = text.split(/[\r\n]+/).filter((line) => line.trim() !== '');
  return (
    lines.some((line) => isAssignment(line)) ||
    (lines.length > 0 && lines.every((line) => line.trimStart().startsWith('#')))
  );
}

function isAssignment(line: string): boolean {
  const name = /^\s*(?:export\s+)?([A-Za-z_][\w.-]*)\s*(?:=(?!=)|:\s)/.exec(line)?.[1];
  return name !== undefined && nameFault(name) === undefined;
}

/** @returns the kind of content, if the first bytes prove it. */
function kindOf(bytes: Buffer): string | undefined {
  const begins = (...start: number[]) => start.every((byte, at) => bytes[at] === byte);
  if (begins(0x1f, 0x8b)) return 'a gzip archive';
  if (begins(0x50, 0x4b, 0x03, 0x04)) return 'a zip archive';
  if (bytes.toString('latin1', 0, 8) === 'Salted__') return 'what openssl has encrypted';
  if (begins(0xff, 0xfe) || begins(0xfe, 0xff) || isWide(bytes)) return 'UTF-16';
  return undefined;
}

/** UTF-16 without a mark: every other byte of ASCII text is zero. */
function isWide(bytes: Buffer): boolean {
  const head = [...bytes.subarray(0, 64)];
  return head.length >= 8 && [0, 1].some((odd) => head.every((byte, at) => at % 2 !== odd || byte === 0));
}

import { trim } from './dotnet.ts';

/**
 * The runner's secret masker (Sdk/DTLogging/Logging): exact substrings, no minimum length, and for every
 * value the forms that the runner's own encoders make of it. What is not in ENCODERS is not masked.
 */
export class Masker {
  readonly #values = new Set<string>();
  readonly #patterns = new Set<string>();

  constructor(values: Iterable<string> = []) {
    for (const value of values) this.add(value);
  }

  /** What was registered: whole values and their lines. */
  get values(): string[] {
    return [...this.#values];
  }

  /** What is searched for: the values and their encodings. */
  get patterns(): string[] {
    return [...this.#patterns];
  }

  /** Registers the value and each of its lines; false for a blank value, which the runner refuses. */
  add(value: string): boolean {
    if (trim(value) === '') return false;
    for (const part of [value, ...value.split(/[\r\n]/).map(trim)]) {
      if (part === '') continue;
      this.#values.add(part);
      this.#patterns.add(part);
      for (const encode of ENCODERS) this.#patterns.add(encode(part));
    }
    this.#patterns.delete('');
    return true;
  }

  mask(text: string): string {
    let masked = '';
    let end = 0;
    for (const hit of merge(this.#hits(text))) {
      masked += `${text.slice(end, hit.start)}***`;
      end = hit.end;
    }
    return masked + text.slice(end);
  }

  /** The runner's own question about a job output: would masking change it? */
  holds(text: string): boolean {
    return this.mask(text) !== text;
  }

  #hits(text: string): Span[] {
    const hits: Span[] = [];
    for (const pattern of this.#patterns) {
      for (let at = text.indexOf(pattern); at >= 0; at = text.indexOf(pattern, at + 1)) {
        hits.push({ start: at, end: at + pattern.length });
      }
    }
    return hits;
  }
}

interface Span {
  start: number;
  end: number;
}

/** Overlapping and touching spans become one. */
function merge(spans: Span[]): Span[] {
  const merged: Span[] = [];
  for (const span of spans.sort((a, b) => a.start - b.start)) {
    const last = merged.at(-1);
    if (last && span.start <= last.end) last.end = Math.max(last.end, span.end);
    else merged.push({ ...span });
  }
  return merged;
}

type Encoder = (value: string) => string;

const ENCODERS: Encoder[] = [
  (value) => shiftedBase64(value, 0),
  (value) => shiftedBase64(value, 1),
  (value) => shiftedBase64(value, 2),
  (value) => value.replaceAll('"', '\\"'),
  (value) => value.replaceAll("'", "''"),
  jsonEscape,
  uriEscape,
  xmlEscape,
  (value) => (/^".{7,}"$/s.test(value) ? value.slice(1, -1) : ''),
  beforeAmpersand,
  afterAmpersand,
];

/** A secret behind one or two other bytes (`user:password`) gives other base64; its tail is what repeats. */
function shiftedBase64(value: string, shift: number): string {
  const bytes = Buffer.from(value, 'utf8');
  return bytes.subarray(bytes.length > shift ? shift : 0).toString('base64');
}

const JSON_NAMES: Record<string, string> = {
  '"': '\\"',
  '\\': '\\\\',
  '\b': '\\b',
  '\f': '\\f',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
};

/** Newtonsoft's choice, not JSON.stringify's: U+0085, U+2028 and U+2029 are escaped, lone surrogates are not. */
function jsonEscape(value: string): string {
  let escaped = '';
  for (const unit of value.split('')) {
    escaped += JSON_NAMES[unit] ?? (unit < ' ' || '\x85\u2028\u2029'.includes(unit) ? hexEscape(unit) : unit);
  }
  return escaped;
}

const hexEscape = (unit: string): string => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;

/** `Uri.EscapeDataString`: RFC 3986, so `!'()*` are escaped, which encodeURIComponent leaves. */
function uriEscape(value: string): string {
  let escaped = '';
  for (const byte of Buffer.from(value, 'utf8')) {
    const character = String.fromCharCode(byte);
    escaped += /[A-Za-z0-9\-_.~]/.test(character)
      ? character
      : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
  }
  return escaped;
}

const XML_NAMES: Record<string, string> = {
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
  '&': '&amp;',
};

function xmlEscape(value: string): string {
  return value.replace(/[<>"'&]/g, (character) => XML_NAMES[character] ?? character);
}

// PowerShell colours what it could not run from an ampersand on, which cuts the value in two; parts under 6 stay.
const AMPERSAND_PART = 6;

function beforeAmpersand(value: string): string {
  const at = value.includes('&+') ? value.indexOf('&+') + 2 : value.lastIndexOf('&') + 1;
  return at >= AMPERSAND_PART ? value.slice(0, at) : '';
}

function afterAmpersand(value: string): string {
  if (!value.includes('&')) return '';
  // One more character is gone after `&+`: it is inside the colour code.
  const at = value.includes('&+') ? value.indexOf('&+') + 3 : value.lastIndexOf('&') + 1;
  return value.length - at >= AMPERSAND_PART ? value.slice(at) : '';
}

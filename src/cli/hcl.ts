/*
 * HashiCorp's configuration language, as `terraform fmt` writes it.
 */

/** An expression that is written as it is. */
export class Expression {
  constructor(readonly text: string) {}
}

export type Value =
  | string
  | number
  | boolean
  | Expression
  | readonly Value[]
  | { readonly [key: string]: Value };

export interface Block {
  /** `resource "aws_ssm_parameter" "log_level"`, without its brace. */
  readonly head: string;
  /** An undefined value is left out. */
  readonly attributes?: Readonly<Record<string, Value | undefined>>;
  readonly blocks?: readonly Block[];
}

/** A reference or function call. */
export const expression = (text: string) => new Expression(text);

/** @returns the head of a block with labels. */
export const head = (type: string, ...labels: readonly string[]) =>
  [type, ...labels.map((label) => quote(label))].join(' ');

/** @returns a file of blocks, ending with a line break. */
export function printBlocks(blocks: readonly Block[]): string {
  return `${blocks.map((block) => printBlock(block, '')).join('\n\n')}\n`;
}

function printBlock({ head: first, attributes = {}, blocks = [] }: Block, indent: string): string {
  const inner = `${indent}  `;
  const given = Object.entries(attributes).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, print(value, inner)] as const],
  );
  // A value of several lines ends the run of aligned lines.
  const short = given.filter(([, text]) => !text.includes('\n'));
  const long = given.filter(([, text]) => text.includes('\n'));
  const parts = [
    ...(short.length === 0 ? [] : [aligned(short, inner)]),
    ...long.map(([name, text]) => `${inner}${name} = ${text}`),
    ...blocks.map((block) => printBlock(block, inner)),
  ];
  return parts.length === 0
    ? `${indent}${first} {}`
    : `${indent}${first} {\n${parts.join('\n\n')}\n${indent}}`;
}

function aligned(entries: ReadonlyArray<readonly [string, string]>, indent: string): string {
  const width = Math.max(...entries.map(([name]) => columns(name)));
  return entries
    .map(([name, text]) => `${indent}${name}${' '.repeat(width - columns(name))} = ${text}`)
    .join('\n');
}

const SEGMENTER = new Intl.Segmenter('en', { granularity: 'grapheme' });
/** Terraform counts a grapheme as one column. */
const columns = (text: string) => [...SEGMENTER.segment(text)].length;

function print(value: Value, indent: string): string {
  if (value instanceof Expression) return value.text;
  if (typeof value === 'string') return quote(value);
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (isList(value)) return `[${value.map((one) => print(one, indent)).join(', ')}]`;
  const entries = Object.entries(value).map(
    ([key, one]) => [isName(key) ? key : quote(key), print(one, `${indent}  `)] as const,
  );
  return entries.length === 0 ? '{}' : `{\n${aligned(entries, `${indent}  `)}\n${indent}}`;
}

const isList = (value: Value): value is readonly Value[] => Array.isArray(value);
/** `for` begins an expression, and the constants are no keys. */
const isName = (key: string) =>
  /^[A-Za-z_][\w-]*$/.test(key) && !['for', 'null', 'true', 'false'].includes(key);

const ESCAPES: Readonly<Record<string, string>> = {
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '"': '\\"',
  '\\': '\\\\',
};

/** @returns a quoted string: `${` and `%{` begin a template, so they are doubled. */
export function quote(text: string): string {
  const escaped = text
    .replace(/[\n\r\t"\\]/g, (sign) => ESCAPES[sign] ?? sign)
    .replace(/[\p{Cc}\p{Zl}\p{Zp}\p{Cf}]/gu, (sign) => {
      const code = sign.codePointAt(0) ?? 0;
      return code > 0xffff
        ? `\\U${code.toString(16).padStart(8, '0')}`
        : `\\u${code.toString(16).padStart(4, '0')}`;
    })
    .replace(/([$%])(?=\{)/g, '$1$1');
  return `"${escaped}"`;
}

/** @returns an identifier that no other of the file has. */
export function identifierOf(name: string, taken: Set<string>): string {
  const base =
    name
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, '_')
      .replace(/^_+|_+$/g, '') || 'unnamed';
  const word = /^[a-z]/.test(base) ? base : `_${base}`;
  let free = word;
  for (let count = 2; taken.has(free); count += 1) free = `${word}_${count}`;
  taken.add(free);
  return free;
}

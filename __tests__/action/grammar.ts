import { splitPair, trim, trimStart } from './dotnet.ts';

export interface Command {
  name: string;
  properties: Record<string, string>;
  /** Unescaped, not masked. */
  data: string;
}

/** A line's command, if it has one of these (lower-case) names. */
export function parseCommand(line: string, names: Set<string>): Command | undefined {
  return parseDoubleColon(line, names) ?? parseBracket(line, names);
}

// The runner looks for the second `::` by the rules of its culture, for which these characters do not exist.
const IGNORED = '[\\0-\\x08\\x0e-\\x1f\\x7f\\u00ad\\u200b-\\u200f\\u202a-\\u202e\\u2060-\\u2064\\ufeff]*';
const SEPARATOR = new RegExp(`:${IGNORED}:`);

type Codes = [code: string, character: string][];

// In this order, one after the other: `%2525` becomes `%25`, and `%250A` becomes `%0A` only.
const DATA: Codes = [
  ['%0D', '\r'],
  ['%0A', '\n'],
  ['%25', '%'],
];
const PROPERTY: Codes = [['%3A', ':'], ['%2C', ','], ...DATA];
const BRACKET: Codes = [['%3B', ';'], ['%5D', ']'], ...DATA];

/** `::name key=value,key=value::data`, at the start of a line. */
function parseDoubleColon(line: string, names: Set<string>): Command | undefined {
  const text = trimStart(line);
  if (!text.startsWith('::')) return undefined;
  const rest = text.slice(2);
  const at = rest.search(SEPARATOR);
  if (at < 0) return undefined;
  return assemble(trimHead(rest.slice(0, at)), rest.slice(at + 2), names, {
    split: ',',
    properties: PROPERTY,
    data: DATA,
  });
}

/** `##[name key=value;key=value]data`, anywhere in a line. */
function parseBracket(line: string, names: Set<string>): Command | undefined {
  const start = line.indexOf('##[');
  const end = line.indexOf(']', start);
  if (start < 0 || end < 0) return undefined;
  const grammar = { split: ';', properties: BRACKET, data: BRACKET };
  return assemble(line.slice(start + 3, end), line.slice(end + 1), names, grammar);
}

interface Grammar {
  split: string;
  properties: Codes;
  data: Codes;
}

function assemble(head: string, data: string, names: Set<string>, grammar: Grammar): Command | undefined {
  const [name, rest] = cut(head, ' ');
  if (!names.has(name.toLowerCase())) return undefined;
  const properties = new Map<string, [string, string]>();
  for (const text of rest.split(grammar.split)) {
    const pair = splitPair(text, '=');
    if (!pair) continue;
    const key = properties.get(pair[0].toLowerCase())?.[0] ?? pair[0];
    properties.set(key.toLowerCase(), [key, unescapeBy(pair[1], grammar.properties)]);
  }
  return { name, properties: Object.fromEntries(properties.values()), data: unescapeBy(data, grammar.data) };
}

/** Only the properties are trimmed, never the name. */
function trimHead(head: string): string {
  const [name, rest] = cut(head, ' ');
  return `${name} ${trim(rest)}`;
}

function cut(text: string, separator: string): [string, string] {
  const at = text.indexOf(separator);
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)];
}

function unescapeBy(text: string, codes: Codes): string {
  return codes.reduce((result, [code, character]) => result.replaceAll(code, character), text);
}

/** In the form of a command, whatever its name. */
export function looksLikeCommand(line: string): boolean {
  return /^::[^:\s]+( .*?)?::/s.test(trimStart(line)) || /##\[[^\]]+\]/.test(line);
}

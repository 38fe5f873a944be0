import { readLines } from './dotnet.ts';
import type { Masker } from './masker.ts';

/** What the runner took from a file before it gave up on it, and why it did. */
export interface Pairs {
  pairs: Map<string, string>;
  error?: string;
}

/** GITHUB_OUTPUT: `name=value`, or `name<<DELIMITER`, lines, `DELIMITER`. Names differ by more than case. */
export function parseOutputs(text: string): Pairs {
  const { pairs, error } = collect(text, true);
  if (!pairs.has('')) return { pairs, ...withError(error) };
  pairs.delete('');
  return { pairs, error: error ?? 'an output has no name' };
}

/** GITHUB_STATE. */
export function parseState(text: string): Pairs {
  return collect(text, true);
}

/** GITHUB_ENV: the runner refuses NODE_OPTIONS, and goes on. */
export function parseEnvironment(text: string): Pairs {
  const { pairs, error } = collect(text, process.platform === 'win32');
  const blocked = [...pairs.keys()].filter((name) => name.toUpperCase() === 'NODE_OPTIONS');
  for (const name of blocked) pairs.delete(name);
  return {
    pairs,
    ...withError(error ?? (blocked.length > 0 ? 'NODE_OPTIONS cannot be set by GITHUB_ENV' : undefined)),
  };
}

/** GITHUB_PATH: one folder a line; a folder given again moves to the end. */
export function parsePaths(text: string): string[] {
  const lines = readLines(withoutBom(text)).filter((line) => line !== '');
  return lines.filter((line, index) => lines.lastIndexOf(line) === index);
}

export const SUMMARY_LIMIT = 1024 * 1024;

/** GITHUB_STEP_SUMMARY: refused as a whole past 1 MiB; masked line by line, so never across lines. */
export function readSummary(text: string, masker: Masker): { summary: string; error?: string } {
  if (Buffer.byteLength(text) > SUMMARY_LIMIT) {
    return { summary: '', error: 'the summary is larger than 1024k and is not shown' };
  }
  const lines = readLines(withoutBom(text));
  return { summary: lines.map((line) => `${masker.mask(line)}\n`).join('') };
}

/** The runner reads as far as it can: what is before an error counts. */
function collect(text: string, ignoreCase: boolean): Pairs {
  const names = new Map<string, string>();
  const pairs = new Map<string, string>();
  try {
    for (const [name, value] of readPairs(withoutBom(text))) {
      const folded = ignoreCase ? name.toLowerCase() : name;
      names.set(folded, names.get(folded) ?? name);
      pairs.set(names.get(folded) ?? name, value);
    }
  } catch (fault) {
    return { pairs, error: fault instanceof Error ? fault.message : String(fault) };
  }
  return { pairs };
}

function* readPairs(text: string): Generator<[string, string]> {
  const source = new Source(text);
  for (let line = source.next(); line; line = source.next()) {
    if (line.text === '') continue;
    const equals = line.text.indexOf('=');
    const heredoc = line.text.indexOf('<<');
    if (equals >= 0 && (heredoc < 0 || equals < heredoc)) {
      yield [line.text.slice(0, equals), line.text.slice(equals + 1)];
    } else if (heredoc >= 0) {
      yield [line.text.slice(0, heredoc), readHeredoc(source, line.text, heredoc)];
    } else {
      throw new Error(`a line is neither name=value nor name<<DELIMITER: ${line.text}`);
    }
  }
}

/** The value is the text between, its own line ends kept, without the last one. */
function readHeredoc(source: Source, head: string, at: number): string {
  const delimiter = head.slice(at + 2);
  if (at === 0 || delimiter === '') throw new Error(`name and delimiter must not be empty: ${head}`);
  let value = '';
  let ending = '';
  for (let line = source.next(); line?.text !== delimiter; line = source.next()) {
    if (!line) throw new Error(`no line is the delimiter ${delimiter}`);
    if (line.ending === '') throw new Error('the delimiter must start a line of its own');
    value += ending + line.text;
    ending = line.ending;
  }
  return value;
}

interface Line {
  text: string;
  ending: string;
}

/** Lines with their ends; CRLF is one only on Windows, elsewhere the CR belongs to the text. */
class Source {
  #at = 0;

  constructor(readonly text: string) {}

  next(): Line | undefined {
    if (this.#at >= this.text.length) return undefined;
    const start = this.#at;
    const end = this.text.indexOf('\n', start);
    this.#at = end < 0 ? this.text.length : end + 1;
    if (end < 0) return { text: this.text.slice(start), ending: '' };
    const windows = process.platform === 'win32' && end > start && this.text[end - 1] === '\r';
    return windows
      ? { text: this.text.slice(start, end - 1), ending: '\r\n' }
      : { text: this.text.slice(start, end), ending: '\n' };
  }
}

const withoutBom = (text: string): string => (text.startsWith('\ufeff') ? text.slice(1) : text);

const withError = (error: string | undefined): { error?: string } => (error === undefined ? {} : { error });

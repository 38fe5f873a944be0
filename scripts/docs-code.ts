// The code that the documentation shows, and the commands in it. __tests__/docs-code.test.ts judges them.
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

export interface Code {
  /** Page and line. */
  readonly where: string;
  readonly language: string;
  readonly text: string;
}

export interface Command {
  readonly where: string;
  /** The program and its arguments, without quotes; what the reader fills in stays as it is. */
  readonly words: readonly string[];
}

/** Programs that begin a block of commands. */
const PROGRAMS = new Set(
  [
    'aws',
    'cd',
    'chamber',
    'curl',
    'docker',
    'for',
    'gh',
    'git',
    'node',
    'npm',
    'npx',
    'scripts',
    'sops',
  ].concat(['skopeo', 'tar', 'terraform', 'tofu', 'zstd', 'unset', 'export', 'python3', 'sudo', 'jq']),
);

/** @returns the text of every Markdown page by its name */
export function readMarkdown(): Record<string, string> {
  const below = (folder: string) =>
    readdirSync(`${ROOT}${folder}`, { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.md') && !name.includes('node_modules'))
      .map((name) => `${folder}/${name.replaceAll('\\', '/')}`);
  const names = [
    ...readdirSync(ROOT).filter((name) => name.endsWith('.md')),
    ...below('docs').sort(),
    ...below('examples').sort(),
  ];
  return Object.fromEntries(names.map((name) => [name, readFileSync(`${ROOT}${name}`, 'utf8')]));
}

/** @returns fenced blocks with their language, and indented ones that begin with a program as `sh` */
export function readCode(): Code[] {
  return Object.entries(readMarkdown()).flatMap(([page, text]) => {
    const at = (index: number) => `${page} line ${text.slice(0, index).split('\n').length}`;
    const fenced = [...text.matchAll(/^( *)```(\w*)[^\n]*\n(.*?)^\1```$/gms)].map(
      ({ index, 1: indent = '', 2: language = '', 3: code = '' }) => ({
        where: at(index),
        language,
        text: code.replaceAll(new RegExp(`^${indent}`, 'gm'), ''),
      }),
    );
    const rest = text.replace(/^( *)```.*?^\1```$/gms, (found) => found.replace(/[^\n]/g, ''));
    const indented = [...rest.matchAll(/(?<=^\n|\n\n)((?: {4,}[^\n]*\n)+)/g)].flatMap(
      ({ index, 1: code = '' }) => {
        const indent = /^ */.exec(code)?.[0] ?? '';
        const plain = code.replaceAll(new RegExp(`^${indent}`, 'gm'), '');
        const [program = ''] = plain.split(/[\s/]/);
        return PROGRAMS.has(program) ? [{ where: at(index), language: 'sh', text: plain }] : [];
      },
    );
    return [...fenced, ...indented];
  });
}

/** @returns the commands of a block of shell: each line, each part of a pipe and of `$(…)`; comments and output left out */
export function commandsOf({ where, language, text }: Code): Command[] {
  if (language !== 'sh' && language !== 'bash') return [];
  const lines = text
    .replaceAll(/\\\n\s*/g, ' ')
    .replaceAll(/<<-?\s*'?(\w+)'?\n.*?^\1$/gms, '')
    .split('\n')
    .map((line) => line.replace(/(^|\s)#.*$/, ''));
  return lines
    .flatMap(withSubstitutions)
    .flatMap((line) => splitOutsideQuotes(line))
    .map((part) => ({ where, words: wordsOf(part) }))
    .filter(({ words }) => words.length > 0);
}

/** @returns the line with X for each `$(…)`, and their commands */
function withSubstitutions(line: string): string[] {
  const start = line.indexOf('$(');
  if (start < 0) return [line];
  let depth = 0;
  let end = start + 1;
  do {
    if (line[end] === '(') depth++;
    if (line[end] === ')') depth--;
    end++;
  } while (depth > 0 && end < line.length);
  const inner = line.slice(start + 2, end - 1);
  return [...withSubstitutions(`${line.slice(0, start)}X${line.slice(end)}`), ...withSubstitutions(inner)];
}

/** At pipes, `&&` and `;`, as far as they are not quoted. */
function splitOutsideQuotes(line: string): string[] {
  const parts: string[] = [''];
  for (const [token] of line.matchAll(/'[^']*'|"[^"]*"|\|\||&&|[|;]|./g)) {
    if (/^(\|\||&&|[|;])$/.test(token)) parts.push('');
    else parts.push(`${parts.pop()}${token}`);
  }
  return parts;
}

/** Words of a command without assignments, redirections and the words of the shell around it. */
function wordsOf(part: string): string[] {
  const words = [...part.trim().matchAll(/(?:'[^']*'|"[^"]*"|[^\s'"])+/g)].map(([word]) =>
    word.replaceAll(/^['"]|['"]$/g, ''),
  );
  while (/^(\w+=.*|do|then|if|for|while|done|fi|sudo|unset|export)$/.test(words[0] ?? '')) {
    if (words[0] === 'for') return [];
    words.shift();
  }
  const redirected = words.findIndex((word) => /^(<<<|[<>]{1,2}|2>|&>)/.test(word));
  return redirected < 0 ? words : words.slice(0, redirected);
}

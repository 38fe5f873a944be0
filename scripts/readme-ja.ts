// Writes the generated parts of README.ja.md and docs/ja: the inputs and outputs of action.yml and the routing table, in the words
// of docs/ja.yml. With --check it writes nothing, and fails when a part is out of date or a word is missing.
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import type { Group } from './inputs-page.ts';
import { japanesePages } from './japanese.ts';

const path = (name: string) => fileURLToPath(new URL(`../${name}`, import.meta.url));
const read = (name: string) => readFileSync(path(name), 'utf8');

type Words = Readonly<Record<string, string>>;
export interface Japanese {
  readonly inputs: Words;
  readonly outputs: Words;
  readonly defaults: Words;
  readonly groups: Words;
  readonly routing: Words;
}
type Described = Readonly<Record<string, { readonly description: string }>>;

/** What the parts are made of. */
export interface English {
  readonly inputs: Described;
  readonly outputs: Described;
  readonly groups: ReadonlyArray<Pick<Group, 'title' | 'inputs'>>;
  /** Names of the inputs that README.md lists. */
  readonly common: readonly string[];
  /** The table of docs/routing.md. */
  readonly routing: string;
}
export interface Translation {
  /** Each generated part by its name. */
  readonly parts: ReadonlyMap<string, string>;
  readonly faults: readonly string[];
}

/** An escaped pipe belongs to its cell. */
const cellsOf = (line: string) =>
  line
    .replace(/^\| | \|$/g, '')
    .split(/(?<!\\) \| /)
    .map((cell) => cell.trim());

const row = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
const table = (head: readonly string[], rows: ReadonlyArray<readonly string[]>) =>
  [head, head.map(() => '---'), ...rows].map(row).join('\n');

/** Outside of code, what Markdown would take for its own. */
const escaped = (text: string) =>
  text.replace(/(`[^`]*`)|[|*<]/g, (found, code?: string) => code ?? `\\${found}`);

const isValue = (text: string) => /^\S+$/.test(text) && text !== 'all';

function defaultOf(description: string): string {
  if (/Required, here or in the configuration file$/.test(description))
    return '**required**, here or in the configuration file';
  const [, fallback = ''] = /\. Default: (.+)$/s.exec(description) ?? [];
  return isValue(fallback) ? `\`${fallback}\`` : fallback;
}

/** @returns the generated parts in Japanese, and what docs/ja.yml lacks or has too much */
export function translate(english: English, words: Japanese): Translation {
  const faults: string[] = [];
  const used = new Set<string>();
  const missing = (list: string, what: string) => {
    faults.push(`docs/ja.yml has no ${list} for: ${what}`);
    return what;
  };
  const word = (list: 'inputs' | 'outputs' | 'defaults' | 'groups', key: string) => {
    used.add(`${list} ${key}`);
    return words[list][key] ?? missing(list, key);
  };
  const inputRow = (name: string) => {
    const fallback = defaultOf(english.inputs[name]?.description ?? '');
    return [
      `\`${name}\``,
      escaped(word('inputs', name)),
      fallback === '' || fallback.startsWith('`') ? fallback : word('defaults', fallback),
    ];
  };
  const inputTable = (names: readonly string[]) => table(['入力', '意味', '既定値'], names.map(inputRow));
  const phrases = Object.entries(words.routing).sort(([a], [b]) => b.length - a.length);
  const routed = (cell: string) => {
    const text = phrases.reduce((so, [from, to]) => so.replaceAll(from, to), cell);
    if (/[A-Za-z]/.test(text.replace(/`[^`]*`|<br>/g, ''))) missing('routing', cell);
    return text;
  };

  const parts = new Map([
    ['common-inputs', inputTable(english.common)],
    [
      'inputs',
      english.groups
        .map(({ title, inputs }) => `### ${word('groups', title)}\n\n${inputTable(Object.keys(inputs))}`)
        .join('\n\n'),
    ],
    [
      'outputs',
      table(
        ['出力', '意味'],
        Object.keys(english.outputs).map((name) => [`\`${name}\``, escaped(word('outputs', name))]),
      ),
    ],
    [
      'routing',
      table(
        ['変数', '保存先', '`prefer: ssm` の場合', '理由'],
        english.routing
          .trim()
          .split('\n')
          .slice(2)
          .map(cellsOf)
          .map(([variables = '', ...cells]) => [variables, ...cells.map(routed)]),
      ),
    ],
  ]);
  for (const list of ['inputs', 'outputs', 'defaults', 'groups'] as const)
    for (const key of Object.keys(words[list]))
      if (!used.has(`${list} ${key}`))
        faults.push(`docs/ja.yml has ${list} for "${key}", which is not in English`);
  return { parts, faults };
}

/** @returns the pages with each part `<!-- name -->` … `<!-- /name -->` as it should be, and the parts that no page has */
export function fill(
  pages: Readonly<Record<string, string>>,
  parts: Translation['parts'],
): { readonly pages: Readonly<Record<string, string>>; readonly faults: readonly string[] } {
  const faults: string[] = [];
  const shown = new Set<string>();
  const filled = Object.entries(pages).map(([page, text]) => [
    page,
    text.replace(/^<!-- ([\w-]+) -->\n.*?^<!-- \/\1 -->$/gms, (found, name: string) => {
      shown.add(name);
      const part = parts.get(name);
      if (part === undefined) faults.push(`${page}: no script writes the part <!-- ${name} -->`);
      return part === undefined ? found : `<!-- ${name} -->\n${part}\n<!-- /${name} -->`;
    }),
  ]);
  for (const name of parts.keys())
    if (!shown.has(name)) faults.push(`no Japanese page has the part <!-- ${name} --> … <!-- /${name} -->`);
  return { pages: Object.fromEntries(filled), faults };
}

export function readEnglish(): English {
  const { inputs, outputs }: { inputs: Described; outputs: Described } = parse(read('action.yml'));
  const [, listed = ''] = /^## Inputs\n(.*?)^## /ms.exec(read('README.md')) ?? [];
  const [, routing = ''] =
    /^<!-- routing -->\n(.*?)^<!-- \/routing -->$/ms.exec(read('docs/routing.md')) ?? [];
  return {
    inputs,
    outputs,
    groups: parse(read('docs/inputs.yml')),
    common: [...listed.matchAll(/^\| `([\w-]+)` \|/gm)].map(([, name = '']) => name),
    routing,
  };
}

export const readJapanese = (): Record<string, string> =>
  Object.fromEntries(japanesePages().map(({ page }) => [page, read(page)]));

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const before = readJapanese();
  const { parts, faults } = translate(readEnglish(), parse(read('docs/ja.yml')));
  const filled = fill(before, parts);
  const said = [...faults, ...filled.faults];
  for (const [page, text] of Object.entries(filled.pages)) {
    if (text === before[page]) continue;
    if (!process.argv.includes('--check')) writeFileSync(path(page), text);
    else
      said.push(`${page}: a generated part is out of date. Run npx tsx scripts/readme-ja.ts, and commit it`);
  }
  for (const fault of said) console.error(fault);
  process.exitCode = said.length === 0 ? 0 : 1;
}

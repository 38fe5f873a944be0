// Writes the generated parts of README.ja.md: the inputs and outputs of action.yml and the routing table, in the words of
// docs/ja.yml. With --check it writes nothing, and fails when a part is out of date or an example is not one of the English pages.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';

const path = (name: string) => fileURLToPath(new URL(`../${name}`, import.meta.url));
const read = (name: string) => readFileSync(path(name), 'utf8');

type Words = Readonly<Record<string, string>>;
export interface Japanese {
  readonly inputs: Words;
  readonly outputs: Words;
  readonly defaults: Words;
  readonly routing: Words;
}
export interface Translation {
  readonly text: string;
  readonly faults: readonly string[];
}

const HEADS: Readonly<Record<string, readonly string[]>> = {
  inputs: ['入力', '意味', 'デフォルト'],
  outputs: ['出力', '意味'],
  routing: ['変数', '置き場所', '`prefer: ssm` の場合', '理由'],
};

/** @returns where each part `<!-- name -->` … `<!-- /name -->` begins and ends, without its marks. */
function partsOf(text: string): Map<string, string> {
  return new Map(
    [...text.matchAll(/^<!-- ([\w-]+) -->\n(.*?)^<!-- \/\1 -->$/gms)].map(([, name = '', part = '']) => [
      name,
      part,
    ]),
  );
}

/** A pipe that is escaped stands in a cell. */
const cellsOf = (row: string) =>
  row
    .replace(/^\| | \|$/g, '')
    .split(/(?<!\\) \| /)
    .map((cell) => cell.trim());

const row = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;

/**
 * @param english the parts in English, and the examples of the English pages
 * @param before README.ja.md as it is
 * @returns README.ja.md as it should be, and what is missing
 */
export function translate(english: string, before: string, words: Japanese): Translation {
  const faults: string[] = [];
  const missing = (where: string, what: string) => {
    faults.push(`docs/ja.yml has no ${where} for: ${what}`);
    return what;
  };
  const used = new Set<string>();
  const word = (list: 'inputs' | 'outputs' | 'defaults', key: string) => {
    used.add(`${list} ${key}`);
    return words[list][key] ?? missing(list, key);
  };
  const prose = (text: string) =>
    text.replace(/(`[^`]*`)|[|*<]/g, (found, code?: string) => code ?? `\\${found}`);
  const phrases = Object.entries(words.routing).sort(([a], [b]) => b.length - a.length);
  const routed = (cell: string) => {
    const text = phrases.reduce((so, [from, to]) => so.replaceAll(from, to), cell);
    if (/[A-Za-z]/.test(text.replace(/`[^`]*`|<br>/g, ''))) missing('routing', cell);
    return text;
  };
  const translated: Readonly<Record<string, (cells: readonly string[]) => readonly string[]>> = {
    inputs: ([name = '', , fallback = '']) => [
      name,
      prose(word('inputs', name.replaceAll('`', ''))),
      fallback === '' || fallback.startsWith('`') ? fallback : word('defaults', fallback),
    ],
    outputs: ([name = '']) => [name, prose(word('outputs', name.replaceAll('`', '')))],
    routing: ([variables = '', ...cells]) => [variables, ...cells.map(routed)],
  };

  let text = before;
  const standing = partsOf(before);
  for (const [name, part] of partsOf(english)) {
    const old = standing.get(name);
    const one = translated[name];
    const head = HEADS[name];
    if (old === undefined) faults.push(`README.ja.md has no part <!-- ${name} --> … <!-- /${name} -->`);
    // A part without words, such as a policy, is taken over as it stands.
    const made =
      one === undefined || head === undefined
        ? part
        : `${[
            row(head),
            row(head.map(() => '---')),
            ...part
              .trim()
              .split('\n')
              .slice(2)
              .map((line) => row(one(cellsOf(line)))),
          ].join('\n')}\n`;
    text = text.replace(
      `<!-- ${name} -->\n${old}<!-- /${name} -->`,
      () => `<!-- ${name} -->\n${made}<!-- /${name} -->`,
    );
  }
  for (const list of ['inputs', 'outputs', 'defaults'] as const)
    for (const key of Object.keys(words[list]))
      if (!used.has(`${list} ${key}`))
        faults.push(`docs/ja.yml has ${list} for "${key}", which is not in English`);
  return { text, faults: [...faults, ...unknownExamples(english, text)] };
}

/** @returns the examples that no English page has. */
function unknownExamples(english: string, japanese: string): string[] {
  const known = new Set(examplesOf(english));
  return examplesOf(japanese).flatMap((example, at) =>
    known.has(example)
      ? []
      : [`block of code ${at + 1} is on no English page: ${example.split('\n').slice(0, 2).join(' ')}`],
  );
}

/** Comments may be in either language. */
function examplesOf(text: string): string[] {
  return [...text.matchAll(/^```(\w*)\n(.*?)^```$/gms)].map(([, language = '', code = '']) =>
    [language, ...code.split('\n').map((line) => line.replace(/(^|\s)# .*$/, '').trimEnd())]
      .filter((line) => line !== '')
      .join('\n'),
  );
}

interface Declared {
  readonly inputs: Readonly<Record<string, { readonly description: string }>>;
  readonly outputs: Readonly<Record<string, { readonly description: string }>>;
}

const isValue = (text: string) => /^\S+$/.test(text) && text !== 'all';

function defaultOf(description: string): string {
  if (/Required, here or in the configuration file$/.test(description))
    return '**required**, here or in the configuration file';
  const [, fallback = ''] = /\. Default: (.+)$/s.exec(description) ?? [];
  return isValue(fallback) ? `\`${fallback}\`` : fallback;
}

/** @returns the parts that are translated, as tables, before the text of every English page */
export function readEnglish(): string {
  const { inputs, outputs }: Declared = parse(read('action.yml'));
  const part = (name: string, rows: readonly string[][]) =>
    [
      `<!-- ${name} -->`,
      ...(HEADS[name] === undefined ? [] : [row(HEADS[name]), row(HEADS[name].map(() => '---'))]),
      ...rows.map(row),
      `<!-- /${name} -->\n`,
    ].join('\n');
  const pages = ['README.md', ...readdirSync(path('docs')).map((name) => `docs/${name}`)];
  const texts = pages.filter((name) => name.endsWith('.md')).map(read);
  const routing = partsOf(read('docs/routing.md')).get('routing') ?? '';
  return [
    part(
      'inputs',
      Object.entries(inputs).map(([name, { description }]) => [`\`${name}\``, '', defaultOf(description)]),
    ),
    part(
      'outputs',
      Object.keys(outputs).map((name) => [`\`${name}\``, '']),
    ),
    `<!-- routing -->\n${routing}<!-- /routing -->\n`,
    ...texts.map((text) => text.replaceAll(/^<!-- .*? -->$/gm, '')),
  ].join('\n');
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const before = read('README.ja.md');
  const { text, faults } = translate(readEnglish(), before, parse(read('docs/ja.yml')));
  const said = [...faults];
  if (process.argv.includes('--check')) {
    if (text !== before)
      said.unshift(
        'README.ja.md: a generated part is out of date; npx tsx scripts/readme-ja.ts, and commit it',
      );
  } else writeFileSync(path('README.ja.md'), text);
  for (const fault of said) console.error(fault);
  process.exitCode = said.length === 0 ? 0 : 1;
}

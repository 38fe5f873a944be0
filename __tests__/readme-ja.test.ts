// The Japanese pages: their generated parts are up to date, and they agree with the English ones in code, messages, prices and shape.
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { disagreements, japanesePages, linkErrors, REFERENCE, readPair } from '../scripts/japanese.ts';
import {
  type English,
  fill,
  type Japanese,
  readEnglish,
  readJapanese,
  translate,
} from '../scripts/readme-ja.ts';
import { rendered } from './report/page.ts';

const read = (name: string) => readFileSync(new URL(`../${name}`, import.meta.url), 'utf8');
const pairs = japanesePages();

test('the generated parts are up to date: npx tsx scripts/readme-ja.ts', () => {
  const before = readJapanese();
  const { parts, faults } = translate(readEnglish(), parse(read('docs/ja.yml')));
  const filled = fill(before, parts);
  expect([...faults, ...filled.faults]).toEqual([]);
  expect(Object.keys(before).filter((page) => filled.pages[page] !== before[page])).toEqual([]);
});

test('the pages for readers of the article exist', () => {
  const pages = pairs.map(({ page }) => page);
  for (const name of ['quick-start', 'routing', 'article', 'troubleshooting', 'inputs'])
    expect(pages).toContain(`docs/ja/${name}.md`);
});

test.each(pairs.filter(({ page }) => page !== REFERENCE))('$page agrees with $english', (pair) => {
  expect(disagreements(pair, ...readPair(pair))).toEqual([]);
});

test.each(pairs)('$page and $english link to each other', (pair) => {
  expect(linkErrors(pair, ...readPair(pair))).toEqual([]);
});

/** Beside punctuation and Japanese characters, `**` may fail to open or close. */
const marksLeft = (page: string) =>
  rendered(page)
    .replace(/<(code|pre)\b.*?<\/\1>/gs, '')
    .match(/\*\*|\]\(|`/g) ?? [];

test.each(pairs)('$page: no mark of Markdown is left as text', ({ page }) => {
  expect(marksLeft(read(page))).toEqual([]);
  expect(marksLeft('**同じ値。**次')).toEqual(['**', '**']);
});

const words: Japanese = {
  inputs: { mode: 'モード|' },
  outputs: {},
  defaults: { 'the keys': 'キー' },
  groups: { 'The run': '実行' },
  routing: { 'the same': '同じ' },
};
const english: English = {
  inputs: { mode: { description: 'Mode. Default: the keys' } },
  outputs: {},
  groups: [{ title: 'The run', inputs: { mode: '' } }],
  common: ['mode'],
  routing: '| A | B |\n| --- | --- |\n| `X` | the same |\n',
};

test('a row is written in the words of docs/ja.yml', () => {
  const { parts, faults } = translate(english, words);
  expect(faults).toEqual([]);
  expect(parts.get('inputs')).toContain('### 実行\n');
  for (const name of ['inputs', 'common-inputs'])
    expect(parts.get(name)).toContain('| `mode` | モード\\| | キー |');
  expect(parts.get('routing')).toContain('| `X` | 同じ |');
});

test.each<readonly [string, Partial<English>, string]>([
  [
    'a new input',
    { groups: [{ title: 'The run', inputs: { mode: '', other: '' } }] },
    'docs/ja.yml has no inputs for: other',
  ],
  ['a removed input', { groups: [], common: [] }, 'docs/ja.yml has inputs for "mode"'],
  ['a new phrase', { routing: '|\n|\n| `X` | another |\n' }, 'docs/ja.yml has no routing for: another'],
])('%s is found', (_, changed, said) => {
  expect(translate({ ...english, ...changed }, words).faults.join('\n')).toContain(said);
});

test('a part without a page, and one without a script, are found', () => {
  const parts = new Map([['one', '一']]);
  const page = 'あ\n<!-- one -->\n<!-- /one -->\n';
  expect(fill({ page }, parts)).toEqual({
    pages: { page: 'あ\n<!-- one -->\n一\n<!-- /one -->\n' },
    faults: [],
  });
  expect(fill({ page: 'あ' }, parts).faults).toEqual([expect.stringContaining('no Japanese page has')]);
  expect(fill({ page: page.replaceAll('one', 'two') }, parts).faults.join()).toContain('no script writes');
});

const PAGE = `# A

Set \`mode\`, $0.40, [more](costs.md#one).

| \`a\` |

- one

\`\`\`yaml
a: 1 # one
\`\`\`

"Some words" [b](routing.md)
`;
const SAME = `# あ

\`mode\` $0.40 [詳細](../costs.md#two)

| \`a\` |

- 一

\`\`\`yaml
a: 1 # 一
\`\`\`

「Some words」 [b](routing.md)
`;
const PAIR = { page: 'docs/ja/troubleshooting.md', english: 'docs/troubleshooting.md' };

test.each([
  ['a comment', SAME, []],
  ['a block', SAME.replace('a: 1', 'a: 2'), ['block 1 differs']],
  ['a block that is missing', SAME.replace(/^```.*?^```$/ms, ''), ['1 blocks of code are missing']],
  ['an input', SAME.replace('`mode`', '`node`'), ['is missing: `mode`', 'not on the English page: `node`']],
  ['a message', SAME.replace('Some words', 'Other words'), ['is missing: Some', 'English page: Other']],
  ['a price', SAME.replace('0.40', '0.50'), ['is missing: $0.40', 'English page: $0.50']],
  ['a row', SAME.replace('| `a` |\n', '| `a` |\n| `a` |\n'), ['rows of tables: 2, and 1']],
  ['a heading', SAME.replace('# あ', 'あ'), ['headings: 0, and 1']],
  ['a link', SAME.replace('[b](routing.md)', 'b'), ['no link to docs/ja/routing.md']],
])('%s: a difference is found', (_, page, expected) => {
  const found = disagreements(PAIR, page, PAGE);
  expect(found).toEqual(expected.map((text) => expect.stringContaining(text)));
});

test('a missing link to the other language, and a link to an English page that has a Japanese one, are found', () => {
  const back = '\n[English](../troubleshooting.md) | 日本語\n';
  const forth = '\nEnglish | [日本語](ja/troubleshooting.md)\n';
  expect(linkErrors(PAIR, back, forth)).toEqual([]);
  expect(linkErrors(PAIR, '', '')).toHaveLength(2);
  expect(linkErrors(PAIR, `${back}[a](../routing.md)`, forth)).toEqual([
    expect.stringContaining('docs/ja/routing.md exists'),
  ]);
});

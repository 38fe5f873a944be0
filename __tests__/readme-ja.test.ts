import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { type Japanese, readEnglish, translate } from '../scripts/readme-ja.ts';

const read = (name: string) => readFileSync(new URL(`../${name}`, import.meta.url), 'utf8');

test('README.ja.md is up to date, and has the examples of the English pages', () => {
  const before = read('README.ja.md');
  const { text, faults } = translate(readEnglish(), before, parse(read('docs/ja.yml')));
  expect(faults).toEqual([]);
  expect(text === before, 'a generated part is out of date: npx tsx scripts/readme-ja.ts').toBe(true);
});

const words: Japanese = {
  inputs: { mode: 'モード|' },
  outputs: {},
  defaults: { 'the keys': 'キー' },
  routing: { 'the same': '同じ' },
};
const english = (inputs: string) =>
  `# A\n<!-- inputs -->\n| Input | Meaning | Default |\n| --- | --- | --- |\n${inputs}\n<!-- /inputs -->\n`;
const empty = '# あ\n<!-- inputs -->\n<!-- /inputs -->\n';

test('a row is told in the words of docs/ja.yml', () => {
  const { text, faults } = translate(english('| `mode` | Mode \\| more | the keys |'), empty, words);
  expect(faults).toEqual([]);
  expect(text).toContain('| `mode` | モード\\| | キー |');
});

test.each([
  ['a new input', english('| `other` | x |  |'), empty, 'docs/ja.yml has no inputs for: other'],
  ['an input that is gone', '# A\n', '# あ\n', 'docs/ja.yml has inputs for "mode", which is not in English'],
  [
    'a part that is missing',
    english('| `mode` | x |  |'),
    '# あ\n',
    'README.ja.md has no part <!-- inputs -->',
  ],
  [
    'an example',
    '```yaml\na: 1 # one\n```\n',
    '```yaml\na: 2 # 一\n```\n',
    'block of code 1 is on no English page',
  ],
])('%s is noticed', (_, from, before, said) => {
  expect(translate(from, before, words).faults.join('\n')).toContain(said);
});

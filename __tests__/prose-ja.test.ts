// How the Japanese pages are written: scripts/prose-ja.ts measures.
import { expect, test } from 'vitest';
import { HEAD, rowOf } from '../scripts/prose.ts';
import { LONGEST, MEDIAN, measure } from '../scripts/prose-ja.ts';
import { readJapanese } from '../scripts/readme-ja.ts';

const pages = Object.entries(readJapanese()).map(([name, text]) => ({ name, text, figures: measure(text) }));
/** In characters, since one takes three bytes. The README has as many as README.md. */
const MOST = 12 * 1024;
const MOST_README = 9000;

test('the pages are measured', () => {
  console.log([HEAD, ...pages.map(({ name, figures }) => rowOf(name, figures))].join('\n'));
  for (const { name, figures } of pages) expect(figures.sentences, name).toBeGreaterThan(20);
});

test.each(pages)('$name: short sentences in です・ます, and words of the field', ({ figures }) => {
  expect(figures.findings).toEqual([]);
});

test.each(pages)('$name is short enough', ({ name, text }) => {
  expect(text.length).toBeLessThanOrEqual(name === 'README.ja.md' ? MOST_README : MOST);
});

test('each page of docs/ja names its readers in the first line', () => {
  const below = pages.filter(({ name }) => name.startsWith('docs/'));
  expect(below.length).toBeGreaterThan(4);
  expect(below.filter(({ text }) => !/^# [^\n]+\n\n[^\n。]*(方|読者)向けのページです。/.test(text))).toEqual(
    [],
  );
});

test.each([
  ['これは計画です。', 'プラン'],
  ['ずれを示します。', 'ドリフト'],
  ['誤りがあります。', 'エラー'],
  ['実体を作成します。', 'リソース'],
  ['AWS に抑えられました。', 'スロットリング'],
  ['私たちのタグです。', '所有タグ'],
  ['ログを削除する。', 'です・ます'],
  ['`a` を使うこと。', 'です・ます'],
  ['料金(月額)です。', 'full-width'],
  ['AWSのリソースです。', 'a space'],
  ['１ つです。', 'half-width'],
  ['改行は\n空白になります。', 'a line break'],
  ['| 値 | 空にする。次は空です |', 'a plain form'],
  [`${'あ'.repeat(LONGEST)}です。`, `${LONGEST} at most`],
  [`${'あ'.repeat(MEDIAN)}です。`, `${MEDIAN} at most`],
])('%s is found', (page, said) => {
  expect(measure(page).findings.join('\n')).toContain(said);
});

test.each([
  'リソースを作成します（名前は `a` です）。',
  '次のように指定します: `計画`',
  'いずれも同じです。',
  '- [続きを読む](a.md)\n- 値: `誤り`',
  '| 値 | 空にする |\n| 値 | 名前。空にします |',
  '# 分類する\n\n次の表をご覧ください。',
  '<picture>\n  <img alt="あ">\n</picture>\n\n```sh\n誤り\n誤り\n```',
])('%s is right', (page) => {
  expect(measure(page).findings).toEqual([]);
});

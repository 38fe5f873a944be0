// Measures the prose of the Japanese pages: です・ます, length of sentences, words, punctuation.
//   npx tsx scripts/prose-ja.ts
// prints a table of all pages with their findings. __tests__/prose-ja.test.ts holds the limits.
import { fileURLToPath } from 'node:url';
import { HEAD, medianOf, rowOf, unitsOf } from './prose.ts';
import { readJapanese } from './readme-ja.ts';

/** Characters in a sentence: at most, and the median of a page. Code counts as four. */
export const LONGEST = 100;
export const MEDIAN = 50;

/** What the project says instead. */
const REPLACED: ReadonlyArray<readonly [RegExp, string]> = [
  [/計画/, 'プラン'],
  [/(?<!い)ずれ|差異/, 'ドリフト (状態), 差分 (項目)'],
  [/誤り/, 'エラー'],
  [/実体/, 'リソース'],
  [/(私|わたし)たち/, '所有タグ, アクション'],
  [/抑えられ/, 'スロットリングされた'],
  [/もう誰も|求めていない/, '不要になった, 設定からなくなった'],
  [/同意/, '許可 (`allow`)'],
  [/引き継/, '取り込む'],
  [/直りま|修復/, '解消する, 元に戻す'],
];

const JAPANESE = '\\p{Script=Han}\\p{Script=Hiragana}\\p{Script=Katakana}ー';
const PUNCTUATION: ReadonlyArray<readonly [RegExp, string]> = [
  [new RegExp(`[${JAPANESE}][(),.;?!]|[()][${JAPANESE}]`, 'u'), 'full-width punctuation'],
  [new RegExp(`[${JAPANESE}][A-Za-z0-9]|[A-Za-z0-9][${JAPANESE}]`, 'u'), 'a space between the scripts'],
  [/[０-９Ａ-Ｚａ-ｚ]/, 'half-width letters and digits'],
];

const POLITE = /(です|ます|ました|ません|ませんでした|でした|ください|ましょう|ますか|ですか)$/;
/** A verb or copula in its plain form ends the sentence. */
const PLAIN =
  /(する|した|される|された|できる|しない|されない|できない|である|だ|なる|ある|がない|せる|れる|える|かる|くる|める)$/;

interface Sentence {
  readonly line: number;
  readonly text: string;
  readonly cell: boolean;
  /** Whether it is a whole sentence: a full stop follows, or it comes after one. */
  readonly whole: boolean;
}

/** Full stops in parentheses end no sentence. */
function sentencesOf(page: string): Sentence[] {
  return unitsOf(page).flatMap(({ line, text, cell }) =>
    [...text.replaceAll(' · ', '\n').matchAll(/((?:（[^）]*）|[^。（\n])+)(。?)/g)]
      .map(([, said = '', stop = ''], at) => ({
        line,
        text: said.trim(),
        cell,
        whole: stop !== '' || (at > 0 && cell),
      }))
      .filter((sentence) => new RegExp(`[${JAPANESE}]`, 'u').test(sentence.text)),
  );
}

const withoutParentheses = (text: string) => text.replace(/（[^）]*）/g, '').trim();

function findingsOf({ line, text, cell, whole }: Sentence): string[] {
  const shown = `"${text.slice(0, 40)}"`;
  const last = withoutParentheses(text);
  const found = [
    ...(text.length > LONGEST ? [`${text.length} characters, ${LONGEST} at most`] : []),
    ...(!cell && whole && !POLITE.test(last) ? ['the sentence does not end in です・ます'] : []),
    ...(cell && whole && PLAIN.test(last) ? ['a plain form ends a sentence'] : []),
    ...[...REPLACED, ...PUNCTUATION].flatMap(([pattern, instead]) => {
      const [word] = pattern.exec(text) ?? [];
      return word === undefined ? [] : [`"${word}": ${instead}`];
    }),
  ];
  return found.map((finding) => `line ${line}: ${finding} in ${shown}`);
}

/** GitHub makes a space of a line break, which is a gap between Japanese characters. */
function brokenLines(page: string): string[] {
  const text = page
    .replace(/^( *)```.*?^\1```$/gms, (found) => found.replace(/[^\n]/g, ''))
    .replace(/<!--.*?-->/gs, (found) => found.replace(/[^\n]/g, ''));
  const isProse = (line = '') => line.trim() !== '' && !/^(\||#|\s*<|\s*[-*] |\s*\d+\. |>)/.test(line);
  const lines = text.split('\n');
  return lines.flatMap((line, at) =>
    isProse(lines[at + 1]) && line.trim() !== '' && !/^(\||#|\s*<|>)/.test(line)
      ? [`line ${at + 1}: a line break within a paragraph`]
      : [],
  );
}

/** @returns figures as scripts/prose.ts has them; lengths are characters, and readability is not measured */
export function measure(page: string) {
  const all = sentencesOf(page);
  const lengths = all.filter(({ cell }) => !cell).map(({ text }) => text.length);
  const median = medianOf(lengths);
  return {
    bytes: Buffer.byteLength(page),
    sentences: all.length,
    median,
    longest: Math.max(0, ...all.map(({ text }) => text.length)),
    ease: 0,
    findings: [
      ...(median > MEDIAN ? [`the median sentence has ${median} characters, ${MEDIAN} at most`] : []),
      ...all.flatMap(findingsOf),
      ...brokenLines(page),
    ],
  };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  console.log(HEAD);
  for (const [name, text] of Object.entries(readJapanese())) {
    const figures = measure(text);
    console.log([rowOf(name, figures), ...figures.findings.map((one) => `  ${one}`)].join('\n'));
  }
}

// The Japanese pages: each says the same as its English one, in its own sentences. Code, messages, prices and structure agree.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const FOLDER = 'docs/ja';
/** Written by scripts/readme-ja.ts, and arranged in its own way. */
export const REFERENCE = 'docs/ja/inputs.md';
/** The page that quotes messages of other programs. */
const MESSAGES = 'docs/ja/troubleshooting.md';

export interface Pair {
  readonly page: string;
  readonly english: string;
}

/** @returns every Japanese page with its English one: README.ja.md, and docs/ja/NAME.md for docs/NAME.md */
export function japanesePages(): Pair[] {
  const below = readdirSync(join(ROOT, FOLDER))
    .sort()
    .map((name) => ({ page: `${FOLDER}/${name}`, english: `docs/${name}` }));
  return [{ page: 'README.ja.md', english: 'README.md' }, ...below];
}

const COUNTERPARTS = new Map(japanesePages().map(({ page, english }) => [english, page]));

const BLOCK = /^( *)```(\w*)\n(.*?)^\1```$/gms;
const isFilled = (line: string) => line !== '';

/** Blocks of code with their language. Comments may be in either language. */
const blocksOf = (text: string) =>
  [...text.matchAll(BLOCK)].map(([, , language = '', code = '']) =>
    [language, ...code.split('\n').map((line) => line.replace(/(^|\s)# .*$/, '').trimEnd())]
      .filter(isFilled)
      .join('\n'),
  );

const withoutBlocks = (text: string) => text.replace(BLOCK, '').replace(/<!--.*?-->/gs, '');

/** Code within a line. What is generated in both languages has its own test. */
const codeOf = (text: string) =>
  [
    ...withoutBlocks(text.replace(/^<!-- ([\w-]+) -->\n.*?^<!-- \/\1 -->$/gms, '')).matchAll(
      /``.+?``|`[^`]+`/g,
    ),
  ].map(([code]) => code);

/** Messages of other programs: in quotation marks in English, in 「」 in Japanese. */
const quotedOf = (text: string) =>
  [...withoutBlocks(text).matchAll(/"([A-Z][^"`]*)"|「([A-Z][\w .:-]*)」/g)].map(
    ([, quoted, inJapanese]) => quoted ?? inJapanese ?? '',
  );

const pricesOf = (text: string) => withoutBlocks(text).match(/\$\d+(?:\.\d+)?/g) ?? [];

/** A table of one language may be generated in the other: all rows count. */
const countOf = (text: string, pattern: RegExp) => (withoutBlocks(text).match(pattern) ?? []).length;

const COUNTED: Readonly<Record<string, RegExp>> = {
  headings: /^#{1,6} /gm,
  'rows of tables': /^\|/gm,
  'items of lists': /^ *- /gm,
  warnings: /^> \[!/gm,
  pictures: /<img /g,
};

/** @returns the files that a page links to, without anchors, as paths from the root */
const filesOf = (page: string, text: string) =>
  [...withoutBlocks(text).matchAll(/\]\(([^)\s#]+)[^)\s]*\)/g)].flatMap(([, target = '']) =>
    /^[a-z]+:/.test(target) ? [] : [normalize(join(dirname(page), decodeURI(target)))],
  );

const unique = (texts: readonly string[]) => [...new Set(texts)].sort();

/** @returns what one list has and the other has not */
function differences(what: string, english: readonly string[], japanese: readonly string[]): string[] {
  return [
    ...unique(english)
      .filter((one) => !japanese.includes(one))
      .map((one) => `${what} is missing: ${one}`),
    ...unique(japanese)
      .filter((one) => !english.includes(one))
      .map((one) => `${what} is not on the English page: ${one}`),
  ];
}

/** What README.ja.md lists by a script. */
const INPUTS = /^## Inputs\n.*?(?=^## )/ms;

/** @returns in what a Japanese page differs from its English one */
export function disagreements({ page, english }: Pair, japaneseText: string, englishText: string): string[] {
  const [shown, expected] = [blocksOf(japaneseText), blocksOf(englishText)];
  const linked = filesOf(page, japaneseText);
  return [
    ...shown.flatMap((block, at) =>
      expected[at] === block ? [] : [`block ${at + 1} differs from the English one: ${block.slice(0, 70)}`],
    ),
    ...(shown.length < expected.length
      ? [`${expected.length - shown.length} blocks of code are missing`]
      : []),
    ...differences('code', codeOf(englishText.replace(INPUTS, '')), codeOf(japaneseText)),
    ...(page === MESSAGES ? differences('message', quotedOf(englishText), quotedOf(japaneseText)) : []),
    ...differences('price', pricesOf(englishText), pricesOf(japaneseText)),
    ...Object.entries(COUNTED).flatMap(([name, pattern]) => {
      const [has, should] = [countOf(japaneseText, pattern), countOf(englishText, pattern)];
      return has === should ? [] : [`${name}: ${has}, and ${should} in English`];
    }),
    ...unique(filesOf(english, englishText))
      .filter(
        (file) => ![file, COUNTERPARTS.get(file) ?? file].some((one) => one === page || linked.includes(one)),
      )
      .map((file) => `no link to ${COUNTERPARTS.get(file) ?? file}`),
  ];
}

/** @returns what is missing between the pages: the links between the languages, and links to Japanese pages where there are some */
export function linkErrors({ page, english }: Pair, japaneseText: string, englishText: string): string[] {
  const to = (from: string, target: string) => relative(dirname(from), target).replaceAll('\\', '/');
  const back = `[English](${to(page, english)}) | 日本語`;
  const forth = `English | [日本語](${to(english, page)})`;
  const others = japaneseText.split('\n').filter((line) => line !== back);
  return [
    ...(japaneseText.includes(`\n${back}\n`) ? [] : [`${page} has no line ${back}`]),
    ...(englishText.includes(`\n${forth}\n`) ? [] : [`${english} has no line ${forth}`]),
    ...filesOf(page, others.join('\n')).flatMap((file) => {
      const instead = COUNTERPARTS.get(file);
      // The English reference has an example of each input.
      return instead === undefined || instead === REFERENCE
        ? []
        : [`${page} links to ${file}, and ${instead} exists`];
    }),
  ];
}

export function readPair({ page, english }: Pair): readonly [string, string] {
  const read = (name: string) => (existsSync(join(ROOT, name)) ? readFileSync(join(ROOT, name), 'utf8') : '');
  return [read(page), read(english)];
}

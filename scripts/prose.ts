// Measures the prose of the documentation: sentences, their length, readability, and words that the project does not use.
//   npx tsx scripts/prose.ts [PAGE…]
// prints a table of all pages, or the findings of some. __tests__/prose.test.ts holds the limits.
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';

const ROOT = new URL('..', import.meta.url);
const read = (name: string) => readFileSync(new URL(name, ROOT), 'utf8');

/** Words in a sentence: at most, and the median of a page. */
export const LONGEST = 35;
export const MEDIAN = 16;

/** What the project says instead of its earlier words. Code and names of the contract stand between backticks and are not prose. */
const REPLACED: ReadonlyArray<readonly [RegExp, string]> = [
  [/\bwish(es|ed)?\b/i, 'desired, configured'],
  [/\b(is|are|was|what|be) wanted\b|\bwanted (change|one)s?\b/i, 'desired, configured'],
  [/\b(shelf|shelves)\b/i, 'inventory'],
  [/\bstrays?\b/i, 'orphan, unmanaged resource'],
  [/\bechoe?s?\b(?! ")/i, 'contained secret'],
  [/\bold cop(y|ies)\b/i, 'stale copy'],
  [/\bhand(s|ed|ing)?[- ]?(off|over)\b/i, 'ECS integration, pass'],
  [/\bsameness\b/i, 'equality'],
  [/\bsettling\b/i, 'eventual consistency'],
  [/\brefusals?\b/i, 'error, access denied'],
  [/\bverdicts?\b/i, 'result'],
  [/\b(heals?|healed|healing|mend(s|ed|ing)?)\b/i, 'correct drift, restore, fix'],
  [/\b(stands?|stood|standing)\b/i, 'exists, current'],
  [/\bnobody\b/i, 'no longer configured; say who'],
  [/\bour tag\b|\bwhat we made\b/i, 'ownership tag, created by this action'],
  [/\bt(ake|akes|aken|ook|aking) over\b/i, 'adopt'],
  [/\bconsents?\b/i, 'opt-in'],
  [/\bthe article's table\b/i, 'routing table'],
  [/\b(told|tells?|telling)\b/i, 'report, log, show'],
  [/\bsurvey(s|ed)?\b/i, 'observe, plan'],
  [/\bconverges?\b/i, 'reconcile'],
  [/\bshall\b/i, 'must, should'],
];

/** Of what is wrong with an input; in tests a fault is one that is injected. */
const FAULT = [/\bfaults?\b/i, 'input error'] as const;
const CONTRIBUTORS = new Set(['CONTRIBUTING.md', 'ARCHITECTURE.md']);

/** Lines that belong together: a paragraph, an item, a cell. */
export interface Unit {
  readonly line: number;
  readonly text: string;
  /** Cells are short by nature; they do not count for the median. */
  readonly cell: boolean;
}

export interface Sentence {
  readonly line: number;
  readonly text: string;
  readonly words: number;
  readonly cell: boolean;
}

/** Code becomes one word, a link its text, an address nothing. */
const plain = (text: string) =>
  text
    .replace(/``.+?``|`[^`]+`/g, 'Code')
    .replace(/!\[[^\]]*\]\([^)]*\)/g, '')
    .replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replace(/https?:\/\/\S+/g, 'Address')
    .replace(/<br>/g, ' ')
    .replace(/<[^>]*>/g, '')
    .replace(/[*_]{1,2}(?=\S)|(?<=\S)[*_]{1,2}/g, '')
    .replaceAll('&nbsp;', ' ')
    .trim();

/** @returns the prose of a Markdown page: no code, no comments, no rules of tables. */
export function unitsOf(page: string): Unit[] {
  const kept = page
    .replace(/<!--.*?-->/gs, (found) => found.replace(/[^\n]/g, ''))
    .replace(/^( *)```.*?^\1```$/gms, (found) => found.replace(/[^\n]/g, ''))
    .replace(/^---\n.*?^---\n/s, (found) => found.replace(/[^\n]/g, ''));
  const units: Unit[] = [];
  let open: { line: number; lines: string[] } | undefined;
  let item = false;
  const close = () => {
    if (open) units.push({ line: open.line, text: plain(open.lines.join(' ')), cell: false });
    open = undefined;
  };
  for (const [at, line] of kept.split('\n').entries()) {
    const number = at + 1;
    // Code begins after a blank line; in a list it is indented further.
    if (open === undefined && (item ? /^ {6,}\S/ : /^ {4,}\S/).test(line)) continue;
    if (line.trim() === '') close();
    else if (line.startsWith('|')) {
      close();
      if (/^\|[-:| ]+\|$/.test(line)) continue;
      for (const cell of line.slice(1, -1).split(/(?<!\\)\|/))
        units.push({ line: number, text: plain(cell.replaceAll('\\|', '|')), cell: true });
    } else if (/^#+ /.test(line)) {
      close();
      units.push({ line: number, text: plain(line.replace(/^#+ /, '')), cell: true });
    } else {
      const start = /^\s*(?:[-*+]|\d+\.) |^> ?/.exec(line);
      if (start) close();
      item = start !== null || (item && /^\s/.test(line));
      open ??= { line: number, lines: [] };
      open.lines.push(start ? line.slice(start[0].length) : line.trim());
    }
  }
  close();
  return units.filter(({ text }) => /\p{L}/u.test(text));
}

const wordsOf = (text: string) => text.match(/[A-Za-z0-9$][\w$.,:/@'’%-]*/g) ?? [];

export function sentencesOf(page: string): Sentence[] {
  return unitsOf(page).flatMap(({ line, text, cell }) =>
    text
      .split(/(?<=[.!?]["”)]?)(?<!\b(?:e\.g|i\.e|vs)\.)\s+|\s+·\s+/)
      .filter((part) => /[A-Za-z]/.test(part))
      .map((part) => ({ line, text: part, words: wordsOf(part).length, cell })),
  );
}

/** Vowels in a row are a syllable; a silent e is none. */
function syllablesOf(word: string): number {
  const found = word
    .toLowerCase()
    .replace(/(?:[^laeiouy]es|ed|[^laeiouy]e)$/, '')
    .match(/[aeiouy]+/g);
  return Math.max(1, found?.length ?? 0);
}

export interface Figures {
  readonly bytes: number;
  readonly sentences: number;
  readonly median: number;
  readonly longest: number;
  /** Flesch reading ease: 60 is plain English, 30 an academic paper. */
  readonly ease: number;
  readonly findings: readonly string[];
}

export const medianOf = (numbers: readonly number[]) =>
  numbers.toSorted((a, b) => a - b)[Math.floor((numbers.length - 1) / 2)] ?? 0;

/** @param name of the page, for what is right on some alone */
export function measure(page: string, name = ''): Figures {
  const all = sentencesOf(page);
  const running = all.filter(({ cell }) => !cell);
  const counted = running.length > 0 ? running : all;
  const words = counted.flatMap(({ text }) => wordsOf(text));
  const syllables = words.reduce((sum, word) => sum + syllablesOf(word), 0);
  const median = medianOf(counted.map((one) => one.words));
  const ease =
    words.length === 0
      ? 0
      : 206.835 - (1.015 * words.length) / counted.length - (84.6 * syllables) / words.length;
  return {
    bytes: Buffer.byteLength(page),
    sentences: all.length,
    median,
    longest: Math.max(0, ...all.map((one) => one.words)),
    ease: Math.round(ease),
    findings: [
      ...(median > MEDIAN ? [`the median sentence has ${median} words, ${MEDIAN} at most`] : []),
      ...all.flatMap((sentence) =>
        findingsOf(sentence, CONTRIBUTORS.has(name) ? REPLACED : [...REPLACED, FAULT]),
      ),
    ],
  };
}

function findingsOf({ line, text, words }: Sentence, replaced: typeof REPLACED): string[] {
  const where = `line ${line}`;
  const shown = `"${text.slice(0, 70)}"`;
  return [
    ...(words > LONGEST ? [`${where}: ${words} words, ${LONGEST} at most: ${shown}`] : []),
    ...(/^["“(]?It is\b/.test(text) ? [`${where}: "It is" opens ${shown}: name the subject`] : []),
    ...replaced.flatMap(([pattern, instead]) => {
      const found = pattern.exec(text);
      return found ? [`${where}: "${found[0]}" in ${shown}: ${instead}`] : [];
    }),
  ];
}

/** Every `description` below a node of YAML or JSON, with the path that leads there. */
function descriptionsOf(node: unknown, path: readonly string[] = []): string[] {
  if (typeof node !== 'object' || node === null) return [];
  return Object.entries(node).flatMap(([key, value]) =>
    /^[dD]escription$/.test(key) && typeof value === 'string'
      ? [value]
      : descriptionsOf(value, [...path, key]),
  );
}

/** Japanese pages are measured by scripts/prose-ja.ts. */
const pagesBelow = (folder: string) =>
  readdirSync(new URL(folder, ROOT), { recursive: true, encoding: 'utf8' })
    .map((name) => `${folder}/${name.replaceAll('\\', '/')}`)
    .filter((name) => name.endsWith('.md') && !/node_modules|^docs\/ja\//.test(name))
    .sort();

/** @returns every English page by its name; descriptions are a paragraph each. */
export function readPages(): Record<string, string> {
  const names = [
    ...['README.md', 'CONTRIBUTING.md', 'ARCHITECTURE.md', 'SECURITY.md'],
    ...[...pagesBelow('docs'), ...pagesBelow('examples')],
  ];
  const paragraphs = (texts: readonly string[]) =>
    texts.map((text) => text.replace(/\s+/g, ' ')).join('\n\n');
  return {
    ...Object.fromEntries(names.map((name) => [name, read(name)])),
    ...Object.fromEntries(
      ['action.yml', '.github/workflows/fleet.yml', 'iam/roles.yml'].map((name) => [
        name,
        paragraphs(descriptionsOf(parse(read(name), { logLevel: 'silent' }))),
      ]),
    ),
    'schema/aws-bootstrap.schema.json': paragraphs([
      ...new Set(descriptionsOf(JSON.parse(read('schema/aws-bootstrap.schema.json')))),
    ]),
  };
}

/** One line for a page: size, sentences, median and longest, readability. */
export const rowOf = (name: string, { bytes, sentences, median, longest, ease, findings }: Figures) =>
  `${name.padEnd(36)}${String(bytes).padStart(7)}${[sentences, median, longest, ease, findings.length]
    .map((figure) => String(figure).padStart(8))
    .join('')}`;
export const HEAD = `${'page'.padEnd(36)}${'bytes'.padStart(7)}${[
  'sentenc',
  'median',
  'longest',
  'Flesch',
  'finding',
]
  .map((word) => word.padStart(8))
  .join('')}`;

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const asked = process.argv.slice(2);
  const pages = readPages();
  if (asked.length === 0) console.log(HEAD);
  for (const [name, text] of Object.entries(pages)) {
    const figures = measure(text, name);
    if (asked.length === 0) console.log(rowOf(name, figures));
    else if (asked.includes(name))
      console.log([HEAD, rowOf(name, figures), ...figures.findings.map((one) => `  ${one}`)].join('\n'));
  }
}

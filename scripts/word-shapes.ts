/**
 * Writes src/desired/word-shapes.ts: which three letters follow each other in English words.
 *
 *     npx tsx scripts/word-shapes.ts [WORD LIST]
 *
 * The word list has a word a line; on Debian and Ubuntu the package `wamerican` brings it.
 */
import { readFileSync, writeFileSync } from 'node:fs';

const LETTERS = '.abcdefghijklmnopqrstuvwxyz';
/** A sequence that fewer words have is a loan word's or an abbreviation's, and would let random letters pass. */
const FEWEST_WORDS = 3;

const list = process.argv[2] ?? '/usr/share/dict/american-english';
const words = new Set(
  readFileSync(list, 'utf8')
    .split('\n')
    .filter((word) => /^[a-z]{3,}$/.test(word)),
);
const counts = new Uint32Array(LETTERS.length ** 3);
for (const word of words) {
  const letters = [...`.${word}.`].map((letter) => LETTERS.indexOf(letter));
  for (let at = 2; at < letters.length; at++) {
    const [a = 0, b = 0, c = 0] = letters.slice(at - 2);
    const index = (a * LETTERS.length + b) * LETTERS.length + c;
    counts[index] = (counts[index] ?? 0) + 1;
  }
}
const bits = Buffer.alloc(Math.ceil(counts.length / 8));
counts.forEach((count, index) => {
  const byte = index >> 3;
  if (count >= FEWEST_WORDS) bits[byte] = (bits[byte] ?? 0) | (1 << (index & 7));
});
writeFileSync(
  new URL('../src/desired/word-shapes.ts', import.meta.url),
  `// Written by scripts/word-shapes.ts from a list of ${words.size} English words; do not edit.

/** Letters of a sequence, the end of a word first. */
export const LETTERS = '${LETTERS}';

/** One bit for each sequence of three letters, in base64: set where at least ${FEWEST_WORDS} words have it. */
export const SEQUENCES =
  '${bits.toString('base64')}';
`,
);

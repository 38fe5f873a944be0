// How the documentation, the descriptions of action.yml and of the configuration's schema are written: scripts/prose.ts measures.
import { expect, test } from 'vitest';
import { HEAD, LONGEST, measure, readPages, rowOf, sentencesOf } from '../scripts/prose.ts';

const pages = Object.entries(readPages()).map(([name, text]) => ({ name, figures: measure(text, name) }));
/** Written by a script, and as long as what they list. */
const GENERATED = new Set(['docs/inputs.md', 'docs/terminal.md']);
const MOST_BYTES = 12 * 1024;

test('the pages exist', () => {
  expect(pages.length).toBeGreaterThan(20);
  console.log([HEAD, ...pages.map(({ name, figures }) => rowOf(name, figures))].join('\n'));
});

test.each(pages)('$name: short sentences, and words of the field', ({ figures }) => {
  expect(figures.findings).toEqual([]);
});

test('only a generated page is longer than 12 KB', () => {
  const long = pages.filter(
    ({ name, figures }) => name.endsWith('.md') && !GENERATED.has(name) && figures.bytes > MOST_BYTES,
  );
  expect(long.map(({ name, figures }) => `${name}: ${figures.bytes} bytes`)).toEqual([]);
});

test('each page of docs names its readers in the first line', () => {
  const without = Object.entries(readPages())
    .filter(([name]) => /^docs\/[^/]+\.md$/.test(name))
    .filter(([, text]) => !/^# [^\n]+\n\n(For|From a terminal|With)\b/.test(text));
  expect(without.map(([name]) => name)).toEqual([]);
});

test('only prose is measured: no code, no comments, no rules of tables', () => {
  const page = `# A heading

One sentence of \`code here\`. Another [with a link](https://example.com/a.b), at last?

    indented code. It is not read.

- An item
  that goes on.
- Second item.

| a | cell. Two sentences |
| --- | --- |

<!-- a comment -->
\`\`\`yaml
key: value. It is code.
\`\`\`
`;
  expect(sentencesOf(page).map(({ text }) => text)).toEqual([
    'A heading',
    'One sentence of Code.',
    'Another with a link, at last?',
    'An item that goes on.',
    'Second item.',
    'a',
    'cell.',
    'Two sentences',
  ]);
});

test('findings name the line and the replacement', () => {
  const long = `${Array.from({ length: LONGEST + 1 }, () => 'word').join(' ')}.`;
  expect(measure(`Fine.\n\n${long}`).findings).toEqual([
    expect.stringMatching(/^line 3: 36 words, 35 at most/),
  ]);
  expect(measure('It is made.').findings).toEqual([expect.stringContaining('name the subject')]);
  expect(measure('This is what stands in AWS.').findings).toEqual([expect.stringContaining('exists')]);
  expect(measure('The `stands` of code is no prose.').findings).toEqual([]);
  const easy = measure('The cat sat on the mat. The dog ran.').ease;
  expect(easy).toBeGreaterThan(measure('Organizational configuration necessitates consideration.').ease);
});

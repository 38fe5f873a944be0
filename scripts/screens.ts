/**
 * Takes a picture of every state of the reports, light and dark, on a wide screen and on a phone, and prints their heights.
 *
 *     npx tsx scripts/screens.ts [WORD] [--heights | --docs]
 *
 * A word takes the states whose names hold it. The pictures go to .cache/screens; with `--docs`, those of the documentation go to
 * docs/images.
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { measure, picture } from '../__tests__/report/page.ts';
import { STATES } from '../__tests__/report/states.ts';

const [word = ''] = process.argv.slice(2).filter((argument) => !argument.startsWith('--'));
const folder = fileURLToPath(new URL('../.cache/screens/', import.meta.url));
mkdirSync(folder, { recursive: true });
const reports = new Map(
  Object.entries(STATES).flatMap(([name, { markdown }]) => (name.includes(word) ? [[name, markdown()]] : [])),
);
const isForDocs = process.argv.includes('--docs');
if (isForDocs) {
  const images = fileURLToPath(new URL('../docs/images/', import.meta.url));
  mkdirSync(images, { recursive: true });
  for (const name of ['drift', 'comment']) {
    const markdown = STATES[name]?.markdown() ?? '';
    const { height = 0 } = measure(new Map([[name, markdown]]), 800).get(name) ?? {};
    for (const theme of ['light', 'dark'] as const)
      picture(markdown, theme, 800, height, join(images, `${name}-${theme}.png`));
  }
}
for (const width of isForDocs ? [] : [1000, 390]) {
  for (const [name, { height, cut }] of measure(reports, width)) {
    const most = width === 1000 ? STATES[name]?.most : undefined;
    const limit = most === undefined ? '' : ` of ${most}`;
    const lost = cut.length === 0 ? '' : `, ${cut.length} cells cut: ${cut.slice(0, 3).join(' | ')}`;
    console.log(`${name} at ${width} px: ${height}${limit} px high${lost}`);
    if (process.argv.includes('--heights')) continue;
    for (const theme of ['light', 'dark'] as const)
      picture(reports.get(name) ?? '', theme, width, height, join(folder, `${name}-${width}-${theme}.png`));
  }
}

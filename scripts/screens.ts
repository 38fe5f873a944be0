/**
 * Takes a picture of every state of the reports, light and dark, on a wide screen and on a phone, and prints their heights.
 *
 *     npx tsx scripts/screens.ts [WORD] [--heights]
 *
 * A word takes the states whose names hold it. The pictures go to .cache/screens.
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
for (const width of [1000, 390]) {
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

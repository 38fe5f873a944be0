// Writes the workflows of the documentation into a folder, to be linted: YAML blocks that begin with "# .github/workflows/…".
//   node scripts/workflow-blocks.mjs FOLDER
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const folder = join(process.argv[2] ?? '', '.github/workflows');
mkdirSync(folder, { recursive: true });
const pages = [
  ...readdirSync('.').filter((name) => /^README.*\.md$/.test(name)),
  ...readdirSync('docs')
    .filter((name) => name.endsWith('.md'))
    .map((name) => join('docs', name)),
];
for (const page of pages) {
  let number = 0;
  for (const [, code = ''] of readFileSync(page, 'utf8').matchAll(/^```yaml\n(.*?)^```$/gms)) {
    number += 1;
    if (/^jobs:/m.test(code))
      writeFileSync(join(folder, `${page.replaceAll(/[\\/.]/g, '-')}-${number}.yml`), code);
  }
}

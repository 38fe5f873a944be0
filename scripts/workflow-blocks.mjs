// Writes the YAML of the documentation into a folder, as workflows that can be linted:
//   node scripts/workflow-blocks.mjs FOLDER
// A block with "jobs:" is a workflow, one that is a list of steps becomes the job of one, and the rest are configuration
// and fleet files, which the tests read. This action is put there as "./", so that actionlint knows its inputs and outputs.
import { copyFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const root = process.argv[2];
if (root === undefined) throw new Error('which folder?');
const folder = join(root, '.github/workflows');
mkdirSync(folder, { recursive: true });
// actionlint takes a folder for a project where this stands.
mkdirSync(join(root, '.git'), { recursive: true });
copyFileSync('action.yml', join(root, 'action.yml'));
mkdirSync(join(root, 'dist'), { recursive: true });
copyFileSync('dist/index.js', join(root, 'dist/index.js'));

const pagesOf = (directory, pattern) =>
  readdirSync(directory, { recursive: true, encoding: 'utf8' })
    .filter((name) => pattern.test(name))
    .map((name) => join(directory, name));
const pages = [
  ...readdirSync('.').filter((name) => name.endsWith('.md')),
  ...pagesOf('docs', /\.md$/),
  ...pagesOf('examples', /\.md$/),
];

/** @returns a workflow whose only job has these steps. */
const jobOf = (steps) => `on: push
permissions: {}
jobs:
  steps:
    runs-on: ubuntu-latest
    steps:
${steps.replaceAll(/^(?=.)/gm, '      ')}`;

let count = 0;
for (const page of pages) {
  let number = 0;
  for (const [, indent = '', code = ''] of readFileSync(page, 'utf8').matchAll(
    /^( *)```ya?ml\n(.*?)^\1```$/gms,
  )) {
    number += 1;
    const block = code
      .replaceAll(new RegExp(`^${indent}`, 'gm'), '')
      .replaceAll('papyrus/aws-bootstrap@v1', './');
    const workflow = /^jobs:/m.test(block)
      ? block
      : /^- (uses|if|id|run):/m.test(block)
        ? jobOf(block)
        : undefined;
    if (workflow === undefined) continue;
    writeFileSync(join(folder, `${page.replaceAll(/[\\/.]/g, '-')}-${number}.yml`), workflow);
    count += 1;
  }
}
if (count === 0) throw new Error('no workflow was found in the documentation');

// The YAML of the documentation as workflows:
//   node scripts/workflow-blocks.mjs FOLDER
// writes them into a folder, to be linted. A block with "jobs:" is a workflow, one that is a list of steps becomes the job of
// one, and the rest are configuration and fleet files, which the tests read. This action is put there as "./", so that
// actionlint knows its inputs and outputs.
import { copyFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const pagesOf = (directory, pattern) =>
  readdirSync(directory, { recursive: true, encoding: 'utf8' })
    .filter((name) => pattern.test(name))
    .map((name) => join(directory, name));

const kindOf = (text) =>
  /^jobs:/m.test(text) ? 'workflow' : /^- (uses|if|id|run):/m.test(text) ? 'steps' : 'file';

/** @returns every YAML block of the documentation, as it is written there. */
export function readBlocks() {
  const pages = [
    ...readdirSync('.').filter((name) => name.endsWith('.md')),
    ...pagesOf('docs', /\.md$/),
    ...pagesOf('examples', /\.md$/),
  ];
  return pages.flatMap((page) => {
    const whole = readFileSync(page, 'utf8');
    return [...whole.matchAll(/^( *)```ya?ml\n(.*?)^\1```$/gms)].map(
      ({ index, 1: indent = '', 2: code = '' }, at) => {
        const text = code.replaceAll(new RegExp(`^${indent}`, 'gm'), '');
        const headings = [...whole.slice(0, index).matchAll(/^#{2,} (.*)$/gm)];
        return { page, number: at + 1, heading: headings.at(-1)?.[1] ?? '', text, kind: kindOf(text) };
      },
    );
  });
}

/** @returns a workflow whose only job has these steps. */
export const jobOf = (steps) => `on: push
permissions: {}
jobs:
  steps:
    runs-on: ubuntu-latest
    steps:
${steps.replaceAll(/^(?=.)/gm, '      ')}`;

function writeProject(root) {
  const folder = join(root, '.github/workflows');
  mkdirSync(folder, { recursive: true });
  // actionlint takes a folder for a project where this exists.
  mkdirSync(join(root, '.git'), { recursive: true });
  copyFileSync('action.yml', join(root, 'action.yml'));
  mkdirSync(join(root, 'dist'), { recursive: true });
  copyFileSync('dist/index.js', join(root, 'dist/index.js'));
  const workflows = readBlocks().filter(({ kind }) => kind !== 'file');
  for (const { page, number, text, kind } of workflows) {
    const block = text.replaceAll('papyrus/aws-bootstrap@v1', './');
    const name = `${page.replaceAll(/[\\/.]/g, '-')}-${number}.yml`;
    writeFileSync(join(folder, name), kind === 'steps' ? jobOf(block) : block);
  }
  if (workflows.length === 0) throw new Error('no workflow was found in the documentation');
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const root = process.argv[2];
  if (root === undefined) throw new Error('which folder?');
  writeProject(root);
}

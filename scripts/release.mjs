// What release.yml has to know of a tag.
//   node scripts/release.mjs notes v1.2.3          prints the part of CHANGELOG.md; fails where a file does not know it
//   git tag | node scripts/release.mjs major v1.2.3   prints v1, or nothing where a newer v1.x.y exists
import { readFileSync } from 'node:fs';

const TAG = /^v(\d+)\.(\d+)\.(\d+)$/;
const numbersOf = (tag) => TAG.exec(tag)?.slice(1).map(Number);

function notes(tag) {
  const version = tag.slice(1);
  const { version: packaged } = JSON.parse(readFileSync('package.json', 'utf8'));
  if (packaged !== version) throw new Error(`package.json says ${packaged}, and the tag says ${version}`);
  const parts = readFileSync('CHANGELOG.md', 'utf8').split(/^## /m);
  const part = parts.find((text) => text.startsWith(`${version} `) || text.startsWith(`${version}\n`));
  const text = part?.slice(part.indexOf('\n')).trim() ?? '';
  if (text === '') throw new Error(`CHANGELOG.md has nothing under "## ${version}"`);
  return text;
}

function major(tag) {
  const [own, ...numbers] = numbersOf(tag);
  const isNewer = (other) => other !== undefined && other[0] === own && compare(other.slice(1), numbers) > 0;
  return readFileSync(0, 'utf8').split(/\s+/).map(numbersOf).some(isNewer) ? '' : `v${own}`;
}

const compare = ([a, b], [c, d]) => a - c || b - d;

const [command, tag = ''] = process.argv.slice(2);
try {
  if (!TAG.test(tag)) throw new Error(`${tag === '' ? 'nothing' : tag} is not a tag like v1.2.3`);
  if (command === 'notes') console.log(notes(tag));
  else if (command === 'major') console.log(major(tag));
  else throw new Error('the first word is notes or major');
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
}

import { readdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

const LICENSE_FILE = /^(?:licen[cs]e|copying|notice)(?:[.-].*)?$/i;

/**
 * The licences of every package that has code in the bundle. Packages with the same text share it.
 * @param root folder that the paths of the metafile start from
 * @param {import('esbuild').Metafile} metafile of the bundle
 * @throws Error where a package has no licence, or where its text is nowhere to be found
 */
export async function licensesOf(root, metafile) {
  const folders = new Set();
  for (const path of bundledPaths(metafile)) folders.add(await packageFolder(root, dirname(path)));
  folders.delete('.');
  const packages = await Promise.all([...folders].map((folder) => readPackage(root, folder)));
  packages.sort((one, other) => (one.title < other.title ? -1 : 1));

  const titlesByText = new Map();
  for (const one of packages) {
    const text = one.text || textOfRepository(one, packages);
    titlesByText.set(text, [...(titlesByText.get(text) ?? []), one.title]);
  }
  const parts = [...titlesByText].map(([text, titles]) => `${titles.join('\n')}\n\n${text}\n`);
  return parts.join(`\n${'-'.repeat(80)}\n\n`);
}

/** Only files of which code is left after unused code was removed. */
function bundledPaths({ outputs }) {
  const inputs = Object.values(outputs).flatMap((output) => Object.entries(output.inputs));
  return new Set(inputs.filter(([, { bytesInOutput }]) => bytesInOutput > 0).map(([path]) => path));
}

/** A package may hold more files package.json, which have no name: they only set the type of modules. */
async function packageFolder(root, folder) {
  if (folder === '.') return folder;
  const { name, version } = await readManifest(root, folder);
  return name !== undefined && version !== undefined ? folder : packageFolder(root, dirname(folder));
}

async function readManifest(root, folder) {
  try {
    return JSON.parse(await readFile(join(root, folder, 'package.json'), 'utf8'));
  } catch (error) {
    if (error.code === 'ENOENT') return {};
    throw error;
  }
}

async function readPackage(root, folder) {
  const { name, version, license, repository } = await readManifest(root, folder);
  if (typeof license !== 'string') throw new Error(`${folder}/package.json names no license`);
  const files = (await readdir(join(root, folder))).filter((file) => LICENSE_FILE.test(file)).sort();
  const texts = await Promise.all(files.map((file) => readFile(join(root, folder, file), 'utf8')));
  return {
    title: `${name} ${version} (${license})`,
    license,
    repository: /[^/:]+\/[^/]+?(?=(?:\.git)?$)/.exec(repository?.url ?? repository ?? '')?.[0],
    text: texts.map(normalize).filter(Boolean).join('\n\n'),
  };
}

const normalize = (text) =>
  text
    .replaceAll('\r\n', '\n')
    .replace(/[ \t]+$/gm, '')
    .replace(/^\n+|\n+$/g, '');

/** Some packages of a repository with many are published without the licence file, which the others have. */
function textOfRepository({ title, license, repository }, packages) {
  const donor = packages.find(
    (one) => one.text !== '' && one.license === license && one.repository === repository,
  );
  if (repository === undefined || donor === undefined)
    throw new Error(`${title} is bundled without the text of its license: pin a version that has it`);
  return donor.text;
}

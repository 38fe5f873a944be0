// Counts which branches of src/ the tests take, in the test's own process and in the action that tests start, and
// fails below the threshold. Both load the same compiled files, one a module, so that V8's counts add up exactly:
// what is taken from `dist/` otherwise is taken from there. Arguments go to vitest, to count what single files reach.
import { spawnSync } from 'node:child_process';
import { copyFile, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { mergeProcessCovs } from '@bcoe/v8-coverage';
import { convert } from 'ast-v8-to-istanbul';
import { build } from 'esbuild';
import coverage from 'istanbul-lib-coverage';
import { createContext } from 'istanbul-lib-report';
import reports from 'istanbul-reports';
import { parseAstAsync } from 'vite';
import { STUBS } from './stubs.mjs';

const BRANCHES = 95;

const root = fileURLToPath(new URL('..', import.meta.url));
const work = join(root, '.cache', 'coverage');
const compiled = join(work, 'src');
const counts = join(work, 'counts');
const compiledUrl = `${pathToFileURL(compiled).href}/`;

await rm(work, { recursive: true, force: true });
compile();
await joinPackages();
await copyShipped();
const passed = test(process.argv.slice(2));
const found = await report();
if (found < BRANCHES)
  console.error(`${found} % of the branches are covered; at least ${BRANCHES} % shall be`);
process.exitCode = passed && found >= BRANCHES ? 0 : 1;

function compile() {
  const options = ['--noEmit', 'false', '--noCheck', '--sourceMap', '--inlineSources'];
  const places = ['-p', join(root, 'src'), '--rootDir', join(root, 'src'), '--outDir', compiled];
  if (!run('@typescript/native/bin/tsc', [...places, ...options], process.env))
    throw new Error('tsc has failed');
}

/** @returns whether all tests passed. */
function test(options) {
  return run('vitest/vitest.mjs', ['run', '--config', 'vitest.coverage.config.ts', ...options], {
    ...process.env,
    ACTION_ENTRY: join(compiled, 'index.js'),
    // Node hands it on to every process that is started below, whatever environment that is given.
    NODE_V8_COVERAGE: counts,
  });
}

function run(program, options, env) {
  const path = join(root, 'node_modules', program);
  return spawnSync(process.execPath, [path, ...options], { cwd: root, env, stdio: 'inherit' }).status === 0;
}

/**
 * The large packages are hundreds of files, which would take a second at every start of the action: beside the
 * compiled files each is joined into few, without what `dist/` leaves out (bundle.mjs).
 */
async function joinPackages() {
  const { devDependencies } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'));
  const isLarge = (name) => name.startsWith('@aws-sdk/') || name === '@actions/core';
  // Of zod, the source imports the small part alone.
  const names = [...Object.keys(devDependencies).filter(isLarge), 'zod/mini'];
  const folder = join(work, 'node_modules');
  await build({
    entryPoints: Object.fromEntries(names.map((name) => [`${name}/index`, name])),
    outdir: folder,
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    mainFields: ['module', 'main'],
    alias: Object.fromEntries(
      Object.entries(STUBS).map(([name, stub]) => [name, join(root, 'scripts/stubs', stub)]),
    ),
    logLevel: 'error',
  });
  await writeFile(join(folder, 'package.json'), JSON.stringify({ type: 'module' }));
  const manifest = JSON.stringify({ type: 'module', exports: './index.js' });
  for (const name of names.filter((name) => name !== 'zod/mini'))
    await writeFile(join(folder, name, 'package.json'), manifest);
  const mini = JSON.stringify({ type: 'module', exports: { './mini': './mini/index.js' } });
  await writeFile(join(folder, 'zod', 'package.json'), mini);
}

/** What the command line reads beside itself. */
async function copyShipped() {
  await mkdir(join(work, 'dist'), { recursive: true });
  for (const [from, to] of [
    ['action.yml', 'action.yml'],
    ['package.json', 'package.json'],
    ['iam/roles.yml', 'dist/roles.yml'],
  ])
    await copyFile(join(root, from), join(work, to));
}

/** @returns how many of a hundred branches were taken. */
async function report() {
  const counted = new Map((await merged()).map((script) => [script.url, script]));
  const map = coverage.createCoverageMap({});
  for (const file of await modules()) {
    const url = pathToFileURL(file).href;
    const code = await readFile(file, 'utf8');
    const sourceMap = JSON.parse(await readFile(`${file}.map`, 'utf8'));
    // What no test has loaded counts as well: as one range that never ran.
    const never = {
      functionName: '',
      isBlockCoverage: true,
      ranges: [{ startOffset: 0, endOffset: code.length, count: 0 }],
    };
    const script = counted.get(url) ?? { scriptId: '0', url, functions: [never] };
    const ends = script.functions.flatMap(({ ranges }) => ranges.map(({ endOffset }) => endOffset));
    if (Math.max(...ends) > code.length)
      throw new Error(`${file}: what ran was not this file, so its counts say nothing`);
    map.merge(
      await convert({ ast: parseAstAsync(code), code, sourceMap, coverage: script, wrapperLength: 0 }),
    );
  }
  const context = createContext({ dir: join(root, 'coverage'), coverageMap: map });
  for (const [kind, options] of [
    ['text', { skipFull: true, maxCols: 140 }],
    ['html', {}],
    ['json', {}],
  ])
    reports.create(kind, options).execute(context);
  const { branches } = map.getCoverageSummary();
  console.log(`branches: ${branches.covered} of ${branches.total}, ${branches.pct} %`);
  return branches.pct;
}

async function modules() {
  const names = await readdir(compiled, { recursive: true });
  return names
    .filter((name) => name.endsWith('.js'))
    .map((name) => join(compiled, name))
    .sort();
}

/** Hundreds of processes, each with everything that it has loaded: read one by one, and only ours is kept. */
async function merged() {
  let result = [];
  for (const name of await readdir(counts)) {
    const ours = await countsOf(join(counts, name));
    if (ours.length > 0) result = mergeProcessCovs([{ result }, { result: ours }]).result;
  }
  return result;
}

async function countsOf(path) {
  try {
    const { result } = JSON.parse(await readFile(path, 'utf8'));
    return result.filter(({ url }) => url.startsWith(compiledUrl));
  } catch (error) {
    // Tests kill the action at any moment; what it was writing then counts as not run.
    if (error instanceof SyntaxError) return [];
    throw error;
  }
}

// Bundles src/index.ts into dist/ with ncc, so that the action runs from a checkout without `npm ci`.
// Four steps, each for what was measured at the start of a run (docs/benchmarks.md):
//   esbuild joins modules and shakes the AWS SDK's ES sources, of which ncc's own resolution takes a part only, and leaves
//   out the SDK's classes of errors;
//   ncc makes the CommonJS bundle, one chunk for each `import()`;
//   terser minifies every chunk, where ncc's --minify leaves all but the first; esbuild's result is a tenth larger, compressed;
//   the functions around modules get the parentheses back that terser drops: V8 then compiles them at once, which saves 4 ms
//   of a refusal on Node 20 and on 24.
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import ncc from '@vercel/ncc';
import { build } from 'esbuild';
import { minify as minified } from 'terser';
import { compileAtOnce } from './eager.mjs';
import { leanPackages } from './lean-packages.mjs';
import { licensesOf } from './licenses.mjs';
import { oneEagerChunk } from './one-eager-chunk.mjs';
import { STUBS } from './stubs.mjs';
import { unmodelledErrors } from './unmodelled-errors.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const dist = process.argv[2] ?? join(root, 'dist');
// Below the root, since ncc names modules by their path from there: the same bundle comes out of any folder.
const joined = join(root, '.cache', 'bundle');

try {
  await bundle();
} catch (error) {
  // An uncaught error would print ncc's own minified source with it.
  console.error(String(error?.message ?? error));
  process.exit(1);
}

async function bundle() {
  await rm(joined, { recursive: true, force: true });
  const options = {
    absWorkingDir: root,
    metafile: true,
    entryPoints: [join(root, 'src', 'index.ts')],
    outdir: joined,
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    mainFields: ['module', 'main'],
    external: Object.keys(STUBS),
    legalComments: 'none',
    logLevel: 'error',
  };
  const first = await build({ ...options, write: false, plugins: [unmodelledErrors, leanPackages] });
  const { metafile } = await build({
    ...options,
    plugins: [unmodelledErrors, leanPackages, oneEagerChunk(root, first.metafile, 'src/main.ts')],
  });
  await writeFile(join(joined, 'package.json'), JSON.stringify({ type: 'module' }));
  const { code, assets } = await ncc(join(joined, 'index.js'), {
    cache: false,
    quiet: true,
    license: '',
    // Node starts CommonJS a fifth quicker than an ES module, and Node 24 loads an HTTP client of its own for every ES
    // module that imports `node:http`.
    esm: false,
    externals: Object.fromEntries(Object.entries(STUBS).map(([name, stub]) => [name, `./${stub}`])),
  });

  await rm(dist, { recursive: true, force: true });
  const files = new Map([
    ['index.js', code],
    ...Object.entries(assets).map(([name, { source }]) => [name, source]),
    // The command line is the same bundle, so it shares every chunk.
    ['cli.js', await readFile(join(root, 'scripts', 'stubs', 'cli.js'), 'utf8')],
    // What `init --run` gives to CloudFormation.
    ['roles.yml', await readFile(join(root, 'iam', 'roles.yml'), 'utf8')],
    ['licenses.txt', await licensesOf(root, metafile)],
    // The package around is one of ES modules.
    ['package.json', `${JSON.stringify({ type: 'commonjs' }, null, 2)}\n`],
  ]);
  for (const stub of new Set(Object.values(STUBS)))
    files.set(stub, await readFile(join(root, 'scripts', 'stubs', stub), 'utf8'));
  for (const [name, source] of files) {
    const path = join(dist, name);
    await mkdir(dirname(path), { recursive: true });
    if (name === 'cli.js') await writeFile(path, source, { mode: 0o755 });
    else await writeFile(path, name.endsWith('.js') ? await minify(String(source)) : source);
  }
  await rm(joined, { recursive: true, force: true });
}

async function minify(source) {
  const { code } = await minified(source, {
    ecma: 2020,
    toplevel: true,
    format: { ascii_only: true, comments: false },
  });
  return compileAtOnce(code);
}

// Bundles src/index.ts into dist/ with ncc, so that the action runs from a checkout without `npm ci`.
// ncc's own --minify leaves chunks alone and it never deletes old ones, so both are done here.
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import ncc from '@vercel/ncc';
import { transform } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));
const STUB = 'no-http-client.js';
const dist = process.argv[2] ?? join(root, 'dist');

const { code, assets } = await ncc(join(root, 'src', 'index.ts'), {
  cache: false,
  quiet: true,
  license: '',
  // The AWS clients' ES sources can be shaken: half the size, and quicker to load than their CommonJS.
  mainFields: ['module', 'main'],
  // @actions/core brings an HTTP client for OIDC tokens, which this action never asks for: 400 KB and as much time
  // to load as all the rest.
  externals: {
    '@actions/http-client': `./${STUB}`,
    '@actions/http-client/lib/auth': `./${STUB}`,
  },
}).catch((error) => {
  // An uncaught error would print ncc's own minified source with it.
  console.error(String(error?.message ?? error));
  process.exit(1);
});

await rm(dist, { recursive: true, force: true });
const files = new Map([
  ['index.js', code],
  [STUB, await readFile(join(root, 'scripts', STUB), 'utf8')],
  ...Object.entries(assets).map(([name, { source }]) => [name, source]),
]);
for (const [name, source] of files) {
  const path = join(dist, name);
  await mkdir(dirname(path), { recursive: true });
  const text = String(source);
  const minified = /\.(?:js|mjs|cjs)$/.test(name)
    ? (await transform(text, { minify: true, target: 'node20', format: 'esm', legalComments: 'none' })).code
    : text;
  await writeFile(path, minified);
}

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * esbuild makes a chunk for each set of entries that reach a module, and every `import()` is an entry. What every run loads
 * would fall into some thirty chunks, each with its own imports and exports, only since different later parts use it too.
 * So each later part is made to import all of it, which it does anyway, as it is loaded by then: one chunk is left.
 * @param root folder that the paths of the metafile start from
 * @param {import('esbuild').Metafile} metafile of a build without this plugin
 * @param eager module that imports all that every run loads, and does nothing when it is imported
 * @returns {import('esbuild').Plugin}
 */
export function oneEagerChunk(root, { outputs }, eager) {
  const later = new Set(
    Object.values(outputs).flatMap(({ imports }) =>
      imports
        .filter(({ kind }) => kind === 'dynamic-import')
        .flatMap(({ path }) => outputs[path]?.entryPoint ?? []),
    ),
  );
  const paths = new Set([...later].filter((path) => path.startsWith('src/')).map((path) => join(root, path)));
  return {
    name: 'one-eager-chunk',
    setup(build) {
      build.onLoad({ filter: /\.ts$/ }, async ({ path }) => {
        if (!paths.has(path)) return undefined;
        const source = await readFile(path, 'utf8');
        return { contents: `${source}\nimport ${JSON.stringify(join(root, eager))};\n`, loader: 'ts' };
      });
    },
  };
}

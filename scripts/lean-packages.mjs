import { readFile } from 'node:fs/promises';

/** Groups of GitHub's REST API that src/clients calls; the package has a list of all 900 endpoints, 80 KB. */
const ENDPOINT_GROUPS = ['issues', 'users'];

/**
 * Leaves out of packages what this action never runs, and what tree shaking keeps because it is data or loaded by name.
 * @type {import('esbuild').Plugin}
 */
export const leanPackages = {
  name: 'lean-packages',
  setup(build) {
    build.onLoad({ filter: /plugin-rest-endpoint-methods[\\/].*[\\/]endpoints\.js$/ }, async ({ path }) => {
      const { default: endpoints } = await import(path);
      const kept = ENDPOINT_GROUPS.map((group) => [group, endpoints[group]]);
      if (kept.some(([, methods]) => methods === undefined))
        return { errors: [{ text: 'the endpoints in this file are grouped in another way' }] };
      return { contents: `export default ${JSON.stringify(Object.fromEntries(kept))}`, loader: 'js' };
    });

    // Of its own package.json, a client of the SDK sends the version.
    build.onLoad({ filter: /@aws-sdk[\\/][^\\/]+[\\/]package\.json$/ }, async ({ path }) => {
      const { version } = JSON.parse(await readFile(path, 'utf8'));
      return { contents: JSON.stringify({ version }), loader: 'json' };
    });

    // The SDK asks it which browser it runs in, and proxies are debugged by nobody here.
    build.onLoad({ filter: /node_modules[\\/]bowser[\\/]/ }, () => ({ contents: 'export default {};' }));
    build.onLoad({ filter: /node_modules[\\/]debug[\\/]/ }, () => ({
      contents: 'export default () => () => {};',
    }));
  },
};

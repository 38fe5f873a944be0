import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

/** Groups of GitHub's REST API that src/clients calls; the package has a list of all 900 endpoints, 80 KB. */
const ENDPOINT_GROUPS = ['issues', 'users'];

/** All that the client of CloudWatch Logs and the protocols of the SDK take from there. */
const EVENT_STREAMS = `
export const eventStreamSerdeProvider = () => undefined;
export const resolveEventStreamSerdeConfig = (config) => config;
export class EventStreamSerde {
  constructor() {
    throw new Error('streams of events are not part of this bundle');
  }
}
`;

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

    // Its build for browsers has ES modules, of which the bundle takes only those for reading. The other one prints what it
    // reads where LOG_TOKENS or LOG_STREAM are set.
    build.onResolve({ filter: /^yaml$/ }, ({ resolveDir }) => ({
      path: join(
        dirname(createRequire(join(resolveDir, '_')).resolve('yaml/package.json')),
        'browser',
        'dist',
        'index.js',
      ),
    }));

    // Nothing here asks AWS for a stream of events.
    build.onLoad(
      { filter: /@smithy[\\/]core[\\/]dist-es[\\/]submodules[\\/]event-streams[\\/]index\.js$/ },
      () => ({
        contents: EVENT_STREAMS,
        loader: 'js',
      }),
    );

    // The SDK asks it which browser it runs in, and proxies are debugged by nobody here.
    build.onLoad({ filter: /node_modules[\\/]bowser[\\/]/ }, () => ({ contents: 'export default {};' }));
    build.onLoad({ filter: /node_modules[\\/]debug[\\/]/ }, () => ({
      contents: 'export default () => () => {};',
    }));
  },
};

import { existsSync } from 'node:fs';
import { relative, resolve } from 'node:path';
import { mergeConfig } from 'vitest/config';
import base, { ALL } from './vitest.config.ts';

const root = import.meta.dirname;
const source = resolve(root, 'src');
// One project, in which pure tests run as all others do.
const { projects: _, ...test } = base.test ?? {};

/**
 * What `npm run coverage` starts. The tests take `src/` from the compiled files that the action under test runs
 * from too, so that one count of V8's covers both.
 */
export default mergeConfig(
  { ...base, test },
  {
    plugins: [
      {
        name: 'compiled-source',
        enforce: 'pre',
        resolveId(id: string, importer: string | undefined) {
          if (importer === undefined || !id.startsWith('.')) return undefined;
          const path = relative(source, resolve(importer, '..', id));
          if (path.startsWith('..') || !path.endsWith('.ts')) return undefined;
          const compiled = resolve(root, '.cache/coverage/src', path.replace(/\.ts$/, '.js'));
          return existsSync(compiled) ? { id: compiled, external: true } : undefined;
        },
      },
    ],
    test: {
      include: ALL,
      globalSetup: ['__tests__/servers/setup.ts'],
      setupFiles: ['__tests__/coverage.ts'],
      // Each test file counts in a process of its own, where Node itself loads the compiled files: what vite had
      // changed in them would stand at other offsets.
      pool: 'forks',
      server: { deps: { external: [/\/\.cache\/coverage\/src\//] } },
      maxWorkers: 1,
      // What is counted runs slower.
      testTimeout: 180_000,
    },
  },
);

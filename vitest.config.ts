import { defineConfig } from 'vitest/config';
import { WaitsFirst } from './__tests__/sequencer.ts';

/** Where CI wants the report as JSON, beside what people read; `npm cit` hands no arguments on. */
const report = process.env['TEST_REPORT'];

/** Tests that give values to pure code: without servers, processes and effects, so that a worker takes many files. */
export const PURE = [
  '__tests__/{desired,plan}/**/*.test.ts',
  '__tests__/report/!(github*|screens).test.ts',
  '__tests__/settings/!(inputs).test.ts',
];
export const ALL = ['__tests__/**/*.test.ts'];

export default defineConfig({
  test: {
    ...(report ? { reporters: ['default', 'json'], outputFile: { json: report } } : {}),
    // Two cores are the machine we plan for; one more worker, since tests with servers wait half of their time.
    maxWorkers: 3,
    testTimeout: 60_000,
    hookTimeout: 120_000,
    sequence: { sequencer: WaitsFirst },
    projects: [
      { extends: true, test: { name: 'pure', include: PURE, pool: 'threads', isolate: false } },
      {
        extends: true,
        test: {
          name: 'servers',
          include: ALL,
          exclude: PURE,
          // Tests change nothing that another file of the worker would see; to load the SDK anew for each is a fifth of the time.
          isolate: false,
          globalSetup: ['__tests__/servers/setup.ts'],
          setupFiles: ['__tests__/servers/offences.setup.ts'],
        },
      },
    ],
  },
});

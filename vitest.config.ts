import { defineConfig } from 'vitest/config';

/** Where CI wants the report as JSON, beside what people read; `npm cit` hands no arguments on. */
const report = process.env.TEST_REPORT;

/** The generated faults, kills and races take longer than all the rest: `npm run test:faults` runs them. */
const LONG = ['__tests__/faults/{matrix,kills,races}.test.ts'];

export default defineConfig({
  test: {
    ...(report ? { reporters: ['default', 'json'], outputFile: { json: report } } : {}),
    include: process.env.FAULTS === '1' ? ['__tests__/faults/*.test.ts'] : ['__tests__/**/*.test.ts'],
    exclude: process.env.FAULTS === '1' ? [] : LONG,
    globalSetup: ['__tests__/servers/setup.ts'],
    // Two cores are the machine we plan for; real servers do the waiting.
    maxWorkers: 2,
    testTimeout: 60_000,
    hookTimeout: 120_000,
  },
});

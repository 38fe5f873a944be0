import { defineConfig } from 'vitest/config';

/** Where CI wants the report as JSON, beside what people read; `npm cit` hands no arguments on. */
const report = process.env.TEST_REPORT;

export default defineConfig({
  test: {
    ...(report ? { reporters: ['default', 'json'], outputFile: { json: report } } : {}),
    include: ['__tests__/**/*.test.ts'],
    globalSetup: ['__tests__/servers/setup.ts'],
    setupFiles: ['__tests__/servers/offences.setup.ts'],
    // Two cores are the machine we plan for; real servers do the waiting.
    maxWorkers: 2,
    testTimeout: 60_000,
    hookTimeout: 120_000,
  },
});

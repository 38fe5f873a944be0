import { defineConfig } from 'vitest/config';

/** What `npm run mutants` runs for each mutant: the quick tests of pure code alone, which need no server and no bundle. */
export default defineConfig({
  test: {
    include: [
      '__tests__/plan/*.test.ts',
      '__tests__/settings/dotenv.test.ts',
      '__tests__/report/{escape,markdown,sections,failure}.test.ts',
      '__tests__/clients/errors.test.ts',
    ],
    // Thousands of values each; of what the plan discloses there is no other test.
    exclude: ['__tests__/**/!(disclosure).properties.test.ts'],
    // The tests share nothing that could be changed, and a worker for each file would take longer than they do.
    isolate: false,
    pool: 'threads',
    maxWorkers: 1,
    // Instrumented code is slower, and a mutant that never ends is Stryker's own affair.
    testTimeout: 60_000,
  },
});

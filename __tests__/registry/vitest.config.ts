import { defineConfig } from 'vitest/config';

// For running this folder alone, without the emulators that the other suites set up:
// npx vitest run --config __tests__/registry/vitest.config.ts
export default defineConfig({
  test: {
    root: '.',
    include: ['__tests__/registry/**/*.test.ts'],
    maxWorkers: 2,
    testTimeout: 60_000,
    hookTimeout: 120_000,
  },
});

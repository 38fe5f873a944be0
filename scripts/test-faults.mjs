// Runs all of the generated faults, kills and races, of which the ordinary run takes a part. On Windows, too.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const vitest = fileURLToPath(new URL('../node_modules/vitest/vitest.mjs', import.meta.url));
const { status } = spawnSync(process.execPath, [vitest, 'run', '__tests__/faults/'], {
  stdio: 'inherit',
  env: { ...process.env, FAULTS: 'all' },
});
process.exitCode = status ?? 1;

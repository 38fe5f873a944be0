// Runs the generated faults, kills and races; NIGHTLY=1 meets every scene with them. On Windows, too.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const vitest = fileURLToPath(new URL('../node_modules/vitest/vitest.mjs', import.meta.url));
const { status } = spawnSync(process.execPath, [vitest, 'run'], {
  stdio: 'inherit',
  env: { ...process.env, FAULTS: '1' },
});
process.exitCode = status ?? 1;

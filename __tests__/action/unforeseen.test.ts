/** An error that nothing caught is reported once, without its text and its stack, and the process ends. */
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { atLeast, part } from '../sample.ts';
import { startAws } from '../servers/aws.ts';
import { passed } from './outcome.ts';
import { runAction } from './run.ts';

const DIST = fileURLToPath(new URL('../../dist', import.meta.url));
const CANARY = 'zQ7vX2Kp9LmT4wRb8NcY';
let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'unforeseen-'));
  writeFileSync(join(folder, 'throw.cjs'), `process.nextTick(() => { throw new Error('${CANARY}'); });\n`);
  cpSync(DIST, join(folder, 'bare'), { recursive: true });
  // Only the first file is left, so nothing more can be loaded.
  for (const name of readdirSync(join(folder, 'bare')).filter((each) => /^\d+\.index\.js$/.test(each)))
    rmSync(join(folder, 'bare', name));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

it.each([
  ['the bundle', () => join(DIST, 'index.js')],
  ['a bundle that lost its other files', () => join(folder, 'bare/index.js')],
] as const)('of %s', async (_what, entry) => {
  // Thrown once the bundle has set itself up, outside of every call of it.
  const late = `setTimeout(() => require('${join(folder, 'throw.cjs')}'), 0);\n`;
  writeFileSync(join(folder, 'late.cjs'), late);
  await using run = await runAction({
    entry: entry(),
    // Nobody answers there.
    inputs: { prefix: '/papyrus/prd', dotenv: 'PORT=1' },
    env: {
      NODE_OPTIONS: `--require=${join(folder, 'late.cjs')}`,
      AWS_ENDPOINT_URL: 'http://127.0.0.1:9',
      AWS_ACCESS_KEY_ID: 'test',
      AWS_SECRET_ACCESS_KEY: 'test',
    },
  });
  expect([run.exitCode, run.outputs['failure-reason']], run.log).toEqual([1, 'internal']);
  expect(run.log).not.toContain(CANARY);
  expect(run.log).not.toMatch(/\n\s+at /);
  expect(run.log.match(/failure-reason: internal/g)).toHaveLength(1);
});

it('never takes a missing part of the bundle for an answer of AWS', async () => {
  await using aws = await startAws();
  const inputs = { prefix: '/papyrus/prd', mode: 'plan', dotenv: 'PORT=5000\nDB_PASSWORD=hush hush hush' };
  const entry = join(folder, 'less/index.js');
  const loaded = join(folder, 'loaded');
  const run = async (env = {}) => {
    await using made = await runAction({ entry, inputs, env: { ...aws.env(), ...env } });
    return { exitCode: made.exitCode, plan: made.outputs['plan'], log: made.log };
  };
  cpSync(DIST, join(folder, 'less'), { recursive: true });
  const whole = passed(await run({ NODE_V8_COVERAGE: loaded }));
  // Only what the run has loaded can be missed.
  const counts = readdirSync(loaded).map((name) => readFileSync(join(loaded, name), 'utf8'));
  let missed = 0;
  const names = readdirSync(DIST).filter(
    (name) => /^\d+\.index\.js$/.test(name) && counts.some((text) => text.includes(`less/${name}"`)),
  );
  for (const name of part(names, 1)) {
    rmSync(join(folder, 'less', name));
    const less = await run();
    cpSync(join(DIST, name), join(folder, 'less', name));
    if (less.exitCode === 0) expect(less.plan, name).toBe(whole.plan);
    else missed += 1;
  }
  expect(missed).toBeGreaterThan(atLeast(8));
});

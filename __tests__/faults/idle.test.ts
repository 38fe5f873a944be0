/** A run whose work is never answered fails: the process does not end as if it were done. */
import { execFile } from 'node:child_process';
import { expect, it } from 'vitest';

const idle = new URL('../../src/clients/cancellation.ts', import.meta.url).href;

/** @returns exit code and output of a process whose work is this */
const runs = (work: string) =>
  new Promise<{ code: unknown; output: string }>((resolve) => {
    const script = `import { failOnIdle } from ${JSON.stringify(idle)};
      const isOver = failOnIdle(() => console.log('half-way'));
      void (async () => { ${work}; isOver(); })();`;
    execFile(
      process.execPath,
      ['--import', 'tsx', '--input-type=module', '-e', script],
      { timeout: 20_000 },
      (error, output) => resolve({ code: error?.code ?? 0, output: output.trim() }),
    );
  });

it.each([
  ['that never settles', 'await new Promise(() => {})', 1, 'half-way'],
  ['that ends', 'await new Promise((resolve) => setTimeout(resolve, 50))', 0, ''],
])('work %s', async (_what, work, code, output) => {
  expect(await runs(work)).toEqual({ code, output });
});

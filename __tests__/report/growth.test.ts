import { expect, it } from 'vitest';
import { outputs } from '../../src/report/outputs.ts';
import type { Run } from '../../src/report/run.ts';
import { summary } from '../../src/report/summary.ts';
import { runOf } from './runs.ts';

/** How often a report looks at an outcome, on the average. */
function looks(variables: number, report: (run: Run) => unknown): number {
  const lines = Array.from({ length: variables }, (_, i) =>
    i % 10 === 0 ? `TOKEN_${i}=x${i}` : `V_${i}=${i}`,
  );
  const run = runOf({
    inputs: { dotenv: lines.join('\n') },
    config: 'rules: [{ match: "V_*5", to: secret/fives }]',
  });
  let count = 0;
  const outcomes = run.outcomes.map((outcome) => ({
    ...outcome,
    get change() {
      count += 1;
      return outcome.change;
    },
  }));
  report({ ...run, outcomes });
  return count / outcomes.length;
}

// Three thousand variables have nine million pairs: seconds at the end of a run whose work is done.
it.each([
  ['outputs', outputs],
  ['the summary', summary],
])('%s look at each outcome as often whatever the number of variables', (_what, report) => {
  const few = looks(20, report);
  expect(few).toBeGreaterThan(0);
  expect(looks(400, report)).toBeLessThan(few * 1.2);
});

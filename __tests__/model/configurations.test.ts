import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { IS_HALF } from '../sample.ts';
import { type AwsServer, startAws } from '../servers/aws.ts';
import { configurations } from './generator.ts';
import { type Reader, startReader } from './reader.ts';
import { fits } from './settings.ts';
import { walk } from './walk.ts';

/** `scripts/witness-configurations.ts` walks hundreds. */
const CASES = IS_HALF ? 2 : 12;
const WHOLE = 6;

let aws: AwsServer;
let reader: Reader;
beforeAll(async () => {
  aws = await startAws();
  reader = await startReader(aws.motoUrl);
});
afterAll(async () => {
  await reader[Symbol.asyncDispose]();
  await aws.close();
});

it(`${CASES} random configurations go as the documentation says`, async () => {
  const cases = fc.sample(fc.noBias(configurations), { seed: 20, numRuns: CASES });
  let runs = 0;
  for (const [at, configuration] of cases.entries()) {
    if (at % 4 === 0) await aws.reset();
    const walked = await walk(configuration, { aws, reader }, at % WHOLE === 0);
    runs += walked.runs;
  }
  expect(runs).toBe(CASES * 3 + Math.ceil(CASES / WHOLE) * 3);
}, 180_000);

it.each([
  ['GUNICORN_*', 'GUNICORN_BIND', true],
  ['GUNICORN_*', 'MY_GUNICORN_BIND', false],
  ['{A,B}_[!C-E]?', 'B_FX', true],
  ['{A,B}_[!C-E]?', 'A_DX', false],
  ['a.b', 'axb', false],
])('the pattern %s and %s: %s', (glob, text, isFitting) => {
  expect(fits(glob, text)).toBe(isFitting);
});

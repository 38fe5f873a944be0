import { lendMoto } from './lender.ts';
import { LENDER } from './moto.ts';
import { ensureNode24 } from './node24.ts';
import { ensureServiceModels } from './service-models.ts';
import { makeTemp } from './temp.ts';

/**
 * vitest's globalSetup: what tests start (moto, Node 24) is installed once, before any of them runs;
 * moto is lent from file to file; and what they write for a while lies in one folder, which goes at the end also where
 * a test or its worker was cut off.
 */
export default async function setup(): Promise<() => Promise<void>> {
  await Promise.all([ensureNode24(), ensureServiceModels()]);
  const removeTemp = makeTemp();
  const lender = await lendMoto();
  process.env[LENDER] = lender.port;
  return async () => {
    await lender[Symbol.asyncDispose]();
    removeTemp();
  };
}

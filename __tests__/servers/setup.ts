import { ensureCfnLint } from './cfn-lint.ts';
import { ensureNode24 } from './node24.ts';
import { ensureServiceModels } from './service-models.ts';
import { makeTemp } from './temp.ts';

/**
 * vitest's globalSetup: what tests start (moto with its linter, Node 24) is installed once, before any of them runs; and what they write for a while lies
 * in one folder, which goes at the end also where a test or its worker was cut off.
 */
export default async function setup(): Promise<() => void> {
  await Promise.all([ensureCfnLint(), ensureNode24(), ensureServiceModels()]);
  return makeTemp();
}

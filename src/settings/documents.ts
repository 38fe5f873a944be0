import { readExpectation } from './expectation.ts';
import { readLifecycle } from './lifecycle.ts';
import { checkEnvironments, readExactBundles, readIgnored, readRules } from './rules.ts';
import { readTaskDefinition } from './task-definition.ts';

/** Readers of JSON documents and of the file's lists. Most runs have neither, and do not load them. */
export const DOCUMENTS = {
  readExpectation,
  readLifecycle,
  readTaskDefinition,
  readRules,
  readIgnored,
  readExactBundles,
  judgeEnvironments: checkEnvironments,
};
export type DocumentReaders = typeof DOCUMENTS;

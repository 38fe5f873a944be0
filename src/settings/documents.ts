import { readLifecycle } from './lifecycle.ts';
import { readIgnored, readRules } from './rules.ts';
import { readTaskDefinition } from './task-definition.ts';

/** Readers of JSON documents and of the file's lists. Most runs have neither, and load none of this. */
export const DOCUMENTS = { readLifecycle, readTaskDefinition, readRules, readIgnored };
export type DocumentReaders = typeof DOCUMENTS;

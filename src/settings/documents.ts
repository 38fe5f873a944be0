import { readLifecycle } from './lifecycle.ts';
import { readTaskDefinition } from './task-definition.ts';

/** The settings that are JSON documents of a file. Most runs have none, and load none of this. */
export const DOCUMENTS = { readLifecycle, readTaskDefinition };
export type DocumentReaders = typeof DOCUMENTS;

import { expect, test } from 'vitest';
import type { ConfigFile } from '../../src/settings/config.ts';
import { mayHaveDocuments } from '../../src/settings/setting-sources.ts';

/** The runner passes every input, also those that nobody gave. */
const inputs = (given: Record<string, string>) =>
  new Map(Object.entries({ 'lifecycle-policy': '', 'task-definition': ' \n', ...given }));

test.each<[given: Record<string, string>, file: ConfigFile | undefined, expected: boolean]>([
  [{}, undefined, false],
  [{ 'lifecycle-policy': 'keep-last:3' }, undefined, true],
  [{ 'task-definition': 'ecs/task.json' }, undefined, true],
  [{ 'expect-plan': '0'.repeat(64) }, undefined, true],
  [{}, {} as ConfigFile, true],
])(
  'the readers of documents are loaded only where one may be given: %j, file %j',
  (given, file, expected) => {
    expect(mayHaveDocuments(inputs(given), file)).toBe(expected);
  },
);

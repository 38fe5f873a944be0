import { breakable, code, richHtml } from '../markdown.ts';
import * as messages from '../messages.ts';
import { outputs } from '../outputs.ts';
import type { Run } from '../run.ts';
import { type Section, table } from '../sections.ts';

/** What later steps use most, beside the JSON outputs, which are too long to read. */
const NAMES = [
  'changed',
  'config-changed',
  'drifted',
  'plan-hash',
  'config-fingerprint',
  'log-group-name',
  'repository-uri',
  'image-uri',
  'image-digest',
  'monthly-cost-usd',
];

export function outputTable(run: Run): Section {
  const all = outputs(run);
  const rows = NAMES.flatMap((name) => {
    const value = all.get(name) ?? '';
    return value === '' ? [] : [[code(name), breakable(value)]];
  });
  return {
    ...table(messages.folds.outputColumns, rows),
    folded: richHtml(messages.folds.outputs),
    rank: 4,
  };
}

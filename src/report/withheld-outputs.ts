import type { Gate } from './gate.ts';

/** An output that a later job would not get, and why. */
export interface Withheld {
  readonly output: string;
  /** What the hidden text in it is a value of; a name, never the value. */
  readonly holds: string;
}

/** What says the same by other outputs; the files are handed over as artifacts. */
const INSTEAD: Readonly<Record<string, readonly string[]>> = {
  plan: ['plan-file'],
  'log-group-arn': ['log-group-name'],
  'repository-uri': ['repository-name', 'registry-id'],
  'repository-arn': ['repository-name', 'registry-id'],
  'image-uri': ['repository-name', 'registry-id', 'image-digest'],
  'task-definition-secrets': ['task-definition'],
};

/**
 * @param dropped the outputs that GitHub drops
 * @returns what says the same to a later job, undefined where nothing does
 */
export function insteadOf(output: string, dropped: ReadonlySet<string>): readonly string[] | undefined {
  const outputs = INSTEAD[output];
  return outputs === undefined || outputs.some((one) => dropped.has(one)) ? undefined : outputs;
}

/**
 * The runner drops a whole job output when masking would change it ("Skip output … since it may contain secret").
 * @see https://github.com/actions/runner/issues/1498
 */
export function withheld(outputs: ReadonlyMap<string, string>, gate: Pick<Gate, 'heldBy'>): Withheld[] {
  return [...outputs].flatMap(([output, value]) => {
    const holds = gate.heldBy(value);
    return holds === undefined ? [] : [{ output, holds }];
  });
}

import type { Masks } from '../settings/masks.ts';

/** An output that a later job would not get, and why. */
export interface Withheld {
  readonly output: string;
  /** What the hidden text in it is a value of; a name, never the value. */
  readonly holds: string;
}

/**
 * The runner drops a whole job output when masking would change it ("Skip output … since it may contain secret").
 * @see https://github.com/actions/runner/issues/1498
 */
export function withheld(outputs: ReadonlyMap<string, string>, masks: Pick<Masks, 'heldBy'>): Withheld[] {
  return [...outputs].flatMap(([output, value]) => {
    const holds = masks.heldBy(value);
    return holds === undefined ? [] : [{ output, holds }];
  });
}

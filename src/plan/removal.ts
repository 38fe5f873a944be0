import type { Change } from '../model/change.ts';
import { ABSENT } from '../model/fields.ts';
import { OWNER_FIELD } from '../model/ownership.ts';

/** What a run takes away: `deleted` is gone, `released` stood before we came and only loses our tag. */
export type Removal = 'deleted' | 'released';

/** @returns how a change takes its resource away; undefined where it stays ours. */
export function removalOf({ action, differences }: Change): Removal | undefined {
  if (action === 'delete') return 'deleted';
  const isReleased = differences.some(({ field, to }) => field === OWNER_FIELD && to === ABSENT);
  return action === 'update' && isReleased ? 'released' : undefined;
}

/** @returns whether it stands below the prefix and is somebody else's: told, and part of no count. */
export function isForeign({ unwanted, action, observed }: Change): boolean {
  return unwanted === true && action === 'none' && observed === undefined;
}

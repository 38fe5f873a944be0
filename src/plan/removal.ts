import type { Change } from '../model/change.ts';
import { ABSENT } from '../model/fields.ts';
import { OWNER_FIELD } from '../model/ownership.ts';

/** Removals of a run: `deleted` no longer exists, `released` was adopted and only loses the ownership tag. */
export type Removal = 'deleted' | 'released';

/** @returns how a change removes its resource; undefined if this action keeps owning it. */
export function removalOf({ action, differences }: Change): Removal | undefined {
  if (action === 'delete') return 'deleted';
  const isReleased = differences.some(({ field, to }) => field === OWNER_FIELD && to === ABSENT);
  return action === 'update' && isReleased ? 'released' : undefined;
}

/** @returns whether it is an unmanaged resource below the prefix: reported, and not counted. */
export function isForeign({ unwanted, action, observed }: Change): boolean {
  return unwanted === true && action === 'none' && observed === undefined;
}

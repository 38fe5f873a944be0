import { costOf, KINDS } from '../kinds/kinds.ts';
import type { Outcome } from '../model/outcome.ts';
import { NAMES, ORDER } from '../model/spec.ts';
import type { Settings } from '../settings/settings.ts';

/** @returns what still costs money when a destroy is over, or would if it were let; one line each. */
export function leftovers({ prefix, only }: Settings, outcomes: readonly Outcome[]): string[] {
  const lines = outcomes.flatMap((outcome) => {
    const { change, result } = outcome;
    const isGone = change.action === 'delete' && (result === 'done' || result === 'planned');
    const cost = isGone ? undefined : priceOf(outcome);
    if (cost === undefined) return [];
    const owner = change.unwanted === true && change.observed === undefined ? ' (not ours)' : '';
    return [`still costs money: ${KINDS[change.kind].noun} ${change.name}${owner}: ${cost}`];
  });
  if (lines.length > 0) return lines;
  const all = COSTLY.every((kind) => only.has(NAMES[kind].part));
  return [
    `nothing that costs money is left of ${prefix}${all ? '' : ', as far as this run looked (only)'}; secrets that wait for their deletion cost nothing`,
  ];
}

/** Kinds of which each resource costs money. */
const COSTLY = ORDER.filter((kind) => costOf(kind, { name: '', fields: {}, metadata: {} }) !== undefined);

function priceOf({ change }: Outcome): string | undefined {
  if (change.unreadable !== undefined) return 'it could not be read, so its cost is not known';
  return costOf(change.kind, change.observed ?? change.desired);
}

import { KINDS } from '../../kinds/kinds.ts';
import type { Outcome } from '../../model/outcome.ts';
import { ADOPTED, CREATED, OWNER_FIELD } from '../../model/ownership.ts';
import { isForeign, removalOf } from '../../plan/plan-properties.ts';
import { describe } from '../../settings/diagnostics.ts';
import { prose, rich, richHtml } from '../markdown.ts';
import * as messages from '../messages.ts';
import type { Run } from '../run.ts';
import type { Section } from '../sections.ts';

/** Warnings and notices of the input, and what providers reported. */
export function notes({ notes: diagnostics, told, gate }: Run): Section | undefined {
  const rows = [...diagnostics.warnings, ...diagnostics.notices].map(describe);
  rows.push(...told);
  if (rows.length === 0) return undefined;
  return {
    folded: richHtml(messages.folds.notes(rows.length)),
    rows: rows.map((row) => `- ${prose(gate.scrub(row))}`),
    rank: 2,
  };
}

/** What of the configured resources others own, or owned before. */
export function ownership(run: Run): Section | undefined {
  const rows = new Set(
    run.outcomes.flatMap((outcome) => [...keysOfOthers(run, outcome), ...ownerOf(outcome)]),
  );
  if (rows.size === 0) return undefined;
  return {
    folded: richHtml(messages.folds.ownership(rows.size)),
    rows: [...rows].map((row) => `- ${rich(row)}`),
    rank: 3,
  };
}

/** A change says them itself; one that is blocked says only the reason. */
function keysOfOthers({ desired }: Run, { change, after: stands }: Outcome): string[] {
  const isSaid = change.blocked === undefined;
  if (change.kind !== 'AWS::SecretsManager::Secret' || stands === undefined || isSaid) return [];
  const configured = new Set(
    desired.destinations.flatMap(({ name, destination }) =>
      destination.store === 'secret' && name === change.name ? [`key:${destination.key}`] : [],
    ),
  );
  const others = Object.keys(stands.fields).filter(
    (field) => field.startsWith('key:') && !configured.has(field),
  );
  if (others.length === 0) return [];
  return [
    messages.ownership.otherKeys(
      change.name,
      others.map((field) => field.slice('key:'.length)),
    ),
  ];
}

function ownerOf({ change, after: stands }: Outcome): string[] {
  // What is released is no longer managed, and the table says so.
  const isReleased = removalOf(change) === 'released';
  const { isTagged, noun } = KINDS[change.kind];
  if (isForeign(change) || !isTagged || stands === undefined || isReleased) return [];
  if (stands.metadata.ownedBy !== undefined)
    return [messages.ownership.ownedBy(noun, change.name, stands.metadata.ownedBy)];
  const owner = stands.fields[OWNER_FIELD];
  if (owner === ADOPTED) return [messages.ownership.adopted(noun, change.name)];
  return owner === CREATED ? [] : [messages.ownership.untagged(noun, change.name)];
}

import { KINDS } from '../../kinds/kinds.ts';
import type { Outcome } from '../../model/outcome.ts';
import { ADOPTED, CREATED, OWNER_FIELD } from '../../model/ownership.ts';
import { isForeign, removalOf } from '../../plan/plan-properties.ts';
import { describe } from '../../settings/diagnostics.ts';
import { prose, rich, richHtml } from '../markdown.ts';
import * as messages from '../messages.ts';
import type { Run } from '../run.ts';
import type { Section } from '../sections.ts';

/** Warnings and notices of the input, and notices of the providers. */
export function notes({ notes: diagnostics, notices: reported, gate }: Run): Section | undefined {
  const rows = [...diagnostics.warnings, ...diagnostics.notices].map(describe);
  rows.push(...reported);
  if (rows.length === 0) return undefined;
  return {
    folded: richHtml(messages.folds.notes(rows.length)),
    rows: rows.map((row) => `- ${prose(gate.scrub(row))}`),
    rank: 2,
  };
}

/** Configured resources that others own, or that were adopted. */
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

/** Keys of others in a blocked secret: all other changes report them in a note. */
function keysOfOthers({ desired }: Run, { change, after }: Outcome): string[] {
  const isReported = change.blocked === undefined;
  if (change.kind !== 'AWS::SecretsManager::Secret' || after === undefined || isReported) return [];
  const configured = new Set(
    desired.destinations.flatMap(({ name, destination }) =>
      destination.store === 'secret' && name === change.name ? [`key:${destination.key}`] : [],
    ),
  );
  const others = Object.keys(after.fields).filter(
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

function ownerOf({ change, after }: Outcome): string[] {
  // A released resource is no longer managed, as the table shows.
  const isReleased = removalOf(change) === 'released';
  const { isTagged, noun } = KINDS[change.kind];
  if (isForeign(change) || !isTagged || after === undefined || isReleased) return [];
  if (after.metadata.ownedBy !== undefined)
    return [messages.ownership.ownedBy(noun, change.name, after.metadata.ownedBy)];
  const owner = after.fields[OWNER_FIELD];
  if (owner === ADOPTED) return [messages.ownership.adopted(noun, change.name)];
  return owner === CREATED ? [] : [messages.ownership.untagged(noun, change.name)];
}

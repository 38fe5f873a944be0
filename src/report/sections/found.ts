import { KINDS } from '../../kinds/kinds.ts';
import type { Outcome } from '../../model/outcome.ts';
import { ADOPTED, MADE, OWNER_FIELD } from '../../model/ownership.ts';
import { isForeign, removalOf } from '../../plan/removal.ts';
import { describe } from '../../settings/fault.ts';
import { code, prose, shortProse } from '../escape.ts';
import type { Run } from '../run.ts';
import type { Section } from '../sections.ts';

/** What was found that nobody here asked for: it is kept, and told. */
export function found(run: Run): Section | undefined {
  const rows = new Set(
    run.outcomes.flatMap((outcome) => [...foreignKeys(run, outcome), ...unowned(outcome)]),
  );
  return rows.size === 0 ? undefined : { title: 'Found, and left alone', rows: [...rows] };
}

/** A change tells them itself; one that is blocked tells only the reason. */
function foreignKeys({ desired }: Run, { change, stands }: Outcome): string[] {
  const isTold = change.blocked === undefined;
  if (change.kind !== 'AWS::SecretsManager::Secret' || stands === undefined || isTold) return [];
  const wanted = new Set(
    desired.placements.flatMap(({ name, destination }) =>
      destination.store === 'secret' && name === change.name ? [`key:${destination.key}`] : [],
    ),
  );
  const foreign = Object.keys(stands.fields).filter(
    (field) => field.startsWith('key:') && !wanted.has(field),
  );
  if (foreign.length === 0) return [];
  return [
    `- secret ${code(change.name)} holds keys of others: ${foreign.map((field) => shortProse(field.slice('key:'.length))).join(', ')}`,
  ];
}

function unowned({ change, stands }: Outcome): string[] {
  if (isForeign(change))
    return [
      `- ${KINDS[change.kind].noun} ${code(change.name)} stands below the prefix without our tag: never touched`,
    ];
  // What is released is none of ours any more, and the checklist says so.
  const isReleased = removalOf(change) === 'released';
  if (!KINDS[change.kind].isTagged || stands === undefined || isReleased) return [];
  const what = `${KINDS[change.kind].noun} ${code(change.name)}`;
  if (stands.facts.ownedBy !== undefined) return [`- ${what} belongs to ${prose(stands.facts.ownedBy)}`];
  const owner = stands.fields[OWNER_FIELD];
  if (owner === ADOPTED)
    return [
      `- ${what} stood before and was adopted: only what is asked for is managed, and it is never deleted`,
    ];
  if (owner !== MADE) return [`- ${what} stands without our tag`];
  return [];
}

/** Warnings and notices of the input, and what the providers told on the way. */
export function remarks({ notes, told }: Run): Section | undefined {
  const rows = [...notes.warnings, ...notes.notices].map(describe);
  rows.push(...told);
  return rows.length === 0 ? undefined : { title: 'To know', rows: rows.map((row) => `- ${prose(row)}`) };
}

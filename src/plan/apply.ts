import type { Change, ChangeOf, Plan } from '../model/change.ts';
import { LISTED_KINDS } from '../model/inventory.ts';
import type { Outcome } from '../model/outcome.ts';
import type { Kind, ListedKind, Spec, Specs } from '../model/spec.ts';
import type { ListedProvider, Providers } from '../providers/provider.ts';

/** @returns outcomes of a plan that is not run: plan and drift. */
export function unapplied(plan: Plan): Outcome[] {
  return plan.map(leave);
}

function leave(change: Change): Outcome {
  if (change.unreadable !== undefined)
    return { change, result: 'failed', after: undefined, error: change.unreadable.error };
  if (change.action === 'blocked') return { change, result: 'blocked', after: change.observed };
  return { change, result: change.action === 'none' ? 'unchanged' : 'planned', after: change.observed };
}

/**
 * Runs a plan; never decides again. One change that fails does not hold up the others.
 * @param onOutcome called as each change ends, in that order
 * @returns one outcome a change, in the order of the plan
 */
export async function apply(
  plan: Plan,
  providers: Providers,
  onOutcome: (outcome: Outcome) => void,
): Promise<Outcome[]> {
  const running = new Map<string, Promise<Outcome>>();
  const start = (change: Change): Promise<Outcome> => {
    const found = running.get(change.id);
    if (found !== undefined) return found;
    const started = runAfter(change, providers, start, plan).then((outcome) => {
      onOutcome(outcome);
      return outcome;
    });
    running.set(change.id, started);
    return started;
  };
  return readBack(await Promise.all(plan.map(start)), providers);
}

/** Changes that depend on an unfinished one are skipped: half of a sequence is worse than none. */
async function runAfter(
  change: Change,
  providers: Providers,
  start: (change: Change) => Promise<Outcome>,
  plan: Plan,
): Promise<Outcome> {
  const { after } = change;
  if (after === undefined) return run(change, providers);
  const before = plan.filter(({ id }) => after.includes(id));
  const held = (await Promise.all(before.map(start))).find(
    ({ result }) => result !== 'done' && result !== 'unchanged',
  );
  if (held === undefined) return run(change, providers);
  return { change, result: 'skipped', after: change.observed, blockedBy: held.change.name };
}

async function run(change: Change, providers: Providers): Promise<Outcome> {
  if (change.action === 'none' || change.action === 'blocked') return leave(change);
  try {
    return { change, result: 'done', after: await write<Kind>(change, providers) };
  } catch (error) {
    return { change, result: 'failed', after: change.observed, error };
  }
}

/** One place where the kind picks the provider, so that each provider gets specs of its own kind only. */
async function write<K extends Kind>(change: ChangeOf<K>, providers: Providers): Promise<Spec | undefined> {
  const provider: Providers[K] = providers[change.kind];
  const { action, desired, observed, differences } = change;
  if (action === 'delete') {
    if (observed !== undefined) await provider.delete(observed);
    return undefined;
  }
  return observed === undefined ? provider.create(desired) : provider.update(desired, observed, differences);
}

/** Reads, in batches, the facts that the write responses lack. */
async function readBack(outcomes: readonly Outcome[], providers: Providers): Promise<Outcome[]> {
  const specs = new Map<string, Spec>();
  await Promise.all(LISTED_KINDS.map((kind) => readBackKind(kind, outcomes, providers, specs)));
  return outcomes.map((outcome) =>
    outcome.result === 'done'
      ? { ...outcome, after: specs.get(keyOf(outcome.change)) ?? outcome.after }
      : outcome,
  );
}

const keyOf = ({ kind, name }: Pick<Change, 'kind' | 'name'>) => `${kind} ${name}`;

async function readBackKind<K extends ListedKind>(
  kind: K,
  outcomes: readonly Outcome[],
  providers: Providers,
  specs: Map<string, Spec>,
): Promise<void> {
  const provider: ListedProvider<Specs[K]> = providers[kind];
  const written = outcomes.flatMap(({ change, result, after: existing }) =>
    change.kind === kind && result === 'done' && existing !== undefined ? [existing as Specs[K]] : [],
  );
  if (written.length === 0) return;
  // Finished changes are reported even if they cannot be read back: the outputs then lack their ARN.
  const read = await provider.readBack(written).catch(() => []);
  for (const spec of read) specs.set(keyOf({ kind, name: spec.name }), spec);
}

import type { Kind, Resources, Spec } from '../resources/resource.ts';
import type { Change, ChangeOf, Plan } from './change.ts';

/** What became of one change. */
export interface Outcome {
  readonly change: Change;
  readonly result: 'done' | 'unchanged' | 'blocked' | 'planned' | 'failed';
  /** What stands after the run, as far as it is known. */
  readonly stands: Spec | undefined;
  readonly error?: unknown;
}

/** @returns outcomes of a plan that is not run: plan and drift. */
export function unapplied(plan: Plan): Outcome[] {
  return plan.map((change) => {
    if (change.unreadable !== undefined)
      return { change, result: 'failed', stands: undefined, error: change.unreadable.error };
    if (change.action === 'blocked') return { change, result: 'blocked', stands: change.observed };
    return { change, result: change.action === 'none' ? 'unchanged' : 'planned', stands: change.observed };
  });
}

/**
 * Runs a plan; never decides again. One change that fails does not hold up the others.
 * @param onOutcome told as each change ends, in the order in which they end
 * @returns one outcome a change, in the order of the plan
 */
export async function apply(
  plan: Plan,
  rooms: Resources,
  onOutcome: (outcome: Outcome) => void,
): Promise<Outcome[]> {
  const outcomes = await Promise.all(
    plan.map(async (change): Promise<Outcome> => {
      const outcome = await run(change, rooms);
      onOutcome(outcome);
      return outcome;
    }),
  );
  return readBack(outcomes, rooms);
}

async function run(change: Change, rooms: Resources): Promise<Outcome> {
  if (change.action !== 'create' && change.action !== 'update') {
    const [outcome] = unapplied([change]);
    if (outcome !== undefined) return outcome;
  }
  try {
    return { change, result: 'done', stands: await write(change, rooms) };
  } catch (error) {
    return { change, result: 'failed', stands: change.observed, error };
  }
}

/** One place where the kind picks the room, so that each room gets specs of its own kind only. */
function write(change: Change, rooms: Resources): Promise<Spec> {
  switch (change.kind) {
    case 'AWS::Logs::LogGroup':
      return enter(change, rooms);
    case 'AWS::SSM::Parameter':
      return enter(change, rooms);
    case 'AWS::SecretsManager::Secret':
      return enter(change, rooms);
    case 'AWS::ECR::Repository':
      return enter(change, rooms);
  }
}

function enter<K extends Kind>(change: ChangeOf<K>, rooms: Resources): Promise<Spec> {
  const room: Resources[K] = rooms[change.kind];
  const { desired, observed, differences } = change;
  return observed === undefined ? room.create(desired) : room.update(desired, observed, differences);
}

/** Fills in what the answers of the writes did not tell, in batches. */
async function readBack(outcomes: readonly Outcome[], rooms: Resources): Promise<Outcome[]> {
  const written = outcomes.filter(
    ({ change, result }) => change.kind === 'AWS::SSM::Parameter' && result === 'done',
  );
  const room = rooms['AWS::SSM::Parameter'];
  if (written.length === 0 || room.readBack === undefined) return [...outcomes];
  const specs = await room.readBack(written.flatMap(({ stands }) => stands ?? []));
  const byName = new Map(specs.map((spec) => [spec.name, spec]));
  return outcomes.map((outcome) =>
    written.includes(outcome)
      ? { ...outcome, stands: byName.get(outcome.change.name) ?? outcome.stands }
      : outcome,
  );
}

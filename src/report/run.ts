import type { FailureReason } from '../clients/errors.ts';
import type { Caller } from '../clients/identity.ts';
import type { Desired } from '../desired/desired.ts';
import type { Outcome } from '../plan/apply.ts';
import type { Plan } from '../plan/change.ts';
import type { Kind, Spec } from '../resources/resource.ts';
import type { Notes } from '../settings/fault.ts';
import type { Settings } from '../settings/settings.ts';

/** All that there is to tell of a run. */
export interface Run {
  readonly settings: Settings;
  readonly desired: Desired;
  readonly plan: Plan;
  readonly outcomes: readonly Outcome[];
  readonly notes: Notes;
  /** What the rooms told on the way. */
  readonly told: readonly string[];
  /** Names of JSON objects that are none of the application's. */
  readonly ignoredNames: number;
  readonly caller: Caller;
  readonly calls: number;
  readonly callsByService: ReadonlyMap<string, number>;
  readonly failure: Failure | undefined;
  /** Of the repository that the image stands in. */
  readonly repositoryUri: string | undefined;
}

export interface Failure {
  readonly reason: FailureReason;
  readonly text: string;
}

/** @returns what stands after the run. */
export function standing(run: Run, kind: Kind, name: string): Spec | undefined {
  const all = run.outcomes.filter(
    ({ change, stands }) => change.kind === kind && change.name === name && stands !== undefined,
  );
  // Of two changes of one resource the later one, where it came about, tells what stands.
  return (all.findLast(({ result }) => result === 'done') ?? all[0])?.stands;
}

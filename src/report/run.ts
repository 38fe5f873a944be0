import type { FailureReason } from '../clients/explanation.ts';
import type { Caller } from '../clients/identity.ts';
import type { Desired } from '../desired/desired.ts';
import type { Plan } from '../model/change.ts';
import type { Outcome } from '../model/outcome.ts';
import type { Kind, Spec } from '../model/spec.ts';
import type { Binding } from '../plan/binding.ts';
import type { Diagnostics } from '../settings/diagnostics.ts';
import type { Runner } from '../settings/inputs.ts';
import type { Settings } from '../settings/settings.ts';
import type { Cause } from './causes.ts';
import type { Gate } from './gate.ts';

/** Resources that a task definition references and the run does not manage. */
export interface References {
  readonly existing: (kind: Kind, name: string) => Spec | undefined;
  /** Texts on the parts that cannot be completed: with any of them there is no file. */
  readonly missing: readonly string[];
}

/** Everything that reports need of a run. */
export interface Run {
  readonly settings: Settings;
  readonly desired: Desired;
  readonly plan: Plan;
  readonly outcomes: readonly Outcome[];
  readonly notes: Diagnostics;
  /** Notices beyond those of the input: of providers, plan and reports. */
  readonly notices: readonly string[];
  readonly caller: Caller;
  /** Facts beyond its changes that an approval of the plan covers. */
  readonly binding: Binding;
  readonly calls: number;
  /** Writes that AWS, its registry and Auth0 accepted, including those of a change that failed later. */
  readonly written: number;
  readonly callsByService: ReadonlyMap<string, number>;
  readonly failure: Failure | undefined;
  /** Causes of failures, those to correct first at the front. */
  readonly causes: readonly Cause[];
  /** How the plan differs from the one that `expect-plan` approves. */
  readonly refusal: readonly string[];
  /** Hides in reports all values that are secret by the end of the run. */
  readonly gate: Gate;
  /** URI of the repository that holds the image. */
  readonly repositoryUri: string | undefined;
  /** Undefined where no task definition is completed. */
  readonly references: References | undefined;
}

/** Origin of a report; a part that the runner does not provide is empty. */
export interface Origin {
  readonly runUrl: string;
  readonly runNumber: string;
  readonly commit: string;
  readonly commitUrl: string;
}

export const NO_ORIGIN: Origin = { runUrl: '', runNumber: '', commit: '', commitUrl: '' };

export interface Failure {
  readonly reason: FailureReason;
  readonly text: string;
}

/** @returns whether a stored value was written: its version differs, or it was recreated and begins at version 1 again. */
export function hasNewValue({ change, result, after }: Outcome): boolean {
  if (result !== 'done' || change.action === 'delete') return false;
  if (change.kind === 'AWS::SecretsManager::Secret')
    return after?.metadata.version !== change.observed?.metadata.version;
  if (change.kind !== 'AWS::SSM::Parameter') return false;
  const isAnew = change.differences.some(({ field, from }) => field === 'type' && from !== 'String');
  return isAnew || after?.metadata.version !== change.observed?.metadata.version;
}

/** @returns a function that finds resources as they are after the run; call it once, since it is used for each variable */
export function existingAfter({ outcomes }: Run): (kind: Kind, name: string) => Spec | undefined {
  const found = new Map<string, Outcome>();
  for (const outcome of outcomes) {
    const key = `${outcome.change.kind} ${outcome.change.name}`;
    if (outcome.after === undefined) continue;
    // Of two changes of one resource, the later one counts if it was done.
    if (outcome.result === 'done' || !found.has(key)) found.set(key, outcome);
  }
  return (kind, name) => found.get(`${kind} ${name}`)?.after;
}

/**
 * @param head of the pull request: the commit that the runner names there is a merge that is in no branch
 * @returns where a report comes from
 */
export function originOf(
  { serverUrl, repository, runId, runNumber, sha, event }: Runner,
  head = event.startsWith('pull_request') ? '' : sha,
): Origin {
  const home = serverUrl === '' || repository === '' ? '' : `${serverUrl}/${repository}`;
  return {
    runUrl: home === '' || runId === '' ? '' : `${home}/actions/runs/${runId}`,
    runNumber: /^\d+$/.test(runNumber) ? runNumber : '',
    commit: head,
    commitUrl: home === '' || head === '' ? '' : `${home}/commit/${head}`,
  };
}

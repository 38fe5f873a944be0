import type { AccountPlan } from './account-plan.ts';
import type { Calls } from './clients/aws-calls.ts';
import type { Clock } from './clients/clock.ts';
import type { Caller } from './clients/identity.ts';
import { classifier, disclosureOf } from './context.ts';
import { reasonOf } from './failure.ts';
import type { Plan } from './model/change.ts';
import type { Outcome } from './model/outcome.ts';
import { apply, unapplied } from './plan/apply.ts';
import { refusalOf, unconfirmed } from './plan/approval.ts';
import { bindingOf } from './plan/binding.ts';
import { disclose, encryptedValues } from './plan/disclosure.ts';
import { unreadRemarks } from './plan/plan-properties.ts';
import type { Providers } from './providers/provider.ts';
import { causesOf } from './report/causes.ts';
import { type Gate, openGate, shownOutcomes, shownPlan } from './report/gate.ts';
import * as log from './report/log.ts';
import { leftovers } from './report/price.ts';
import type { Run } from './report/run.ts';
import type { ApplyTiming } from './report/run-log.ts';
import * as runLog from './report/run-log.ts';
import { failureOf } from './run-failure.ts';
import type { RunInput } from './run-input.ts';

/** The results of a run up to the plan. */
export interface Planned {
  readonly accountPlan: AccountPlan;
  readonly caller: Caller;
  readonly providers: Providers;
  readonly calls: Calls;
  readonly clock: Clock;
  /** The event of the workflow run. */
  readonly event: string;
  /** Notices of this run so far; later ones are added. */
  readonly notices: string[];
  /** Prints a notice and keeps it. */
  readonly notice: (text: string) => void;
  /** The log of a step by default. */
  readonly view?: RunView | undefined;
}

/** Where a plan is to be applied. */
export interface RunTarget {
  readonly prefix: string;
  readonly region: string;
  readonly account: string;
}

/** Shows the plan and its progress: the log of a step, or a terminal. */
export interface RunView {
  /** @param writes whether the mode and the approval allow to write it */
  plan(plan: Plan, target: RunTarget, writes: boolean): void;
  /** @returns whether a plan may be written that the mode and the approval allow; without it, it may */
  confirm?(plan: Plan): Promise<boolean>;
  /**
   * @param shown the plan with the values that may be printed, in the order of `plan`
   * @returns a callback for the end of each change
   */
  progress(plan: Plan, shown: Plan, timing: ApplyTiming): (outcome: Outcome) => void;
  /** Shows the outcome of a change of a plan that is not applied. */
  outcome(outcome: Outcome): void;
  /** Shows the end of a run. */
  result(run: Run): void;
}

/** Carries out the plan where the mode and the approval allow it, and logs it. */
export async function execute(runInput: RunInput, planned: Planned): Promise<Run> {
  const { settings, desired, notes, masks } = runInput;
  const { accountPlan, caller, providers, calls, clock, event, notices, notice } = planned;
  const view: RunView = planned.view ?? runLog;
  const { plan } = accountPlan;
  [...accountPlan.remarks, ...unreadRemarks(plan)].forEach(notice);
  const gate = openGate(masks);
  for (const [name, value] of encryptedValues(plan)) masks.hide(value, name);
  const disclosed = disclose(plan, disclosureOf(runInput, accountPlan.encrypted, event));
  const shown = shownPlan(disclosed, gate);
  const binding = bindingOf(
    settings,
    disclosed,
    caller.account,
    runInput.auth0?.identity,
    classifier(runInput),
  );
  const refused = refusalOf(settings, shown, gate, binding);
  const isAllowed = settings.ownership.writes && refused === undefined;
  const timing = {
    now: () => clock.now(),
    secondsOf: (count: number) => calls.bucketOf('ssm:write').seconds(count),
  };
  if (isAllowed) runLog.longWait(plan, timing);
  view.plan(shown, { prefix: settings.prefix, region: settings.region, account: caller.account }, isAllowed);
  const writes = isAllowed && ((await view.confirm?.(shown)) ?? true);
  const outcomes = writes
    ? await apply(plan, providers, view.progress(plan, shown, timing))
    : unapplied(plan);
  if (!writes) for (const outcome of outcomes) view.outcome(outcome);
  const left = settings.mode === 'destroy' ? leftovers(settings, outcomes) : [];
  notices.push(...left);
  for (const line of [...left, ...(refused?.lines ?? [])]) log.info(line);
  const causes = causesOf(outcomes, { settings, desired, caller }, reasonOf);
  const failure = refused ?? unconfirmed(settings) ?? failureOf(settings, plan, outcomes, causes);
  const run: Run = {
    settings,
    desired,
    plan: shown,
    outcomes: printable(outcomes, plan, disclosed, gate),
    notes,
    notices,
    caller,
    binding,
    calls: calls.total,
    written: calls.written,
    callsByService: calls.byService,
    failure,
    causes,
    refusal: refused?.lines ?? [],
    gate,
    repositoryUri: accountPlan.repositoryUri,
    references: accountPlan.references,
  };
  view.result(run);
  return run;
}

/** Writes use the secret values; reports use the printable ones. */
function printable(outcomes: readonly Outcome[], plan: Plan, disclosed: Plan, gate: Gate): Outcome[] {
  const shown = new Map(plan.map((change, index) => [change, disclosed[index] ?? change]));
  return shownOutcomes(
    outcomes.map((outcome) => ({ ...outcome, change: shown.get(outcome.change) ?? outcome.change })),
    gate,
  );
}

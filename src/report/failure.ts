import { Auth0Error, type Auth0Trouble } from '../clients/auth0-error.ts';
import { AwsError } from '../clients/errors.ts';
import type { FailureReason } from '../clients/explanation.ts';
import { UserFacingError } from '../clients/explanation.ts';
import { StoppedError } from '../clients/stop.ts';
import type { Plan } from '../model/change.ts';
import type { Outcome } from '../model/outcome.ts';
import { ImageError, systemCode } from '../registry/errors.ts';
import type { Settings } from '../settings/settings.ts';
import { correctionOf, correctionSteps } from './correction.ts';
import { type DoctorTarget, doctorLine } from './doctor-line.ts';
import { count, isDrifted } from './plan-document.ts';
import type { Failure } from './run.ts';

export { doctorLine };

const AUTH0_REASONS: Partial<Record<Auth0Trouble, FailureReason>> = {
  credentials: 'credentials',
  grant: 'access-denied',
  scope: 'access-denied',
  'rate-limit': 'throttled',
  unavailable: 'network',
  unreachable: 'network',
  'lost-race': 'conflict',
};

/** @returns the word for `failure-reason`. */
export function reasonOf(error: unknown): FailureReason {
  if (error instanceof AwsError) return error.reason;
  if (error instanceof StoppedError || error instanceof UserFacingError) return error.reason;
  if (error instanceof ImageError) return error.fault === 'DENIED' ? 'access-denied' : 'image';
  if (error instanceof Auth0Error) return AUTH0_REASONS[error.trouble] ?? 'auth0';
  return 'internal';
}

/** @returns an error in words. Of errors that are none of ours only the kind is told, since their text may repeat a value, or a path. */
export function errorText(error: unknown): string {
  if (error instanceof AwsError) return `${error.message}. What to do: ${error.remedy}`;
  if (
    error instanceof Auth0Error ||
    error instanceof ImageError ||
    error instanceof StoppedError ||
    error instanceof UserFacingError
  )
    return error.message;
  const code = systemCode(error);
  if (code !== undefined && /^E[A-Z0-9]+$/.test(code)) return `the system refuses it (${code})`;
  return `something unexpected happened (${error instanceof Error ? error.name : typeof error}); please report it`;
}

/** @returns why the step fails, if it does. */
export function failureOf(
  settings: Pick<Settings, 'mode' | 'failOnDrift'> & DoctorTarget,
  plan: Plan,
  outcomes: readonly Outcome[],
): Failure | undefined {
  const failed = outcomes.filter(({ result }) => result === 'failed');
  if (failed.length > 0) {
    const reasons = failed.map(({ error }) => reasonOf(error));
    const names = failed.map(({ change }) => change.name);
    return {
      reason: reasons.find((reason) => reason !== 'internal') ?? 'internal',
      text: `${failed.length} of ${plan.length} failed: ${names.slice(0, 10).join(', ')}${names.length > 10 ? ` and ${names.length - 10} more` : ''}; see the errors above. What is done stays done, and the next run goes on${doctorLine(
        failed.map(({ error }) => error),
        settings,
      )}`,
    };
  }
  const { blocked } = count(plan);
  if ((settings.mode === 'apply' || settings.mode === 'destroy') && blocked > 0)
    return {
      reason: 'blocked',
      text: `${blocked} wanted ${blocked === 1 ? 'change is' : 'changes are'} blocked; the reasons stand above, ${restOf(settings, outcomes)}`,
    };
  if (settings.mode === 'drift' && settings.failOnDrift && isDrifted(plan))
    return { reason: 'drifted', text: driftText(plan) };
  return undefined;
}

/** @returns what became of the changes that are not blocked; a destroy whose log group is protected takes nothing away */
function restOf({ mode }: Pick<Settings, 'mode'>, outcomes: readonly Outcome[]): string {
  const isWaiting = outcomes.some(({ result }) => result === 'skipped');
  const isHeldBack = mode === 'destroy' && outcomes.every(({ result }) => result !== 'done');
  if (isHeldBack) return 'and nothing was taken away';
  return isWaiting ? 'and what waits for it was left out' : 'the rest was done';
}

/** @returns how many resources differ, and what corrects that. */
function driftText(plan: Plan): string {
  const named = ({ kind, name }: Plan[number]) => `${kind} ${name}`;
  const all = new Set(
    plan.filter(({ unwanted, action }) => unwanted !== true || action !== 'none').map(named),
  );
  const open = new Set(
    plan.filter(({ action, unreadable }) => action !== 'none' && unreadable === undefined).map(named),
  );
  return `Drift: ${open.size} of ${all.size} resources differ from the configuration. ${correctionSteps(correctionOf(plan)).join('. ')}`;
}

import { callbackParameter } from '../../desired/auth0.ts';
import { isLocalUrl } from '../../desired/local-host.ts';
import { KINDS } from '../../kinds/kinds.ts';
import { MADE, OWNER_FIELD } from '../../model/ownership.ts';
import { fieldOf } from '../../model/spec.ts';
import { type Correction, correctionOf, correctionSteps } from '../../plan/correction.ts';
import { isFirstRun } from '../../plan/first-run.ts';
import { count, isDrifted } from '../../plan/plan-document.ts';
import { removalOf } from '../../plan/removal.ts';
import { Secret } from '../../secret.ts';
import { code } from '../escape.ts';
import { hasNewValue, type Run } from '../run.ts';
import type { Section } from '../sections.ts';

/** What to do now, the most urgent first. */
export function nextSteps(run: Run): Section | undefined {
  const rows = steps(run);
  return rows.length === 0 ? undefined : { title: 'What to do next', rows: rows.map((step) => `- ${step}`) };
}

function steps(run: Run): string[] {
  const { settings, plan, outcomes, failure } = run;
  const said: string[] = [];
  const { toCreate, toUpdate, toDelete } = count(plan);
  const correction = correctionOf(plan);
  if (outcomes.some(({ result }) => result === 'failed'))
    said.push('mend what failed (the reasons stand below) and run again: what is done stays done');
  if (failure?.reason === 'access-denied')
    said.push(
      settings.reports.policies
        ? 'give the role the policy below'
        : `see the whole policy that this configuration needs with ${code('iam-policies: true')}`,
    );
  for (const consent of correction.optIns)
    said.push(`what is blocked for want of a consent is done with ${code(`allow: ${consent}`)}`);
  if (settings.mode === 'destroy') said.push(...stepsOfEnd(run));
  if (toCreate + toUpdate + toDelete > 0 && settings.mode === 'plan')
    said.push(`run with ${code('mode: apply')} (a push, with ${code('mode: auto')}) to make it so`);
  if (isFirstRun(plan) && settings.mode !== 'destroy')
    said.push(
      `if this is not the first run of ${code(settings.prefix)} in ${settings.region}, look at ${code('prefix')} and ${code('region')}: nothing of it stood before`,
    );
  if (settings.mode === 'drift' && isDrifted(plan)) said.push(...stepsOfDrift(correction));
  if (wroteValues(run))
    said.push(`deploy again: tasks that run keep the old values (${code('config-fingerprint')} has changed)`);
  if (becameSecret(run))
    said.push('rotate the values that were plain until now: the old versions stay readable in the history');
  if (hasLocalCallback(run))
    said.push(
      `once the application has an address, run with ${code('app-url')}: the callback reaches only the machine itself`,
    );
  return said;
}

/** The opt-ins are told in every mode. */
function stepsOfDrift(correction: Correction): string[] {
  return [
    ...correctionSteps({ ...correction, optIns: [] }, code),
    `If the present state is right, put it into the configuration, or list the field under ${code('ignore')}`,
  ];
}

function stepsOfEnd({ settings, outcomes }: Run): string[] {
  const said: string[] = [];
  if (!settings.ownership.writes)
    said.push(`to let it, run again with ${code(`confirm: ${settings.prefix}`)}`);
  for (const { change } of outcomes) {
    const { deletion, noun } = KINDS[change.kind];
    if (deletion === undefined) continue;
    const isMade = change.observed !== undefined && fieldOf(change.observed, OWNER_FIELD) === MADE;
    if (change.action === 'none' && isMade && !settings.allow.has(deletion.consent))
      said.push(`${noun} ${code(change.name)} is kept: ${code(`allow: ${deletion.consent}`)} deletes it`);
  }
  const secrets = outcomes.filter(
    ({ change, result }) =>
      change.kind === 'AWS::SecretsManager::Secret' && result === 'done' && removalOf(change) === 'deleted',
  ).length;
  if (secrets > 0)
    said.push(
      `for ${settings.ownership.recoveryDays} days ${code('mode: apply')} restores the ${secrets === 1 ? 'secret' : `${secrets} secrets`}; parameters are made anew`,
    );
  return said;
}

function wroteValues({ outcomes }: Run): boolean {
  return outcomes.some((outcome) => outcome.change.observed !== undefined && hasNewValue(outcome));
}

function becameSecret({ plan }: Run): boolean {
  return plan.some(({ differences }) =>
    differences.some(({ field, from, to }) => field === 'type' && from === 'String' && to === 'SecureString'),
  );
}

function hasLocalCallback({ settings, outcomes }: Run): boolean {
  const callback = callbackParameter(settings);
  return outcomes.some(({ change, stands }) => {
    const value = stands?.fields['value'];
    const isLocal = value instanceof Secret && value.is(isLocalUrl);
    return change.name === callback && isLocal;
  });
}

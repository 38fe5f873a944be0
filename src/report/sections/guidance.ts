import { isLocalUrl } from '../../desired/app-url.ts';
import { callbackParameter } from '../../desired/auth0.ts';
import { KINDS } from '../../kinds/kinds.ts';
import { CREATED, OWNER_FIELD } from '../../model/ownership.ts';
import { fieldOf, isShared, NAMES } from '../../model/spec.ts';
import { count, isDrifted } from '../../plan/plan-document.ts';
import { correctionOf, correctionSteps, isFirstRun, removalOf } from '../../plan/plan-properties.ts';

import { Secret } from '../../secret.ts';
import { SHARED_SETTINGS } from '../../settings/application.ts';
import { rich } from '../markdown.ts';
import * as messages from '../messages.ts';
import { countKinds } from '../resources.ts';
import { hasNewValue, type Run } from '../run.ts';
import type { Section } from '../sections.ts';

/** Next steps: necessary ones are in an alert, optional ones in a sentence. */
export interface Guidance {
  readonly level: 'CAUTION' | 'WARNING' | 'IMPORTANT' | undefined;
  readonly must: readonly string[];
  readonly may: readonly string[];
}

/** @returns next steps after a run, as texts of {@link messages} */
export function guidanceOf(run: Run): Guidance {
  const { settings, plan, failure, causes } = run;
  const correction = correctionOf(plan);
  const isDrift = settings.mode === 'drift' && isDrifted(plan);
  const must: string[] = [];
  // The alert of drift has the correction instead.
  if (causes.length > 0)
    must.push(
      messages.failedAlert(
        causes.map(({ reason, resources }) => messages.reasonOf(reason, countKinds(resources))),
      ),
    );
  else if (failure !== undefined && failure.reason !== 'drifted') must.push(messages.sentence(failure.text));
  if (isDrift)
    must.push(
      ...correctionSteps(correction, messages.quoted).map((step) => `${step}.`),
      messages.steps.accept,
    );
  else if (correction.optIns.length > 0) must.push(messages.steps.allow(correction.optIns));
  if (failure?.reason === 'access-denied' && !settings.reports.policies) must.push(messages.steps.policies);
  must.push(...afterWrites(run));
  const may = [
    ...afterPlan(run),
    ...(settings.mode === 'destroy' ? afterDestroy(run) : []),
    ...(hasLocalCallback(run) ? [messages.steps.localCallback] : []),
  ];
  return { level: levelOf(run, must), must, may };
}

function levelOf({ failure, settings }: Run, must: readonly string[]): Guidance['level'] {
  if (must.length === 0) return undefined;
  if (failure !== undefined && failure.reason !== 'drifted' && failure.reason !== 'blocked') return 'CAUTION';
  return failure !== undefined || settings.mode === 'drift' || settings.mode === 'plan'
    ? 'WARNING'
    : 'IMPORTANT';
}

function afterPlan({ settings, plan }: Run): string[] {
  const { toCreate, toUpdate, toDelete } = count(plan);
  const texts: string[] = [];
  if (settings.mode === 'plan' && toCreate + toUpdate + toDelete > 0) texts.push(messages.steps.apply);
  if (settings.mode !== 'destroy' && isFirstRun(plan))
    texts.push(messages.steps.firstRun(settings.prefix, settings.region));
  return texts;
}

function afterWrites(run: Run): string[] {
  const texts: string[] = [];
  if (run.outcomes.some((outcome) => outcome.change.observed !== undefined && hasNewValue(outcome)))
    texts.push(messages.steps.redeploy);
  const encrypted = encryptedNow(run);
  if (encrypted.length > 0) texts.push(messages.steps.rotate(encrypted));
  return texts;
}

/** Parameters that were plain text until now. */
function encryptedNow({ plan }: Run): string[] {
  return plan.flatMap(({ name, differences }) =>
    differences.some(({ field, from, to }) => field === 'type' && from === 'String' && to === 'SecureString')
      ? [name]
      : [],
  );
}

function afterDestroy({ settings, outcomes }: Run): string[] {
  const texts: string[] = [];
  for (const { change } of outcomes) {
    const { kind } = change;
    if (!isShared(kind)) continue;
    const { noun } = KINDS[kind];
    const { deletion } = NAMES[kind];
    const isMade = change.observed !== undefined && fieldOf(change.observed, OWNER_FIELD) === CREATED;
    const exclusive = settings[SHARED_SETTINGS[kind]]?.exclusive;
    if (change.action === 'none' && isMade && !settings.allow.has(deletion))
      texts.push(
        exclusive === true
          ? messages.steps.kept(noun, change.name, deletion)
          : messages.steps.keptShared(noun, change.name),
      );
  }
  const secrets = outcomes.filter(
    ({ change, result }) =>
      change.kind === 'AWS::SecretsManager::Secret' && result === 'done' && removalOf(change) === 'deleted',
  ).length;
  if (secrets > 0) texts.push(messages.steps.restorable(secrets, settings.ownership.recoveryDays));
  return texts;
}

function hasLocalCallback({ settings, outcomes }: Run): boolean {
  const callback = callbackParameter(settings);
  return outcomes.some(({ change, after }) => {
    const value = after?.fields['value'];
    const isLocal = value instanceof Secret && value.is(isLocalUrl);
    return change.name === callback && isLocal;
  });
}

/** An alert only where the reader must act. */
export function guidance(run: Run): Section | undefined {
  const { level, must, may } = guidanceOf(run);
  const rows: string[] = [];
  if (level !== undefined)
    rows.push(
      `> [!${level}]`,
      ...must.map((text, index) => `> ${rich(text)}${index < must.length - 1 ? '<br>' : ''}`),
    );
  if (may.length > 0) rows.push(...(rows.length > 0 ? [''] : []), may.map(rich).join(' '));
  return rows.length === 0 ? undefined : { rows };
}

import { code } from '../escape.ts';
import { count } from '../plan-document.ts';
import type { Run } from '../run.ts';
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
  const consents = new Set(plan.flatMap(({ blocked }) => blocked?.consent ?? []));
  if (outcomes.some(({ result }) => result === 'failed'))
    said.push('mend what failed (the reasons stand under Changes) and run again: what is done stays done');
  if (failure?.reason === 'access-denied')
    said.push(
      settings.reports.policies
        ? 'give the role the policy below'
        : `see the whole policy that this configuration needs with ${code('iam-policies: true')}`,
    );
  for (const consent of [...consents].sort())
    said.push(`what is blocked for want of a consent is done with ${code(`allow: ${consent}`)}`);
  if (toCreate + toUpdate + toDelete > 0 && settings.mode === 'plan')
    said.push(`run with ${code('mode: apply')} (a push, with ${code('mode: auto')}) to make it so`);
  if (toCreate + toUpdate + toDelete > 0 && settings.mode === 'drift')
    said.push(
      `run with ${code('mode: apply')} to heal the drift, or put what stands into the configuration, or list it under ${code('ignore')}`,
    );
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

function wroteValues({ outcomes }: Run): boolean {
  return outcomes.some(
    ({ change, result, stands }) =>
      result === 'done' &&
      change.observed !== undefined &&
      stands?.facts.version !== change.observed.facts.version,
  );
}

function becameSecret({ plan }: Run): boolean {
  return plan.some(({ differences }) =>
    differences.some(({ field, from, to }) => field === 'type' && from === 'String' && to === 'SecureString'),
  );
}

function hasLocalCallback({ outcomes }: Run): boolean {
  return outcomes.some(({ change, stands }) => {
    const value = stands?.fields.value;
    return (
      change.name.endsWith('/AUTH0_CALLBACK_URL') &&
      typeof value === 'string' &&
      /^https?:\/\/(0\.0\.0\.0|127\.|localhost)/i.test(value)
    );
  });
}

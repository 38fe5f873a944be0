import { code, prose } from '../escape.ts';
import { count } from '../plan-document.ts';
import type { Run } from '../run.ts';
import type { Section } from '../sections.ts';

/** The one line that says how it went, with counts; and why the step fails, if it does. */
export function headline(run: Run): Section {
  const { failure } = run;
  return {
    rows: [`## ${sign(run)} ${title(run)}`],
    ...(failure === undefined ? {} : { after: ['', '> [!CAUTION]', `> ${prose(failure.text)}`] }),
  };
}

/** @returns e.g. "plan: `/papyrus/prd` in us-west-2: 3 to create, 1 blocked". */
export function title(run: Run): string {
  return `${run.settings.mode}: ${code(run.settings.prefix)} in ${run.settings.region}: ${words(run).join(', ')}`;
}

function words({ settings, plan, outcomes }: Run): string[] {
  const { toCreate, toUpdate, toDelete, blocked } = count(plan);
  const of = (result: string) => outcomes.filter((outcome) => outcome.result === result).length;
  const said: string[] = [];
  const add = (number: number, what: string) => {
    if (number > 0) said.push(`${number} ${what}`);
  };
  if (settings.mode === 'plan' || settings.mode === 'drift') {
    add(toCreate, settings.mode === 'drift' ? 'missing' : 'to create');
    add(toUpdate, settings.mode === 'drift' ? 'drifted' : 'to update');
    add(toDelete, 'to delete');
    if (said.length === 0) said.push(settings.mode === 'drift' ? 'no drift' : 'nothing to change');
  } else {
    add(of('done'), 'changed');
    if (said.length === 0) said.push('nothing had to change');
  }
  add(blocked, 'blocked');
  add(of('failed'), 'failed');
  add(of('skipped'), 'left out');
  return said;
}

function sign({ settings, plan, failure }: Run): string {
  if (failure !== undefined) return '❌';
  const { toCreate, toUpdate, toDelete, blocked } = count(plan);
  return settings.mode !== 'apply' && toCreate + toUpdate + toDelete + blocked > 0 ? '📝' : '✅';
}

import { unreadOf } from '../../plan/plan-properties.ts';
import { code, rich } from '../markdown.ts';
import { partsOf } from '../marker.ts';
import * as messages from '../messages.ts';
import { countStates, isConfigured, type ResourceReport } from '../resources.ts';
import type { Origin, Run } from '../run.ts';
import type { Section } from '../sections.ts';

/** The state behind one symbol, and one line with prefix, region, account and run. */
export function headline(
  run: Run,
  resources: readonly ResourceReport[],
  origin: Origin,
  isPublic: boolean,
): Section {
  return { rows: [`## ${rich(title(run, resources))}`, '', metaLine(run, origin, isPublic)] };
}

/** @returns the headline as text */
export function title(run: Run, resources: readonly ResourceReport[]): string {
  return messages.headline({
    mode: run.settings.mode,
    states: countStates(resources),
    total: resources.filter(isConfigured).length,
    failure: run.failure?.reason,
    unread: unreadOf(run.plan).length,
  });
}

/** In public repositories, no account is named. */
function metaLine({ settings, caller, calls, written }: Run, origin: Origin, isPublic: boolean): string {
  const parts = partsOf(settings);
  const [, ...segments] = settings.prefix.split('/');
  return [
    `**${segments.map((segment) => rich(segment)).join(' / ')}**`,
    rich(settings.region),
    isPublic || caller.account === '' ? '' : code(caller.account),
    origin.runUrl === '' ? '' : `[${messages.runLink(origin.runNumber)}](${origin.runUrl})`,
    commitLink(origin),
    parts.length === 0 ? '' : rich(messages.onlyParts(parts)),
    rich(messages.effort(calls, written)),
  ]
    .filter((part) => part !== '')
    .join(' · ');
}

function commitLink({ commit, commitUrl }: Origin): string {
  if (commit === '') return '';
  const shown = code(commit.slice(0, 7));
  return commitUrl === '' ? shown : `[${shown}](${commitUrl})`;
}

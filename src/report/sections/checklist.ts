import { prose, rich, richHtml } from '../markdown.ts';
import * as messages from '../messages.ts';
import { countKinds, isConfigured, type ResourceReport } from '../resources.ts';
import { fold, type Section, table } from '../sections.ts';
import { resourceCell } from './differences.ts';

/** The checklist: one line for each resource, with its link and properties. */
export function checklist(resources: readonly ResourceReport[]): Section | undefined {
  const configured = resources.filter(isConfigured);
  if (configured.length === 0) return undefined;
  const line = richHtml(messages.folds.checklist(countKinds(configured)));
  return fold(line, [stateTable(configured)], 3);
}

/** Resources that a destroy keeps. */
export function kept(resources: readonly ResourceReport[]): Section | undefined {
  const remaining = resources.filter(({ state }) => state === 'kept');
  if (remaining.length === 0) return undefined;
  return fold(
    richHtml(messages.folds.kept(remaining.length, countKinds(remaining))),
    [stateTable(remaining)],
    3,
  );
}

/** Unchanged resources of a run that wrote nothing. */
export function unchanged(resources: readonly ResourceReport[]): Section | undefined {
  const matching = resources.filter(({ state }) => state === 'unchanged' || state === 'not-created');
  if (matching.length === 0) return undefined;
  return fold(
    richHtml(messages.folds.unchanged(matching.length, countKinds(matching))),
    [stateTable(matching)],
    3,
  );
}

function stateTable(resources: readonly ResourceReport[]): Section {
  return table(
    messages.folds.checklistColumns,
    resources.map((one) => [
      rich(messages.STATE_WORDS[one.state]),
      resourceCell(one),
      details(one).map(prose).join('<br>'),
    ]),
  );
}

function details({ aspects, notes, isUnread }: ResourceReport): string[] {
  return [
    ...(aspects.length === 0 ? [] : [aspects.join(', ')]),
    ...(isUnread ? [messages.unreadNote] : []),
    ...notes,
  ];
}

/** Resources of this action that are no longer configured. */
export function orphans(resources: readonly ResourceReport[]): Section | undefined {
  return listed(resources, 'orphan', messages.folds.orphans, messages.orphanNote);
}

/** Resources of others below the prefix. */
export function unmanaged(resources: readonly ResourceReport[]): Section | undefined {
  return listed(resources, 'unmanaged', messages.folds.unmanaged, messages.unmanagedNote);
}

function listed(
  resources: readonly ResourceReport[],
  state: ResourceReport['state'],
  line: (kinds: string) => string,
  note: string,
): Section | undefined {
  const found = resources.filter((one) => one.state === state);
  if (found.length === 0) return undefined;
  return {
    folded: richHtml(line(countKinds(found))),
    before: [rich(note), ''],
    rows: found.map((one) => `- ${[resourceCell(one), ...details(one).map(prose)].join(': ')}`),
    rank: 2,
  };
}

import { prose, rich, richHtml } from '../markdown.ts';
import * as messages from '../messages.ts';
import { countKinds, isConfigured, type ResourceReport } from '../resources.ts';
import { fold, type Section, table } from '../sections.ts';
import { resourceCell } from './differences.ts';

/** The article's checklist: one line a resource, with its link and what it is like. */
export function checklist(resources: readonly ResourceReport[]): Section | undefined {
  const configured = resources.filter(isConfigured);
  if (configured.length === 0) return undefined;
  const line = richHtml(messages.folds.checklist(countKinds(configured)));
  return fold(line, [stateTable(configured)], 3);
}

/** What a destroy leaves where it is. */
export function kept(resources: readonly ResourceReport[]): Section | undefined {
  const left = resources.filter(({ state }) => state === 'kept');
  if (left.length === 0) return undefined;
  return fold(richHtml(messages.folds.kept(left.length, countKinds(left))), [stateTable(left)], 3);
}

/** What needs no change, where the run wrote nothing. */
export function unchanged(resources: readonly ResourceReport[]): Section | undefined {
  const calm = resources.filter(({ state }) => state === 'unchanged' || state === 'not-created');
  if (calm.length === 0) return undefined;
  return fold(richHtml(messages.folds.unchanged(calm.length, countKinds(calm))), [stateTable(calm)], 3);
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

/** What the action created and the configuration no longer has. */
export function orphans(resources: readonly ResourceReport[]): Section | undefined {
  return listed(resources, 'orphan', messages.folds.orphans, messages.orphanNote);
}

/** What exists below the prefix and is somebody else's. */
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

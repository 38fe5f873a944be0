import type { Change, Plan } from '../model/change.ts';
import type { Difference, Field } from '../model/fields.ts';
import type { Outcome } from '../model/outcome.ts';
import { Secret } from '../secret.ts';
import { MaskForms, type Scrubber } from '../settings/mask-forms.ts';
import type { Masks } from '../settings/masks.ts';
import { blockText, breakableText, codeText, prose } from './markdown.ts';

/*
 * Scrubs hidden texts from everything that the runner does not mask: comment, issue, the output plan and its file, and the
 * summary. It runs last, when every hidden text of the run is known, including those read from AWS.
 */

export type Gate = Scrubber;

/** @returns the gate of a run, which knows all hidden texts, including later ones */
export function openGate(masks: Masks): Gate {
  const forms = new MaskForms();
  masks.watch((text, of) => forms.add(text, of));
  return forms;
}

/** Escapes through which text gets into a report. */
const MARKDOWN = [prose, codeText, blockText, breakableText];

/** @returns a report in GitHub's Markdown without hidden texts, raw or escaped */
export function scrubMarkdown(markdown: string, gate: Gate): string {
  return gate.scrub(markdown, MARKDOWN);
}

/** @returns the printable plan: a field that contains a hidden text is hidden completely, since the rest shows its position */
export function shownPlan(plan: Plan, gate: Gate): Change[] {
  return plan.map((change) => shownChange(change, gate));
}

/** @returns the printable outcomes */
export function shownOutcomes(outcomes: readonly Outcome[], gate: Gate): Outcome[] {
  return outcomes.map((outcome) => ({ ...outcome, change: shownChange(outcome.change, gate) }));
}

function shownChange<C extends Change>(change: C, gate: Gate): C {
  const shown = (field: Field): Field =>
    typeof field === 'string' && gate.heldBy(field) !== undefined ? new Secret(field) : field;
  const differences = change.differences.map(
    ({ field, from, to }): Difference => ({
      field: shownField(field, gate),
      from: shown(from),
      to: shown(to),
    }),
  );
  // Escaping depends on the neighbouring text: afterwards a hidden text may no longer be found.
  const notes = change.notes.map((note) => gate.scrub(note));
  const blocked = change.blocked && { ...change.blocked, reason: gate.scrub(change.blocked.reason) };
  return { ...change, differences, notes, ...(blocked === undefined ? {} : { blocked }) };
}

/** An entry of a list is part of its field's name, and may hold a secret: `callback:https://user:password@host`. */
function shownField(field: string, gate: Gate): string {
  const colon = field.indexOf(':');
  if (colon < 0 || gate.heldBy(field.slice(colon + 1)) === undefined) return field;
  return `${field.slice(0, colon)}:${new Secret(field)}`;
}

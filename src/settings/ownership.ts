import { type Mode, PRUNES, type Prune } from './choices.ts';
import { ParseError, readChoice } from './parse.ts';
import type { Request, SettingSources } from './setting-sources.ts';

/** Permissions of a run: its effects on existing resources below the prefix, and the approved plan. */
export interface OwnershipSettings {
  readonly prune: Prune;
  /** Days in which a deleted secret can be restored. */
  readonly recoveryDays: number;
  /** `apply`, or `destroy` whose `confirm` repeats the prefix: all other runs only read. */
  readonly writes: boolean;
  /** The value of `confirm`. */
  readonly confirm: string | undefined;
  /** The approved plan. */
  readonly expected: Expectation | undefined;
}

/**
 * `confirm` and `expect-plan` are for one run, so they must not be in a committed file.
 */
export function readOwnership(
  sources: SettingSources,
  { inputs, readText, asksFirst = false }: Request,
  mode: Mode,
  prefix: string,
): OwnershipSettings {
  const confirm = inputs.get('confirm')?.trim() || undefined;
  return {
    prune: sources.read('prune', 'report', (value) => readChoice(value, PRUNES)),
    recoveryDays: sources.read('recovery-window-days', 30, Number),
    writes:
      mode === 'apply' ||
      (mode === 'destroy' && (confirm === prefix || (asksFirst && confirm === undefined))),
    confirm,
    expected: sources.read<Expectation | undefined>('expect-plan', undefined, (value) =>
      readExpectation(String(value).trim(), readText),
    ),
  };
}

/** An approved plan: its hash, or the parsed JSON of the output `plan`, which `plan/approval.ts` compares. */
type Expectation = { readonly hash: string } | { readonly document: unknown };

/**
 * Reads `expect-plan`: a hash alone shows whether the plan is the approved one; the plan itself also shows the
 * differences.
 * @param readText reads a file of the workspace or of the runner's temporary folder
 * @throws ParseError with the remedy, never with the input
 */
export function readExpectation(given: string, readText: (path: string) => string): Expectation {
  if (/^[0-9a-f]{64}$/.test(given)) return { hash: given };
  if (/^[0-9a-fA-F]{64}$/.test(given)) return { hash: given.toLowerCase() };
  const digits = /^(?:sha256:)?([0-9a-fA-F]{20,})$/.exec(given)?.[1];
  if (digits !== undefined)
    throw new ParseError(
      `a plan-hash has 64 digits and nothing before them, and this has ${digits.length}; take the output plan-hash as it is`,
    );
  if (given.startsWith('{')) return { document: parsePlan(given, 'it') };
  if (given.includes('\n') || given.length > 1000)
    throw new ParseError(
      'it takes a plan-hash (64 digits), the JSON of the output plan, or the path of a plan-file',
    );
  return { document: parsePlan(readText(given), 'the file') };
}

function parsePlan(text: string, what: string): unknown {
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch {
    document = undefined;
  }
  const isPlan =
    typeof document === 'object' &&
    document !== null &&
    'changes' in document &&
    Array.isArray(document.changes) &&
    document.changes.every((change) => typeof change === 'object' && change !== null);
  if (!isPlan)
    throw new ParseError(`${what} holds no plan; take the output plan, plan-file or plan-hash of a plan run`);
  return document;
}

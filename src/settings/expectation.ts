import { ParseError } from './parse.ts';

/** An approved plan: its hash, or the parsed JSON of the output `plan`, which `plan/approval.ts` compares. */
export type Expectation = { readonly hash: string } | { readonly document: unknown };

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

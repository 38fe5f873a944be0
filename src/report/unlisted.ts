import { errorText } from './failure.ts';

/**
 * To look for leftovers is asked for by nobody's input, so a role that may not list is told, not failed.
 * @param way the setting without which nothing is listed
 */
export function unlistedRemarks(
  failures: ReadonlyArray<{ readonly path: string; readonly error: unknown }>,
  way: string,
): string[] {
  return failures.map(
    ({ path, error }) =>
      `what is left over below ${path} could not be looked for, and the rest goes on (${way} does not look): ${errorText(error)}`,
  );
}

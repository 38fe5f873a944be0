/** Finds the known name behind a misspelt one: only small distances count. */

/** A longer text is no misspelt name. */
const LONGEST = 64;

/** @returns the name without its separators and in small letters: `ENV_FILE` and `env-file` are the same */
function lettersOf(name: string): string {
  return name.toLowerCase().replace(/[^\p{L}\p{N}]/gu, '');
}

/** How many mistakes a name of this length may hold: of a short one little is left otherwise. */
function mistakesIn(letters: string): number {
  return letters.length < 6 ? 1 : 2;
}

/**
 * @param text the written name
 * @param choices the known names
 * @returns the choice that differs by separators, capitals, or one or two mistakes; undefined if none does
 */
export function nearestOf(text: string, choices: Iterable<string>): string | undefined {
  const letters = lettersOf(text);
  if (letters === '' || text.length > LONGEST) return undefined;
  let best: { readonly choice: string; readonly distance: number } | undefined;
  for (const choice of choices) {
    const others = lettersOf(choice);
    const most = Math.min(mistakesIn(letters), mistakesIn(others));
    const distance = letters === others ? 0 : editDistance(letters, others, most);
    if (distance <= most && (best === undefined || distance < best.distance)) best = { choice, distance };
  }
  return best?.choice;
}

/**
 * Optimal string alignment: a missing, extra or different letter, or two swapped ones, count one.
 * @param most the exact distance above this does not matter
 * @returns the distance, or `most + 1` if it is larger
 */
export function editDistance(a: string, b: string, most: number): number {
  if (Math.abs(a.length - b.length) > most) return most + 1;
  let [beforeLast, last] = [[] as number[], Array.from({ length: b.length + 1 }, (_, index) => index)];
  for (let row = 1; row <= a.length; row++) {
    const present = [row];
    for (let column = 1; column <= b.length; column++) {
      const change = a[row - 1] === b[column - 1] ? 0 : 1;
      let distance = Math.min(
        (last[column] ?? 0) + 1,
        (present[column - 1] ?? 0) + 1,
        (last[column - 1] ?? 0) + change,
      );
      if (row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1])
        distance = Math.min(distance, (beforeLast[column - 2] ?? 0) + 1);
      present.push(distance);
    }
    if (Math.min(...present) > most) return most + 1;
    [beforeLast, last] = [last, present];
  }
  return Math.min(last[b.length] ?? 0, most + 1);
}

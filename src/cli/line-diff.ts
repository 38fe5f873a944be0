/** One line of a comparison. */
export interface DiffLine {
  readonly sign: '+' | '-' | ' ';
  readonly text: string;
}

/** Files that are longer are shown as replaced whole: the table of the comparison has a cell for each pair of lines. */
const MOST_LINES = 2_000;

/** @returns the lines of both texts, in order, by their longest common subsequence */
export function diffLines(before: string, after: string): DiffLine[] {
  const [old, next] = [linesOf(before), linesOf(after)];
  if (old.length > MOST_LINES || next.length > MOST_LINES)
    return [
      ...old.map((text): DiffLine => ({ sign: '-', text })),
      ...next.map((text): DiffLine => ({ sign: '+', text })),
    ];
  const lengths = commonLengths(old, next);
  const lines: DiffLine[] = [];
  let [row, column] = [0, 0];
  const at = (line: number, other: number) => lengths[line]?.[other] ?? 0;
  while (row < old.length || column < next.length) {
    const [from, to] = [old[row], next[column]];
    if (from !== undefined && from === to) {
      lines.push({ sign: ' ', text: from });
      row += 1;
      column += 1;
    } else if (from !== undefined && (to === undefined || at(row + 1, column) >= at(row, column + 1))) {
      lines.push({ sign: '-', text: from });
      row += 1;
    } else {
      lines.push({ sign: '+', text: to ?? '' });
      column += 1;
    }
  }
  return lines;
}

/** @returns the changed lines with some unchanged ones around each */
export function hunksOf(lines: readonly DiffLine[], context = 2): DiffLine[] {
  const isNear = lines.map((_, index) =>
    lines.slice(Math.max(0, index - context), index + context + 1).some(({ sign }) => sign !== ' '),
  );
  return lines.flatMap((line, index) => {
    if (isNear[index]) return line;
    return isNear[index - 1] ? { sign: ' ', text: '…' } : [];
  });
}

function linesOf(text: string): string[] {
  const lines = text.split('\n');
  if (lines.at(-1) === '') lines.pop();
  return lines;
}

function commonLengths(old: readonly string[], next: readonly string[]): number[][] {
  const lengths = Array.from({ length: old.length + 1 }, () => new Array<number>(next.length + 1).fill(0));
  for (let row = old.length - 1; row >= 0; row--)
    for (let column = next.length - 1; column >= 0; column--) {
      const [here, below] = [lengths[row], lengths[row + 1]];
      if (here === undefined || below === undefined) continue;
      here[column] =
        old[row] === next[column]
          ? (below[column + 1] ?? 0) + 1
          : Math.max(below[column] ?? 0, here[column + 1] ?? 0);
    }
  return lengths;
}

/** One part of a report. Only its rows may be cut, so that tables, diagrams and folds stay valid. */
export interface Section {
  readonly title?: string;
  readonly before?: readonly string[];
  readonly rows: readonly string[];
  readonly after?: readonly string[];
  /** Line of a folded section, as Markdown. */
  readonly folded?: string;
  /** Sections with the highest rank lose their rows first; 0 by default. */
  readonly rank?: number;
}

/** A report's text and how many rows were cut. */
export interface Assembled {
  readonly text: string;
  readonly cut: number;
}

/** Enough for "… and 123456 more". */
const COUNT_BYTES = 60;

/**
 * Joins sections within a limit, by rank. Within one rank, small sections stay whole, and those that are too large share
 * the rest.
 * @param mostBytes the limit of the place that the report goes to, as UTF-8
 */
export function assemble(sections: readonly Section[], mostBytes: number): Assembled {
  const parts = sections.map((section) => ({
    section,
    frame: bytesOf(frame(section, [], 0)) + COUNT_BYTES,
    rows: section.rows.reduce((sum, row) => sum + bytesOf(row) + 1, 0),
    share: 0,
  }));
  let left = mostBytes - parts.reduce((sum, part) => sum + part.frame, 0);
  const rankOf = ({ section }: (typeof parts)[number]) => section.rank ?? 0;
  for (const rank of [...new Set(parts.map(rankOf))].sort((a, b) => a - b)) {
    // The smallest first, so that the others get the rest.
    const order = parts.filter((part) => rankOf(part) === rank).sort((a, b) => a.rows - b.rows);
    order.forEach((part, done) => {
      part.share = Math.min(part.rows, Math.max(0, Math.floor(left / (order.length - done))));
      left -= part.share;
    });
  }
  let cut = 0;
  const texts = parts.map(({ section, share }) => {
    const kept = keep(section.rows, share);
    cut += section.rows.length - kept.length;
    return frame(section, kept, section.rows.length - kept.length);
  });
  return { text: `${texts.join('\n\n')}\n`, cut };
}

function keep(rows: readonly string[], bytes: number): string[] {
  let used = 0;
  const end = rows.findIndex((row) => {
    used += bytesOf(row) + 1;
    return used > bytes;
  });
  return rows.slice(0, end < 0 ? rows.length : end);
}

function frame({ title, before, after, folded }: Section, rows: readonly string[], more: number): string {
  const body = [
    [...(before ?? []), ...rows, ...(after ?? [])].join('\n'),
    ...(more > 0 ? [`… and ${more} more`] : []),
  ].join('\n\n');
  const shown =
    folded === undefined ? body : `<details><summary>${folded}</summary>\n\n${body}\n\n</details>`;
  return title === undefined ? shown : `### ${title}\n\n${shown}`;
}

const bytesOf = (text: string) => Buffer.byteLength(text);

/** @param rows escaped cells @returns a section that is a table */
export function table(
  header: readonly string[],
  rows: ReadonlyArray<readonly string[]>,
): Pick<Section, 'before' | 'rows'> {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return { before: [line(header), line(header.map(() => '---'))], rows: rows.map(line) };
}

/** @returns sections as one that is folded; they are cut as one */
export function fold(line: string, sections: readonly Section[], rank: number): Section {
  const [only, ...others] = sections;
  if (only !== undefined && others.length === 0) return { ...only, folded: line, rank };
  const lines = sections.flatMap(({ before = [], rows, after = [] }, index) => [
    ...(index === 0 ? [] : ['']),
    ...before,
    ...rows,
    ...after,
  ]);
  return { rows: [lines.join('\n')], folded: line, rank };
}

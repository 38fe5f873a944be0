import type { Machine } from './results.ts';

/** @returns where and when a part was measured, as a line */
export function measuredOn(machine: Machine | undefined): string {
  if (machine === undefined) return '';
  const { day, cores, processor, memoryGiB, system, node } = machine;
  return `Measured on ${day}: ${cores} cores of ${processor.trim()}, ${memoryGiB} GiB, ${system}, Node.js ${node}.`;
}

/** @returns a table of Markdown */
export function table(head: readonly string[], rows: ReadonlyArray<readonly string[]>): string {
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

export const seconds = (value: number) => (value < 1 ? value.toFixed(2) : value.toFixed(1));
export const mebibytes = (value: number | undefined) => (value === undefined ? '' : value.toFixed(0));

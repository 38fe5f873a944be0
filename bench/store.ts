import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { cpus, release, totalmem, type } from 'node:os';
import { join } from 'node:path';
import { writePage } from './page.ts';
import type { Found, Machine, Results } from './results.ts';

const DOCS = join(import.meta.dirname, '..', 'docs');
const FILE = join(DOCS, 'benchmarks', 'results.json');

/**
 * Keeps what a part found in docs/benchmarks/results.json beside what the others did, and makes docs/benchmarks.md with
 * its plots of all.
 */
export async function record(found: Found): Promise<void> {
  await mkdir(join(DOCS, 'benchmarks'), { recursive: true });
  const before: Partial<Results> = await readFile(FILE, 'utf8').then(JSON.parse, () => ({}));
  const here = machine();
  const machines = {
    ...before.machines,
    ...Object.fromEntries(Object.keys(found).map((part) => [part, here])),
  };
  const results: Results = { ...before, ...found, machines };
  await writeFile(FILE, `${JSON.stringify(results, null, 2)}\n`);
  await writePage(results, DOCS);
  console.log(`the figures are in ${join('docs', 'benchmarks.md')}`);
}

function machine(): Machine {
  const [processor] = cpus();
  return {
    day: new Date().toISOString().slice(0, 10),
    cores: cpus().length,
    processor: processor?.model ?? '',
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    system: `${type()} ${release().split('-')[0]}`,
    node: process.version,
  };
}

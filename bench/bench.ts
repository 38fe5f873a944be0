import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { cpus, release, totalmem, type } from 'node:os';
import { join } from 'node:path';
import { writePage } from './page.ts';
import type { Machine, Results } from './results.ts';
import { benchScale } from './scale.ts';
import { benchSeed } from './seed.ts';
import { benchStartup } from './startup.ts';

/*
 * `npm run bench [-- PART... [ROUNDS]]`: start-up, the seed's case beside what people use today, and scale, each side by
 * side in one run. The results go to docs/benchmarks/results.json, and docs/benchmarks.md with its plots is made of
 * them; `npm run bench -- page` only makes the page. The image has `npm run bench:push`.
 */
const PARTS = ['startup', 'seed', 'scale'] as const;
type Part = (typeof PARTS)[number];

const given = process.argv.slice(2);
const rounds = Number(given.find((word) => /^\d+$/.test(word)) ?? 5);
const named = given.filter((word) => !/^\d+$/.test(word));
const unknown = named.filter((word) => word !== 'page' && !PARTS.some((part) => part === word));
if (unknown.length > 0) throw new Error(`${unknown.join(', ')}: the parts are ${PARTS.join(', ')} and page`);
const parts: readonly Part[] = named.length === 0 ? PARTS : PARTS.filter((part) => named.includes(part));

const docs = join(import.meta.dirname, '..', 'docs');
const file = join(docs, 'benchmarks', 'results.json');
await mkdir(join(docs, 'benchmarks'), { recursive: true });
let results: Results = await readFile(file, 'utf8').then(JSON.parse, () => ({ machine: machine() }));
for (const part of parts) {
  console.log(`${part}: ${rounds} rounds`);
  results = { ...results, machine: machine(), ...(await measure(part)) };
  await writeFile(file, `${JSON.stringify(results, null, 2)}\n`);
}
await writePage(results, docs);
console.log(`the figures stand in ${join('docs', 'benchmarks.md')}`);

async function measure(part: Part): Promise<Partial<Results>> {
  if (part === 'startup') return { startup: await benchStartup(rounds * 3) };
  if (part === 'seed') return { seed: await benchSeed(rounds) };
  return { scale: await benchScale(rounds) };
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

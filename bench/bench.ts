import type { Found } from './results.ts';
import { benchScale } from './scale.ts';
import { benchSeed } from './seed.ts';
import { benchStartup } from './startup.ts';
import { record } from './store.ts';

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

if (parts.length === 0) await record({});
for (const part of parts) {
  console.log(`${part}: ${rounds} rounds`);
  await record(await measure(part));
}

async function measure(part: Part): Promise<Found> {
  if (part === 'startup') return { startup: await benchStartup(rounds * 3) };
  if (part === 'seed') return { seed: await benchSeed(rounds) };
  return { scale: await benchScale(rounds) };
}

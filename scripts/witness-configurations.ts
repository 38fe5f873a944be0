/**
 * Random configurations against an expectation that was written from the documentation alone (`__tests__/model`): apply, silent second
 * run, drift; of every tenth also restore, prune and destroy.
 *
 *     npx tsx scripts/witness-configurations.ts [COUNT] [SEED]
 *     npx tsx scripts/witness-configurations.ts --replay SEED
 *
 * `--replay` runs the configuration of one seed with all steps, and looks for a smaller one that fails alike.
 */
import { availableParallelism } from 'node:os';
import fc from 'fast-check';
import { configurations } from '../__tests__/model/generator.ts';
import { startReader } from '../__tests__/model/reader.ts';
import { Deviation, type World, walk } from '../__tests__/model/walk.ts';
import { startAws } from '../__tests__/servers/aws.ts';

/** moto walks over all parameters of the account at each listing. */
const CASES_PER_ACCOUNT = 4;
const WHOLE = 10;
const LANES = availableParallelism() + 1;
const SHRINK_MS = 60_000;
/** After that many, more of them say little. */
const MOST_FAILURES = 10;

interface Lane extends World, AsyncDisposable {}

/** An account of its own, with its own reader: moto's threads trip over each other. */
async function openLane(): Promise<Lane> {
  const aws = await startAws();
  const reader = await startReader(aws.motoUrl);
  return {
    aws,
    reader,
    async [Symbol.asyncDispose]() {
      await reader[Symbol.asyncDispose]();
      await aws.close();
    },
  };
}

async function main(args: readonly string[]): Promise<number> {
  if (args[0] === '--replay') {
    await using lane = await openLane();
    return await replay(Number(args[1]), lane);
  }
  const size = Number(args[0] ?? 500);
  const first = Number(args[1] ?? Date.now() % 1_000_000_000);
  console.log(`${size} configurations, seeds ${first} to ${first + size - 1}`);
  const begin = performance.now();
  const failures = new Set<number>();
  let [next, runs, done] = [0, 0, 0];
  const work = async () => {
    await using lane = await openLane();
    for (let mine = 0; next < size && failures.size < MOST_FAILURES; mine++) {
      const seed = first + next++;
      if (mine % CASES_PER_ACCOUNT === 0) await lane.aws.reset();
      try {
        const walked = await walk(configurationOf(seed), lane, seed % WHOLE === 0);
        runs += walked.runs;
        done += 1;
      } catch (error) {
        failures.add(seed);
        console.log(`seed ${seed}: ${tell(error)}\n`);
      }
    }
  };
  await Promise.all(Array.from({ length: LANES }, work));
  const seconds = Math.round((performance.now() - begin) / 1000);
  console.log(
    `${done} configurations went as the model says, ${failures.size} did not; ${runs} runs, ${seconds} s`,
  );
  if (failures.size > 0)
    console.log(`one again: npx tsx scripts/witness-configurations.ts --replay ${[...failures][0]}`);
  return failures.size === 0 && done > 0 && done === size ? 0 : 1;
}

function configurationOf(seed: number) {
  const [configuration] = fc.sample(fc.noBias(configurations), { seed, numRuns: 1 });
  if (configuration === undefined) throw new Error(`seed ${seed} gives no configuration`);
  return configuration;
}

async function replay(seed: number, world: World): Promise<number> {
  const property = fc.asyncProperty(fc.noBias(configurations), async (configuration) => {
    await walk(configuration, world, true);
  });
  const found = await fc.check(property, { seed, numRuns: 1, interruptAfterTimeLimit: SHRINK_MS });
  if (!found.failed) {
    console.log(`seed ${seed} goes as the model says`);
    return 0;
  }
  console.log(`${JSON.stringify(found.counterexample, undefined, 2)}\n${tell(found.errorInstance)}`);
  return 1;
}

const tell = (error: unknown): string =>
  error instanceof Deviation
    ? error.message
    : error instanceof Error
      ? (error.stack ?? error.message)
      : String(error);

process.exitCode = await main(process.argv.slice(2));

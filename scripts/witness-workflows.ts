/**
 * Every workflow that this project publishes – in the README, in docs/, in examples/, and those of `.github/workflows` that are
 * for others – is run by nektos/act, for the events that it names, against the test servers: AWS, GitHub, Auth0, a registry, and a
 * Docker engine. Foreign actions are replaced by small stand-ins (scripts/witness/stand-in), this one is what `dist` holds.
 * A workflow without an entry in scripts/witness/scenes.ts fails.
 *
 *     npx tsx scripts/witness-workflows.ts [PART OF A NAME]
 *
 * act does not do these, so they are not looked at: `concurrency`; branch filters of `on`; the protection, secrets and variables of a
 * GitHub environment (all are the repository's); the limits of a job's outputs and summaries. It leaves `job.workflow_repository` and
 * `job.workflow_sha` empty, looks for `./` in a workflow of another repository at the caller, and ends with the first called workflow
 * that fails, so that the summary of a fleet with a failed target is left to __tests__/fleet.test.ts. It knows no `permissions`: the
 * stand-ins and the GitHub server hold to them.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { hasProgram } from '../__tests__/servers/docker-process.ts';
import { installAct } from './witness/act.ts';
import { type Published, readPublished } from './witness/published.ts';
import { complaints, type Play, secretValues } from './witness/scene.ts';
import { PLAYS, uncovered } from './witness/scenes.ts';
import { Stage } from './witness/stage.ts';

const WORKERS = 2;

const begin = performance.now();
const published = readPublished();
const faults = uncovered(published);
const [, , pattern = ''] = process.argv;
const chosen = published.filter(({ name }) => name.includes(pattern));
if (chosen.length === 0) faults.push(`no published workflow is called like ${pattern}`);
const seconds = (milliseconds: number) => `${(milliseconds / 1000).toFixed(1)} s`;
let runs = 0;

const act = await findTools();
const stages = new Set<Stage>();
// A signal alone would leave the servers behind.
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.once(signal, () => {
    const ends = [...stages].map((stage) => stage[Symbol.asyncDispose]());
    void Promise.allSettled(ends).then(() => process.exit(1));
  });
const folder = await mkdtemp('/tmp/witness-');
try {
  const queue = [...chosen];
  await Promise.all(
    Array.from({ length: WORKERS }, async (_, index) => {
      await using stage = await Stage.start(join(folder, String(index)), act);
      stages.add(stage);
      for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
        const play = PLAYS[next.name];
        if (play !== undefined) await show(stage, next, play).catch((error) => fail(next.name, error));
      }
    }),
  );
} catch (error) {
  fail('the servers', error);
} finally {
  await rm(folder, { recursive: true, force: true });
}
for (const fault of faults) console.log(fault);
console.log(
  `${chosen.length} published workflows, ${runs} runs by act: ${faults.length} faults (${seconds(performance.now() - begin)})`,
);
process.exitCode = faults.length === 0 ? 0 : 1;

function fail(what: string, error: unknown): void {
  faults.push(`${what}: ${error instanceof Error ? error.message : String(error)}`);
}

/** @returns act. Without it, or without what the workflows call, nothing runs, which is a fault in CI. */
async function findTools(): Promise<string> {
  try {
    for (const name of ['dockerd', 'docker'])
      if (!hasProgram(name))
        throw new Error(`${name} is missing; install it (Debian and Ubuntu: apt-get install docker.io)`);
    if (process.getuid?.() !== 0) throw new Error('only root may start a Docker engine');
    return await installAct();
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    for (const line of [...faults, `The published workflows are not run: ${reason}`]) console.log(line);
    process.exit(process.env['CI'] === 'true' || faults.length > 0 ? 1 : 0);
  }
}

async function show(stage: Stage, workflow: Published, play: Play): Promise<void> {
  await stage.clear();
  for (const { title, event, before, expected, added = '', after, ...given } of play.scenes) {
    stage.aws.forget();
    stage.github.calls.length = 0;
    stage.auth0.calls.length = 0;
    await before?.(stage);
    const secrets = { ...play.secrets?.(stage), ...given.secrets };
    const vars = given.vars ?? play.vars ?? {};
    const text = workflow.text + added;
    const seen = await stage.run({ ...workflow, text }, { event, secrets, vars, files: play.files ?? {} });
    runs += 1;
    const canaries = secretValues({ GITHUB_TOKEN: stage.github.token, ...secrets });
    const found = [...complaints(expected, seen, stage, canaries), ...((await after?.(stage, seen)) ?? [])];
    const where = `${workflow.name}, ${event.name}: ${title}`;
    console.log(`${found.length === 0 ? 'ok' : 'FAULT'} ${where} (${seconds(seen.milliseconds)})`);
    faults.push(...found.map((fault) => `${where}: ${fault}`));
    if (found.length > 0) console.log(excerpt(seen.text));
  }
}

/** What act says of steps and jobs, without outputs, masks, and the text of summaries. */
function excerpt(text: string): string {
  const isShown = (line: string) => /^\[/.test(line) && !/⚙|LocalRepositoryCache/.test(line);
  return text
    .split('\n')
    .filter(isShown)
    .map((line) => `    ${line}`)
    .join('\n');
}

// Plays the scenes against a local AWS: what ships (dist/index.js) runs as the runner does it. The exit code is 1
// when a scene does not end as it should.
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { findLeaks } from '../__tests__/action/leaks.ts';
import { type ActionRun, runAction } from '../__tests__/action/run.ts';
import { type AwsServer, startAws } from '../__tests__/servers/aws.ts';
import { readDotenv } from '../src/settings/dotenv.ts';
import { openAccount } from './demo/account.ts';
import { DELIVERY, openDelivery, writeImage } from './demo/delivery.ts';
import { openProject, writeProject } from './demo/example.ts';
import { complaints } from './demo/expectation.ts';
import type { Scene } from './demo/scene.ts';
import { SCENES as BASE } from './demo/scenes.ts';
import * as screen from './demo/screen.ts';

const SCENES = [...BASE, ...DELIVERY, ...(await openProject())];
const root = fileURLToPath(new URL('..', import.meta.url));
const envFile = join(root, 'examples', 'seed.env');
const results = join(root, '.cache', 'demo');
const workspace = join(results, 'workspace');
/** The variables of which no value may be seen anywhere. */
const SECRET = /PASSWORD|CLIENT_SECRET|SECRET_KEY|SENTRY_DSN/;

// The local AWS ends when this process does, but a signal alone would pass that by.
process.once('SIGINT', () => process.exit(130));
process.once('SIGTERM', () => process.exit(143));

const dotenv = await readFile(envFile, 'utf8');
const canariesOf = (text: string) =>
  readDotenv(text)
    .entries.filter(({ key }) => SECRET.test(key))
    .map(({ value }) => value);

const started = performance.now();
screen.opening(relative(process.cwd(), envFile));
await rm(results, { recursive: true, force: true });
await writeImage(workspace);
await writeProject(workspace);
let faults: string[] = [];
try {
  await using aws = await startAws();
  await using delivery = await openDelivery(aws);
  const stage = { account: openAccount(aws.motoUrl), delivery };
  for (const [index, scene] of SCENES.entries()) {
    screen.title(index + 1, SCENES.length, scene.title);
    screen.events((await scene.before?.(stage)) ?? []);
    faults = scene.inputs === undefined ? [] : await play(scene, scene.inputs(stage), index + 1, aws);
    faults.push(...((await scene.after?.(stage, screen.events)) ?? []));
    screen.verdict(faults);
    // Each scene builds on those before.
    if (faults.length > 0) break;
  }
} catch (error) {
  faults.push(error instanceof Error ? error.message : String(error));
  screen.verdict(faults);
}
screen.closing(SCENES.length, faults.length === 0, performance.now() - started);
process.exitCode = faults.length === 0 ? 0 : 1;

/** Runs the action once. @returns how it differs from what is expected */
async function play(
  scene: Scene,
  inputs: Readonly<Record<string, string>>,
  number: number,
  aws: AwsServer,
): Promise<string[]> {
  aws.forget();
  // A scene without variables is looked through for those of the others.
  const text = inputs['dotenv'] || dotenv;
  await using run = await runAction({
    inputs: { prefix: '/papyrus/prd', dotenv, tags: 'project=portfolio', ...inputs },
    env: aws.env(),
    workspace,
    secrets: [text],
  });
  const seen = { run, calls: aws.calls.length, writes: aws.writes().length };
  screen.run(inputs, seen, await keep(run, `${number}-${scene.name}`));
  return [
    ...complaints(seen, scene.expected ?? {}),
    ...((await scene.judge?.(run)) ?? []),
    ...findLeaks(run, canariesOf(text)).map((leak) => `a secret got out: ${leak}`),
  ];
}

/** @returns the folder with the run's log, summary and outputs, to be looked at later. */
async function keep(run: ActionRun, name: string): Promise<string> {
  const folder = join(results, name);
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'log.txt'), run.log);
  await writeFile(join(folder, 'summary.md'), run.summary);
  await writeFile(join(folder, 'outputs.json'), `${JSON.stringify(run.outputs, null, 2)}\n`);
  return relative(process.cwd(), folder);
}

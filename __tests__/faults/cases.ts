/** What failures, kills and races share: each scene without a fault, what it requests, and the run that completes it. */
import { setTimeout as sleep } from 'node:timers/promises';
import { Auth0Error } from '../../src/clients/auth0-error.ts';
import { AwsError } from '../../src/clients/errors.ts';
import type { Outcome } from '../../src/model/outcome.ts';
import { ImageError } from '../../src/registry/errors.ts';
import { errorText } from '../../src/report/failure.ts';
import { findCanaries } from '../action/leaks.ts';
import type { Harness, RequestRecord, RunResult, Step } from './harness.ts';
import { CANARIES, mustRun, type Scene, setScene } from './scenes.ts';
import { differingNames, readState, type State } from './state.ts';

/** A run without a fault. */
export interface CleanRun {
  readonly scene: Scene;
  readonly requests: readonly RequestRecord[];
  readonly notices: readonly string[];
  readonly end: State;
  /** The names of its resources. */
  readonly names: readonly string[];
}

export async function runClean(harness: Harness, scenes: readonly Scene[]): Promise<CleanRun[]> {
  const clean: CleanRun[] = [];
  for (const scene of scenes) {
    const { requests, notices, outcomes } = await mustRun(harness, await setScene(harness, scene));
    const names = [...new Set(outcomes.map(({ change }) => change.name))];
    clean.push({ scene, requests, notices, end: await readState(harness), names });
  }
  return clean;
}

/** The same call reads different things: the resources of this run by name, orphans, or those of the neighbours. */
export function roleOf({ name, input }: RequestRecord): string {
  const text = JSON.stringify(input);
  if (name === 'ssm.DescribeParameters') {
    if (text.includes('"Recursive"')) return `${name} of neighbours`;
    return text.includes('"OneLevel"') ? `${name} of orphans` : name;
  }
  return name === 'secretsmanager.ListSecrets' && text.includes('"tag-key"') ? `${name} of neighbours` : name;
}

/** The resources that a request is about; a value may happen to read like the name of another one. */
export function namesIn({ input }: RequestRecord, names: readonly string[]): string[] {
  const texts: string[] = [];
  JSON.stringify(input, (key, value: unknown) => {
    if (key === 'Value') return undefined;
    if (typeof value === 'string') texts.push(value);
    return value;
  });
  return names.filter((name) =>
    texts.some(
      (text) => text === name || text.endsWith(`:log-group:${name}`) || text.endsWith(`:repository/${name}`),
    ),
  );
}

export const isWell = ({ result }: Outcome): boolean => result === 'done' || result === 'unchanged';

export const failuresOf = ({ outcomes }: Pick<RunResult, 'outcomes'>): Outcome[] =>
  outcomes.filter((outcome) => !isWell(outcome));

/** Whether it is one of the errors that say what failed, and what to do. */
export const isExplained = (error: unknown): boolean =>
  [AwsError, Auth0Error, ImageError].some((type) => error instanceof type);

export const writesOf = ({ requests }: Pick<RunResult, 'requests'>): string[] =>
  requests.filter(({ write }) => write).map(({ name }) => name);

/**
 * One run that must bring about all that is configured, and one that must find nothing to do.
 * @returns the names of the resources that differ from those after a run without a fault: those of others, too
 */
export async function complete(
  harness: Harness,
  { scene, end }: Pick<CleanRun, 'scene' | 'end'>,
): Promise<string[]> {
  const step = scene.step(harness);
  const second = await harness.run(step);
  if (second.failure !== undefined || failuresOf(second).length > 0)
    throw new Error(`not completed: ${second.failure}\n${second.printed}`);
  await mustBeSilent(harness, step);
  return differingNames(end, await readState(harness));
}

/** One run that must find nothing to do. */
export async function mustBeSilent(harness: Harness, step: Step): Promise<void> {
  const run = await harness.run(step);
  const changes = run.outcomes.filter(({ result }) => result !== 'unchanged');
  if (run.failure !== undefined || changes.length > 0 || writesOf(run).length > 0)
    throw new Error(`not silent: ${run.failure} ${writesOf(run).join(' ')}\n${run.printed}`);
}

/**
 * Waits until no other request comes: what comes later has begun later.
 * @param count how many there are so far
 * @returns how many came
 */
export async function untilQuiet(count: () => number): Promise<number> {
  for (let before = -1; before !== count(); ) {
    before = count();
    for (let turn = 0; turn < 10; turn++) await sleep(5);
  }
  return count();
}

/** @returns what is wrong with what a run reports: no sentence, with a stack, or with a value. */
export function badMessages({
  outcomes,
  notices,
  failure,
  printed,
}: Pick<RunResult, 'outcomes' | 'notices' | 'failure' | 'printed'>): string[] {
  const errors = outcomes.filter(({ result }) => result === 'failed').map(({ error }) => errorText(error));
  const texts = [...errors, ...notices, ...(failure === undefined ? [] : [failure])];
  return [
    ...findCanaries('print', printed, CANARIES),
    ...texts.flatMap((text) => [
      ...findCanaries('message', text, CANARIES),
      ...(/\n|\bat .+:\d+:\d+|undefined|\[object|NaN|something unexpected/.test(text) ? [text] : []),
      ...(text.length < 20 ? [`too short: ${text}`] : []),
    ]),
  ];
}

/*
 * A secret's versions as Secrets Manager keeps them, in memory, and runs that write it in an order that is given: each
 * call that others can see is one step.
 */
import type { SecretsManager } from '@aws-sdk/client-secrets-manager';
import type { CallOptions } from '../../src/clients/aws-calls.ts';
import { UserFacingError } from '../../src/clients/explanation.ts';
import { ABSENT, type Difference, type Field } from '../../src/model/fields.ts';
import { fieldOf, Unreadable } from '../../src/model/spec.ts';
import type { ProviderContext } from '../../src/providers/context.ts';
import { SecretContents, SecretReading } from '../../src/providers/secret-reading.ts';
import { SecretWriter } from '../../src/providers/secret-write.ts';
import { Secret } from '../../src/secret.ts';

export const NAME = 'papyrus/prd/db';

/** Keys and what they shall hold; `GONE` takes one out. */
export type Keys = Readonly<Record<string, string | symbol>>;
export const GONE = Symbol('gone');

interface Version {
  readonly id: string;
  readonly text: string;
  /** The run that wrote it. */
  readonly by: number;
}

/**
 * Labels move as AWS says: what a write makes current takes the label, what had it is the previous one, all others have none.
 * @see https://docs.aws.amazon.com/secretsmanager/latest/userguide/whats-in-a-secret.html#term_version
 */
class VersionStages {
  readonly versions: Version[];

  constructor(start: object) {
    this.versions = [{ id: 'v1-'.padEnd(36, '0'), text: JSON.stringify(start), by: -1 }];
  }

  get labels(): Record<string, string[]> {
    const labels: Record<string, string[]> = {};
    const [previous, current] = [this.versions.at(-2), this.versions.at(-1)];
    if (previous !== undefined) labels[previous.id] = ['AWSPREVIOUS'];
    if (current !== undefined) labels[current.id] = ['AWSCURRENT'];
    return labels;
  }

  get value(): Record<string, unknown> {
    return JSON.parse(this.versions.at(-1)?.text ?? '{}');
  }

  /** @returns the answer to a call, as the service gives it */
  answer(operation: string, input: Record<string, unknown>, by: number): object {
    const current = this.versions.at(-1);
    switch (operation) {
      case 'BatchGetSecretValue':
        return { SecretValues: [{ Name: NAME, SecretString: current?.text, VersionId: current?.id }] };
      case 'DescribeSecret':
        return { Name: NAME, ARN: 'arn', VersionIdsToStages: this.labels };
      case 'GetSecretValue': {
        const found = this.versions.find(({ id }) => id === (input['VersionId'] ?? current?.id));
        return { SecretString: found?.text, VersionId: found?.id };
      }
      case 'PutSecretValue': {
        const id = String(input['ClientRequestToken']);
        if (id.length < 32 || id.length > 64) throw new Error('a token has 32 to 64 characters');
        this.versions.push({ id, text: String(input['SecretString']), by });
        return { VersionId: id };
      }
      case 'ListSecretVersionIds': {
        const labels = this.labels;
        const all = this.versions.map(({ id }, index) => ({
          VersionId: id,
          VersionStages: labels[id] ?? [],
          CreatedDate: new Date(1_800_000_000_000 + index),
        }));
        // The order of the answer is undefined.
        return {
          Versions: all
            .filter((one) => input['IncludeDeprecated'] === true || one.VersionStages.length > 0)
            .reverse(),
        };
      }
      default:
        throw new Error(`${operation} is no part of the model`);
    }
  }
}

export interface End {
  readonly value: Record<string, unknown>;
  /** Of each run: undefined where it ended well, else why it did not. */
  readonly failures: ReadonlyArray<string | undefined>;
  /** The runs whose steps were taken, in their order. */
  readonly path: readonly number[];
  readonly calls: number;
}

/** Runs with an own configuration each over one secret. */
export interface Game {
  readonly start: Record<string, string>;
  readonly configured: readonly Keys[];
  /** So many of the first runs differ in nothing but the name of their key. */
  readonly alike?: number;
  /** All have read before the first of them writes. */
  readonly together?: boolean;
  /** How often at most each run writes, where it is less than in earnest. */
  readonly rounds?: number;
}

interface Play {
  readonly end: End;
  /** At each step: the runs that could go on, and what the world looked like. */
  readonly choices: ReadonlyArray<{ readonly ready: readonly number[]; readonly state: string }>;
}

/** Plays one order of steps; where the path ends, the first run that can goes on. */
async function play(
  { start, configured, alike = 0, together = false, rounds }: Game,
  path: readonly number[],
): Promise<Play> {
  const store = new VersionStages(start);
  const waiting = new Map<number, { readonly operation: string; readonly answer: () => void }>();
  /** Of each run: how many versions there were when it read first, and last, and how often it wrote. */
  const memories = configured.map(() => ({ first: 0, last: 0, writes: 0 }));
  let calls = 0;
  const clientOf = (run: number) =>
    ({
      send: (command: { constructor: { name: string }; input: Record<string, unknown> }) => {
        const operation = command.constructor.name.replace(/Command$/, '');
        const memory = memories[run] as (typeof memories)[number];
        calls += 1;
        const isFirst = memory.first === 0;
        if (operation === 'ListSecretVersionIds' || (isFirst && together))
          memory.last = store.versions.length;
        // A version never changes; how a secret was described before the first write decides nothing; and what a
        // description shows of others, one at the moment of the listing shows too.
        if (
          operation === 'GetSecretValue' ||
          operation === 'ListSecretVersionIds' ||
          (operation === 'DescribeSecret' && memory.writes === 0) ||
          (isFirst && together)
        ) {
          memory.first ||= memory.last;
          return Promise.resolve(store.answer(operation, command.input, run));
        }
        return new Promise((resolve) => {
          waiting.set(run, {
            operation,
            answer: () => {
              resolve(store.answer(operation, command.input, run));
              if (operation === 'PutSecretValue') memory.writes += 1;
              else if (operation !== 'DescribeSecret') memory.last = store.versions.length;
              memory.first ||= memory.last;
            },
          });
        });
      },
    }) as unknown as SecretsManager;

  const failures: Array<string | undefined> = configured.map(() => undefined);
  configured.forEach((desired, run) => {
    runOf(clientOf(run), desired, rounds).catch((error: unknown) => {
      failures[run] = error instanceof UserFacingError ? error.reason : String(error);
    });
  });
  const choices: Array<{ ready: number[]; state: string }> = [];
  const taken: number[] = [];
  for (;;) {
    await new Promise((resolve) => setImmediate(resolve));
    if (waiting.size === 0) break;
    // Runs that are alike but for their key write first in one order: any other is the same with other names.
    const isLate = (run: number) =>
      memories[run]?.writes === 0 &&
      waiting.get(run)?.operation === 'PutSecretValue' &&
      memories.slice(0, Math.min(run, alike)).some(({ writes }) => writes === 0);
    const ready = [...waiting.keys()].filter((run) => run >= alike || !isLate(run)).sort();
    // All that is ahead follows from what was written by whom, and from what each run has seen of it.
    const state = JSON.stringify([
      store.versions.map(({ by, text }) => [by, text]),
      memories.map(({ first, last, writes }, run) => [first, last, writes, waiting.get(run)?.operation]),
    ]);
    choices.push({ ready, state });
    const next = path[taken.length] ?? (ready[0] as number);
    taken.push(next);
    const step = waiting.get(next);
    waiting.delete(next);
    step?.answer();
  }
  return { end: { value: store.value, failures, path: taken, calls }, choices };
}

/** One run of the action, as far as this secret goes: it reads, compares and writes. */
async function runOf(client: SecretsManager, desired: Keys, rounds: number | undefined): Promise<void> {
  const context: ProviderContext = {
    calls: {
      send: (_: CallOptions, call: () => Promise<unknown>) => call(),
    } as unknown as ProviderContext['calls'],
    clock: { now: () => 0, epoch: () => 0, random: () => 0, sleep: async () => {} },
    tags: new Map(),
    listedPrefix: undefined,
    leavesUnread: false,
    mask: () => {},
    notice: () => {},
  };
  const contents = new SecretContents(client, context);
  const reading = new SecretReading(client, context, contents);
  const writer = new SecretWriter(client, context, contents, rounds);
  const observed = (await reading.observe([NAME])).get(NAME);
  if (observed === undefined || observed instanceof Unreadable) throw new Error('it could not be read');
  const differences = Object.entries(desired).flatMap(([key, to]): Difference[] => {
    const field = `key:${key}`;
    const from: Field = fieldOf(observed, field) ?? ABSENT;
    const existing = from instanceof Secret ? from.reveal() : GONE;
    if (existing === to) return [];
    return [{ field, from, to: typeof to === 'string' ? new Secret(to) : ABSENT }];
  });
  if (differences.length > 0) await writer.writeKeys(NAME, contents.contentOf(NAME), differences);
}

/**
 * Goes through every order in which the steps of the runs can follow each other. Two orders that lead to the same
 * versions and have shown each run the same are one.
 * @param most orders to play; more are an error, since then not all were seen
 * @returns how often it was played
 */
export async function everyOrder(
  game: Game,
  judge: (end: End) => void,
  most = Number.POSITIVE_INFINITY,
): Promise<number> {
  const seen = new Set<string>();
  const open: number[][] = [[]];
  let plays = 0;
  for (let path = open.pop(); path !== undefined; path = open.pop()) {
    plays += 1;
    if (plays > most) throw new Error(`more than ${most} orders`);
    const { end, choices } = await play(game, path);
    judge(end);
    for (let step = path.length; step < choices.length; step += 1) {
      const { ready = [], state = '' } = choices[step] ?? {};
      if (seen.has(state)) break;
      seen.add(state);
      for (const other of ready.slice(1)) open.push([...end.path.slice(0, step), other]);
    }
  }
  return plays;
}

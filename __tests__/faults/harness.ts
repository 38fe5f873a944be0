/** Runs in this process: all that `main` does but signals, against AWS, a registry and a tenant of Auth0. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Cancellation } from '../../src/clients/cancellation.ts';
import type { FailureReason } from '../../src/clients/explanation.ts';
import { reasonOf } from '../../src/failure.ts';
import type { Outcome } from '../../src/model/outcome.ts';
import { reconcile } from '../../src/reconcile.ts';
import { errorText } from '../../src/report/failure.ts';
import { report } from '../../src/report/report.ts';
import { type RunInput, readRunInput } from '../../src/run-input.ts';
import { describe, InputErrors } from '../../src/settings/diagnostics.ts';
import { INPUTS, readRunner } from '../../src/settings/inputs.ts';
import { TestClock } from '../resources/bench.ts';
import { Auth0Server } from '../servers/auth0.ts';
import { type AwsServer, startAws } from '../servers/aws.ts';
import { joinRegistry } from '../servers/aws-images.ts';
import { type Clients, connect } from '../servers/clients.ts';
import type { FaultKind, Tampered } from '../servers/faults.ts';
import type { Input } from '../servers/protocol.ts';
import { TestRegistry } from '../servers/registry.ts';
import { atAuth0, atRegistry, isWriting } from './kinds.ts';

export const MANAGEMENT = { id: 'management-id', secret: 'c4nary-management-Zk9vQ2x7' };

/** One request to any of the three: `ssm.PutParameter`, `auth0.update`, `registry.PUT manifest`. */
export interface RequestRecord {
  readonly name: string;
  readonly input: Input;
  readonly write: boolean;
  fault?: FaultKind;
}
/** Decides, as each request comes, what hits it; `index` counts the requests of the run. */
export type Tamper = (request: RequestRecord, index: number) => Tampered<FaultKind>;

/** What the scene gives to the step. */
export interface Step {
  readonly inputs: Readonly<Record<string, string>>;
  /** Paths in the workspace, beside the images that are always there. */
  readonly files?: Readonly<Record<string, string | Buffer>>;
}

export interface RunResult {
  readonly outcomes: readonly Outcome[];
  readonly notices: readonly string[];
  /** Why the step fails, in the words that it ends with. */
  readonly failure: string | undefined;
  readonly reason: FailureReason | undefined;
  /** Whether it ended before there was a plan. */
  readonly isEarly: boolean;
  /** Log, outputs and summary: what it printed, before any masking, without the lines that ask for it. */
  readonly printed: string;
  readonly requests: readonly RequestRecord[];
}

export interface More {
  /** How long an answer may take, in real time. */
  readonly answerMs?: number;
  /** The end of the run. */
  readonly stop?: Cancellation;
}

export interface Harness extends AsyncDisposable {
  readonly aws: AwsServer;
  readonly registry: TestRegistry;
  readonly auth0: Auth0Server;
  /** Clients of moto itself: what they do is not recorded, and no rule of AWS holds them. */
  readonly others: Clients;
  /** Clients of the server that the action talks to. */
  readonly front: Clients;
  /** The workspace of every run. */
  readonly folder: string;
  /** Empty servers. */
  reset(): Promise<void>;
  run(step: Step, tamper?: Tamper, more?: More): Promise<RunResult>;
  /** Two runs at once over the same servers. What they print comes mixed, and each result has all of it. */
  race(left: Step, right: Step): Promise<[RunResult, RunResult]>;
}

/** Nobody waits for minutes. */
const RETRY_POLICY = { attempts: 3, firstDelay: 1, longestDelay: 2 };

export async function openHarness(): Promise<Harness> {
  const aws = await startAws();
  const others = connect(aws.motoUrl);
  const front = connect(aws.url);
  const folder = mkdtempSync(join(tmpdir(), 'harness-'));
  const output = join(folder, 'output');
  const summary = join(folder, 'summary');
  let registry = await TestRegistry.start();
  let auth0 = await Auth0Server.start();

  async function reset(): Promise<void> {
    aws.closeIdle();
    await aws.reset();
    await Promise.all([registry[Symbol.asyncDispose](), auth0[Symbol.asyncDispose]()]);
    [registry, auth0] = await Promise.all([
      TestRegistry.start(),
      Auth0Server.start({
        applications: [{ client_id: 'app-id', name: 'papyrus' }],
        management: MANAGEMENT,
      }),
    ]);
    joinRegistry(aws, registry);
  }

  function setEnvironment({ inputs, files = {} }: Step): void {
    for (const [path, content] of Object.entries(files)) writeFileSync(join(folder, path), content);
    for (const name of INPUTS) delete process.env[variableOf(name)];
    for (const [name, value] of Object.entries(inputs)) process.env[variableOf(name)] = value;
    writeFileSync(output, '');
    writeFileSync(summary, '');
    Object.assign(process.env, aws.env(), {
      GITHUB_WORKSPACE: folder,
      GITHUB_OUTPUT: output,
      GITHUB_STEP_SUMMARY: summary,
      GITHUB_EVENT_NAME: 'push',
      GITHUB_REPOSITORY: 'papyrus/app',
      RUNNER_TEMP: folder,
    });
  }

  async function run(step: Step, tamper: Tamper = () => undefined, more: More = {}): Promise<RunResult> {
    setEnvironment(step);
    const requests: RequestRecord[] = [];
    const meet = async (one: RequestRecord): Promise<FaultKind | undefined> => {
      const kind = await tamper(one, requests.push(one) - 1);
      if (kind !== undefined) one.fault = kind;
      return kind;
    };
    aws.tamper = ({ service, operation, input, write }) =>
      meet({ name: `${service}.${operation}`, input, write });
    auth0.tamper = async (call) => {
      const kind = await meet({ name: `auth0.${call}`, input: {}, write: call === 'update' });
      return kind === undefined ? undefined : atAuth0(call, kind);
    };
    registry.tamper = async (verb) => {
      // Those come from the account, which has judged them already.
      if (verb.startsWith('API')) return undefined;
      const kind = await meet({ name: `registry.${verb}`, input: {}, write: isWriting(verb) });
      return kind === undefined ? undefined : atRegistry(verb, kind);
    };
    try {
      const [ran, printed] = await print(() => act(more));
      return { ...ran, printed, requests };
    } finally {
      aws.tamper = () => undefined;
      auth0.tamper = () => undefined;
      registry.tamper = () => undefined;
    }
  }

  async function race(left: Step, right: Step): Promise<[RunResult, RunResult]> {
    const [[one, other], printed] = await print(async () => {
      // Each reads its input from the environment before the other's is there.
      setEnvironment(left);
      const first = await prepare({});
      setEnvironment(right);
      const second = await prepare({});
      return Promise.all([first(), second()]);
    });
    return [
      { ...one, printed, requests: [] },
      { ...other, printed, requests: [] },
    ];
  }

  /** @returns the result, and all that was printed and written meanwhile */
  async function print<T>(work: () => Promise<T>): Promise<[T, string]> {
    const log = listen();
    try {
      const result = await work();
      return [
        result,
        [...log.lines(), readFileSync(output, 'utf8'), readFileSync(summary, 'utf8')].join('\n'),
      ];
    } finally {
      log.end();
    }
  }

  await reset();
  return {
    aws,
    others,
    front,
    folder,
    get registry() {
      return registry;
    },
    get auth0() {
      return auth0;
    },
    reset,
    run,
    race,
    async [Symbol.asyncDispose]() {
      await aws.close();
      await registry[Symbol.asyncDispose]();
      await auth0[Symbol.asyncDispose]();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** As the runner writes an input's name. */
function variableOf(input: string): string {
  return `INPUT_${input.toUpperCase()}`;
}

type Ended = Omit<RunResult, 'printed' | 'requests'>;

/** Does what `main` does, with time given from outside. */
const act = async (more: More): Promise<Ended> => (await prepare(more))();

/** Reads the input. @returns the rest of the run */
async function prepare({
  answerMs = 30_000,
  stop = new Cancellation(),
}: More): Promise<() => Promise<Ended>> {
  const runner = readRunner();
  let runInput: RunInput;
  try {
    runInput = await readRunInput(runner, stop);
  } catch (error) {
    return async () => endEarly(error);
  }
  const timing = { clock: new TestClock(), answerMs, retryPolicy: RETRY_POLICY };
  return async () => {
    try {
      const run = await reconcile(runInput, runner, stop, timing).finally(() => runInput.image?.close());
      await report(run, runner);
      const { outcomes, notices, failure } = run;
      return { outcomes, notices, failure: failure?.text, reason: failure?.reason, isEarly: false };
    } catch (error) {
      return endEarly(error);
    }
  };
}

function endEarly(error: unknown): Ended {
  const isInput = error instanceof InputErrors;
  return {
    outcomes: [],
    notices: [],
    failure: isInput ? error.errors.map(describe).join(' ') : errorText(error),
    reason: isInput ? 'input' : reasonOf(error),
    isEarly: true,
  };
}

/** Takes what this process prints, until it ends. */
function listen(): { lines(): string[]; end(): void } {
  const written: string[] = [];
  const { write } = process.stdout;
  process.stdout.write = (text: string | Uint8Array) => {
    written.push(String(text));
    return true;
  };
  return {
    lines: () =>
      written
        .join('')
        .split('\n')
        .filter((line) => !line.startsWith('::add-mask::')),
    end: () => {
      process.stdout.write = write;
    },
  };
}

/** A whole run in this process: all that `main` does but signals, against AWS, a registry and a tenant of Auth0. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Cancellation } from '../../src/clients/cancellation.ts';
import type { Outcome } from '../../src/model/outcome.ts';
import { reconcile } from '../../src/reconcile.ts';
import { errorText } from '../../src/report/failure.ts';
import { report } from '../../src/report/report.ts';
import { readRunInput } from '../../src/run-input.ts';
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
export interface Asked {
  readonly name: string;
  readonly input: Input;
  readonly write: boolean;
  fault?: FaultKind;
}
/** Decides, as each request comes, what hits it; `index` counts the requests of the run. */
export type Tamper = (asked: Asked, index: number) => Tampered<FaultKind>;

/** What the scene gives to the step. */
export interface Step {
  readonly inputs: Readonly<Record<string, string>>;
  /** Paths in the workspace, beside the images that always stand there. */
  readonly files?: Readonly<Record<string, string | Buffer>>;
}

export interface WholeRun {
  readonly outcomes: readonly Outcome[];
  readonly told: readonly string[];
  /** Why the step fails, in the words that it ends with. */
  readonly failure: string | undefined;
  /** Whether it ended before there was a plan. */
  readonly ended: boolean;
  /** Log, outputs and summary: what it printed, before any masking, without the lines that ask for it. */
  readonly printed: string;
  readonly asked: readonly Asked[];
}

export interface More {
  /** How long an answer may take, in real time. */
  readonly answerMs?: number;
  /** The end of the run. */
  readonly stop?: Cancellation;
}

export interface Whole extends AsyncDisposable {
  readonly aws: AwsServer;
  readonly registry: TestRegistry;
  readonly auth0: Auth0Server;
  /** By the back door. */
  readonly others: Clients;
  /** The workspace of every run. */
  readonly folder: string;
  /** Empty servers. */
  reset(): Promise<void>;
  run(step: Step, tamper?: Tamper, more?: More): Promise<WholeRun>;
}

/** Nobody waits for minutes. */
const RETRY_POLICY = { attempts: 3, firstDelay: 1, longestDelay: 2 };

export async function openWhole(): Promise<Whole> {
  const aws = await startAws();
  const others = connect(aws.motoUrl);
  const folder = mkdtempSync(join(tmpdir(), 'whole-'));
  const output = join(folder, 'output');
  const summary = join(folder, 'summary');
  let registry = await TestRegistry.start();
  let auth0 = await Auth0Server.start();

  async function reset(): Promise<void> {
    aws.closeIdle();
    await aws.reset();
    await registry[Symbol.asyncDispose]();
    await auth0[Symbol.asyncDispose]();
    registry = await TestRegistry.start();
    joinRegistry(aws, registry);
    auth0 = await Auth0Server.start({
      applications: [{ client_id: 'app-id', name: 'papyrus' }],
      management: MANAGEMENT,
    });
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

  async function run(step: Step, tamper: Tamper = () => undefined, more: More = {}): Promise<WholeRun> {
    setEnvironment(step);
    const asked: Asked[] = [];
    const meet = async (one: Asked): Promise<FaultKind | undefined> => {
      const kind = await tamper(one, asked.push(one) - 1);
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
    const log = listen();
    let ran: Omit<WholeRun, 'printed' | 'asked'>;
    try {
      ran = await act(more);
    } finally {
      log.end();
      aws.tamper = () => undefined;
      auth0.tamper = () => undefined;
      registry.tamper = () => undefined;
    }
    const printed = [...log.lines(), readFileSync(output, 'utf8'), readFileSync(summary, 'utf8')].join('\n');
    return { ...ran, printed, asked };
  }

  await reset();
  return {
    aws,
    others,
    folder,
    get registry() {
      return registry;
    },
    get auth0() {
      return auth0;
    },
    reset,
    run,
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

/** The story of `main`, with time given from outside. */
async function act({
  answerMs = 30_000,
  stop = new Cancellation(),
}: More): Promise<Omit<WholeRun, 'printed' | 'asked'>> {
  const runner = readRunner();
  try {
    const runInput = await readRunInput(runner, stop);
    const timing = { clock: new TestClock(), answerMs, retryPolicy: RETRY_POLICY };
    const run = await reconcile(runInput, runner, stop, timing).finally(() => runInput.image?.close());
    await report(run, runner);
    return { outcomes: run.outcomes, told: run.notices, failure: run.failure?.text, ended: false };
  } catch (error) {
    const failure = error instanceof InputErrors ? error.errors.map(describe).join(' ') : errorText(error);
    return { outcomes: [], told: [], failure, ended: true };
  }
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

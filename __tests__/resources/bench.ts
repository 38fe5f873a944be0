import type { Connection } from '../../src/clients/aws.ts';
import { Calls } from '../../src/clients/aws-calls.ts';
import type { Clock } from '../../src/clients/clock.ts';
import type { DesiredResource } from '../../src/desired/desired-resource.ts';
import type { Change, Plan } from '../../src/model/change.ts';
import type { Fields } from '../../src/model/fields.ts';
import type { Outcome } from '../../src/model/outcome.ts';
import type { Kind } from '../../src/model/spec.ts';
import { fieldOf } from '../../src/model/spec.ts';
import { apply } from '../../src/plan/apply.ts';
import { plan } from '../../src/plan/plan.ts';
import type { Policy } from '../../src/plan/policy.ts';
import {
  noNames,
  observe,
  openProviders,
  type ProviderOptions,
  refetched,
} from '../../src/providers/providers.ts';
import type { Secret } from '../../src/secret.ts';
import { type AwsOptions, type AwsServer, type Call, type FaultRule, startAws } from '../servers/aws.ts';
import { type Clients, connect } from '../servers/clients.ts';

/** Time that passes only by sleeping, so that no test waits. */
export class TestClock implements Clock {
  readonly slept: number[] = [];
  #now = 0;

  now(): number {
    return this.#now;
  }

  epoch(): number {
    return this.#now;
  }

  async sleep(milliseconds: number): Promise<void> {
    this.slept.push(milliseconds);
    this.#now += milliseconds;
    await new Promise((resolve) => setImmediate(resolve));
  }

  random(): number {
    return 0.5;
  }
}

/** What one round of observe, plan and apply came to. */
export interface Round {
  readonly plan: Plan;
  readonly outcomes: readonly Outcome[];
  readonly calls: readonly Call[];
  readonly writes: readonly Call[];
  readonly notices: readonly string[];
  /** What was hidden in the log, by its place. */
  readonly masked: ReadonlyMap<string, Secret>;
  readonly slept: readonly number[];
  /** The one change, where the round is about one resource and nothing of it is blocked beside. */
  readonly change: Change;
  readonly outcome: Outcome;
}

export interface RoundOptions extends Partial<Policy> {
  readonly tags?: ReadonlyMap<string, string>;
  readonly readOnly?: boolean;
  /** Observes and plans only. */
  readonly planOnly?: boolean;
  readonly leavesUnread?: boolean;
  /** Whether an existing value is harmless if it is not stored encrypted. */
  readonly isShown?: (place: string) => boolean;
  /** How long an answer may take, in real time. */
  readonly answerMs?: number;
}

export const TAGS: ReadonlyMap<string, string> = new Map([['project', 'portfolio']]);

export interface Bench extends AsyncDisposable {
  readonly aws: AwsServer;
  /** By the back door. */
  readonly others: Clients;
  /** By the front door, so that the laws hold: what it sends is recorded. */
  readonly front: Clients;
  /** A fault that can be taken back; it gives the way to. */
  fault(rule: FaultRule): () => void;
  /** One run, with providers of its own as each run of the action has them. */
  round(configured: DesiredResource | readonly DesiredResource[], options?: RoundOptions): Promise<Round>;
  /** One run that must find nothing to do: it gives the calls that it took. */
  silent(
    configured: DesiredResource | readonly DesiredResource[],
    options?: RoundOptions,
  ): Promise<readonly Call[]>;
}

export async function openBench(options: AwsOptions = {}): Promise<Bench> {
  const aws = await startAws(options);
  const others = connect(aws.motoUrl);
  const front = connect(aws.url);

  async function round(
    input: DesiredResource | readonly DesiredResource[],
    options: RoundOptions = {},
  ): Promise<Round> {
    const configured = Array.isArray(input)
      ? (input as readonly DesiredResource[])
      : [input as DesiredResource];
    const {
      tags = TAGS,
      readOnly = false,
      planOnly = false,
      leavesUnread = false,
      isShown = () => false,
      answerMs = 30_000,
      ...policy
    } = options;
    // The providers' clients find the server as they do in a runner: by the environment.
    Object.assign(process.env, aws.env());
    const clock = new TestClock();
    const notices: string[] = [];
    const masked = new Map<string, Secret>();
    const connection: Connection = {
      region: 'us-west-2',
      readOnly,
      userAgent: 'bench',
      clock,
      agent: undefined,
      answerMs,
    };
    const providers = openProviders(
      connection,
      {
        calls: new Calls(clock),
        clock,
        tags,
        listedPrefix: undefined,
        leavesUnread,
        mask: (value, place, always) => {
          if (always === true || !isShown(place)) masked.set(place, value);
        },
        notice: (text) => void notices.push(text),
      },
      { repository: repositoryOptions(configured), recoveryDays: 30, auth0: undefined, image: undefined },
    );
    const names = noNames();
    for (const { kind, spec } of configured) names[kind].push(spec.name);
    aws.forget();
    const planned = await refetched(providers, await observe(providers, names), (existing) =>
      plan(configured, existing, {
        allow: new Set(),
        adopt: true,
        ignore: [],
        callbackParameter: '',
        isCallbackConfigured: false,
        ...policy,
      }),
    );
    const outcomes = planOnly ? [] : await apply(planned, providers, () => {});
    return {
      plan: planned,
      outcomes,
      calls: [...aws.calls],
      writes: aws.writes(),
      notices,
      masked,
      slept: clock.slept,
      get change() {
        const [change, ...more] = planned;
        if (change === undefined || more.length > 0)
          throw new Error(`${planned.length} changes, not one: ${summarize(planned)}`);
        return change;
      },
      get outcome() {
        const [outcome, ...more] = outcomes;
        if (outcome === undefined || more.length > 0) throw new Error(`${outcomes.length} outcomes, not one`);
        return outcome;
      },
    };
  }

  return {
    aws,
    others,
    front,
    fault(rule) {
      let isOn = true;
      aws.fault({ ...rule, when: (input) => isOn && rule.when?.(input) !== false });
      return () => {
        isOn = false;
      };
    },
    round,
    async silent(configured, options) {
      const { plan: planned, calls, writes, notices } = await round(configured, options);
      const loud = planned.filter(({ action }) => action !== 'none');
      if (loud.length > 0 || writes.length > 0 || notices.length > 0)
        throw new Error(
          `not silent: ${summarize(loud)}; ${writes.map(({ operation }) => operation).join(' ')}; ${notices.join(' ')}`,
        );
      return calls;
    },
    [Symbol.asyncDispose]: () => aws.close(),
  };
}

/** What a run of the action reads of a repository with these settings. */
function repositoryOptions(configured: readonly DesiredResource[]): ProviderOptions['repository'] {
  const desired = configured.find(({ kind }) => kind === 'AWS::ECR::Repository');
  const scan = desired && fieldOf(desired.spec, 'scan-on-push');
  return {
    readsPolicy:
      typeof (desired && fieldOf(desired.spec, 'pull-accounts')) === 'string' ? 'always' : 'tagged',
    readsLifecycle: desired !== undefined && fieldOf(desired.spec, 'lifecycle') !== undefined,
    scan:
      scan === undefined || desired === undefined
        ? undefined
        : { value: scan === 'true', given: !desired.defaults.has('scan-on-push') },
  };
}

function summarize(changes: Plan): string {
  return changes
    .map(
      ({ name, action, differences, blocked }) =>
        `${name} ${action} ${differences.map(({ field }) => field).join(',')} ${blocked?.reason ?? ''}`,
    )
    .join('; ');
}

/** The fields that a change is about. */
export const fieldsOf = (change: Change): string[] => change.differences.map(({ field }) => field);

/** The operations of calls, in order. */
export const operations = (calls: readonly Call[]): string[] => calls.map(({ operation }) => operation);

const none: ReadonlySet<string> = new Set();

/** A desired resource as `desired/` makes it, of configured fields and of defaults. */
export function desiredFor<K extends Kind>(
  kind: K,
  name: string,
  fields: Fields,
  more: Partial<Pick<DesiredResource, 'defaults' | 'once' | 'closed' | 'unknown' | 'expected'>> = {},
): DesiredResource {
  return {
    kind,
    spec: { name, fields: { ...fields, 'tag:project': 'portfolio' }, metadata: {} },
    defaults: none,
    once: none,
    closed: none,
    unknown: none,
    expected: true,
    ...more,
  } as DesiredResource;
}

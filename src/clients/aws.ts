import type { Agent } from 'node:http';
import type { Secret } from '../secret.ts';
import { limitAnswers, type Transport } from './aws-answer.ts';
import { retried } from './aws-retry.ts';
import { rememberCall } from './call-facts.ts';
import { AbortedError, Cancellation } from './cancellation.ts';
import type { Clock } from './clock.ts';
import { AwsError, codeOf } from './errors.ts';
import { type Quota, QuotaBucket } from './quota-bucket.ts';
import { GRACE_MS } from './response-limits.ts';

// The SDK warns at every run that it will drop Node 20. That concerns this action, not its users.
process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] = 'true';

/** Temporary or lasting keys of an account. */
export interface Keys {
  readonly accessKeyId: string;
  readonly secretAccessKey: Secret;
  readonly sessionToken: Secret | undefined;
}

/** Settings that all clients of a run share. */
export interface Connection {
  readonly region: string;
  /** Only reading commands leave the process: plan and drift. */
  readonly readOnly: boolean;
  /** Added to the user agent, so that CloudTrail names the run. */
  readonly userAgent: string;
  readonly clock: Clock;
  /** Where a proxy is set in the environment. */
  readonly agent: Agent | undefined;
  /** Keys to sign with; by default the SDK looks for credentials in its own order. */
  readonly keys?: Keys | undefined;
  /** How long a response may take: half a minute by default. */
  readonly answerMs?: number;
  /** The end of the run: what is in flight by then is given only the grace. */
  readonly end?: AbortSignal;
}

/**
 * The default quotas, a little below what AWS allows. PutParameter has 3 a second and about 20 at once;
 * the reads of Parameter Store share 40 a second. Logs allows 5 writes a second. That of DescribeParameters is not
 * published: where it is lower, the bucket learns it from being throttled.
 */
const QUOTAS = {
  'ssm:read': { perSecond: 40, burst: 40, concurrency: 10 },
  'ssm:describe': { perSecond: 20, burst: 20, concurrency: 5 },
  'ssm:write': { perSecond: 2.8, burst: 18, concurrency: 8 },
  'secretsmanager:read': { perSecond: 100, burst: 100, concurrency: 10 },
  'secretsmanager:write': { perSecond: 40, burst: 40, concurrency: 5 },
  'logs:read': { perSecond: 5, burst: 5, concurrency: 2 },
  'logs:write': { perSecond: 5, burst: 5, concurrency: 2 },
  'ecr:read': { perSecond: 10, burst: 10, concurrency: 4 },
  'ecr:write': { perSecond: 10, burst: 10, concurrency: 4 },
  'iam:read': { perSecond: 5, burst: 10, concurrency: 2 },
  // Services with a few calls in a run.
  other: { perSecond: 10, burst: 10, concurrency: 2 },
} as const satisfies Record<string, Quota>;
export type QuotaName = keyof typeof QUOTAS;

/** Options of a call. */
export interface CallOptions {
  /** `ssm:PutParameter`, as IAM calls it. */
  readonly operation: string;
  /** For people: `/papyrus/prd/AUTH0_DOMAIN`. */
  readonly resource: string;
  readonly quota: QuotaName;
  /** The request or its answer holds a secret: the service's message is not shown. */
  readonly secret?: boolean;
  /** Called before each repetition, by when the call before may have been applied. */
  readonly again?: () => void;
  /** The second half of a write whose first half is done: it is sent also after the end of the run, once. */
  readonly completes?: boolean;
}

/** A call as debug logs show it: no value is in it. */
export interface CallRecord {
  readonly operation: string;
  readonly resource: string;
  /** From 1 on; a repetition has the next number. */
  readonly attempt: number;
  readonly milliseconds: number;
  /** The service's name of the error; undefined where the call was answered. */
  readonly error: string | undefined;
}

/** Sends calls within their quota, repeats what is worth it, and puts failures into words. */
export class Calls {
  readonly #buckets = new Map<QuotaName, QuotaBucket>();
  readonly #clock: Clock;
  readonly #cancellation: Cancellation;
  readonly #onCall: ((call: CallRecord) => void) | undefined;
  /** Calls made, repetitions included. */
  made = 0;
  /** The same by service, as IAM calls it: some of them cost money. */
  readonly byService = new Map<string, number>();
  /** Writes that were taken; those of the registry and Auth0, which go past these calls, are added from outside. */
  written = 0;

  /**
   * @param cancellation the end of the run: from then on no call begins
   * @param onCall is given each call once it is answered
   */
  constructor(
    clock: Clock,
    cancellation: Cancellation = new Cancellation(),
    onCall?: (call: CallRecord) => void,
  ) {
    this.#clock = cancellation.clock(clock);
    this.#cancellation = cancellation;
    this.#onCall = onCall;
  }

  /** @throws AwsError with the remedy */
  async send<O>(options: CallOptions, call: () => Promise<O>): Promise<O> {
    try {
      return await this.#repeat(options, call).catch((error: unknown) => {
        if (error instanceof AbortedError && options.completes === true) return this.#make(options, call);
        throw error;
      });
    } catch (error) {
      if (error instanceof AbortedError) throw error;
      const explained = new AwsError(error, options.operation, options.resource, options.secret === true);
      // Every other call would fail the same way.
      if (explained.reason === 'credentials') this.#cancellation.end('credentials');
      throw explained;
    }
  }

  #repeat<O>(options: CallOptions, call: () => Promise<O>): Promise<O> {
    const bucket = this.bucketOf(options.quota);
    let attempt = 0;
    return bucket.run(() =>
      retried(
        () => {
          this.#cancellation.check();
          attempt += 1;
          return this.#make(options, call, attempt);
        },
        bucket,
        this.#clock,
        options.again,
      ),
    );
  }

  async #make<O>(options: CallOptions, call: () => Promise<O>, attempt = 1): Promise<O> {
    const { operation } = options;
    this.made += 1;
    const [service = '', command = ''] = operation.split(':');
    this.byService.set(service, (this.byService.get(service) ?? 0) + 1);
    // An answer that is late has ended by then; this ends what the SDK does before it asks.
    const answer = await this.#recorded(options, attempt, this.#cancellation.graced(call(), 1.5 * GRACE_MS));
    if (!READING.test(command)) this.written += 1;
    return answer;
  }

  async #recorded<O>({ operation, resource }: CallOptions, attempt: number, answer: Promise<O>): Promise<O> {
    const onCall = this.#onCall;
    if (onCall === undefined) return answer;
    const began = this.#clock.now();
    const record = (error?: string) =>
      onCall({ operation, resource, attempt, milliseconds: this.#clock.now() - began, error });
    try {
      const answered = await answer;
      record();
      return answered;
    } catch (error) {
      record(codeOf(error));
      throw error;
    }
  }

  bucketOf(quota: QuotaName): QuotaBucket {
    const found = this.#buckets.get(quota) ?? new QuotaBucket(QUOTAS[quota], this.#clock);
    this.#buckets.set(quota, found);
    return found;
  }
}

/** A write that plan or drift tried: a mistake of ours, stopped before it leaves the process. */
class ReadOnlyError extends Error {
  constructor(command: string) {
    super(`${command} writes, and this mode only reads`);
    this.name = 'ReadOnlyError';
  }
}

const READING = /^(Get|BatchGet|Describe|List|Simulate)/;

/** The part of the SDK's middleware stack that is used here. */
interface Stack {
  add(
    middleware: (
      next: (args: Args) => Promise<object>,
      context: { commandName?: string },
    ) => (args: Args) => Promise<object>,
    options: { step: 'initialize' | 'finalizeRequest'; name: string; priority: 'high' },
  ): void;
}
interface Args {
  readonly input?: unknown;
  readonly request?: { headers?: Record<string, string> };
}

const ANSWER_MS = 30_000;
/** The most that an answer may take once it has begun, though no wait within it is longer. */
const WHOLE_MS = 60_000;

/** @returns settings for every client: one attempt, since {@link Calls} repeats; time-outs that throw, since the SDK's default waits for ever. */
export function clientSettings(connection: Connection) {
  return {
    region: connection.region,
    ...(connection.keys === undefined ? {} : { credentials: credentialsOf(connection.keys) }),
    maxAttempts: 1,
    requestHandler: {
      connectionTimeout: 5_000,
      requestTimeout: connection.answerMs ?? ANSWER_MS,
      socketTimeout: 30_000,
      throwOnRequestTimeout: true,
      ...(connection.agent === undefined
        ? {}
        : { httpAgent: connection.agent, httpsAgent: connection.agent }),
    },
  };
}

function credentialsOf({ accessKeyId, secretAccessKey, sessionToken }: Keys) {
  return {
    accessKeyId,
    secretAccessKey: secretAccessKey.reveal(),
    ...(sessionToken === undefined ? {} : { sessionToken: sessionToken.reveal() }),
  };
}

/**
 * Makes a client name the run, limits its answers, and takes its writes away in plan and drift, whatever the code above
 * does. The SDK's own setting would turn the slash and the @ of `repository@sha` into hyphens.
 */
export function prepare<C extends { middlewareStack: unknown; config: { requestHandler: object } }>(
  client: C,
  connection: Connection,
): C {
  limitAnswers(client.config.requestHandler as Transport, {
    milliseconds: connection.answerMs === undefined ? WHOLE_MS : 2 * connection.answerMs,
    end: connection.end,
  });
  const stack = client.middlewareStack as Stack;
  stack.add(
    (next) => async (args) => {
      try {
        return await next(args);
      } catch (error) {
        rememberCall(error, { region: connection.region, input: args.input });
        throw error;
      }
    },
    { step: 'initialize', name: 'rememberCall', priority: 'high' },
  );
  if (connection.readOnly)
    stack.add(
      (next, context) => (args) => {
        const command = context.commandName ?? '';
        if (!READING.test(command)) throw new ReadOnlyError(command);
        return next(args);
      },
      { step: 'initialize', name: 'readOnly', priority: 'high' },
    );
  stack.add(
    (next) => (args) => {
      const headers = args.request?.headers;
      if (headers !== undefined)
        headers['user-agent'] = `${headers['user-agent'] ?? ''} ${connection.userAgent}`.trim();
      return next(args);
    },
    { step: 'finalizeRequest', name: 'nameTheRun', priority: 'high' },
  );
  return client;
}

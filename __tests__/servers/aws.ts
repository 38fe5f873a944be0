import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { environmentOf } from './environment.ts';
import {
  describeFault,
  type FaultKind,
  type FaultRule,
  Faults,
  isBroken,
  matches,
  type Tampered,
} from './faults.ts';
import { ecrLaws } from './laws/ecr.ts';
import type { Ask, Laws } from './laws/law.ts';
import { logsLaws } from './laws/logs.ts';
import { secretsManagerLaws } from './laws/secrets-manager.ts';
import { type SsmOptions, ssmLaws } from './laws/ssm.ts';
import { Memory } from './memory.ts';
import { offencesOf } from './model-check.ts';
import { borrowMoto } from './moto.ts';
import { addOffences } from './offences.ts';
import { Origin, type Raw } from './origin.ts';
import {
  ACCOUNT,
  type Input,
  Invalid,
  parseRequest,
  REGION,
  Refusal,
  type Reply,
  type Request,
  readError,
  refuse,
  reply,
  replyByXml,
  SERVICES,
  type Service,
} from './protocol.ts';
import { ensureServiceModels, modelOf } from './service-models.ts';

export type { FaultRule } from './faults.ts';

export interface Call {
  /** When it had arrived, by `performance.now()`: before any delay of the server. */
  readonly at: number;
  readonly service: Service;
  readonly operation: string;
  readonly input: Input;
  /** Of the answer as the client got it; 0 while there is none, and for ever where a fault took it. */
  status: number;
  /** The account did it, also where a fault took the answer. */
  applied?: true;
  /** The error code answered. */
  error?: string;
  /** The fault that hit it. */
  fault?: FaultKind;
  /** Whether the operation is one that writes, applied or not. */
  readonly write: boolean;
  readonly userAgent: string;
  /** The access key that signed it. */
  readonly keyId: string | undefined;
}
export type Listener = (call: Call, moment: 'before' | 'after') => void | Promise<void>;
export type Answerer = (input: Input) => object | undefined | Promise<object | undefined>;

export interface AwsOptions extends SsmOptions {
  /** Delays each call. */
  readonly latencyMs?: number;
  readonly port?: number;
  /** Requests need not be as AWS's models want them: for tests of what this server itself refuses. */
  readonly lenient?: boolean;
}

export interface AwsServer extends AsyncDisposable {
  readonly url: string;
  /** moto itself: neither recorded nor checked. For another writer, or for what AWS lets only itself do. */
  readonly motoUrl: string;
  /** In the order of arrival. */
  readonly calls: readonly Call[];
  /** Where images really are: ECR's addresses in answers become this one, e.g. `http://127.0.0.1:5000`. */
  registry: string | undefined;
  writes(): Call[];
  /** How often an operation was called; `logs.TagResource` where services share its name. */
  count(operation: string | RegExp): number;
  /** Clears the calls, nothing else. */
  forget(): void;
  /** An empty account; also clears calls, faults, listeners and answers. */
  reset(): Promise<void>;
  fault(rule: FaultRule): void;
  /** Asked for each call, before the rules: the fault that hits it. It stays when the account is reset. */
  tamper: (call: Call) => Tampered<FaultKind>;
  /** Waited for before a call is checked and after it was applied; gives the way to stop listening. */
  onCall(listener: Listener): () => void;
  /** Answers an operation instead of moto; giving nothing leaves the call to moto. */
  answer(operation: string, answerer: Answerer): void;
  /**
   * From here on moto's answers to reads are kept until something is written to that service through this server. For
   * accounts of thousands, over all of which moto walks at every listing; what was kept before is forgotten.
   */
  remember(): void;
  /** Ends connections that wait for a next call: runs that have ended leave many behind. */
  closeIdle(): void;
  own(secretName: string, service: string): void;
  storedBytes(logGroup: string, bytes: number): void;
  /** Puts deletion protection on a log group, or takes it off. */
  protect(logGroup: string, isProtected?: boolean): void;
  /** A KMS key that CloudWatch Logs may not use. */
  refuseKey(key: string): void;
  /** What a child process needs to speak to this server and to no other. */
  env(): Record<string, string>;
  close(): Promise<void>;
}

const READS = /^(Get|Describe|List|BatchGet|BatchCheck)/;
const ECR_HOST = `${ACCOUNT}.dkr.ecr.${REGION}.amazonaws.com`;

export async function startAws(options: AwsOptions = {}): Promise<AwsServer> {
  const [moto, models] = await Promise.all([borrowMoto(), ensureServiceModels()]);
  const origin = new Origin(moto.url);
  const secrets = secretsManagerLaws();
  const logs = logsLaws();
  const laws: Partial<Record<Service, Laws>> = {
    ssm: ssmLaws(options),
    secretsmanager: secrets,
    logs,
    ecr: ecrLaws(),
  };
  const faults = new Faults();
  const calls: Call[] = [];
  let listeners: Listener[] = [];
  let answerers = new Map<string, Answerer>();
  const tell = async (call: Call, moment: 'before' | 'after') => {
    for (const listener of [...listeners]) await listener(call, moment);
  };

  async function serve(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(chunk);
    const at = performance.now();
    const raw: Raw = {
      method: incoming.method ?? 'POST',
      path: incoming.url ?? '/',
      headers: incoming.headers,
      body: Buffer.concat(chunks),
    };
    const request = parseRequest(raw.method, raw.path, raw.headers, raw.body);
    const { operation } = request;
    const userAgent = String(raw.headers['user-agent'] ?? '');
    const keyId = /Credential=([^/]+)/.exec(String(raw.headers.authorization ?? ''))?.[1];
    const call: Call = { ...request, at, status: 0, write: !READS.test(operation), userAgent, keyId };
    calls.push(call);
    if (!options.lenient && request.service !== 'other')
      addOffences(offencesOf(modelOf(models, request.service), operation, request.input));
    if (options.latencyMs) await sleep(options.latencyMs);
    await tell(call, 'before');

    const kind = (await aws.tamper(call)) ?? faults.take(request);
    if (kind !== undefined) call.fault = kind;
    if (kind === 'hang') return;
    if (kind === 'reset-before') return void incoming.socket.resetAndDestroy();
    const answer =
      kind !== undefined && !isBroken(kind)
        ? refuseBy(kind, request)
        : await inTurn(request.service, () => decide(request, raw));
    if (answer.status === 200) call.applied = true;
    if (kind !== 'reset-after' && kind !== 'reset-body') {
      call.status = answer.status;
      const error = readError(answer);
      if (error !== undefined) call.error = error;
    }
    await tell(call, 'after');
    if (kind === 'reset-after') return void incoming.socket.resetAndDestroy();

    const { status, body } = kind === 'cut-json' ? cut(answer) : answer;
    const headers = {
      'x-amzn-requestid': crypto.randomUUID(),
      ...answer.headers,
      'content-length': body.length,
    };
    if (kind === 'reset-body') {
      response.writeHead(status, headers);
      response.write(cut(answer).body, () => incoming.socket.destroy());
      return;
    }
    response.writeHead(status, headers).end(body);
  }

  /** moto's threads trip over each other ("dictionary changed size during iteration"), which AWS never does. */
  const turns = new Map<Service, Promise<unknown>>();
  function inTurn(service: Service, task: () => Promise<Reply>): Promise<Reply> {
    const mine = (turns.get(service) ?? Promise.resolve()).then(task, task);
    turns.set(service, mine);
    return mine;
  }

  let memory: Memory | undefined;
  const askMoto = (service: Service, operation: string, raw: Raw): Promise<Reply> => {
    const asked = async (): Promise<Reply> => {
      const answer = await origin.ask(raw);
      // moto refuses by 404 what is not there; the four services that speak JSON refuse by 400.
      return answer.status === 404 && service !== 'other' && service !== 'sts'
        ? { ...answer, status: 400 }
        : answer;
    };
    if (memory === undefined) return asked();
    return memory.recall(service, READS.test(operation) && `${operation} ${raw.body}`, asked);
  };

  /** The law first, then moto. */
  async function decide(request: Request, raw: Raw): Promise<Reply> {
    const { service, operation, input } = request;
    const ask: Ask = async (operation, input) => {
      const answer = await askMoto(service, operation, retarget(raw, service, operation, input));
      const { status, body } = answer;
      if (status === 200) return JSON.parse(body.toString() || '{}');
      const message = /"[mM]essage": *("(?:[^"\\]|\\.)*")/.exec(body.toString())?.[1];
      throw new Refusal(
        readError(answer) ?? 'InternalFailure',
        message ? JSON.parse(message) : `moto: ${status}`,
        status,
      );
    };
    try {
      const own = await (answerers.get(operation) ?? answerers.get(`${service}.${operation}`))?.(input);
      const decided = own
        ? isForm(raw)
          ? replyByXml(operation, own)
          : reply(own)
        : await laws[service]?.operations[operation]?.(input, ask);
      return readdress(request, decided ?? (await askMoto(service, operation, raw)));
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      // moto's own refusals are no Invalid.
      if (error instanceof Invalid && !options.lenient) addOffences([`${operation}: ${error.code}`]);
      return refuse(isForm(raw) ? 'sts' : service, error);
    }
  }

  function readdress({ service }: Request, answer: Reply): Reply {
    const to = aws.registry;
    if (service !== 'ecr' || to === undefined) return answer;
    const text = answer.body
      .toString()
      .replaceAll(`https://${ECR_HOST}`, to)
      .replaceAll(ECR_HOST, new URL(to).host);
    return { ...answer, body: Buffer.from(text) };
  }

  const server = createServer((incoming, response) => {
    serve(incoming, response).catch((error: unknown) => {
      if (incoming.destroyed && !incoming.complete) return;
      const refusal = error instanceof Refusal ? error : new Refusal('ProxyFailure', String(error), 500);
      const { status, headers, body } = refuse('other', refusal);
      if (response.headersSent) response.destroy();
      else response.writeHead(status, headers).end(body);
    });
  });
  // A fault is the only reason for a connection to end.
  server.keepAliveTimeout = 0;
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(options.port ?? 0, '127.0.0.1', resolve);
    });
  } catch (error) {
    await moto[Symbol.asyncDispose]();
    throw error;
  }
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  const aws: AwsServer = {
    url,
    motoUrl: moto.url,
    calls,
    registry: undefined,
    tamper: () => undefined,
    writes: () => calls.filter(({ write }) => write),
    count: (operation) => calls.filter((call) => matches(operation, call)).length,
    forget: () => void calls.splice(0),
    remember() {
      memory = new Memory();
    },
    closeIdle() {
      server.closeIdleConnections();
    },
    async reset() {
      const response = await fetch(`${moto.url}/moto-api/reset`, { method: 'POST' });
      if (!response.ok) throw new Error(`moto could not be reset: ${response.status}`);
      await response.arrayBuffer();
      for (const law of Object.values(laws)) law.reset();
      faults.clear();
      listeners = [];
      answerers = new Map();
      memory = undefined;
      aws.forget();
    },
    fault: (rule) => faults.add(rule),
    onCall(listener) {
      listeners.push(listener);
      return () => {
        listeners = listeners.filter((other) => other !== listener);
      };
    },
    answer: (operation, answerer) => void answerers.set(operation, answerer),
    own: secrets.own,
    storedBytes: logs.storedBytes,
    protect: logs.protect,
    refuseKey: logs.refuseKey,
    env: () => environmentOf(url),
    async close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      await closed;
      await origin.close();
      await moto[Symbol.asyncDispose]();
    },
    [Symbol.asyncDispose]: () => aws.close(),
  };
  return aws;
}

/** STS and IAM are asked by forms, and answer by XML. */
const isForm = ({ headers }: Raw) =>
  String(headers['content-type'] ?? '').startsWith('application/x-www-form-urlencoded');

function refuseBy(kind: Parameters<typeof describeFault>[0] | 'html', request: Request): Reply {
  if (kind === 'html') {
    const page = '<html><head><title>503 Service Unavailable</title></head><body><h1>503</h1></body></html>';
    return { status: 503, headers: { 'content-type': 'text/html' }, body: Buffer.from(page) };
  }
  const answer = refuse(request.service, describeFault(kind, request));
  if (kind !== 'too-many-requests') return answer;
  return { ...answer, headers: { ...answer.headers, 'retry-after': '1' } };
}

const cut = (answer: Reply): Reply => ({ ...answer, body: answer.body.subarray(0, answer.body.length >> 1) });

/** The same caller, with another question to the same service. */
function retarget(raw: Raw, service: Service, operation: string, input: Input): Raw {
  const [prefix] = Object.entries(SERVICES).find(([, name]) => name === service) ?? [];
  const headers = { ...raw.headers, 'x-amz-target': `${prefix}.${operation}` };
  return { ...raw, headers, body: Buffer.from(JSON.stringify(input)) };
}

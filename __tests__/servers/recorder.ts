import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { environmentOf } from './environment.ts';
import { offencesOf } from './model-check.ts';
import { addOffences } from './offences.ts';
import { Origin } from './origin.ts';
import { type Input, parseRequest, type Reply, reply, type Service } from './protocol.ts';
import { ensureServiceModels, modelOf } from './service-models.ts';

/** One request as it was sent and answered. */
export interface Recorded {
  readonly service: Service;
  readonly operation: string;
  readonly input: Input;
  readonly answer: Reply;
}

/** What AWS would answer where the server behind is wrong; undefined leaves the request to the server. */
export type Correction = (input: Input) => Promise<object | undefined>;

export interface Recorder extends AsyncDisposable {
  readonly url: string;
  readonly calls: readonly Recorded[];
  /** Names of the operations that wrote, in the order of their answers. */
  writes(): string[];
  forget(): void;
  /** What a child process needs to speak to this server and to no other. */
  env(): Record<string, string>;
}

const READS = /^(?:Get|Describe|List|BatchGet)/;

/**
 * A proxy of a server that knows AWS by itself: requests and answers pass as they are. It counts them, and holds the requests
 * against AWS's service models.
 * @param corrections by `service.Operation`
 */
export async function startRecorder(
  origin: string,
  corrections: Readonly<Record<string, Correction>> = {},
): Promise<Recorder> {
  const models = await ensureServiceModels();
  const behind = new Origin(origin);
  const calls: Recorded[] = [];
  const server = createServer(async (incoming, response) => {
    try {
      const chunks: Buffer[] = [];
      for await (const chunk of incoming) chunks.push(chunk);
      const { method = 'POST', url: path = '/', headers } = incoming;
      const body = Buffer.concat(chunks);
      const request = parseRequest(method, path, headers, body);
      const { service, operation, input } = request;
      if (service === 'other') addOffences([`${operation} is not asked of AWS by this action`]);
      else addOffences(offencesOf(modelOf(models, service), operation, input));
      const corrected = await corrections[`${service}.${operation}`]?.(input);
      const answer =
        corrected === undefined ? await behind.ask({ method, path, headers, body }) : reply(corrected);
      calls.push({ ...request, answer });
      response.writeHead(answer.status, { ...answer.headers, 'content-length': answer.body.length });
      response.end(answer.body);
    } catch (error) {
      addOffences([`the recorder failed: ${error}`]);
      response.destroy();
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url,
    calls,
    writes: () => calls.flatMap(({ operation }) => (READS.test(operation) ? [] : [operation])),
    forget: () => void calls.splice(0),
    env: () => environmentOf(url),
    async [Symbol.asyncDispose]() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      await closed;
      await behind.close();
    },
  };
}

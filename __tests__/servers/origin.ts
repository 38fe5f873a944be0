import { Agent, type IncomingHttpHeaders, request as send } from 'node:http';
import { Refusal, type Reply } from './protocol.ts';

/** A request as it came. */
export interface Raw {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** The server behind the proxy, over connections that stay open. */
export class Origin {
  readonly #url: string;
  readonly #agent = new Agent({ keepAlive: true });
  readonly #underway = new Set<Promise<Reply>>();
  #isClosed = false;

  constructor(url: string) {
    this.#url = url;
  }

  async ask(raw: Raw): Promise<Reply> {
    // By then another file may have the server.
    if (this.#isClosed) throw new Refusal('ProxyFailure', 'the proxy is closed', 500);
    const answer = this.#forward(raw);
    this.#underway.add(answer);
    return answer.finally(() => this.#underway.delete(answer));
  }

  /** Asks nothing more, and waits for what is under way. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await Promise.allSettled(this.#underway);
    this.#agent.destroy();
  }

  #forward({ method, path, headers, body }: Raw): Promise<Reply> {
    const { connection: _, 'transfer-encoding': __, ...kept } = headers;
    return new Promise((resolve, reject) => {
      const outgoing = send(
        new URL(path, this.#url),
        { agent: this.#agent, method, headers: { ...kept, 'content-length': body.length } },
        async (response) => {
          try {
            const chunks: Buffer[] = [];
            for await (const chunk of response) chunks.push(chunk);
            const answered: Record<string, string> = {};
            for (const name of ['content-type', 'x-amzn-requestid', 'x-amzn-errortype']) {
              const value = response.headers[name];
              if (value !== undefined) answered[name] = String(value);
            }
            resolve({ status: response.statusCode ?? 500, headers: answered, body: Buffer.concat(chunks) });
          } catch (error) {
            reject(error);
          }
        },
      );
      outgoing.on('error', reject);
      outgoing.end(body);
    });
  }
}

import type { Agent, IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { GitHubError } from './github-refusal.ts';

/** A page of 100 comments of 65,536 characters each. */
const MOST_BYTES = 32 * 1024 * 1024;
/** All answers of a run together: a report is not worth more of the runner's minutes, and no deadline ends it. */
const TIMES = { eachMs: 15_000, allMs: 120_000 };

/** What Octokit asks of a `fetch`. */
interface Wanted {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | undefined;
}

/**
 * A `fetch` over Node's own client, which knows our proxies: the global one takes Node 20 a fifth of a second and 40 MiB
 * to load. It follows no redirect and leaves the API's host for no link, since the token is for nobody else.
 * @param api the base of GitHub's API
 * @param agent where a proxy stands in between
 * @param times what one answer may take, head and body, and all of them
 * @throws GitHubError for an answer that is no JSON, or no answer of the API's, and once all took too long; what Node throws for a broken connection
 */
export function fetchWith(api: URL, agent: Agent | undefined, { eachMs, allMs } = TIMES) {
  let spent = 0;
  return async (address: string, { method = 'GET', headers = {}, body }: Wanted) => {
    const url = new URL(address);
    if (url.origin !== api.origin)
      throw new GitHubError(0, `GitHub's answer leads to another host, which the token is not for`);
    if (spent >= allMs) throw new GitHubError(0, 'GitHub took too long to answer');
    const began = performance.now();
    const { answer, text } = await askFor(url, { method, headers, body }, agent, eachMs).finally(() => {
      spent += performance.now() - began;
    });
    const status = answer.statusCode ?? 0;
    if (isRedirect(status)) throw new GitHubError(status, `GitHub answered ${status}`);
    if (status < 300 && text !== '' && !isJson(text))
      throw new GitHubError(0, 'GitHub answered something else than JSON');
    return { status, url: url.href, headers: headersOf(answer.headers), text: async () => text };
  };
}

const isRedirect = (status: number) => status >= 300 && status < 400;

async function askFor(url: URL, wanted: Wanted, agent: Agent | undefined, eachMs: number) {
  const answer = await exchange(url, wanted, agent, eachMs);
  if (!isRedirect(answer.statusCode ?? 0)) return { answer, text: await read(answer) };
  // What is never read would keep its connection, and with it the process.
  answer.destroy();
  return { answer, text: '' };
}

async function exchange(
  url: URL,
  { method, headers, body }: Wanted,
  agent: Agent | undefined,
  eachMs: number,
): Promise<IncomingMessage> {
  const { request } = url.protocol === 'http:' ? await import('node:http') : await import('node:https');
  const length = body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) };
  return new Promise((resolve, reject) => {
    const call = request(
      url,
      {
        ...(method === undefined ? {} : { method }),
        headers: { ...headers, ...length },
        signal: AbortSignal.timeout(eachMs),
        ...(agent === undefined ? {} : { agent }),
      },
      resolve,
    );
    call.on('error', reject);
    call.end(body);
  });
}

async function read(answer: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of answer) {
    bytes += (chunk as Buffer).length;
    if (bytes > MOST_BYTES) {
      answer.destroy();
      throw new GitHubError(0, 'GitHub answered more than a page can hold');
    }
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function headersOf(headers: IncomingHttpHeaders): Map<string, string> {
  return new Map(
    Object.entries(headers).flatMap(([name, value]) => (value === undefined ? [] : [[name, String(value)]])),
  );
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

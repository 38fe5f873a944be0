import type { Agent, IncomingHttpHeaders, IncomingMessage } from 'node:http';

export interface GitHubRequest {
  readonly method: 'GET' | 'POST' | 'PATCH';
  readonly url: URL;
  readonly token: string;
  readonly body?: object | undefined;
  readonly timeoutMs: number;
  /** Where a proxy stands in between. */
  readonly agent?: Agent | undefined;
}

export interface GitHubAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

/** A page of 100 comments of 65,536 characters each. */
const MOST_BYTES = 32 * 1024 * 1024;

/**
 * One request, one answer; redirects are answers like any other, since the token is for nobody else.
 * Octokit and what it stands on would take longer to load than all calls of a run take.
 * @throws what node throws: a broken connection, a time-out
 */
export async function exchange(request: GitHubRequest): Promise<GitHubAnswer> {
  const { method, url, token, body, timeoutMs, agent } = request;
  const { request: open } = url.protocol === 'http:' ? await import('node:http') : await import('node:https');
  const text = body === undefined ? undefined : JSON.stringify(body);
  const headers = {
    accept: 'application/vnd.github+json',
    authorization: `Bearer ${token}`,
    'user-agent': 'aws-bootstrap',
    'x-github-api-version': '2022-11-28',
    ...(text === undefined
      ? {}
      : { 'content-type': 'application/json', 'content-length': String(Buffer.byteLength(text)) }),
  };
  return new Promise((resolve, reject) => {
    const call = open(
      url,
      {
        method,
        headers,
        signal: AbortSignal.timeout(timeoutMs),
        ...(agent === undefined ? {} : { agent }),
      },
      (answer) => read(answer).then(resolve, reject),
    );
    call.on('error', reject);
    call.end(text);
  });
}

async function read(answer: IncomingMessage): Promise<GitHubAnswer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of answer) {
    bytes += (chunk as Buffer).length;
    if (bytes > MOST_BYTES) {
      answer.destroy();
      throw new Error('the answer is too long');
    }
    chunks.push(chunk as Buffer);
  }
  return {
    status: answer.statusCode ?? 0,
    headers: answer.headers,
    text: Buffer.concat(chunks).toString('utf8'),
  };
}

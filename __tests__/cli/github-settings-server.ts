/** GitHub's REST API on 127.0.0.1, as far as doctor reads the settings of one repository. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export const TOKEN = 'ghp_token-canary-of-doctor';

export interface SettingsServer extends AsyncDisposable {
  readonly url: string;
  /** Bodies by path below the repository; what is not there is 404, and a number is a status. */
  readonly answers: Map<string, object | number>;
  readonly calls: string[];
}

export async function startSettingsServer(repository: string): Promise<SettingsServer> {
  const answers = new Map<string, object | number>();
  const calls: string[] = [];
  const server = createServer((request, response) => {
    const send = (status: number, body: object) =>
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://127.0.0.1');
    calls.push(`${request.method} ${pathname}`);
    if (request.headers.authorization !== `Bearer ${TOKEN}`) return send(401, { message: 'Bad credentials' });
    const path = pathname.replace(`/repos/${repository}`, '');
    const answer = pathname === path ? 404 : (answers.get(path) ?? 404);
    if (typeof answer === 'number') return send(answer, { message: 'Not Found' });
    return send(200, pageOf(answer, searchParams));
  });
  server.keepAliveTimeout = 0;
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    answers,
    calls,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

/** Lists come in pages of at most 100, 30 by default. */
function pageOf(answer: object, parameters: URLSearchParams): object {
  const size = Math.min(Number(parameters.get('per_page') ?? 30), 100);
  const from = (Number(parameters.get('page') ?? 1) - 1) * size;
  return Object.fromEntries(
    Object.entries(answer).map(([key, value]) => [
      key,
      Array.isArray(value) ? value.slice(from, from + size) : value,
    ]),
  );
}

/** How a run ends before its time: the cancel button, a deadline, credentials that expire; and through a proxy. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer, request as open, type Server } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { awsForFile } from '../servers/for-file.ts';
import { failed, passed } from './outcome.ts';
import { runAction } from './run.ts';

const aws = await awsForFile();

const dotenv = Array.from({ length: 30 }, (_, index) => `SETTING_${index}=value ${index}`).join('\n');
const inputs = { prefix: '/papyrus/prd', dotenv };

it.each([
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const)(
  '%s: the write in flight ends, nothing new begins, the next run goes on',
  async (signal, exitCode) => {
    let kill = (): void => {};
    let killed = 0;
    const stop = aws.onCall((call, when) => {
      if (call.operation === 'PutParameter' && when === 'before') kill();
    });
    const cancelled = await runAction({
      inputs,
      env: aws.env(),
      onSpawn: (child) => {
        kill = () => {
          kill = () => {};
          killed = performance.now();
          child.kill(signal);
        };
      },
    });
    const took = performance.now() - killed;
    stop();
    expect(cancelled.exitCode, cancelled.log).toBe(exitCode);
    expect(took).toBeLessThan(7_500);
    expect(cancelled.outputs['failure-reason']).toBe('cancelled');
    expect(cancelled.summary).toContain('❌');
    const written = aws.count('PutParameter');
    expect(written).toBeGreaterThan(0);
    expect(written).toBeLessThan(30);

    passed(await runAction({ inputs, env: aws.env() }));
    const landed = aws.calls.filter(
      (call) => call.operation === 'PutParameter' && call.status === 200,
    ).length;
    // Nothing is written twice.
    expect(landed).toBe(30);
  },
);

it('credentials that expire stop all writes at once', async () => {
  aws.fault({ operation: 'PutParameter', skip: 3, times: Number.POSITIVE_INFINITY, kind: 'expired-token' });
  failed(await runAction({ inputs, env: aws.env() }), 'credentials');
  // Eight at a time: no more than those in flight meet it.
  expect(aws.count('PutParameter')).toBeLessThanOrEqual(11);
});

it('a deadline ends the run, and the next one goes on', async () => {
  let isBusy = true;
  const landed = () =>
    aws.calls.filter(({ operation, status }) => operation === 'PutParameter' && status === 200).length;
  aws.fault({
    operation: 'PutParameter',
    skip: 5,
    times: Number.POSITIVE_INFINITY,
    kind: 'throttle',
    when: () => isBusy,
  });
  const files = { '.github/aws-bootstrap.yml': 'deadline-minutes: 0.05\n' };
  const late = failed(await runAction({ inputs, files, env: aws.env() }), 'deadline');
  expect(late.log).toContain('deadline-minutes');
  expect(late.durationMs).toBeLessThan(20_000);
  expect(landed()).toBe(5);

  isBusy = false;
  passed(await runAction({ inputs, env: aws.env() }));
  // Nothing is written twice.
  expect(landed()).toBe(30);
});

it('a pipe in an image holds no run', async () => {
  const workspace = mkdtempSync(join(tmpdir(), 'pipe-'));
  const layout = join(workspace, 'layout');
  mkdirSync(layout);
  execFileSync('mkfifo', [join(layout, 'index.json')]);
  try {
    const refused = await runAction({
      inputs: { ...inputs, image: 'oci:layout' },
      workspace,
      env: aws.env(),
    });
    expect(refused.outputs['failure-reason'], refused.log).toBe('input');
  } finally {
    rmSync(workspace, { recursive: true, force: true });
  }
});

it('ends while something is still open', async () => {
  passed(
    await runAction({
      inputs: { ...inputs, mode: 'plan' },
      env: { ...aws.env(), NODE_OPTIONS: '--import=data:text/javascript,setInterval(()=>{},60000)' },
    }),
  );
});

/** A proxy that records what is requested of it. */
async function startProxy(target: URL): Promise<{ server: Server; url: string; requests: string[] }> {
  const requests: string[] = [];
  const server = createServer((request, response) => {
    requests.push(`${request.method} ${request.url}`);
    const onward = open(
      {
        host: target.hostname,
        port: target.port,
        method: request.method,
        path: new URL(request.url ?? '', 'http://proxy.invalid').pathname,
        headers: request.headers,
      },
      (answer) => {
        response.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(response);
      },
    );
    request.pipe(onward);
  });
  server.on('connect', (request, socket, head) => {
    requests.push(`CONNECT ${request.url}`);
    const onward = connect(Number(target.port), target.hostname, () => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n');
      onward.write(head);
      onward.pipe(socket);
      socket.pipe(onward);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { server, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, requests };
}

it('HTTP_PROXY is used, and NO_PROXY leaves it out', async () => {
  const { server, url, requests } = await startProxy(new URL(aws.url));
  try {
    const { port } = new URL(aws.url);
    // A name that only the proxy knows.
    const env = { ...aws.env(), AWS_ENDPOINT_URL: `http://aws.invalid:${port}`, HTTP_PROXY: url };
    passed(await runAction({ inputs: { ...inputs, dotenv: 'A=1' }, env }));
    expect(requests.length).toBeGreaterThan(5);
    expect(requests.every((line) => line.includes('aws.invalid'))).toBe(true);

    requests.length = 0;
    passed(
      await runAction({
        inputs: { ...inputs, dotenv: 'A=1' },
        env: { ...aws.env(), HTTP_PROXY: url, NO_PROXY: '127.0.0.1' },
      }),
    );
    expect(requests).toEqual([]);
  } finally {
    server.closeAllConnections();
    server.close();
  }
});

import { subscribe } from 'node:diagnostics_channel';
import type { CallRecord } from './aws-calls.ts';

/**
 * Reports each request to Auth0, GitHub and a registry when it ends, one line for each attempt: method, host, path,
 * status and milliseconds. Only known words of a path are shown: the rest may be a client id or a hidden name.
 * Requests to AWS have the path "/"; providers report them by their operation.
 * @see https://nodejs.org/api/diagnostics_channel.html#http
 */
export function onRequestEnd(report: (text: string) => void): void {
  const begun = new WeakMap<object, number>();
  subscribe('http.client.request.start', (message) => {
    const request = partOf(message, 'request');
    if (request !== undefined) begun.set(request, performance.now());
  });
  const end = (message: unknown) => {
    const request = partOf(message, 'request');
    if (request === undefined) return;
    const { method, host, path } = request;
    const start = begun.get(request);
    if (typeof path !== 'string' || path === '/' || start === undefined) return;
    begun.delete(request);
    const status = partOf(message, 'response')?.['statusCode'] ?? 'no response';
    report(`${method} ${host}${publicPath(path)}: ${status}, ${Math.round(performance.now() - start)} ms`);
  };
  subscribe('http.client.response.finish', end);
  subscribe('http.client.request.error', end);
}

const WORDS = new Set(
  'api blobs clients comments graphql issues labels list manifests oauth pulls referrers repos tags token uploads user v2'.split(
    ' ',
  ),
);

/** @returns a path with only known words of these APIs */
export function publicPath(path: string): string {
  const [route = ''] = path.split('?');
  return route
    .split('/')
    .map((segment) => (segment === '' || WORDS.has(segment) ? segment : '…'))
    .join('/');
}

function partOf(message: unknown, name: string): Record<string, unknown> | undefined {
  const part = typeof message === 'object' && message !== null ? Reflect.get(message, name) : undefined;
  return typeof part === 'object' && part !== null ? (part as Record<string, unknown>) : undefined;
}

/**
 * Reports each host that any client of the run connects to, once: a firewall or VPC endpoints must allow these.
 * @see https://nodejs.org/api/diagnostics_channel.html#http
 */
export function onNewHost(report: (host: string) => void): void {
  const seen = new Set<string>();
  subscribe('http.client.request.start', (message) => {
    const host = hostOf(message);
    if (host === undefined || seen.has(host)) return;
    seen.add(host);
    report(host);
  });
}

function hostOf(message: unknown): string | undefined {
  if (typeof message !== 'object' || message === null || !('request' in message)) return undefined;
  const { request } = message;
  return typeof request === 'object' && request !== null && 'host' in request
    ? String(request.host)
    : undefined;
}

/** @returns the debug line of a call to AWS, without its values */
export function callLine({ operation, resource, attempt, milliseconds, error }: CallRecord): string {
  return `${operation} ${resource}: attempt ${attempt}, ${Math.round(milliseconds)} ms, ${error ?? 'ok'}`;
}

import { subscribe } from 'node:diagnostics_channel';

/**
 * Reports each host that the run connects to, once, whichever client does: what a firewall or a list of VPC endpoints has to
 * let through.
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

import type { ClientRequest, Agent as HttpAgent } from 'node:http';
import { BlockList, connect, isIP, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { Agent, type AgentConnectOpts } from 'agent-base';
import { HttpProxyAgent } from 'http-proxy-agent';
import { HttpsProxyAgent } from 'https-proxy-agent';

const KEPT = { keepAlive: true, maxSockets: 50 };

/**
 * One agent for AWS, the registry, Auth0 and GitHub: it reads HTTPS_PROXY, HTTP_PROXY and NO_PROXY for each host, which
 * neither the AWS SDK nor node:https does by itself. Loaded only if one of them is set.
 */
export class ProxyAgent extends Agent {
  readonly #proxies = new Map<string, HttpAgent>();
  readonly #read: ReadVariable;

  constructor(read: ReadVariable) {
    super(KEPT);
    this.#read = read;
  }

  override connect(_request: ClientRequest, options: AgentConnectOpts): Socket | HttpAgent {
    const { secureEndpoint } = options;
    const host = options.host ?? 'localhost';
    const proxy = proxyFor({ host, port: Number(options.port), isSecure: secureEndpoint }, this.#read);
    if (proxy !== undefined) return this.#through(proxy, secureEndpoint);
    if (!secureEndpoint) return connect({ host, port: options.port });
    return connectTls({ ...options, host, port: options.port, servername: options.servername ?? host });
  }

  #through(proxy: string, isSecure: boolean): HttpAgent {
    const key = `${isSecure} ${proxy}`;
    // A kept connection to a proxy of plain http would send the next request's path without its host.
    const agent =
      this.#proxies.get(key) ??
      (isSecure ? new HttpsProxyAgent(proxy, KEPT) : new HttpProxyAgent(proxy, { keepAlive: false }));
    this.#proxies.set(key, agent);
    return agent;
  }
}

/** Reads a variable of the environment. */
export type ReadVariable = (name: string) => string | undefined;

export interface ProxyTarget {
  /** A name, or an address without brackets. */
  readonly host: string;
  readonly port: number;
  readonly isSecure: boolean;
}

/**
 * Chooses the proxy for an address as curl, Go and the AWS CLI do. No standard says how NO_PROXY is read;
 * proxy-from-env takes a bare name for that one host, and `@actions/http-client` knows neither ALL_PROXY nor subnets.
 * @returns the proxy's URL, or undefined for a direct connection
 * @see https://docs.github.com/en/actions/how-tos/manage-runners/self-hosted-runners/use-proxy-servers
 * @see https://pkg.go.dev/golang.org/x/net/http/httpproxy#Config
 */
export function proxyFor(target: ProxyTarget, read: ReadVariable): string | undefined {
  const variable = (name: string) => (read(name.toLowerCase()) || read(name) || '').trim();
  const proxy = variable(target.isSecure ? 'HTTPS_PROXY' : 'HTTP_PROXY') || variable('ALL_PROXY');
  if (proxy === '') return undefined;
  const entries = variable('NO_PROXY')
    .toLowerCase()
    .split(/[,\s]+/);
  if (entries.some((entry) => entry !== '' && covers(entry, target.host.toLowerCase(), target.port)))
    return undefined;
  // Without a scheme, the proxy uses plain http, even for https addresses.
  return proxy.includes('://') ? proxy : `http://${proxy}`;
}

/** A name or an address in brackets, with a port; a bare IPv6 address does not match. */
const WITH_PORT = /^(\[.*\]|[^:]*):(\d+)$/;

function covers(entry: string, host: string, port: number): boolean {
  const [, name = entry, only] = WITH_PORT.exec(entry) ?? [];
  if (only !== undefined && Number(only) !== port) return false;
  const [address = '', bits] = name.replace(/^\[(.*)\]$/, '$1').split('/');
  if (isIP(address) !== 0) return isIP(host) === isIP(address) && holds(address, bits, host);
  if (/^[.*]/.test(name)) return host.endsWith(name.replace(/^\*/, ''));
  return host === name || (isIP(host) === 0 && host.endsWith(`.${name}`));
}

/**
 * @returns whether an address, or a subnet of this many bits, holds another, in any notation; an invalid subnet holds
 * none.
 */
function holds(address: string, bits: string | undefined, host: string): boolean {
  const family = isIP(address) === 4 ? 'ipv4' : 'ipv6';
  const list = new BlockList();
  try {
    if (bits === undefined) list.addAddress(address, family);
    else list.addSubnet(address, /^\d+$/.test(bits) ? Number(bits) : -1, family);
  } catch {
    return false;
  }
  return list.check(host, family);
}

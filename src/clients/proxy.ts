import type { ClientRequest, Agent as HttpAgent } from 'node:http';
import { connect, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { Agent, type AgentConnectOpts } from 'agent-base';
import { HttpProxyAgent } from 'http-proxy-agent';
import { HttpsProxyAgent } from 'https-proxy-agent';
import { proxyFor, type ReadVariable } from './proxy-rules.ts';

const KEPT = { keepAlive: true, maxSockets: 50 };

/**
 * One agent for AWS, the registry, Auth0 and GitHub: it asks HTTPS_PROXY, HTTP_PROXY and NO_PROXY for each host, which
 * neither the AWS SDK nor node:https does by itself. Loaded only where one of them is set.
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

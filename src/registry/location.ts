import { BlockList, isIPv4, isIPv6 } from 'node:net';
import type { Digest } from './digest.ts';
import { ImageError, quote } from './errors.ts';

/**
 * Networks without hosts on the internet: loopback, private, link-local, shared, documentation, benchmarking,
 * multicast, broadcast and reserved ones.
 * @see https://www.iana.org/assignments/iana-ipv4-special-registry
 */
const IPV4 = [
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '192.88.99.0/24',
  '192.168.0.0/16',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '224.0.0.0/4',
  '240.0.0.0/4',
];

/**
 * IANA assigns only `2000::/3` of IPv6 to hosts on the internet. The first three networks are its complement, with
 * `::1`, IPv4 addresses in `::/96`, `::ffff:0:0/96` and `64:ff9b::/96`, and unique local, site-local, link-local and
 * multicast addresses. The others are Teredo, benchmarking, ORCHID, 6to4 and documentation.
 * @see https://www.iana.org/assignments/iana-ipv6-special-registry
 */
const IPV6 = ['::/3', '4000::/2', '8000::/1', '2001::/23', '2001:db8::/32', '2002::/16', '3fff::/20'];

function blockList(networks: readonly string[], family: 'ipv4' | 'ipv6'): BlockList {
  const list = new BlockList();
  for (const network of networks) {
    const [address = '', bits] = network.split('/');
    list.addSubnet(address, Number(bits), family);
  }
  return list;
}

// Two lists: a BlockList with IPv6 networks also matches IPv4 addresses by their mapped form.
const SPECIAL_IPV4 = blockList(IPV4, 'ipv4');
const SPECIAL_IPV6 = blockList(IPV6, 'ipv6');

/** Domains without hosts on the internet (RFC 6761, 6762, 8375; ICANN's `internal`). */
const LOCAL = ['localhost', 'local', 'localdomain', 'internal', 'home.arpa'];

/**
 * Resolves a `Location` of the registry, unless it leads into the runner's own network: an upload or a redirect to the
 * metadata service of the instance would send it the blob, and return its response. Names are not resolved: within a
 * VPC, the registry's storage legitimately has private addresses.
 * @param location absolute or relative
 * @param from URL of the response with this `Location`
 * @param registry URL of the registry, which may be private
 * @throws ImageError `ADDRESS`
 */
export function followLocation(location: string, from: URL, registry: URL): URL {
  if (!URL.canParse(location, from.href)) throw refused(location);
  const to = new URL(location, from);
  if (to.host === registry.host && to.protocol === registry.protocol) return to;
  const isWeb = to.protocol === 'https:' || (to.protocol === 'http:' && registry.protocol === 'http:');
  if (!isWeb || isPrivate(to.hostname)) throw refused(location);
  return to;
}

/**
 * @param hostname hostname of a URL: its parser normalizes all forms of an IPv4 address (octal, hexadecimal, one
 *   number) and converts to lower case
 * @returns whether it is an address of no host on the internet, or a name of this machine or of its local network
 */
export function isPrivate(hostname: string): boolean {
  const host = hostname
    .toLowerCase()
    .replace(/^\[|\]$/g, '')
    // A trailing dot names the DNS root, and means the same host.
    .replace(/\.+$/, '');
  if (isIPv4(host)) return SPECIAL_IPV4.check(host, 'ipv4');
  if (isIPv6(host)) return SPECIAL_IPV6.check(host, 'ipv6');
  return !host.includes('.') || LOCAL.some((name) => host.endsWith(`.${name}`));
}

function refused(location: string): ImageError {
  return new ImageError(
    'ADDRESS',
    `the registry redirected to ${quote(location.replace(/\?.*$/s, ''), 200)}, which is another host in a private network; nothing was sent there`,
  );
}

/** Appends to the query as text: the registry's query is signed, and must not be serialized again. */
export function withDigest(location: URL, digest: Digest): URL {
  const to = new URL(location);
  to.search = `${to.search}${to.search === '' ? '?' : '&'}digest=${encodeURIComponent(digest)}`;
  return to;
}

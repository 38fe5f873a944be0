import { BlockList, isIPv4, isIPv6 } from 'node:net';
import type { Digest } from './digest.ts';
import { ImageError, quote } from './errors.ts';

/**
 * Networks that no host on the internet has: this machine's, private, link-local, shared, for tests, for several or for
 * all receivers, and those of the future.
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
 * Of IPv6 only `2000::/3` is given to anybody (IANA's address space), so what lies beside is listed as its complement:
 * `::1`, addresses of IPv4 in `::/96`, `::ffff:0:0/96` and `64:ff9b::/96`, unique local, site-local, link-local and
 * multicast ones among it. Within it go Teredo, tests, ORCHID, 6to4 and documentation.
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

// Apart, since a list of IPv6 is also asked for the mapped form of an address of IPv4.
const SPECIAL_IPV4 = blockList(IPV4, 'ipv4');
const SPECIAL_IPV6 = blockList(IPV6, 'ipv6');

/** Names that are no host's on the internet (RFC 6761, 6762, 8375; ICANN's `internal`). */
const LOCAL = ['localhost', 'local', 'localdomain', 'internal', 'home.arpa'];

/**
 * Follows a `Location` that the registry gave, unless it leads into the runner's own network: an upload or a redirect
 * to the instance's metadata service would send it our bytes, and its answer back. Names are not resolved: within a
 * VPC the registry's storage rightly has private addresses.
 * @param location absolute or relative
 * @param from the address that gave it
 * @param registry the registry's own address, which may be private
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
 * @param hostname as a URL has it: its parser has written every form of an IPv4 address (octal, hexadecimal, one number)
 *   in the usual one, and capitals small
 * @returns whether it is an address that no host on the internet has, or a name for this machine or one beside it
 */
export function isPrivate(hostname: string): boolean {
  const host = hostname
    .toLowerCase()
    .replace(/^\[|\]$/g, '')
    // The root of the name system may be named, and means no other host.
    .replace(/\.+$/, '');
  if (isIPv4(host)) return SPECIAL_IPV4.check(host, 'ipv4');
  if (isIPv6(host)) return SPECIAL_IPV6.check(host, 'ipv6');
  return !host.includes('.') || LOCAL.some((name) => host.endsWith(`.${name}`));
}

function refused(location: string): ImageError {
  return new ImageError(
    'ADDRESS',
    `the registry sent us to ${quote(location.replace(/\?.*$/s, ''), 200)}, which is not the registry and lies in a private network; nothing was sent there`,
  );
}

/** Appended as text: the registry's own query is signed, and may not be written anew. */
export function withDigest(location: URL, digest: Digest): URL {
  const to = new URL(location);
  to.search = `${to.search}${to.search === '' ? '?' : '&'}digest=${encodeURIComponent(digest)}`;
  return to;
}

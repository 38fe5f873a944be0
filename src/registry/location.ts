import { isIPv4, isIPv6 } from 'node:net';
import type { Digest } from './digest.ts';
import { ImageError, quote } from './errors.ts';

/** Loopback, private, link-local and unspecified networks (RFC 1918, 3927, 6598, 5735). */
const PRIVATE = [
  /^0\./,
  /^10\./,
  /^127\./,
  /^169\.254\./,
  /^192\.168\./,
  /^172\.(1[6-9]|2[0-9]|3[01])\./,
  /^100\.(6[4-9]|[7-9][0-9]|1[01][0-9]|12[0-7])\./,
];

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

/** @returns whether a URL's host is an address of a private network, or a name for this machine */
export function isPrivate(hostname: string): boolean {
  const host = hostname.replace(/^\[|\]$/g, '').toLowerCase();
  if (isIPv4(host)) return PRIVATE.some((network) => network.test(host));
  if (isIPv6(host)) {
    // The URL parser has written it in its short form already.
    const mapped = /^::ffff:([0-9a-f]+):([0-9a-f]+)$/.exec(host);
    if (mapped !== null) return isPrivate(dotted(mapped[1] ?? '', mapped[2] ?? ''));
    return host === '::' || host === '::1' || /^f[cd]|^fe[89ab]/.test(host);
  }
  return (
    host === 'localhost' || host.endsWith('.localhost') || host.endsWith('.internal') || !host.includes('.')
  );
}

function dotted(high: string, low: string): string {
  const bytes = [Number.parseInt(high, 16), Number.parseInt(low, 16)].flatMap((word) => [
    word >> 8,
    word & 255,
  ]);
  return bytes.join('.');
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

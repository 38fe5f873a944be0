/** @returns whether the host, as `URL` writes it, is this machine alone. */
export function isLoopback(host: string): boolean {
  return /^(?:(?:.+\.)?localhost\.?|\[::1\]|127(?:\.\d+){3})$/.test(host);
}

/**
 * @returns whether the value is a URL whose host is this machine only: a callback that no browser elsewhere reaches.
 * The addresses that servers listen on count too, since users confuse them with it.
 */
export function isLocalUrl(value: string): boolean {
  const host = /^https?:\/\/(?:[^/@\s]*@)?(\[[^\]]*\]|[^/:?#\s]*)/i.exec(value)?.[1]?.toLowerCase();
  return host !== undefined && (isLoopback(host) || host === '0.0.0.0' || host === '[::]');
}

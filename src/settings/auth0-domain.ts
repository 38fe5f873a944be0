/** The tenant's address, for the token and the application. */
export interface Auth0Domain {
  /** Scheme and host without a slash at the end. */
  readonly baseUrl: string;
}

/**
 * Reads `auth0-domain`. Credentials are sent there, so it is always https and a bare host name; plain http is
 * for a test server on this machine, whose address then comes with its port.
 * @returns the address, or the error (without the value, which may come from `secrets`)
 */
export function readAuth0Domain(text: string): Auth0Domain | { readonly fault: string } {
  const given = text.trim();
  if (given === '') return { fault: 'is empty; give the tenant, such as papyrus.us.auth0.com' };
  const loopback = /^(?:(https?):\/\/)?(127(?:\.\d{1,3}){3}|localhost|\[::1\])(:\d{1,5})?\/?$/i.exec(given);
  if (loopback !== null) {
    const [, scheme = 'http', host = '', port = ''] = loopback;
    return { baseUrl: `${scheme}://${host}${port}`.toLowerCase() };
  }
  if (/^https?:/i.test(given) || /[/?#@]/.test(given))
    return { fault: 'is a host name only: leave out the scheme, the path and everything behind it' };
  if (given.includes(':')) return { fault: 'is a host name only: leave out the port' };
  const labels = given.split('.');
  if (labels.length < 2 || given.length > 253 || !labels.every((label) => LABEL.test(label)))
    return { fault: 'is not a host name; give the tenant, such as papyrus.us.auth0.com' };
  return { baseUrl: `https://${given.toLowerCase()}` };
}

const LABEL = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/i;

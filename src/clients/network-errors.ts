/**
 * @returns the code of Node or OpenSSL (`ENOENT`, `ECONNRESET`), without the message, which may name hosts and files
 */
export function systemCode(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined;
  return typeof error.code === 'string' && /^[A-Z0-9_]+$/.test(error.code) ? error.code : undefined;
}

/** Connection errors that may pass. */
const CONNECTION_LOST = new Set([
  'ECONNRESET',
  'ECONNREFUSED',
  'EPIPE',
  'ETIMEDOUT',
  'ENETUNREACH',
  'EHOSTUNREACH',
  'EAI_AGAIN',
  'ERR_STREAM_PREMATURE_CLOSE',
]);

export function isConnectionLost(code: string | undefined): boolean {
  return code !== undefined && CONNECTION_LOST.has(code);
}

/** @see https://nodejs.org/docs/latest-v20.x/api/tls.html#x509-certificate-error-codes */
const CERTIFICATE = /CERT|^UNABLE_TO_|^INVALID_CA$/;

/** @returns whether Node refuses a certificate by this code; AWS's own codes are not in capitals */
export function isUntrusted(code: string): boolean {
  return CERTIFICATE.test(code);
}

/** The remedy for an untrusted certificate, as the end of a sentence. */
export const TRUST =
  'where a proxy shows a certificate of its own, name the file of its authority in NODE_EXTRA_CA_CERTS';

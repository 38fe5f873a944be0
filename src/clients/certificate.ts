/** @see https://nodejs.org/docs/latest-v20.x/api/tls.html#x509-certificate-error-codes */
const CODES = /CERT|^UNABLE_TO_|^INVALID_CA$/;

/** @returns whether the code is one by which Node refuses the certificate that it was shown; AWS's own are not in capitals */
export function isUntrusted(code: string): boolean {
  return CODES.test(code);
}

/** What to do about it, behind what was to be reached. */
export const TRUST =
  'where a proxy shows a certificate of its own, name the file of its authority in NODE_EXTRA_CA_CERTS';

/** The faults of the matrix, and what each of them is at the registry and at Auth0. */
import type { Auth0Call, ServedFault } from '../servers/auth0.ts';
import type { FaultKind } from '../servers/faults.ts';
import type { Fault } from '../servers/registry.ts';

export const KINDS = [
  'throttle',
  'too-many-requests',
  'server-error',
  'html',
  'reset-before',
  'reset-after',
  'reset-body',
  'hang',
  'cut-json',
  'access-denied',
  'expired-token',
  'clock-skew',
  'conflict',
  'not-found',
] as const;
export type Kind = (typeof KINDS)[number];

/** Those that hit a resource for good. */
export const LASTING = ['access-denied', 'throttle', 'html', 'reset-after', 'not-found'] as const;

/** Of those, the ones that a call is never done with: where they hit a write, the run may not pass over it. */
const REFUSING: readonly Kind[] = ['access-denied', 'throttle', 'html'];

/** Whether a fault takes a write away for good: what it was for must then be reported as not done. */
export const isRefused = ({ kind, stays, write }: { kind: Kind; stays: boolean; write: boolean }): boolean =>
  stays && write && REFUSING.includes(kind);

/** Only these of the registry's answers have a body. */
const HAVE_BODIES = ['registry.GET blob', 'registry.GET manifest'];

/** Whether a server can do this at all: a bearer token knows no clock, and an empty answer cannot be cut. */
export function isPossible(kind: Kind, name: string): boolean {
  if (name.startsWith('auth0.')) return kind !== 'clock-skew';
  if (!name.startsWith('registry.')) return true;
  if (kind === 'cut-json' || kind === 'reset-body') return HAVE_BODIES.includes(name);
  return kind !== 'clock-skew';
}

export const isWriting = (verb: string): boolean => /^(POST|PATCH|PUT)/.test(verb);

const PAGE = '<html><head><title>503 Service Unavailable</title></head><body><h1>503</h1></body></html>';
const HTML = { status: 503, headers: { 'content-type': 'text/html' }, body: PAGE };

/** @see https://auth0.com/docs/api/management/v2/clients/patch-clients-by-id */
export function atAuth0(call: Auth0Call, kind: FaultKind): ServedFault {
  const refused = (status: number, errorCode: string, headers: Record<string, string> = {}): ServedFault => ({
    on: call,
    fault: { status, headers, body: JSON.stringify({ statusCode: status, errorCode }) },
  });
  switch (kind) {
    case 'throttle':
      return refused(429, 'too_many_requests');
    case 'too-many-requests':
      return refused(429, 'too_many_requests', { 'retry-after': '1' });
    case 'server-error':
      return refused(500, 'internal');
    case 'html':
      return { on: call, fault: HTML };
    case 'reset-before':
      return { on: call, fault: 'reset' };
    case 'reset-after':
      return { on: call, applied: true, fault: 'reset' };
    case 'reset-body':
      return { on: call, applied: true, fault: 'cut' };
    case 'hang':
      return { on: call, fault: 'hang' };
    case 'cut-json':
      return { on: call, applied: true, fault: { status: 200, body: '{"client_id":"app-id","callba' } };
    case 'access-denied':
      return refused(403, 'insufficient_scope');
    case 'expired-token':
      return refused(401, 'invalid_token');
    case 'conflict':
      return refused(409, 'conflict');
    case 'not-found':
      return refused(404, 'inexistent_client');
    default:
      throw new Error(`Auth0 has no ${String(kind)}`);
  }
}

/** @see https://github.com/opencontainers/distribution-spec/blob/main/spec.md#error-codes */
export function atRegistry(verb: string, kind: FaultKind): Fault {
  const refused = (status: number, code: string, headers: Record<string, string> = {}): Fault => ({
    on: verb,
    answer: { status, headers, body: JSON.stringify({ errors: [{ code, message: 'injected' }] }) },
  });
  switch (kind) {
    case 'throttle':
      return refused(429, 'TOOMANYREQUESTS');
    case 'too-many-requests':
      return refused(429, 'TOOMANYREQUESTS', { 'retry-after': '1' });
    case 'server-error':
      return refused(500, 'UNKNOWN');
    case 'html':
      return { on: verb, answer: HTML };
    case 'reset-before':
    case 'reset-after':
    case 'reset-body':
    case 'hang':
      return { on: verb, broken: kind };
    case 'cut-json':
      return { on: verb, broken: 'cut' };
    case 'access-denied':
      return refused(403, 'DENIED');
    case 'expired-token':
      // ECR says it in plain text.
      return { on: verb, answer: { status: 403, body: 'Your Authorization Token has expired.' } };
    case 'conflict':
      if (verb === 'PUT manifest') return refused(400, 'TAG_INVALID');
      return verb.endsWith('upload') ? { on: verb, loseUpload: true } : refused(409, 'CONFLICT');
    case 'not-found':
      return refused(404, MISSING[verb] ?? 'NAME_UNKNOWN');
    default:
      throw new Error(`the registry has no ${String(kind)}`);
  }
}

const MISSING: Readonly<Record<string, string>> = {
  'HEAD blob': 'BLOB_UNKNOWN',
  'GET blob': 'BLOB_UNKNOWN',
  'PATCH upload': 'BLOB_UPLOAD_UNKNOWN',
  'PUT upload': 'BLOB_UPLOAD_UNKNOWN',
  'HEAD manifest': 'MANIFEST_UNKNOWN',
  'GET manifest': 'MANIFEST_UNKNOWN',
  'PUT manifest': 'MANIFEST_BLOB_UNKNOWN',
};

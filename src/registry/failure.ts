import { isConnectionLost, isUntrusted, systemCode, TRUST } from '../clients/network-errors.ts';
import { ImageError } from './errors.ts';

/** What the registry was asked, by the verbs of the distribution specification. */
export type Verb =
  | 'HEAD blob'
  | 'GET blob'
  | 'POST upload'
  | 'PATCH upload'
  | 'PUT upload'
  | 'HEAD manifest'
  | 'GET manifest'
  | 'PUT manifest';

/** ECR's permission behind each verb (its guide, "IAM permissions for pushing an image"). */
export const PERMISSION: Readonly<Record<Verb, string>> = {
  'HEAD blob': 'ecr:BatchCheckLayerAvailability',
  'GET blob': 'ecr:GetDownloadUrlForLayer',
  'POST upload': 'ecr:InitiateLayerUpload',
  'PATCH upload': 'ecr:UploadLayerPart',
  'PUT upload': 'ecr:CompleteLayerUpload',
  'HEAD manifest': 'ecr:BatchGetImage',
  'GET manifest': 'ecr:BatchGetImage',
  'PUT manifest': 'ecr:PutImage',
};

/** An answer that is no success, or a connection that broke before one came. */
export class RegistryFailure extends Error {
  override readonly name = 'RegistryFailure';

  /**
   * @param verb what was asked
   * @param status of the answer; 0 when none came
   * @param codes of the answer's error list, e.g. `BLOB_UPLOAD_UNKNOWN`
   * @param text the answer's messages, or its body when it is not the specification's JSON
   * @param retryAfter milliseconds that the registry asks us to wait
   */
  constructor(
    readonly verb: Verb,
    readonly status: number,
    readonly codes: readonly string[],
    readonly text: string,
    readonly retryAfter: number | undefined,
    options?: { cause?: unknown },
  ) {
    super(
      `${verb}: ${status === 0 ? 'the connection broke' : status} ${codes.join(' ')} ${text}`.trim(),
      options,
    );
  }

  /** Whether the token has expired: ECR tells it by 403 and plain text, the specification by 401. */
  get isExpired(): boolean {
    return this.status === 401 || (this.status === 403 && /authorization token has expired/i.test(this.text));
  }

  /** Whether a new token may help: an answer to HEAD has no text, so that its 403 does not tell the two apart. */
  get mayBeExpired(): boolean {
    return this.isExpired || (this.status === 403 && this.verb.startsWith('HEAD'));
  }
}

/** By the rules of go-containerregistry: transient statuses, and codes that a later try may not see again. */
const STATUSES = new Set([408, 429, 499, 500, 502, 503, 504, 522]);
const CODES = new Set([
  'BLOB_UPLOAD_INVALID',
  'BLOB_UPLOAD_UNKNOWN',
  'TOOMANYREQUESTS',
  'UNKNOWN',
  'UNAVAILABLE',
]);
/** @returns whether another try may succeed */
export function isTransient(error: unknown): boolean {
  if (!(error instanceof RegistryFailure)) return false;
  if (error.status === 0) return true;
  return STATUSES.has(error.status) || error.codes.some((code) => CODES.has(code));
}

/** @returns the failure for what a socket threw, undefined for what is no matter of the connection */
export function connectionFailure(verb: Verb, error: unknown): RegistryFailure | undefined {
  const code = systemCode(error);
  const isHangUp = error instanceof Error && /socket hang up|aborted/.test(error.message);
  // What is no HTTP comes from something in between, as a page of a proxy does.
  const isConnection = isConnectionLost(code) || code?.startsWith('HPE_') === true;
  if (!isHangUp && !isConnection) return undefined;
  return new RegistryFailure(verb, 0, code === undefined ? [] : [code], '', undefined, { cause: error });
}

/** @returns the fault for a registry that no later try will reach; undefined for what is no matter of the way there */
export function unreachable({ host }: URL, error: unknown): ImageError | undefined {
  const code = systemCode(error);
  if (code === undefined || !(code === 'ENOTFOUND' || isUntrusted(code))) return undefined;
  const remedy = isUntrusted(code)
    ? TRUST
    : 'it has another address than the API, so check the network and its DNS';
  return new ImageError('REGISTRY', `image: ${host} could not be reached (${code}); ${remedy}`, {
    cause: error,
  });
}

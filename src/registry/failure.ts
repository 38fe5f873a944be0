import { explainAccessDenied } from '../clients/access-denied.ts';
import { isConnectionLost, isUntrusted, systemCode, TRUST } from '../clients/network-errors.ts';
import { ImageError, quote } from './errors.ts';
import { objects, parseJson } from './manifest.ts';

/** Requests of the distribution specification. */
export type Verb =
  | 'HEAD blob'
  | 'GET blob'
  | 'POST upload'
  | 'PATCH upload'
  | 'PUT upload'
  | 'HEAD manifest'
  | 'GET manifest'
  | 'PUT manifest';

/** Permission that ECR requires for each request (its guide, "IAM permissions for pushing an image"). */
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

/** An error response, or a connection that broke before a response. */
export class RegistryFailure extends Error {
  override readonly name = 'RegistryFailure';

  /**
   * @param verb the request
   * @param status status of the response; 0 without a response
   * @param codes error codes of the response, e.g. `BLOB_UPLOAD_UNKNOWN`
   * @param text messages of the response, or its body if it is not the specification's JSON
   * @param retryAfter milliseconds that the registry requests to wait
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

  /** Whether the token has expired: ECR returns 403 with plain text, the specification requires 401. */
  get isExpired(): boolean {
    return this.status === 401 || (this.status === 403 && /authorization token has expired/i.test(this.text));
  }

  /** Whether a new token may help. A response to HEAD has no text, so its 403 may mean an expired token or a denial. */
  get mayBeExpired(): boolean {
    return this.isExpired || (this.status === 403 && this.verb.startsWith('HEAD'));
  }
}

/** Transient statuses and error codes, as in go-containerregistry. */
const STATUSES = new Set([408, 429, 499, 500, 502, 503, 504, 522]);
const CODES = new Set([
  'BLOB_UPLOAD_INVALID',
  'BLOB_UPLOAD_UNKNOWN',
  'TOOMANYREQUESTS',
  'UNKNOWN',
  'UNAVAILABLE',
]);
/** @returns whether another attempt may succeed */
export function isTransient(error: unknown): boolean {
  if (!(error instanceof RegistryFailure)) return false;
  if (error.status === 0) return true;
  return STATUSES.has(error.status) || error.codes.some((code) => CODES.has(code));
}

/** @returns the failure for an error of the socket, undefined for errors other than a broken connection */
export function connectionFailure(verb: Verb, error: unknown): RegistryFailure | undefined {
  const code = systemCode(error);
  const isHangUp = error instanceof Error && /socket hang up|aborted/.test(error.message);
  // A response that is not HTTP comes from an intermediary, such as a proxy.
  const isConnection = isConnectionLost(code) || code?.startsWith('HPE_') === true;
  if (!isHangUp && !isConnection) return undefined;
  return new RegistryFailure(verb, 0, code === undefined ? [] : [code], '', undefined, { cause: error });
}

/** @returns the error for a registry that no later attempt can reach; undefined for other errors */
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

/** Characters. An access-denied message contains the ARNs of role, resource and policy, and the action. */
const LONGEST_MESSAGE = 1000;

/** Reads the specification's error list, or the plain text that ECR and proxies send instead. */
export function parseErrors(body: Buffer): { codes: readonly string[]; text: string } {
  try {
    const [json] = objects([parseJson(body, 'the answer')]);
    const errors = objects(json?.['errors']);
    const all = (part: 'code' | 'message', limit: number) =>
      errors.flatMap(({ [part]: text }) => (typeof text === 'string' ? [quote(text, limit)] : []));
    return { codes: all('code', 60), text: all('message', LONGEST_MESSAGE).join('; ') };
  } catch {
    return { codes: [], text: quote(body.toString('utf8'), LONGEST_MESSAGE) };
  }
}

/** The subject of an error message. */
export interface Subject {
  /** `host/repository`. */
  readonly address: string;
  readonly repository: string;
  /** `the layer sha256:…`, `the tag v1`. */
  readonly what: string;
}

/** @returns whether the registry rejected the manifest because the tag is immutable */
export function isImmutable(failure: RegistryFailure): boolean {
  if (failure.verb !== 'PUT manifest') return false;
  return failure.codes.includes('TAG_INVALID') || /immutable|ImageTagAlreadyExists/i.test(failure.text);
}

/** @returns whether the registry already has this manifest, which immutable repositories report as an error */
export function isAlreadyPushed(failure: RegistryFailure): boolean {
  return failure.verb === 'PUT manifest' && /ImageAlreadyExists|image .* already exists/i.test(failure.text);
}

/** @returns whether a manifest references blobs that the repository lacks */
export function lacksBlobs(failure: RegistryFailure): boolean {
  const codes = ['MANIFEST_BLOB_UNKNOWN', 'BLOB_UNKNOWN'];
  return (
    failure.verb === 'PUT manifest' &&
    (failure.codes.some((code) => codes.includes(code)) || /LayersNotFound/.test(failure.text))
  );
}

/**
 * Explains a failure of the registry, with the remedy.
 * @returns the error itself if it is not a RegistryFailure
 */
export function explain(error: unknown, { address, repository, what }: Subject): unknown {
  if (!(error instanceof RegistryFailure)) return error;
  const { verb, status, codes, text } = error;
  const options = { cause: error };
  const detail = text === '' ? '' : ` (${text})`;
  if (codes.includes('NAME_UNKNOWN') || (verb === 'POST upload' && (status === 0 || status === 404))) {
    // ECR closes the connection on the first upload to a repository that does not exist.
    const isCertain = codes.includes('NAME_UNKNOWN') || status === 404;
    const message = isCertain
      ? `image: the repository ${repository} does not exist in ${address}; let this action create it (input repository), or create it first`
      : `image: ${address} closed the connection when the upload of ${what} began; ECR does so when the repository ${repository} does not exist; otherwise check the network`;
    return new ImageError('NO_REPOSITORY', message, options);
  }
  if (error.isExpired) {
    return new ImageError(
      'DENIED',
      `image: ${address} rejected a new token too, at ${what}${detail}; check the clock of the runner and the role's session`,
      options,
    );
  }
  if (status === 403 || codes.includes('DENIED')) {
    const { failureCause, what: why, remedy } = explainAccessDenied(text, PERMISSION[verb], repository);
    // Only a missing permission is corrected in the policy of the role.
    const permission = /\becr:[A-Za-z]+/.exec(text)?.[0] ?? PERMISSION[verb];
    const isMissing = failureCause === 'missing-permission';
    const advice = isMissing
      ? `the role needs ${permission} on the repository ${repository}`
      : `${why}; ${remedy}`;
    return new ImageError('DENIED', `image: ${address} denied ${what}; ${advice}${detail}`, options);
  }
  if (isImmutable(error)) {
    return new ImageError(
      'IMMUTABLE_TAG',
      `image: ${what} of ${repository} is immutable and holds another image; give a new tag in image-tags${detail}`,
      options,
    );
  }
  if (status === 413 || /LayerPartTooLarge|too large|exceeds/i.test(text)) {
    return new ImageError(
      'TOO_LARGE',
      `image: ${what} is too large for ${address}${detail}; ECR takes layers to 52,000 MiB and manifests to 4 MiB`,
      options,
    );
  }
  const outcome =
    status === 0
      ? 'broke the connection'
      : `answered ${status}${codes.length > 0 ? ` ${codes.join(' ')}` : ''}`;
  const repeated = isTransient(error) ? ', in each attempt' : '';
  return new ImageError(
    'REGISTRY',
    `image: ${address} ${outcome} at ${what} (${verb})${repeated}${detail}`,
    options,
  );
}

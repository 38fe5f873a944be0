import { explainAccessDenied } from '../clients/access-denied.ts';
import { isConnectionLost, isUntrusted, systemCode, TRUST } from '../clients/network-errors.ts';
import { ImageError, quote } from './errors.ts';
import { objects, parseJson } from './manifest.ts';

/** Requests by the verbs of the distribution specification. */
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

  /** Whether the token has expired: ECR answers 403 with plain text, the specification says 401. */
  get isExpired(): boolean {
    return this.status === 401 || (this.status === 403 && /authorization token has expired/i.test(this.text));
  }

  /** Whether a new token may help: an answer to HEAD has no text, so that its 403 may be either. */
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
  // A response that is no HTTP comes from something in between, as a page of a proxy does.
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

/** Characters: a denial names role, action, resource and policy, each by its ARN. */
const LONGEST_MESSAGE = 1000;

/** The specification's error list, or the plain text that ECR and proxies send instead. */
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

/** The subject of a failure's message. */
export interface Subject {
  /** `host/repository`. */
  readonly address: string;
  readonly repository: string;
  /** `the layer sha256:…`, `the tag v1`. */
  readonly what: string;
}

/** @returns whether a tag refused the manifest because it may not be moved */
export function isImmutable(failure: RegistryFailure): boolean {
  if (failure.verb !== 'PUT manifest') return false;
  return failure.codes.includes('TAG_INVALID') || /immutable|ImageTagAlreadyExists/i.test(failure.text);
}

/** @returns whether the registry already holds the very manifest, which immutable repositories report as an error */
export function isAlreadyThere(failure: RegistryFailure): boolean {
  return failure.verb === 'PUT manifest' && /ImageAlreadyExists|image .* already exists/i.test(failure.text);
}

/** @returns whether a manifest names blobs that the repository lacks */
export function lacksBlobs(failure: RegistryFailure): boolean {
  const codes = ['MANIFEST_BLOB_UNKNOWN', 'BLOB_UNKNOWN'];
  return (
    failure.verb === 'PUT manifest' &&
    (failure.codes.some((code) => codes.includes(code)) || /LayersNotFound/.test(failure.text))
  );
}

/**
 * Says in words why the registry took something not.
 * @returns what it was given when it is no failure of the registry
 */
export function explain(error: unknown, { address, repository, what }: Subject): unknown {
  if (!(error instanceof RegistryFailure)) return error;
  const { verb, status, codes, text } = error;
  const options = { cause: error };
  const said = text === '' ? '' : ` (${text})`;
  if (codes.includes('NAME_UNKNOWN') || (verb === 'POST upload' && (status === 0 || status === 404))) {
    // ECR closes the connection on the first upload to a repository that does not exist.
    const sure = codes.includes('NAME_UNKNOWN') || status === 404;
    const message = sure
      ? `image: the repository ${repository} does not exist in ${address}; let this action create it (input repository), or create it first`
      : `image: ${address} closed the connection when the upload of ${what} began; ECR does so when the repository ${repository} does not exist, else the network is at fault`;
    return new ImageError('NO_REPOSITORY', message, options);
  }
  if (error.isExpired) {
    return new ImageError(
      'DENIED',
      `image: ${address} refused a new token as well, at ${what}${said}; check the clock of the runner and the role's session`,
      options,
    );
  }
  if (status === 403 || codes.includes('DENIED')) {
    const { failureCause, what: why, remedy } = explainAccessDenied(text, PERMISSION[verb], repository);
    // Only a missing permission is mended in the policy of the role.
    const permission = /\becr:[A-Za-z]+/.exec(text)?.[0] ?? PERMISSION[verb];
    const isMissing = failureCause === 'missing-permission';
    const mend = isMissing
      ? `the role needs ${permission} on the repository ${repository}`
      : `${why}; ${remedy}`;
    return new ImageError('DENIED', `image: ${address} denied ${what}; ${mend}${said}`, options);
  }
  if (isImmutable(error)) {
    return new ImageError(
      'IMMUTABLE_TAG',
      `image: ${what} of ${repository} is immutable and holds another image; give a new tag in image-tags${said}`,
      options,
    );
  }
  if (status === 413 || /LayerPartTooLarge|too large|exceeds/i.test(text)) {
    return new ImageError(
      'TOO_LARGE',
      `image: ${what} is too large for ${address}${said}; ECR takes layers to 52,000 MiB and manifests to 4 MiB`,
      options,
    );
  }
  const answer =
    status === 0
      ? 'broke the connection'
      : `answered ${status}${codes.length > 0 ? ` ${codes.join(' ')}` : ''}`;
  const often = isTransient(error) ? ', again and again' : '';
  return new ImageError(
    'REGISTRY',
    `image: ${address} ${answer} at ${what} (${verb})${often}${said}`,
    options,
  );
}

import type { FailureReason } from '../clients/errors.ts';
import type { Secret } from '../secret.ts';
import { OWNER_TAG } from '../settings/limits.ts';

/** Marks a field that must not be there. */
export const ABSENT: unique symbol = Symbol('absent');

/**
 * What one field of a resource holds. `undefined` means "not managed": it is neither compared nor written.
 * Collections are flattened into fields: `tag:project`, `key:username`.
 */
export type Field = string | number | boolean | Secret | typeof ABSENT | undefined;
export type Fields = Readonly<Record<string, Field>>;

/** The tag that says who owns a resource, as a field. */
export const OWNER_FIELD = `tag:${OWNER_TAG}`;

/** What was read beside the fields: it is told and judged, never compared or written. */
export interface Facts {
  /** As AWS tells it; never built. */
  readonly arn?: string | undefined;
  /** Changes exactly when the stored value does: an SSM version, a Secrets Manager version id. */
  readonly version?: string | undefined;
  /** Who else owns it (CloudFormation, a rotation, another service): we never write it. */
  readonly ownedBy?: string | undefined;
  /** The secret is scheduled for deletion; an update restores it first. */
  readonly scheduledForDeletion?: boolean | undefined;
  /** Its value, or its keys, stand and were not read, since the role may not: everything else is known. */
  readonly unread?: true | undefined;
  /** Why nothing may be written although it could be read, e.g. a secret that holds no JSON object. */
  readonly unusable?: string | undefined;
  /** Bytes that a log group holds; 0 means that shortening its retention loses nothing. */
  readonly storedBytes?: number | undefined;
  /** AWS refuses to delete it until somebody lifts the protection. */
  readonly deletionProtected?: true | undefined;
  /** The address that an image is pushed to. */
  readonly uri?: string | undefined;
  readonly registryId?: string | undefined;
  /** Of the manifest that the wanted tags name: of the first of them where several have equal images. Undefined while they name different ones. */
  readonly digest?: string | undefined;
  /** What a push has done: blobs sent and reused, bytes sent, seconds. */
  readonly pushed?: PushFacts | undefined;
  /** What others gave a parameter beside its value; a deletion takes it along. */
  readonly extras?: ParameterExtras | undefined;
  /** Who changed it last and when, where AWS tells. */
  readonly modifiedBy?: string | undefined;
  readonly modifiedAt?: string | undefined;
}

/** @see https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_ParameterMetadata.html */
export interface ParameterExtras {
  readonly description?: string | undefined;
  readonly allowedPattern?: string | undefined;
  /** The JSON of each policy, e.g. of its expiration; undefined is one that AWS told without. */
  readonly policies?: ReadonlyArray<string | undefined> | undefined;
}

export interface PushFacts {
  readonly uploaded: number;
  readonly reused: number;
  readonly sent: number;
  readonly seconds: number;
}

/** Desired and observed have this one shape, so that there is one diff. */
export interface Spec<Known extends Fields = Fields> {
  readonly name: string;
  readonly fields: Known & Fields;
  readonly facts: Facts;
}

export interface LogGroupFields extends Fields {
  /** Days, or `never`. */
  readonly retention?: number | 'never' | undefined;
  readonly class?: string | undefined;
}

export interface ParameterFields extends Fields {
  readonly value?: string | Secret | undefined;
  readonly type?: string | undefined;
  readonly tier?: string | undefined;
  readonly 'key-id'?: string | undefined;
}

export interface BundleFields extends Fields {
  readonly 'key-id'?: string | undefined;
}

export interface RepositoryFields extends Fields {
  readonly mutability?: string | undefined;
  /** Comma-joined wildcard filters of the two `*_WITH_EXCLUSION` values. */
  readonly exclusions?: string | undefined;
  readonly encryption?: string | undefined;
  readonly 'key-id'?: string | undefined;
  /** The policy in its canonical form: parsed, keys and rules sorted, no white space. */
  readonly lifecycle?: string | undefined;
}

/** Shall a URL be in the list or not. */
export type UrlField = true | typeof ABSENT | undefined;

/** The three lists of URLs, flattened: `callback:https://…`. */
export interface Auth0ApplicationFields extends Fields {
  readonly [callback: `callback:${string}`]: UrlField;
  readonly [logout: `logout:${string}`]: UrlField;
  readonly [origin: `origin:${string}`]: UrlField;
}

/** The prefixes of the three lists. */
export const URL_FIELDS = { callback: 'callback:', logout: 'logout:', origin: 'origin:' } as const;

const IMAGE_FIELD = 'image:';

/** @returns the tags that an image's fields name. */
export function imageTagsOf(fields: Fields): string[] {
  return Object.keys(fields)
    .filter((field) => field.startsWith(IMAGE_FIELD))
    .map((field) => field.slice(IMAGE_FIELD.length));
}

/** @returns the fields of an image whose tags name these digests. */
export function imageFields(digests: Iterable<readonly [string, string]>): ImageFields {
  return Object.fromEntries([...digests].map(([tag, digest]) => [`${IMAGE_FIELD}${tag}`, digest]));
}

/** `image:<tag>` → the digest that the image is compared by: its configuration's, its manifest's, or of several platforms the digest of theirs. */
export interface ImageFields extends Fields {
  readonly [tag: `image:${string}`]: string | typeof ABSENT;
}

/** Kinds by CloudFormation's type names. */
export interface Specs {
  'AWS::Logs::LogGroup': Spec<LogGroupFields>;
  'AWS::SSM::Parameter': Spec<ParameterFields>;
  'AWS::SecretsManager::Secret': Spec<BundleFields>;
  'AWS::ECR::Repository': Spec<RepositoryFields>;
  'Auth0::Application': Spec<Auth0ApplicationFields>;
  /** The image of one repository; its name is the repository's. */
  Image: Spec<ImageFields>;
}
export type Kind = keyof Specs;

/** One field that differs: `from` is what stands, `to` what is wanted. */
export interface Difference {
  readonly field: string;
  readonly from: Field;
  readonly to: Field;
}

/** A resource that could not be read; the others go on. */
export class Unreadable {
  constructor(readonly error: unknown) {}
}

/** An error whose whole text is ours: it holds no value, and is told as it is. */
export class Told extends Error {
  override readonly name = 'Told';
  /** The word for `failure-reason`. */
  readonly reason: FailureReason;

  constructor(
    message: string,
    { reason = 'internal', ...options }: ErrorOptions & { reason?: FailureReason } = {},
  ) {
    super(message, options);
    this.reason = reason;
  }
}

/**
 * @returns why a log group cannot be deleted, and the command that lifts its protection
 * @see https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutLogGroupDeletionProtection.html
 */
export function protectedText(name: string): string {
  return `the log group has deletion protection. Lift it with: aws logs put-log-group-deletion-protection --log-group-identifier ${name} --no-deletion-protection-enabled`;
}

/** The door of a room: one kind of resource in AWS. */
export interface Resource<S extends Spec = Spec> {
  /** Where names are paths: what stands below one. */
  readonly shelf?: Shelf<S>;
  /**
   * Reads; changes nothing. A name that does not exist has no entry.
   * @param names all names at once, since AWS reads in batches
   */
  observe(names: readonly string[]): Promise<Map<string, S | Unreadable>>;
  /**
   * Where a listing may be old, or does not tell everything: asks for each by itself of which only the listing told,
   * before a change of it is planned.
   * @param names what the listing's word would change
   * @returns what stands, of those that were asked again; `undefined` is what is gone
   */
  confirm?(names: readonly string[]): Promise<ReadonlyMap<string, S | Unreadable | undefined>>;
  /** Creates what does not exist, with everything that the spec holds. */
  create(desired: S): Promise<S>;
  /**
   * Writes exactly `differences`, in as few calls as AWS allows; the fields that are not in them stay.
   * @param desired what it shall be in the end: what stands, with the differences laid over it
   */
  update(desired: S, observed: S, differences: readonly Difference[]): Promise<S>;
  /** Deletes what stands; what is gone already is no error. Rooms that can delete in batches gather what comes at once. */
  delete(observed: S): Promise<void>;
  /** Where a store keeps what was overwritten: the value before the one that stands; undefined where there was none. */
  before?(observed: S): Promise<Field>;
  /**
   * Fills in what a write's answer does not tell (the ARN of a parameter), for all written specs in one batch.
   * A room whose answers tell everything leaves it out.
   */
  readBack?(written: readonly S[]): Promise<readonly S[]>;
}

/** One thing below a path, as a listing tells it: its fields are whatever the listing shows, never a value. */
export interface Stray<S extends Spec = Spec> {
  readonly spec: S;
  readonly owner: 'made' | 'adopted' | 'others';
}

/** What stands below a path. Listings may be a moment old: what they miss is found by a later run. */
export interface Shelf<S extends Spec = Spec> {
  /** @returns direct children of the path that are none of `known` */
  strays(path: string, known: ReadonlySet<string>): Promise<Array<Stray<S>>>;
  /** @returns names with one of our tags at any depth below the path */
  ours(path: string): Promise<string[]>;
  /**
   * Where the listing does not tell who else owns a thing, and its deletion cannot be taken back: asks for each by itself.
   * @param specs what the listing's word would delete
   */
  confirm?(specs: readonly S[]): Promise<ReadonlyMap<string, S | Unreadable>>;
}

export type Resources = { readonly [K in Kind]: Resource<Specs[K]> };

import type { Secret } from '../secret.ts';
import type { ABSENT, Field, Fields, TagFields } from './fields.ts';

/** Facts that were read beside the fields, for reports and decisions. They are never compared or written. */
export interface Metadata {
  /** As AWS returns it; never composed. */
  readonly arn?: string | undefined;
  /** Changes exactly when the stored value does: an SSM version, a Secrets Manager version id. */
  readonly version?: string | undefined;
  /** Another owner (CloudFormation, a rotation, another service). The action then never writes the resource. */
  readonly ownedBy?: string | undefined;
  /** The secret is scheduled for deletion; an update restores it first. */
  readonly scheduledForDeletion?: boolean | undefined;
  /** The role may not read the value or the keys; everything else is known. */
  readonly unread?: true | undefined;
  /** The listing does not show it yet, or shows it as it was before: its tier and key are not known. */
  readonly unlisted?: true | undefined;
  /** Why nothing may be written although it could be read, e.g. a secret that holds no JSON object. */
  readonly unusable?: string | undefined;
  /** Fields that this action leaves as they are, each with the reason: a setting of the account decides them. */
  readonly overruled?: Readonly<Record<string, string>> | undefined;
  /** Bytes that a log group holds; 0 means that shortening its retention loses nothing. */
  readonly storedBytes?: number | undefined;
  /** AWS refuses to delete it until the protection is lifted. */
  readonly deletionProtected?: true | undefined;
  /** The address that an image is pushed to. */
  readonly uri?: string | undefined;
  readonly registryId?: string | undefined;
  /**
   * Of the manifest that the configured tags name: of the first of them where several have equal images. Undefined
   * while they name different ones.
   */
  readonly digest?: string | undefined;
  /** Figures of a push: blobs sent and reused, bytes sent, seconds. */
  readonly pushed?: PushMetadata | undefined;
  /** Settings of others on a parameter; a deletion loses them. */
  readonly extras?: ParameterExtras | undefined;
  /** The author and time of the last change, if AWS returns them. */
  readonly modifiedBy?: string | undefined;
  readonly modifiedAt?: string | undefined;
}

/** @see https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_ParameterMetadata.html */
export interface ParameterExtras {
  readonly description?: string | undefined;
  readonly allowedPattern?: string | undefined;
  /** The JSON of each policy, e.g. of its expiration; undefined if AWS returned none. */
  readonly policies?: ReadonlyArray<string | undefined> | undefined;
}

export interface PushMetadata {
  readonly uploaded: number;
  readonly reused: number;
  readonly sent: number;
  readonly seconds: number;
}

/** Desired and observed have this one shape, so that there is one diff. */
export interface Spec<F extends Fields = Fields> {
  readonly name: string;
  readonly fields: F;
  readonly metadata: Metadata;
}

/*
 * The fields of each kind. They are closed types: a misspelt field does not compile.
 */

export type LogGroupFields = TagFields & {
  /** Days, or `never`. */
  readonly retention?: number | 'never' | undefined;
  readonly class?: string | undefined;
  readonly 'key-id'?: string | typeof ABSENT | undefined;
};

export type ParameterFields = TagFields & {
  readonly value?: string | Secret | undefined;
  readonly type?: string | undefined;
  readonly tier?: string | undefined;
  readonly 'key-id'?: string | typeof ABSENT | undefined;
};

export type BundleFields = TagFields & {
  readonly [key: `key:${string}`]: string | Secret | typeof ABSENT | undefined;
  readonly 'key-id'?: string | typeof ABSENT | undefined;
};

export type RepositoryFields = TagFields & {
  readonly mutability?: string | undefined;
  /** Comma-joined wildcard filters of the two `*_WITH_EXCLUSION` values. */
  readonly exclusions?: string | undefined;
  readonly encryption?: string | undefined;
  readonly 'key-id'?: string | typeof ABSENT | undefined;
  /** The policy in its canonical form: parsed, keys and rules sorted, no white space. */
  readonly lifecycle?: string | undefined;
  /** Basic scanning of each pushed image. */
  readonly 'scan-on-push'?: 'true' | 'false' | undefined;
  /** Accounts that the statement of this action in the repository policy lets pull, sorted and joined by commas. */
  readonly 'pull-accounts'?: string | typeof ABSENT | undefined;
};

/** `true` is in the list, ABSENT is not. */
export type UrlField = true | typeof ABSENT | undefined;

/** The three lists of URLs, flattened: `callback:https://…`. */
export type Auth0ApplicationFields = {
  readonly [callback: `callback:${string}`]: UrlField;
  readonly [logout: `logout:${string}`]: UrlField;
  readonly [origin: `origin:${string}`]: UrlField;
};

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
export type ImageFields = {
  readonly [tag: `image:${string}`]: string | typeof ABSENT;
};

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

/** Names of a kind's fields, collections such as tags apart. */
export type FieldName<K extends Kind> = K extends Kind ? Single<keyof Specs[K]['fields']> : never;
type Single<F> = F extends string ? (Record<never, never> extends Record<F, 1> ? never : F) : never;

/** How a setting is written in the configuration file; a list has the words that it accepts. */
export type SettingShape = 'text' | 'texts' | 'boolean' | 'days' | readonly string[];

/** The names of one kind in settings. */
interface Names<K extends Kind> {
  /** Its part of `only`. */
  readonly part: string;
  /** Its word in `ignore`, and in permissions. */
  readonly ignore: string;
  /** Whether a run has several, which are listed below the prefix; an entry of `ignore` then contains a name. */
  readonly isListed?: true;
  /** The inputs of a kind of the application, with the shape that each has in the configuration file. */
  readonly settings?: Readonly<Record<string, SettingShape>>;
  /** The opt-in that deletes a kind of the application. */
  readonly deletion?: string;
  /** The fields that an entry of `ignore` can end with, beside tags. `keys` are all of the kind's `key:` fields. */
  readonly fields: Readonly<Record<FieldName<K>, true>> & { readonly keys?: true };
}

/**
 * Names of the kinds in settings, in the order of the documentation and of reports. They are apart from the
 * descriptors, since the input is validated before these are loaded.
 */
export const NAMES = {
  'AWS::Logs::LogGroup': {
    part: 'log-group',
    ignore: 'log-group',
    settings: {
      'log-group': 'text',
      'log-retention-days': 'days',
      /** @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CloudWatch_Logs_Log_Classes.html */
      'log-group-class': ['STANDARD', 'INFREQUENT_ACCESS'],
      'log-group-kms-key-id': 'text',
    },
    deletion: 'delete-log-group',
    fields: { retention: true, class: true, 'key-id': true },
  },
  'AWS::SSM::Parameter': {
    part: 'parameters',
    ignore: 'parameter',
    isListed: true,
    fields: { value: true, type: true, tier: true, 'key-id': true },
  },
  'AWS::SecretsManager::Secret': {
    part: 'secrets',
    ignore: 'secret',
    isListed: true,
    fields: { keys: true, 'key-id': true },
  },
  'AWS::ECR::Repository': {
    part: 'repository',
    ignore: 'repository',
    settings: {
      repository: 'text',
      'image-tag-mutability': 'text',
      'lifecycle-policy': 'text',
      'scan-on-push': 'boolean',
      'pull-accounts': 'texts',
    },
    deletion: 'delete-repository',
    fields: {
      mutability: true,
      exclusions: true,
      encryption: true,
      'key-id': true,
      lifecycle: true,
      'scan-on-push': true,
      'pull-accounts': true,
    },
  },
  Image: { part: 'image', ignore: 'image', fields: {} },
  'Auth0::Application': { part: 'auth0', ignore: 'auth0', fields: {} },
} as const satisfies { readonly [K in Kind]: Names<K> };

export type Part = (typeof NAMES)[Kind]['part'];
export type IgnoreWord = (typeof NAMES)[Kind]['ignore'];

/** The kinds in the order in which reports show them. */
export const ORDER = Object.keys(NAMES) as readonly Kind[];

type KindsWith<Property> = { [K in Kind]: (typeof NAMES)[K] extends Property ? K : never }[Kind];
/** Kinds that exist below the prefix. */
export type ListedKind = KindsWith<{ readonly isListed: true }>;
/** Kinds that belong to the application: its environments share one unless its name contains theirs. */
export type SharedKind = KindsWith<{ readonly deletion: string }>;

export function isShared(kind: Kind): kind is SharedKind {
  return 'deletion' in NAMES[kind];
}

export const SHARED_KINDS = ORDER.filter(isShared);

/** A resource that could not be read; the others go on. */
export class Unreadable {
  constructor(readonly error: unknown) {}
}

/** @returns the KMS key that the fields name; undefined if they name none */
export function keyIn({ 'key-id': key }: { readonly 'key-id'?: string | typeof ABSENT | undefined }) {
  return typeof key === 'string' ? key : undefined;
}

/** @returns a field by its name, whatever the kind */
export function fieldOf({ fields }: Spec, field: string): Field {
  return fields[field];
}

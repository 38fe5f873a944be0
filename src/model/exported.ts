/*
 * Existing resources with everything that Terraform compares: more than a run of the action reads.
 */

export type Tags = ReadonlyArray<readonly [key: string, value: string]>;

interface Exported {
  readonly name: string;
  readonly tags: Tags;
  /** Another owner, if any. */
  readonly ownedBy: string | undefined;
}

export interface ExportedLogGroup extends Exported {
  /** Days; undefined keeps logs for ever. */
  readonly retention: number | undefined;
  readonly class: string;
  readonly keyId: string | undefined;
  readonly isProtected: boolean;
}

export interface ExportedRepository extends Exported {
  readonly mutability: string;
  readonly exclusions: readonly string[];
  readonly encryption: string;
  readonly keyId: string | undefined;
  readonly scansOnPush: boolean;
  /** JSON, as AWS has it. */
  readonly lifecycle: string | undefined;
  readonly policy: string | undefined;
}

export interface ExportedParameter extends Exported {
  readonly type: string;
  readonly tier: string;
  readonly keyId: string | undefined;
  readonly description: string | undefined;
  readonly allowedPattern: string | undefined;
  readonly dataType: string | undefined;
  /** Terraform has no word for policies. */
  readonly hasPolicies: boolean;
}

export interface ExportedSecret extends Exported {
  readonly arn: string;
  /** Undefined where it has no value. */
  readonly version: string | undefined;
  readonly description: string | undefined;
  readonly keyId: string | undefined;
  readonly replicas: ReadonlyArray<{ readonly region: string; readonly keyId: string | undefined }>;
}

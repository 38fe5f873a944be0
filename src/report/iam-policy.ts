import type { Caller } from '../clients/identity.ts';
import type { Statement } from '../clients/permissions.ts';
import type { Kind } from '../model/spec.ts';
import type { ApplicationSettings } from '../settings/application.ts';
import type { Settings } from '../settings/settings.ts';

export interface Policy {
  readonly Version: '2012-10-17';
  readonly Statement: readonly Named[];
}
export interface Named extends Statement {
  readonly Sid: string;
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

/** What a policy depends on; a run is one. */
export interface Scope {
  readonly caller: Caller;
  readonly settings: Pick<Settings, 'mode' | 'prefix' | 'region' | 'only' | 'allow' | 'kmsKeyId'> & {
    readonly ownership: Pick<Settings['ownership'], 'prune'>;
  } & { readonly [Name in keyof ApplicationSettings]?: { readonly name: string } | undefined } & {
    readonly logGroup: { readonly name: string; readonly kmsKey?: string | undefined } | undefined;
    readonly repository:
      | Pick<NonNullable<Settings['repository']>, 'name' | 'lifecycle' | 'pullAccounts' | 'kmsKeyId'>
      | undefined;
    readonly image: object | undefined;
    readonly referred?: Settings['referred'];
  };
  readonly desired: { readonly destinations: ReadonlyArray<{ readonly kind: Kind }> };
}

/** The three roles of a deployment. */
export interface Policies {
  /** For mode apply, with what it takes away only where this configuration lets it. */
  readonly deployer: Policy;
  /** For modes plan and drift. Without the statements whose Sid ends with Values, all but the values is compared. */
  readonly reader: Policy;
  /** The task execution role of ECS. */
  readonly execution: Policy;
}

/**
 * A whole case: what somebody configures, what exists before, and what happens behind the action's back. Plain data, from which
 * both the run and the expectation are made.
 */
export type Tags = Readonly<Record<string, string>>;

export type Source = 'dotenv' | 'env-file' | 'variables' | 'file' | 'secrets';
/** What the README's table of classes says about a value. */
export type ValueKind = 'harmless' | 'opaque' | 'token' | 'empty';
export type NameKind = 'table' | 'secret' | 'measure' | 'neutral';

export interface Variable {
  readonly name: string;
  readonly nameKind: NameKind;
  readonly value: string;
  readonly valueKind: ValueKind;
  readonly source: Source;
}

export interface Rule {
  readonly match: string | readonly string[];
  readonly to: string | readonly string[];
  readonly key?: string | undefined;
  readonly write?: 'once' | 'always' | undefined;
}

/** One setting, wherever it is set: an input wins over `environments:`, that over the rest of the file. */
export interface Layered<T> {
  readonly input?: T | undefined;
  readonly environment?: T | undefined;
  readonly file?: T | undefined;
}

export interface Settings {
  readonly prefer: Layered<'secrets-manager' | 'ssm'>;
  readonly only: Layered<readonly string[]>;
  readonly tags: Layered<Tags>;
  readonly 'log-group': Layered<string>;
  readonly 'log-retention-days': Layered<number | 'never'>;
  readonly repository: Layered<string>;
  readonly 'image-tag-mutability': Layered<string>;
  readonly 'lifecycle-policy': Layered<string>;
  readonly adopt: Layered<boolean>;
  readonly 'on-empty': Layered<'auto' | 'skip' | 'fail'>;
  readonly allow: Layered<readonly string[]>;
  readonly prune: Layered<'off' | 'report' | 'delete'>;
}

export type Owner = 'created' | 'adopted' | 'nobody' | 'terraform' | 'cloudformation' | 'other';
export type ParameterType = 'String' | 'SecureString' | 'StringList';

export interface ExistingParameter {
  /** Below the application, like `prd/NAME`. */
  readonly path: string;
  /** undefined: the value that is configured. */
  readonly value: string | undefined;
  readonly type: ParameterType;
  readonly owner: Owner;
  readonly tags: Tags;
}
export interface ExistingSecret {
  readonly path: string;
  /** undefined: the configured values of the variables that the routing table names. */
  readonly keys: Readonly<Record<string, string>> | 'no object';
  readonly owner: Owner;
  readonly tags: Tags;
  readonly isDeleted: boolean;
}
export interface Existing {
  readonly parameters: readonly ExistingParameter[];
  readonly secrets: readonly ExistingSecret[];
  readonly logGroup:
    | {
        readonly retention: number | undefined;
        readonly owner: Owner;
        readonly tags: Tags;
        readonly holdsLogs: boolean;
      }
    | undefined;
  readonly repository:
    | {
        readonly mutability: 'MUTABLE' | 'IMMUTABLE';
        readonly owner: Owner;
        readonly tags: Tags;
        readonly keepLast: number | undefined;
      }
    | undefined;
}

/** Somebody else's change; `pick` chooses among what exists then. */
export interface Tampering {
  readonly what:
    | 'parameter value'
    | 'parameter type'
    | 'parameter tag'
    | 'parameter disowned'
    | 'parameter deleted'
    | 'secret key changed'
    | 'secret key removed'
    | 'secret key added'
    | 'secret tag'
    | 'secret scheduled'
    | 'secret deleted'
    | 'log group retention'
    | 'log group tag'
    | 'log group deleted'
    | 'repository mutability'
    | 'repository tag'
    | 'repository lifecycle'
    | 'repository deleted';
  readonly pick: number;
  readonly value: string;
}

export interface Configuration {
  readonly environment: string;
  readonly variables: readonly Variable[];
  readonly rules: readonly Rule[];
  readonly exact: readonly string[];
  readonly ignore: readonly string[];
  readonly settings: Settings;
  readonly existing: Existing;
  readonly tampering: readonly Tampering[];
  /** How many of the variables are gone when the run prunes. */
  readonly dropped: number;
  readonly pruneMany: boolean;
  /** What `mode: destroy` may take besides. */
  readonly destroyAllow: readonly string[];
}

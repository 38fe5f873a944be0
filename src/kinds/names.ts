import type { FieldName, Kind } from '../model/spec.ts';

/** The names of one kind in settings. */
interface Names<K extends Kind> {
  /** Its part of `only`. */
  readonly part: string;
  /** Its word in `ignore`. */
  readonly ignore: string;
  /** Whether an entry of `ignore` contains a name, since a run has several of the kind. */
  readonly isNamed: boolean;
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
    isNamed: false,
    fields: { retention: true, class: true, 'key-id': true },
  },
  'AWS::SSM::Parameter': {
    part: 'parameters',
    ignore: 'parameter',
    isNamed: true,
    fields: { value: true, type: true, tier: true, 'key-id': true },
  },
  'AWS::SecretsManager::Secret': {
    part: 'secrets',
    ignore: 'secret',
    isNamed: true,
    fields: { keys: true, 'key-id': true },
  },
  'AWS::ECR::Repository': {
    part: 'repository',
    ignore: 'repository',
    isNamed: false,
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
  Image: { part: 'image', ignore: 'image', isNamed: false, fields: {} },
  'Auth0::Application': { part: 'auth0', ignore: 'auth0', isNamed: false, fields: {} },
} as const satisfies { readonly [K in Kind]: Names<K> };

export type Part = (typeof NAMES)[Kind]['part'];
export type IgnoreWord = (typeof NAMES)[Kind]['ignore'];

/** The kinds in the order in which reports show them. */
export const ORDER = Object.keys(NAMES) as readonly Kind[];

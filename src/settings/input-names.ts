import { NAMES, SHARED_KINDS, type SharedKind } from '../model/spec.ts';

type ApplicationInput = { [K in SharedKind]: keyof (typeof NAMES)[K]['settings'] }[SharedKind];

const APPLICATION_INPUTS = SHARED_KINDS.flatMap(
  (kind) => Object.keys(NAMES[kind].settings) as ApplicationInput[],
);

/** The inputs that `action.yml` declares; a test holds the two together. */
export const INPUTS = [
  'mode',
  'prefix',
  'region',
  'dotenv',
  'env-file',
  'variables',
  'secrets',
  'config',
  'only',
  'prefer',
  'on-empty',
  'kms-key-id',
  ...APPLICATION_INPUTS,
  'tags',
  'allowed-account-ids',
  'allow',
  'adopt',
  'fail-on-drift',
  'image',
  'image-tags',
  'app-url',
  'auth0-domain',
  'auth0-management-client-id',
  'auth0-management-client-secret',
  'auth0-application-id',
  'auth0-urls',
  'prune',
  'confirm',
  'expect-plan',
  'comment-on-pr',
  'drift-issue',
  'task-definition',
  'container-name',
  'iam-policies',
  'github-token',
] as const;

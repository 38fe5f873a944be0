import { NAMES, SHARED_KINDS } from '../model/spec.ts';

/**
 * The words that settings accept, for inputs and for the schema of the configuration file.
 * It imports no more than names, since a run without a configuration file does not load zod.
 */

export const MODES = ['auto', 'plan', 'apply', 'drift', 'destroy'] as const;
/** The mode of a run; `auto` is resolved already. */
export type Mode = Exclude<(typeof MODES)[number], 'auto'>;

export const PARTS = Object.values(NAMES).map(({ part }) => part);
export type { Part } from '../model/spec.ts';

export const STORES = ['secrets-manager', 'ssm'] as const;
export type Store = (typeof STORES)[number];

export const ON_EMPTY = ['auto', 'skip', 'fail'] as const;
export type OnEmpty = (typeof ON_EMPTY)[number];

export const TIERS = ['auto', 'Standard', 'Advanced', 'Intelligent-Tiering'] as const;
export type Tier = (typeof TIERS)[number];

export const OPT_INS = [
  'shorten-retention',
  'change-type',
  'loosen',
  ...SHARED_KINDS.map((kind) => NAMES[kind].deletion),
  'prune-many',
] as const;
export type OptInName = (typeof OPT_INS)[number];

export const LOG_GROUP_CLASSES = NAMES['AWS::Logs::LogGroup'].settings['log-group-class'];
export type LogGroupClass = (typeof LOG_GROUP_CLASSES)[number];

export const AUTH0_URLS = ['ensure', 'follow', 'exact', 'remove'] as const;
export type Auth0Urls = (typeof AUTH0_URLS)[number];

export const PRUNES = ['off', 'report', 'delete'] as const;
export type Prune = (typeof PRUNES)[number];

export const COMMENT_ON_PR = ['always', 'changes-only', 'false'] as const;
export type CommentOnPr = (typeof COMMENT_ON_PR)[number];

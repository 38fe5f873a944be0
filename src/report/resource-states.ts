/** States of a resource, the most urgent first: one that has two changes shows the first of theirs. */
export const STATES = [
  'failed',
  'blocked',
  'skipped',
  'to-delete',
  'to-release',
  'missing',
  'drifted',
  'to-create',
  'to-update',
  'created',
  'updated',
  'deleted',
  'released',
  'orphan',
  'kept',
  'unmanaged',
  'not-created',
  'unchanged',
] as const;
export type State = (typeof STATES)[number];

/** Whether old and new values of plain parameters may be shown: not where strangers read. */
export type Values = 'shown' | 'hidden';

/** A side of a difference: a value that may be shown, or why there is none. */
export type Side =
  | {
      readonly text: string;
      /** A value in words, such as `30 days`. */
      readonly isWords: boolean;
    }
  /** There is a value, and it is not shown. */
  | 'hidden'
  /** It was read, and is not there. */
  | 'missing'
  /** The role may not read it, or AWS does not give it out in this state. */
  | 'unread'
  /** An entry of a list that is there. */
  | 'listed'
  /** It is to be removed. */
  | 'removed';

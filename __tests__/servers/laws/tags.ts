import { Invalid, Refusal } from '../protocol.ts';

export type TagMap = Readonly<Record<string, string>>;
export interface TagList {
  readonly Key?: string;
  readonly Value?: string;
}

const LEGAL = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u;

export const toMap = (tags: readonly TagList[] | undefined): TagMap =>
  Object.fromEntries((tags ?? []).map(({ Key = '', Value = '' }) => [Key, Value]));

/** One law for all four services; only the error codes differ. */
export function checkTags(added: TagMap, existing: TagMap, codes: { shape: string; count: string }): void {
  for (const [key, value] of Object.entries(added)) {
    checkKey(key, codes.shape);
    if (!LEGAL.test(key) || !LEGAL.test(value)) {
      const sent = `Value '${LEGAL.test(key) ? value : key}' at 'tags'`;
      throw new Invalid(
        codes.shape,
        `1 validation error detected: ${sent} failed to satisfy constraint: Member must satisfy regular expression pattern: ^([\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]*)$`,
      );
    }
    if ([...value].length > 256)
      throw new Invalid(codes.shape, 'Member must have length less than or equal to 256');
  }
  const own = Object.keys({ ...existing, ...added }).filter((key) => !/^aws:/i.test(key));
  if (own.length > 50) throw new Refusal(codes.count, 'A resource can have at most 50 tags.');
}

export function checkKey(key: string, code: string): void {
  if (/^aws:/i.test(key))
    throw new Invalid(code, 'Tag keys that begin with "aws:" are reserved for AWS use.');
  if (key.length < 1 || [...key].length > 128) {
    throw new Invalid(code, 'A tag key must have between 1 and 128 characters.');
  }
}

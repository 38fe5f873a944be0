import { Secret } from '../secret.ts';
import type { Field } from './fields.ts';

/** @returns whether two fields hold the same. */
export function isSame(a: Field, b: Field): boolean {
  if (a instanceof Secret) return a.equals(b);
  if (b instanceof Secret) return b.equals(a);
  return a === b;
}

/**
 * A KMS key may be named by id, ARN, alias or ARN of the alias. Id and ARN of one key are equal. An alias and an id
 * cannot be compared without a call to KMS, which needs another permission.
 */
export function compareKeys(a: Field, b: Field): 'same' | 'different' | 'unclear' {
  if (typeof a !== 'string' || typeof b !== 'string') return isSame(a, b) ? 'same' : 'different';
  const [left, right] = [keyName(a), keyName(b)];
  if (left === right) return 'same';
  const isAlias = (name: string) => name.startsWith('alias/');
  if (isAlias(left) === isAlias(right)) return 'different';
  // The key that AWS manages is always named by its alias, so any id is another key.
  return [left, right].some((name) => name.startsWith('alias/aws/')) ? 'different' : 'unclear';
}

/** `arn:aws:kms:us-west-2:123456789012:key/ID` → `ID`; `arn:…:alias/x` → `alias/x`. */
function keyName(key: string): string {
  const resource = key.startsWith('arn:') ? key.split(':').slice(5).join(':') : key;
  return resource.startsWith('key/') ? resource.slice('key/'.length) : resource;
}

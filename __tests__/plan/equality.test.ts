import { describe, expect, it } from 'vitest';
import { compareKeys, isSame } from '../../src/model/equality.ts';
import { ABSENT, type Field } from '../../src/model/fields.ts';
import { Secret } from '../../src/secret.ts';

const secret = (text: string) => new Secret(text);

describe('two fields are the same', () => {
  it.each<[Field, Field, boolean]>([
    ['a', 'a', true],
    ['a', 'b', false],
    [1, 1, true],
    [1, '1', false],
    [true, true, true],
    [secret('a'), secret('a'), true],
    [secret('a'), secret('b'), false],
    [secret('a'), 'a', true],
    ['a', secret('a'), true],
    [secret('***'), secret('a'), false],
    [secret('a'), '***', false],
    [ABSENT, ABSENT, true],
    [ABSENT, undefined, false],
    [secret('a'), ABSENT, false],
    [ABSENT, secret('a'), false],
  ])('%s %s: %s', (a, b, same) => {
    expect(isSame(a, b)).toBe(same);
    expect(isSame(b, a)).toBe(same);
  });
});

describe('two names of a KMS key are', () => {
  it.each<[Field, Field, string]>([
    ['alias/a', 'alias/a', 'same'],
    ['alias/a', 'arn:aws:kms:us-west-2:1:alias/a', 'same'],
    ['arn:aws-cn:kms:cn-north-1:1:key/k', 'k', 'same'],
    ['key/k', 'k', 'same'],
    ['k', 'l', 'different'],
    ['alias/a', 'alias/b', 'different'],
    ['alias/a', 'k', 'unclear'],
    ['alias/a', 'arn:aws:kms:us-west-2:1:key/k', 'unclear'],
    ['alias/aws/ssm', 'k', 'different'],
    ['alias/aws/ssm', 'alias/aws/ssm', 'same'],
    ['alias/aws/ssm', 'alias/a', 'different'],
    [ABSENT, 'alias/a', 'different'],
    [undefined, 'k', 'different'],
    [ABSENT, ABSENT, 'same'],
  ])('%s %s: %s', (a, b, verdict) => {
    expect(compareKeys(a, b)).toBe(verdict);
    expect(compareKeys(b, a)).toBe(verdict);
  });
});

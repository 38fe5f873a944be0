import { describe, expect, it } from 'vitest';
import {
  logGroupNameFault,
  RETENTION_DAYS,
  repositoryNameFault,
  retentionFault,
} from '../../src/settings/application.ts';
import {
  bundleNameFault,
  kmsKeyFault,
  newSecretNameFault,
  parameterNameFault,
  prefixFault,
  secretNameFault,
  tagFault,
} from '../../src/settings/limits.ts';

const segments = (count: number) => Array.from({ length: count }, () => '/a').join('');

describe('a prefix', () => {
  it.each(['/papyrus/prd', '/a/b', '/a.b-c_D/1', segments(14), '/papyrus/aws', '/my-aws/prd'])(
    '%s',
    (prefix) => {
      expect(prefixFault(prefix)).toBeUndefined();
    },
  );
});

describe("a parameter's name", () => {
  // 1011 with the longest ARN that comes before it.
  const longest = `/a/${'x'.repeat(1011 - 'arn:aws-us-gov:ssm:ap-northeast-1:123456789012:parameter'.length - 3)}`;

  it.each(['/papyrus/prd/DB_USER', '/a/b.c-d', longest])('%s', (name) => {
    expect(parameterNameFault(name)).toBeUndefined();
  });

  it('has only letters of Parameter Store', () => {
    expect(parameterNameFault('/a/b c')).toBeDefined();
  });
});

describe("a secret's name", () => {
  it.each(['papyrus/prd/db', 'a+b=c.d@e-f', 'x'.repeat(512), 'db-abcde', 'db-abcdefg', 'db_abcdef'])(
    '%s',
    (name) => {
      expect(secretNameFault(name)).toBeUndefined();
    },
  );
});

it.each([
  ['db-abcdef', true],
  ['papyrus/prd/my-backup', true],
  ['papyrus/prd/my-stage1', true],
  ['papyrus/prd/my-backups', false],
  ['papyrus/prd/my_backup', false],
])('a secret of the name %s is only used where it exists: %s', (name, isRisky) => {
  expect(newSecretNameFault(name) !== undefined).toBe(isRisky);
});

describe('a bundle', () => {
  it('is one segment of the name of a secret', () => {
    expect(bundleNameFault('payments_2')).toBeUndefined();
    expect(bundleNameFault('')).toBeDefined();
    for (const name of ['payments/stripe', '/payments', 'payments/'])
      expect(bundleNameFault(name)).toBeDefined();
    expect(bundleNameFault('my-backup')).toBeUndefined();
  });
});

describe("a log group's name", () => {
  it.each(['/ecs/papyrus', 'a', '.-_/', '/aws/lambda', 'x'.repeat(512)])('%s', (name) => {
    expect(logGroupNameFault(name)).toBeUndefined();
  });
});

describe("a repository's name", () => {
  it.each(['papyrus', 'ab', 'a/b', 'a-b/c_d', 'a.b', '1a', 'x'.repeat(256)])('%s', (name) => {
    expect(repositoryNameFault(name)).toBeUndefined();
  });
});

describe('retention', () => {
  it('of 0 days, which is for ever to Terraform, is an error with the word for it', () => {
    expect(retentionFault(0)).toContain("Terraform's 0");
    expect(retentionFault(2)).not.toContain('Terraform');
  });

  it('takes the 22 numbers of CloudWatch', () => {
    expect(RETENTION_DAYS).toHaveLength(22);
    expect(RETENTION_DAYS.map(retentionFault).filter((fault) => fault !== undefined)).toEqual([]);
  });

  it.each([
    [0, 1],
    [2, 1],
    [4, 3],
    [10, 7],
    [100, 90],
    [364, 365],
    [5000, 3653],
  ])('not %i; the nearest is %i', (days, nearest) => {
    expect(retentionFault(days)).toContain(` ${nearest} (or: never)`);
  });
});

describe('a tag', () => {
  it.each([
    ['project', 'portfolio'],
    ['Kosten Stelle', 'Büro 7'],
    ['a:b/c=d+e-f@g_h.i', ''],
    ['x'.repeat(128), 'y'.repeat(256)],
    ['managed', 'managed-by'],
    ['名前', '値'],
  ])('%s=%s', (key, value) => {
    expect(tagFault(key, value)).toBeUndefined();
  });
});

describe('a KMS key', () => {
  it.each([
    'alias/papyrus',
    '1234abcd-12ab-34cd-56ef-1234567890ab',
    'arn:aws:kms:us-west-2:123456789012:key/1234abcd',
    'arn:aws-us-gov:kms:us-gov-west-1:123456789012:alias/a/b',
    'mrk-1234abcd12ab34cd56ef1234567890ab',
    `alias/${'x'.repeat(250)}`,
  ])('%s', (key) => {
    expect(kmsKeyFault(key)).toBeUndefined();
  });
});

/** What doctor reports of IAM's decisions. */
import { describe, expect, it } from 'vitest';
import { checkDecisions } from '../../src/cli/doctor-permissions.ts';
import type { Decision } from '../../src/clients/iam.ts';

const ROLE = 'arn:aws:iam::123456789012:role/papyrus-deploy';
const KEY = 'arn:aws:kms:us-west-2:123456789012:key/1';
const decide = (action: string, resource: string, decision: Decision['decision']): Decision => ({
  action,
  resource,
  decision,
  by: 'policy',
});

describe('permissions', () => {
  it('are there if one form of the ARN of a log group is allowed', () => {
    const group = 'arn:aws:logs:us-west-2:123456789012:log-group:/ecs/papyrus';
    const checks = checkDecisions(ROLE, [
      [
        decide('logs:PutRetentionPolicy', group, 'implicitDeny'),
        decide('logs:PutRetentionPolicy', `${group}:*`, 'allowed'),
      ],
    ]);
    expect(checks.map(({ status }) => status)).toEqual(['ok']);
  });

  it('are missing although another statement allows the same action, by way of another service, for example', () => {
    const checks = checkDecisions(ROLE, [
      [decide('kms:Decrypt', KEY, 'allowed')],
      [decide('kms:Decrypt', KEY, 'implicitDeny'), decide('kms:Encrypt', KEY, 'allowed')],
    ]);
    expect(checks.map(({ status }) => status)).toEqual(['failure']);
    expect(checks[0]?.text).toContain('1 of 2');
    expect(checks[0]?.cure).toContain('"Action":["kms:Decrypt"]');
  });
});

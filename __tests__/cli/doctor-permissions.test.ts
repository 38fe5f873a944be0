/** What doctor reports of IAM's decisions. */
import { describe, expect, it } from 'vitest';
import { checkCalls, checkDecisions } from '../../src/cli/doctor-permissions.ts';
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

describe('missing permissions', () => {
  const absent = decide(
    'ssm:PutParameter',
    'arn:aws:ssm:us-west-2:123456789012:parameter/p/DOCTOR',
    'implicitDeny',
  );
  const cureOf = (principal: string, ...decisions: Decision[]) =>
    checkDecisions(principal, [decisions])[0]?.cure;

  it('of an explicit deny are not cured by another policy of the role', () => {
    const checks = checkDecisions(ROLE, [[decide('kms:Decrypt', KEY, 'explicitDeny')]]);
    expect(checks.map(({ status }) => status)).toEqual(['failure']);
    expect(checks[0]?.text).toContain('kms:Decrypt');
    expect(checks[0]?.cure).not.toContain('put-role-policy');
  });

  it.each(['organization', 'boundary'] as const)('by the %s are told apart from those of the role', (by) => {
    const checks = checkDecisions(ROLE, [[{ ...decide('kms:Decrypt', KEY, 'implicitDeny'), by }, absent]]);
    expect(checks.map(({ status }) => status)).toEqual(['failure', 'failure']);
    expect(checks[0]?.text).toContain(by);
    expect(checks[0]?.cure).not.toContain('put-role-policy');
    expect(checks[1]?.cure).toContain('"Action":["ssm:PutParameter"]');
  });

  it('of a user are added to the user', () => {
    expect(cureOf('arn:aws:iam::123456789012:user/mai', absent)).toMatch(
      /^aws iam put-user-policy --user-name mai /,
    );
  });

  it('of a name without a path are added to a role', () => {
    expect(cureOf('papyrus-deploy', absent)).toMatch(/^aws iam put-role-policy --role-name papyrus-deploy /);
  });

  it('are added for both forms of the ARN of a log group', () => {
    const group = 'arn:aws:logs:us-west-2:123456789012:log-group:/ecs/papyrus';
    const both = [group, `${group}:*`].map((one) => decide('logs:TagResource', one, 'implicitDeny'));
    expect(cureOf(ROLE, ...both)).toContain(`"Resource":["${group}","${group}:*"]`);
  });
});

describe('permissions without a simulation', () => {
  it('are all known where nothing is written', () => {
    const checks = checkCalls([], { reads: 3, writes: [] });
    expect(checks.map(({ status }) => status)).toEqual(['ok']);
  });

  it('are each reported once where a call is denied', () => {
    const denied = ['/a', '/b'].map((resource) => ({ action: 'ssm:GetParameters', resource }));
    const checks = checkCalls(denied, { reads: 3, writes: ['ssm:PutParameter'] });
    expect(checks.map(({ status }) => status)).toEqual(['failure', 'warning']);
    expect(checks[0]?.cure).toContain('ssm:GetParameters');
    expect(checks[1]?.text).toContain('ssm:PutParameter');
  });
});

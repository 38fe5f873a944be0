import { expect, it } from 'vitest';
import type { Change } from '../../src/model/change.ts';
import type { Kind, Metadata } from '../../src/model/spec.ts';
import { unreadRemarks } from '../../src/plan/plan-properties.ts';
import { OURS, spec } from './wishes.ts';

/** What was compared without its value. */
function unread(kind: Kind, name: string, metadata: Metadata = { unread: true, arn: 'arn:x' }): Change {
  const stands = spec(kind, OURS, metadata, name);
  return {
    ...{ id: `${kind} ${name}`, kind, name, action: 'none', desired: stands, observed: stands },
    ...{ differences: [], notes: [] },
  } as Change;
}
const SSM = 'AWS::SSM::Parameter';
const SM = 'AWS::SecretsManager::Secret';

it.each<[what: string, plan: Change[]]>([
  ['1 parameter', [unread(SSM, '/p/e/A')]],
  ['2 parameters', [unread(SSM, '/p/e/A'), unread(SSM, '/p/e/B')]],
  ['1 secret', [unread(SM, 'p/e/a')]],
  ['1 parameter and 2 secrets', [unread(SM, 'p/e/a'), unread(SSM, '/p/e/A'), unread(SM, 'p/e/b')]],
  ['1 secret, whatever number of changes it has', [unread(SM, 'p/e/a'), unread(SM, 'p/e/a')]],
])('%s', (what, plan) => {
  const count = what.replace(/,.*/, '');
  expect(unreadRemarks(plan)).toEqual([
    `value not compared: the role may not read it: ${count}. Existence, type, tier, key and tags were compared`,
  ]);
});

it('nothing is said where all was read', () => {
  expect(unreadRemarks([unread(SSM, '/p/e/A', { arn: 'arn:x' })])).toEqual([]);
});

it('what has no ARN is named', () => {
  expect(unreadRemarks([unread(SSM, '/p/e/A', { unread: true }), unread(SSM, '/p/e/B')])[1]).toBe(
    'AWS did not return the ARN of /p/e/A, so the outputs leave it out',
  );
});

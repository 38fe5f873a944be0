import { describe, expect, it } from 'vitest';
import type { Change } from '../../src/model/change.ts';
import type { Field } from '../../src/model/fields.ts';
import type { Kind, Metadata } from '../../src/model/spec.ts';
import { correctionOf, correctionSteps, isFirstRun, unreadRemarks } from '../../src/plan/plan-properties.ts';
import { changeOfUnconfigured } from '../../src/plan/prune.ts';
import { issueText } from '../../src/report/drift-issue.ts';
import { steps } from '../../src/report/messages.ts';
import { guidance, guidanceOf } from '../../src/report/sections/guidance.ts';
import { runOf } from '../report/runs.ts';
import { OURS, spec } from './desired-resources.ts';
import { parameter } from './orphans.ts';

const GIVEN = { inputs: { mode: 'plan', variables: 'A=1\nB=2' } };
const existing = (name: string, value: string) => ({
  name,
  fields: { value, type: 'String', 'tag:managed-by': 'aws-bootstrap' },
  metadata: { version: '1' },
});

it('a prefix below which nothing exists may be a misspelt one, and the summary says so', () => {
  const run = runOf(GIVEN);
  expect(isFirstRun(run.plan)).toBe(true);
  expect(guidanceOf(run).may).toContain(steps.firstRun('/papyrus/prd', 'us-west-2'));
});

it('one parameter that exists, as configured or not, tells that it is the right one', () => {
  for (const value of ['1', 'other']) {
    const run = runOf(GIVEN, {
      'AWS::SSM::Parameter': new Map([['/papyrus/prd/A', existing('/papyrus/prd/A', value)]]),
    });
    expect(isFirstRun(run.plan)).toBe(false);
    expect(guidanceOf(run).may).not.toContain(steps.firstRun('/papyrus/prd', 'us-west-2'));
  }
});

it('log group and repository alone tell nothing', () => {
  expect(isFirstRun(runOf({ inputs: { mode: 'plan' } }).plan)).toBe(false);
});

it('what we created and is no longer configured tells that it is the right one, and what is of others does not', () => {
  const run = runOf(GIVEN);
  const orphan = (owner: 'created' | 'others') =>
    changeOfUnconfigured(parameter('OLD', owner), { action: 'keep', notes: [] });
  expect(isFirstRun([...run.plan, orphan('created')])).toBe(false);
  expect(isFirstRun([...run.plan, orphan('others')])).toBe(true);
});

/** Resources that were compared without their values. */
function unread(kind: Kind, name: string, metadata: Metadata = { unread: true, arn: 'arn:x' }): Change {
  const existing = spec(kind, OURS, metadata, name);
  return {
    ...{ id: `${kind} ${name}`, kind, name, action: 'none', desired: existing, observed: existing },
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

const GROUP = '/ecs/papyrus';
const drift = (fields: Readonly<Record<string, Field>>, metadata: Metadata = {}) =>
  runOf(
    { inputs: { mode: 'drift', only: 'log-group' } },
    {
      'AWS::Logs::LogGroup': new Map([
        [GROUP, { name: GROUP, fields: { ...OURS, retention: 1, class: 'STANDARD', ...fields }, metadata }],
      ]),
    },
  );

describe('what corrects a drift', () => {
  it.each<[what: string, run: ReturnType<typeof drift>, correction: object, says: string[], never: string[]]>(
    [
      [
        'an apply',
        drift({ retention: 1, 'tag:managed-by': 'aws-bootstrap:adopted', ...{} }),
        { byApply: false, optIns: [], blockedForGood: 0 },
        [],
        ['allow:'],
      ],
      [
        'an opt-in alone',
        drift({ retention: 30 }),
        { byApply: false, optIns: ['shorten-retention'], blockedForGood: 0 },
        ['allow: shorten-retention'],
        ['cannot be corrected'],
      ],
      [
        'nothing of ours',
        drift({ retention: 30 }, { ownedBy: 'the CloudFormation stack x' }),
        { byApply: false, optIns: [], blockedForGood: 1 },
        ['cannot be corrected'],
        ['mode: apply', 'allow:'],
      ],
    ],
  )('%s', (_what, run, correction, says, never) => {
    expect(correctionOf(run.plan)).toEqual(correction);
    if (says.length === 0) return;
    for (const text of [
      run.failure?.text ?? '',
      guidance(run)?.rows.join('\n') ?? '',
      issueText(run, { isPublic: false, pullRequest: undefined }),
    ]) {
      for (const words of says) expect(text).toContain(words);
      for (const words of never) expect(text).not.toContain(words);
    }
  });

  it('an apply, and an opt-in for the rest', () => {
    const steps = correctionSteps({ byApply: true, optIns: ['loosen'], blockedForGood: 2 });
    expect(steps).toHaveLength(3);
    expect(steps[0]).toContain('mode: apply');
    expect(steps[1]).toContain('allow: loosen');
    expect(steps[1]).not.toContain('mode: apply');
    expect(correctionSteps({ byApply: false, optIns: [], blockedForGood: 0 })).toEqual([]);
  });
});

it('an apply corrects what is missing', () => {
  const run = runOf({ inputs: { mode: 'drift', only: 'log-group' } });
  expect(correctionOf(run.plan)).toEqual({ byApply: true, optIns: [], blockedForGood: 0 });
  expect(run.failure?.text).toContain('Drift: 1 of 1 resource ');
  expect(run.failure?.text).toContain('mode: apply');
});

import { describe, expect, it } from 'vitest';
import type { Change } from '../../src/model/change.ts';
import { ABSENT, type Field } from '../../src/model/fields.ts';
import type { Kind, Metadata } from '../../src/model/spec.ts';
import {
  correctionOf,
  correctionSteps,
  isFirstRun,
  isForeign,
  isUnread,
  removalOf,
  unreadRemarks,
} from '../../src/plan/plan-properties.ts';
import { changeOfUnconfigured } from '../../src/plan/prune.ts';
import { issueText } from '../../src/report/drift-issue.ts';
import { steps } from '../../src/report/messages.ts';
import { guidance, guidanceOf } from '../../src/report/sections/guidance.ts';
import { runOf } from '../report/runs.ts';
import { changeOf } from './changes.ts';
import { OURS, spec } from './desired-resources.ts';
import { parameter } from './orphans.ts';

const SSM = 'AWS::SSM::Parameter';
const SM = 'AWS::SecretsManager::Secret';
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

it('a log group that another environment created before tells nothing', () => {
  const group = spec('AWS::Logs::LogGroup', { ...OURS, retention: 1, class: 'STANDARD' });
  const run = runOf(GIVEN, { 'AWS::Logs::LogGroup': new Map([['/ecs/papyrus', group]]) });
  expect(isFirstRun(run.plan)).toBe(true);
});

describe('a removal', () => {
  const released = { field: 'tag:managed-by', from: 'aws-bootstrap:adopted', to: ABSENT } as const;
  it.each<[what: string, change: Change, removal: 'deleted' | 'released' | undefined]>([
    ['a deletion', changeOf(SSM, { action: 'delete', existing: OURS }), 'deleted'],
    [
      'an update that removes the ownership tag',
      changeOf(SSM, {
        action: 'update',
        differences: [{ field: 'tag:project', from: 'a', to: 'b' }, released],
      }),
      'released',
    ],
    [
      'the same, as long as it is blocked',
      changeOf(SSM, { action: 'blocked', differences: [released] }),
      undefined,
    ],
    [
      'an adoption',
      changeOf(SSM, {
        action: 'update',
        differences: [{ field: 'tag:managed-by', from: ABSENT, to: 'aws-bootstrap:adopted' }],
      }),
      undefined,
    ],
    [
      'an update that removes another tag',
      changeOf(SSM, { action: 'update', differences: [{ field: 'tag:project', from: 'a', to: ABSENT }] }),
      undefined,
    ],
    ['a resource that stays as it is', changeOf(SSM), undefined],
  ])('%s', (_what, change, removal) => {
    expect(removalOf(change)).toBe(removal);
  });
});

it.each<[what: string, change: Change, foreign: boolean]>([
  ['unmanaged below the prefix', changeOf(SSM, { unwanted: true }), true],
  ['an orphan that stays', changeOf(SSM, { unwanted: true, existing: OURS }), false],
  ['an orphan that is deleted', changeOf(SSM, { unwanted: true, action: 'delete' }), false],
  ['a configured resource', changeOf(SSM), false],
])('%s is unmanaged: %s', (_what, change, foreign) => {
  expect(isForeign(change)).toBe(foreign);
});

it.each<[what: string, field: string, metadata: Metadata | undefined, unread: boolean]>([
  ['of a resource that does not exist', 'value', undefined, false],
  ['that was read', 'value', {}, false],
  ['that the role may not read', 'value', { unread: true }, true],
  ['that the role may not read', 'key:password', { unread: true }, true],
  ['of a secret that is scheduled for deletion', 'key:password', { scheduledForDeletion: true }, true],
  ['of a secret that holds no JSON object', 'key:password', { unusable: 'it holds binary data' }, true],
  ['that is listed beside a value', 'type', { unread: true }, false],
  ['that is listed beside a value', 'tag:key:', { unread: true }, false],
])('a field %s (%s) with %j is unknown: %s', (_what, field, metadata, unread) => {
  expect(isUnread(field, metadata === undefined ? undefined : spec(SSM, OURS, metadata))).toBe(unread);
});

/** Resources that were compared without their values. */
function unread(kind: Kind, name: string, metadata: Metadata = { unread: true, arn: 'arn:x' }): Change {
  const existing = spec(kind, OURS, metadata, name);
  return {
    ...{ id: `${kind} ${name}`, kind, name, action: 'none', desired: existing, observed: existing },
    ...{ differences: [], notes: [] },
  } as Change;
}

it.each<[what: string, plan: Change[]]>([
  ['1 parameter, beside one that is created', [unread(SSM, '/p/e/A'), changeOf(SSM, { action: 'create' })]],
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
  const nameless = ['/p/e/A', '/p/e/C'].map((name) => unread(SSM, name, { unread: true }));
  expect(unreadRemarks([...nameless, unread(SSM, '/p/e/B')])[1]).toBe(
    'AWS did not return the ARN of /p/e/A, /p/e/C, so the outputs leave it out',
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

  /** @returns the settings that each step names */
  const settingsOf = (...correction: Parameters<typeof correctionSteps>) =>
    correctionSteps(correction[0], (setting) => `<${setting}>`).map((step) => step.match(/<.*?>/g) ?? []);

  it.each<[what: string, correction: Parameters<typeof correctionSteps>[0], settings: string[][]]>([
    ['nothing', { byApply: false, optIns: [], blockedForGood: 0 }, []],
    ['an apply', { byApply: true, optIns: [], blockedForGood: 0 }, [['<mode: apply>']]],
    [
      'opt-ins alone',
      { byApply: false, optIns: ['change-type', 'loosen'], blockedForGood: 0 },
      [['<mode: apply>', '<allow: change-type, loosen>']],
    ],
    [
      'an apply, and an opt-in for the rest',
      { byApply: true, optIns: ['loosen'], blockedForGood: 2 },
      [['<mode: apply>'], ['<allow: loosen>'], []],
    ],
  ])('%s', (_what, correction, settings) => {
    expect(settingsOf(correction)).toEqual(settings);
  });

  it('reads as one sentence for each way', () => {
    const [, optIn] = correctionSteps({ byApply: true, optIns: ['loosen'], blockedForGood: 0 });
    expect(optIn).toMatch(/^For what .*, add allow: loosen$/);
    const [alone] = correctionSteps({ byApply: false, optIns: ['loosen'], blockedForGood: 0 });
    expect(alone).toMatch(/^Re-run with mode: apply and allow: loosen$/);
  });

  it.each([
    [1, /^1 blocked difference .* reason$/],
    [2, /^2 blocked differences .* reasons$/],
  ])('%d blocked for good', (blockedForGood, said) => {
    const [step] = correctionSteps({ byApply: false, optIns: [], blockedForGood });
    expect(step).toMatch(said);
  });

  it.each<[what: string, plan: Change[], correction: ReturnType<typeof correctionOf>]>([
    [
      'an apply, where one is to be updated',
      [changeOf(SSM, { action: 'update' })],
      { byApply: true, optIns: [], blockedForGood: 0 },
    ],
    [
      'an apply, where one is to be deleted',
      [changeOf(SSM, { action: 'delete' })],
      { byApply: true, optIns: [], blockedForGood: 0 },
    ],
    [
      'each opt-in once, in one order',
      (['loosen', 'change-type', 'loosen'] as const).map((consent) =>
        changeOf(SSM, { action: 'blocked', blocked: { reason: 'x', consent } }),
      ),
      { byApply: false, optIns: ['change-type', 'loosen'], blockedForGood: 0 },
    ],
    [
      'nothing, where it could not be read',
      [changeOf(SSM, { action: 'blocked', unreadable: { error: new Error('x') } })],
      { byApply: false, optIns: [], blockedForGood: 0 },
    ],
  ])('is %s', (_what, plan, correction) => {
    expect(correctionOf(plan)).toEqual(correction);
  });
});

it('an apply corrects what is missing', () => {
  const run = runOf({ inputs: { mode: 'drift', only: 'log-group' } });
  expect(correctionOf(run.plan)).toEqual({ byApply: true, optIns: [], blockedForGood: 0 });
  expect(run.failure?.text).toContain('Drift: 1 of 1 resource ');
  expect(run.failure?.text).toContain('mode: apply');
});

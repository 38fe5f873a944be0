import { describe, expect, it } from 'vitest';
import type { Field } from '../../src/model/fields.ts';
import type { Metadata } from '../../src/model/spec.ts';
import { correctionOf, correctionSteps } from '../../src/plan/correction.ts';
import { issueText } from '../../src/report/drift-issue.ts';
import { guidance } from '../../src/report/sections/guidance.ts';
import { runOf } from '../report/runs.ts';
import { OURS } from './desired-resources.ts';

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

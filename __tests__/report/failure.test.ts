import { describe, expect, it } from 'vitest';
import { AwsError } from '../../src/clients/errors.ts';
import { UserFacingError } from '../../src/clients/explanation.ts';
import { reasonOf } from '../../src/failure.ts';
import { Unreadable } from '../../src/model/spec.ts';
import { errorText } from '../../src/report/failure.ts';
import { sdkError } from '../clients/clock.ts';
import { OURS, spec } from '../plan/desired-resources.ts';
import { leftBy, runOf } from './runs.ts';

const LOG = 'AWS::Logs::LogGroup';
const shortened = {
  [LOG]: new Map([['/ecs/papyrus', spec(LOG, { ...OURS, retention: 30, class: 'STANDARD' })]]),
};
const denied = new AwsError(sdkError('AccessDeniedException', 400), 'ssm:PutParameter', 'x', true);

describe('a run fails', () => {
  it.each([
    ['plan', undefined],
    ['apply', { reason: 'blocked', text: '1 configured change is blocked, and the rest was done.' }],
    [
      'drift',
      {
        reason: 'drifted',
        text: 'Drift: 1 of 1 resource differs from the configuration. Re-run with mode: apply and allow: shorten-retention',
      },
    ],
  ])('in %s where something is blocked: %o', (mode, failure) => {
    expect(runOf({ inputs: { mode, only: 'log-group' } }, shortened).failure).toEqual(failure);
  });

  it('in apply where something failed, by the reason of AWS, with what failed by each', () => {
    const names = Array.from({ length: 12 }, (_, index) => `A${index}`);
    const run = runOf(
      { inputs: { dotenv: names.map((name) => `${name}=x`).join('\n'), only: 'parameters' } },
      {},
      Object.fromEntries(
        names.map((name, index) => [`/papyrus/prd/${name}`, index === 0 ? new Error('odd') : denied]),
      ),
    );
    expect(run.failure?.reason).toBe('access-denied');
    expect(run.failure?.text).toMatch(
      /^12 of 12 .*access denied \(11 parameters\), internal error \(1 parameter\)/,
    );
  });

  it('by a mistake of ours where no error is of AWS', () => {
    expect(
      runOf({ inputs: { dotenv: 'A=1' } }, {}, { '/papyrus/prd/A': new Error('odd') }).failure?.reason,
    ).toBe('internal');
  });

  it.each(['plan', 'apply', 'drift'])('in %s where something could not be read', (mode) => {
    const observed = { [LOG]: new Map([['/ecs/papyrus', new Unreadable(denied)]]) };
    expect(runOf({ inputs: { mode, only: 'log-group' } }, observed).failure).toMatchObject({
      reason: 'access-denied',
    });
  });
});

it.each<[thrown: unknown, kind: string]>([
  [new RangeError('canary'), 'RangeError'],
  [new Error('canary'), 'Error'],
  [Object.assign(new Error('canary'), { code: 'canary' }), 'Error'],
  ['canary', 'string'],
  [undefined, 'undefined'],
  [{ message: 'canary' }, 'object'],
])('what is none of ours is reported by its kind, whatever was thrown: %o', (thrown, kind) => {
  expect(errorText(thrown)).toBe(`something unexpected happened (${kind}); please report it`);
  expect(reasonOf(thrown)).toBe('internal');
});

it('what the system refuses is reported by its code, without the path', () => {
  const thrown = Object.assign(new Error('ENOSPC: no space left on device, write canary'), {
    code: 'ENOSPC',
  });
  expect(errorText(thrown)).toBe('the system refuses it (ENOSPC)');
});

it('an error that a provider throws keeps its text', () => {
  expect(errorText(new UserFacingError('an image is deleted with its repository'))).toBe(
    'an image is deleted with its repository',
  );
});

describe('a run does not fail', () => {
  it.each(['plan', 'apply', 'drift'])('in %s where all is as configured', (mode) => {
    const given = { inputs: { dotenv: 'A=1' } };
    expect(runOf({ inputs: { ...given.inputs, mode } }, leftBy(runOf(given))).failure).toBeUndefined();
  });

  it('in drift where that is not asked for', () => {
    expect(runOf({ inputs: { mode: 'drift', 'fail-on-drift': 'false' } }).failure).toBeUndefined();
  });

  it('in plan where much is to be done', () => {
    expect(runOf({ inputs: { mode: 'plan' } }).failure).toBeUndefined();
  });
});

/** The words of the drift issue, and the marker by which it is found again. */
import { describe, expect, it } from 'vitest';
import type { Observed } from '../../src/plan/plan.ts';
import { findings, findingsHash, issueText } from '../../src/report/drift-issue.ts';
import { marked, marker, stateOf } from '../../src/report/marker.ts';
import { type Facts, Unreadable } from '../../src/resources/resource.ts';
import { OURS, spec } from '../plan/wishes.ts';
import { runOf } from './runs.ts';

const SSM = 'AWS::SSM::Parameter';
const PORT = '/papyrus/prd/PORT';
const RUN = 'https://github.example/papyrus/demo/actions/runs/7';

const standing = (value: string, facts: Facts = {}): Observed => ({
  [SSM]: new Map([[PORT, spec(SSM, { ...OURS, type: 'String', value }, { version: '3', ...facts }, PORT)]]),
});
const drift = (observed: Observed = {}, inputs = {}) =>
  runOf({ inputs: { variables: 'PORT=2', only: 'parameters', mode: 'drift', ...inputs } }, observed);
const text = (observed: Observed, { isPublic = false, url = RUN } = {}) =>
  issueText(drift(observed), { pullRequest: undefined, isPublic }, url);

describe('the issue', () => {
  it('tells what differs, and the run that found it', () => {
    const body = text(standing('9'));
    expect(body).toContain(`is not what is wanted. Found by [this run](${RUN}).`);
    expect(body).toContain('| value | 9 | 2 |');
  });

  it('names no run where the runner tells no address', () => {
    const body = text(standing('9'), { url: '' });
    expect(body).toContain('is not what is wanted.\n');
    expect(body).not.toContain('this run');
  });

  it('shows strangers no value', () => {
    expect(text(standing('9'), { isPublic: true })).toContain('| value | a value | another value |');
  });

  it.each<[what: string, facts: Facts, row: string]>([
    [
      'the session of a role, without the account',
      {
        modifiedBy: 'arn:aws:sts::123456789012:assumed-role/admin/alice',
        modifiedAt: '2026-01-02T03:04:05Z',
      },
      '`assumed-role/admin/alice` | 2026-01-02T03:04:05Z |',
    ],
    ['who is named otherwise', { modifiedBy: 'root' }, '`root` |  |'],
    ['when alone', { modifiedAt: '2026-01-02T03:04:05Z' }, ' | 2026-01-02T03:04:05Z |'],
  ])('tells who changed it last: %s', (_what, facts, row) => {
    const body = text(standing('9', facts));
    expect(body).toContain('### Who changed it last');
    expect(body).toContain(`| parameter \`${PORT}\` | ${row}`);
    expect(body).not.toContain('123456789012');
  });

  it.each<[what: string, observed: Observed]>([
    ['what is missing', {}],
    ['what AWS tells no author of', standing('9')],
  ])('does not guess who is behind %s', (_what, observed) => {
    expect(text(observed)).not.toContain('Who changed it last');
  });
});

describe('what is known after a run', () => {
  const unreadable: Observed = { [SSM]: new Map([[PORT, new Unreadable(new Error('x'))]]) };

  it.each<[what: string, mode: string, observed: Observed, known: string]>([
    ['drift', 'drift', standing('9'), 'drift'],
    ['all as it should be', 'drift', standing('2'), 'clean'],
    ['nothing, where something could not be read', 'drift', unreadable, 'unknown'],
    ['that an apply has healed it', 'apply', standing('9'), 'clean'],
    ['nothing, where an apply failed', 'apply', unreadable, 'unknown'],
    ['nothing, by a plan', 'plan', standing('2'), 'unknown'],
  ])('%s (%s)', (_what, mode, observed, known) => {
    expect(findings(drift(observed, { mode }))).toBe(known);
  });

  it('has another hash for another version, and says whether values are in it', () => {
    expect(findingsHash(drift(standing('9')))).toMatch(/^[0-9a-f]{16}-values$/);
    expect(findingsHash(drift({}))).toMatch(/^[0-9a-f]{16}$/);
    expect(findingsHash(drift(standing('9')))).toBe(findingsHash(drift(standing('9'))));
    expect(findingsHash(drift(standing('9')))).not.toBe(findingsHash(drift(standing('9', { version: '4' }))));
    expect(findingsHash(drift(standing('9')))).not.toBe(findingsHash(drift(standing('8'))));
  });
});

describe('the marker', () => {
  const begin = marker('drift', drift());

  it.each([
    ['alone', `${begin} abc -->`, 'abc'],
    ['before the text', marked(begin, 'text', 'abc'), 'abc'],
    ['without a state', marked(begin, 'text'), ''],
    ['with the line ends of a browser', `\r\n${begin} abc -->\r\ntext\r\n<!-- other -->`, 'abc'],
    ['that somebody quotes', `see:\n${marked(begin, 'text', 'abc')}`, undefined],
    ['of another region', marked(`${begin}2`, 'text', 'abc'), undefined],
    ['that does not end', `${begin} abc\n-->`, undefined],
    ['of nobody', '', undefined],
  ])('%s', (_what, body, state) => {
    expect(stateOf(begin, body)).toBe(state);
  });
});

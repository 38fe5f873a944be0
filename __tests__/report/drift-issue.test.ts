/** The words of the drift issue, and the marker by which it is found again. */
import { describe, expect, it } from 'vitest';
import { type Metadata, Unreadable } from '../../src/model/spec.ts';
import type { Observed } from '../../src/plan/plan.ts';
import { findings, findingsHash, issueText } from '../../src/report/drift-issue.ts';
import { accountIn, marked, marker, partsIn, stateOf } from '../../src/report/marker.ts';
import { NO_ORIGIN } from '../../src/report/run.ts';
import { OURS, spec } from '../plan/desired-resources.ts';
import { runOf } from './runs.ts';

const SSM = 'AWS::SSM::Parameter';
const PORT = '/papyrus/prd/PORT';
const RUN = 'https://github.example/papyrus/demo/actions/runs/7';

const existing = (value: string, metadata: Metadata = {}): Observed => ({
  [SSM]: new Map([
    [PORT, spec(SSM, { ...OURS, type: 'String', value }, { version: '3', ...metadata }, PORT)],
  ]),
});
const drift = (observed: Observed = {}, inputs = {}) =>
  runOf({ inputs: { variables: 'PORT=2', only: 'parameters', mode: 'drift', ...inputs } }, observed);
const ORIGIN = { ...NO_ORIGIN, runUrl: RUN, runNumber: '7' };
const text = (observed: Observed, { isPublic = false, origin = ORIGIN } = {}) =>
  issueText(drift(observed), { pullRequest: undefined, isPublic }, origin);

describe('the issue', () => {
  it('shows what differs, and links the run that found it', () => {
    const body = text(existing('9'));
    expect(body).toContain(`[run #7](${RUN})`);
    expect(body).toContain('| &emsp;value | `9` | **`2`** |');
  });

  it('names no run where the runner gives no address', () => {
    expect(text(existing('9'), { origin: NO_ORIGIN })).not.toContain('[run');
  });

  it('shows strangers no value, no account and no console address', () => {
    const body = text(
      existing('9', { arn: 'arn:aws:ssm:us-west-2:123456789012:parameter/papyrus/prd/PORT' }),
      { isPublic: true },
    );
    expect(body).toContain('| &emsp;value | hidden value | **another hidden value** |');
    expect(body).not.toMatch(/123456789012|console\.aws/);
  });

  it.each<[what: string, metadata: Metadata, author: string]>([
    [
      'the session of a role, without the account',
      {
        modifiedBy: 'arn:aws:sts::123456789012:assumed-role/admin/alice',
        modifiedAt: '2026-01-02T03:04:05Z',
      },
      'changed by `admin/alice`, 2026-01-02 03:04 UTC',
    ],
    ['who is named otherwise', { modifiedBy: 'root' }, 'changed by `root`'],
    ['when alone', { modifiedAt: '2026-01-02T03:04:05Z' }, 'changed 2026-01-02 03:04 UTC'],
  ])('says who changed it last: %s', (_what, metadata, author) => {
    const [row = ''] = text(existing('9', metadata))
      .split('\n')
      .filter((line) => line.includes('PORT'));
    expect(row).toContain(author);
    expect(row.replace(/\(https:[^)]*\)/, '')).not.toContain('123456789012');
  });

  it.each([
    [
      'arn:aws:sts::123456789012:assumed-role/AWSReservedSSO_Admin/alice.smith@corp.example',
      'a role session',
    ],
    ['arn:aws:iam::123456789012:user/alice.smith', 'an IAM user'],
    ['arn:aws:iam::123456789012:user/people/alice.smith', 'an IAM user'],
    ['arn:aws:sts::123456789012:federated-user/alice', 'a federated user'],
    ['arn:aws-cn:iam::123456789012:root', "the account's root user"],
    ['cloudformation.amazonaws.com', 'an AWS service'],
    ['alice.smith@corp.example', 'somebody'],
    ['constructor', 'somebody'],
  ])('reports strangers of %s only that it was %s', (modifiedBy, kind) => {
    const body = text(existing('9', { modifiedBy, modifiedAt: '2026-01-02T03:04:05Z' }), { isPublic: true });
    expect(body).toContain(`changed by ${kind}, 2026-01-02 03:04 UTC`);
    expect(body).not.toMatch(/alice|AWSReserved|123456789012|cloudformation/);
  });
});

describe('what is known after a run', () => {
  const unreadable: Observed = { [SSM]: new Map([[PORT, new Unreadable(new Error('x'))]]) };

  it.each<[what: string, mode: string, observed: Observed, known: string]>([
    ['drift', 'drift', existing('9'), 'drift'],
    ['no drift', 'drift', existing('2'), 'clean'],
    ['nothing, where something could not be read', 'drift', unreadable, 'unknown'],
    ['that an apply has corrected it', 'apply', existing('9'), 'clean'],
    ['nothing, where an apply failed', 'apply', unreadable, 'unknown'],
    ['nothing, by a plan', 'plan', existing('2'), 'unknown'],
  ])('%s (%s)', (_what, mode, observed, known) => {
    expect(findings(drift(observed, { mode }))).toBe(known);
  });

  it('has another hash for another version, and says whether values are in it', () => {
    expect(findingsHash(drift(existing('9')))).toMatch(/^[0-9a-f]{16}-values$/);
    expect(findingsHash(drift({}))).toMatch(/^[0-9a-f]{16}$/);
    expect(findingsHash(drift(existing('9')))).toBe(findingsHash(drift(existing('9'))));
    expect(findingsHash(drift(existing('9')))).not.toBe(findingsHash(drift(existing('9', { version: '4' }))));
    expect(findingsHash(drift(existing('9')))).not.toBe(findingsHash(drift(existing('8'))));
  });
});

describe('the marker', () => {
  const mark = marker('drift', drift());
  const { begin } = mark;
  const ofAccount = (account: string) => marker('drift', { ...drift(), caller: { account, arn: '' } });

  it.each([
    ['alone', `${begin} abc -->`, 'abc'],
    ['before the text', marked(mark, 'text', 'abc'), 'abc'],
    ['without a state', marked(mark, 'text'), ''],
    ['with the line ends of a browser', `\r\n${begin} abc -->\r\ntext\r\n<!-- other -->`, 'abc'],
    ['below a line of a person', `I look at it.\n${marked(mark, 'text', 'abc')}`, 'abc'],
    ['in a quotation', marked(mark, 'text', 'abc').replace(/^/gm, '> '), undefined],
    ['of another region', marked({ ...mark, begin: `${begin}2` }, 'text', 'abc'), undefined],
    ['of another account', marked(ofAccount('210987654321'), 'text', 'abc'), undefined],
    ['that does not end', `${begin} abc\n-->`, undefined],
    ['without a mark', '', undefined],
  ])('%s', (_what, body, state) => {
    expect(stateOf(mark, body)).toBe(state);
  });

  // Anybody may open an issue, and all that are open are searched.
  it.each(['\r', '\u2028', ' ', '\t'])('is looked for in linear time in a text of %j', (blank) => {
    const began = performance.now();
    expect(partsIn(blank.repeat(65_000))).toEqual([]);
    expect(performance.now() - began).toBeLessThan(3_000);
  });

  it('names no account, and is another one for each account, prefix and region', () => {
    const marks = [
      marked(mark, ''),
      marked(ofAccount('210987654321'), ''),
      marked(marker('drift', drift({}, { prefix: '/papyrus/stg' })), ''),
      marked(marker('drift', drift({}, { region: 'eu-west-1' })), ''),
    ];
    const accounts = marks.map(accountIn);
    expect(new Set(accounts).size).toBe(4);
    for (const account of accounts) expect(account).toMatch(/^[0-9a-f]{6}$/);
    expect(marks.join()).not.toMatch(/123456789012|210987654321/);
    expect(accountIn(`${begin} abc -->\ntext`)).toBeUndefined();
  });
});

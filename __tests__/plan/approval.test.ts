/** What differs between the plan that was approved and the one of this run, in words. */
import { describe, expect, it } from 'vitest';
import { refusalOf, unconfirmed } from '../../src/plan/approval.ts';
import type { Binding } from '../../src/plan/binding.ts';
import type { Observed } from '../../src/plan/plan.ts';
import { type PlanDocument, planDocument, planHash } from '../../src/plan/plan-document.ts';
import { NOTHING_HIDDEN, runOf } from '../report/runs.ts';
import { OURS, spec } from './desired-resources.ts';

const LOG = 'AWS::Logs::LogGroup';
const SSM = 'AWS::SSM::Parameter';
const P = '/papyrus/prd';

type Inputs = Readonly<Record<string, string>>;
const ONE: Inputs = { variables: 'PORT=2', only: 'parameters' };

/** What exists: a parameter PORT. */
const port = (value: string, version?: string, fields = {}): Observed => ({
  [SSM]: new Map([
    [
      `${P}/PORT`,
      spec(
        SSM,
        { ...OURS, type: 'String', value, ...fields },
        version === undefined ? {} : { version },
        `${P}/PORT`,
      ),
    ],
  ]),
});
const logs = (retention: number): Observed => ({
  [LOG]: new Map([['/ecs/papyrus', spec(LOG, { ...OURS, retention, class: 'STANDARD' })]]),
});

/** The plan as a run with `mode: plan` gives it. */
function planned(inputs: Inputs, observed: Observed = {}): PlanDocument {
  const run = runOf({ inputs: { ...inputs, mode: 'plan' } }, observed);
  return planDocument(run.settings, run.plan, NOTHING_HIDDEN);
}

/** The lines of a run that is given a plan. */
function reported(expected: string, inputs: Inputs, observed: Observed = {}): readonly string[] | undefined {
  const run = runOf({ inputs: { ...inputs, 'expect-plan': expected } }, observed);
  return refusalOf(run.settings, run.plan, NOTHING_HIDDEN)?.lines;
}

describe('the plan that was approved', () => {
  const approved = planned(ONE, port('1', '1'));

  it.each([
    ['its hash', planHash(approved)],
    ['its hash in capitals', planHash(approved).toUpperCase()],
    ['itself', JSON.stringify(approved)],
    ['itself, with what only tells', JSON.stringify({ ...approved, changes: withNotes(approved) })],
  ])('runs by %s', (_what, expected) => {
    expect(reported(expected, ONE, port('1', '1'))).toBeUndefined();
  });

  it('is reported by its hash alone where nothing else was given', () => {
    const lines = reported('0'.repeat(64), ONE, port('1', '1'));
    expect(lines).toHaveLength(1);
    for (const hash of [planHash(approved), '0'.repeat(64)]) expect(lines?.[0]).toContain(hash);
  });
});

it.each<[what: string, inputs: Inputs]>([
  ['a run without expect-plan', {}],
  ['a run that only plans', { mode: 'plan', 'expect-plan': '0'.repeat(64) }],
  ['a destroy that only shows its plan', { mode: 'destroy', 'expect-plan': '0'.repeat(64) }],
])('%s needs no approved plan', (_what, inputs) => {
  const { settings, plan } = runOf({ inputs: { ...ONE, ...inputs } });
  expect(refusalOf(settings, plan, NOTHING_HIDDEN)).toBeUndefined();
});

it('a plan that was not approved is a conflict', () => {
  const { settings, plan } = runOf({ inputs: { ...ONE, 'expect-plan': '0'.repeat(64) } });
  expect(refusalOf(settings, plan, NOTHING_HIDDEN)).toEqual({
    reason: 'conflict',
    lines: [expect.any(String)],
    text: expect.stringMatching(/expect-plan.*mode: plan.*plan-hash/),
  });
});

describe('a destroy', () => {
  const of = (inputs: Inputs) => unconfirmed(runOf({ inputs: { only: 'parameters', ...inputs } }).settings);

  it.each<[confirm: Inputs, said: RegExp]>([
    [{}, /confirm: \/papyrus\/prd$/],
    [{ confirm: '/papyrus/stg' }, /confirm: \/papyrus\/prd \(.*\bconfirm\b.*\)$/],
  ])('with %j needs confirm', (inputs, said) => {
    expect(of({ mode: 'destroy', ...inputs })).toEqual({
      reason: 'input',
      text: expect.stringMatching(said),
    });
  });

  it.each<Inputs>([{ mode: 'destroy', confirm: P }, { mode: 'plan' }, { mode: 'apply' }])(
    'is not held up with %j',
    (inputs) => {
      expect(of(inputs)).toBeUndefined();
    },
  );
});

function withNotes({ changes }: PlanDocument) {
  return changes.map((change) => ({ ...change, notes: ['a note'], reason: 'a reason', unread: true }));
}

describe('what differs', () => {
  it.each<[what: string, before: [Inputs, Observed?], now: [Inputs, Observed?], lines: string[]]>([
    [
      'another place',
      [{ ...ONE, region: 'eu-west-1', variables: '' }],
      [{ ...ONE, prefix: '/papyrus/stg', variables: '' }],
      [
        'prefix: /papyrus/prd was approved, this run is for /papyrus/stg',
        'region: eu-west-1 was approved, this run is for us-west-2',
      ],
    ],
    [
      'a change that is no longer asked for',
      [{ ...ONE, variables: 'PORT=2\nHOST=h' }],
      [ONE],
      [`${SSM} ${P}/HOST: create was approved, and is not in this plan`],
    ],
    [
      'a change that was not approved',
      [ONE],
      [{ ...ONE, variables: 'PORT=2\nHOST=h' }],
      [`${SSM} ${P}/HOST: create is in this plan, and was not approved`],
    ],
    [
      'what exists by now',
      [ONE],
      [ONE, port('1', '4')],
      [
        `${SSM} ${P}/PORT: create was approved, this plan has update`,
        `${SSM} ${P}/PORT: version none existed at approval, 4 exists now`,
        `${SSM} ${P}/PORT: another change of value, type, tag:managed-by was approved`,
      ],
    ],
    [
      'what is gone by now',
      [ONE, port('2', '4')],
      [ONE],
      [
        `${SSM} ${P}/PORT: none was approved, this plan has create`,
        `${SSM} ${P}/PORT: version 4 existed at approval, none exists now`,
        `${SSM} ${P}/PORT: another change of value, type, tag:managed-by was approved`,
      ],
    ],
    [
      'another version of the same value',
      [ONE, port('1', '4')],
      [ONE, port('1', '5')],
      [`${SSM} ${P}/PORT: version 4 existed at approval, 5 exists now`],
    ],
    [
      'another value',
      [ONE, port('1', '4')],
      [{ ...ONE, variables: 'PORT=3' }, port('1', '4')],
      [`${SSM} ${P}/PORT: another change of value was approved`],
    ],
    [
      'what was blocked for want of a consent',
      [{ only: 'log-group', 'log-retention-days': '7' }, logs(30)],
      [{ only: 'log-group', 'log-retention-days': '7', allow: 'shorten-retention' }, logs(30)],
      [`${LOG} /ecs/papyrus: blocked was approved, this plan has update`],
    ],
    [
      'one of the two changes of a resource',
      [{ only: 'log-group', 'log-retention-days': '7', tags: 'a=b' }, logs(30)],
      [{ only: 'log-group', 'log-retention-days': '7', tags: 'a=b', allow: 'shorten-retention' }, logs(30)],
      [`${LOG} /ecs/papyrus: blocked and update was approved, this plan has update`],
    ],
  ])('%s', (_what, [inputs, observed], [given, existing], lines) => {
    expect(reported(JSON.stringify(planned(inputs, observed)), given, existing)).toEqual(lines);
  });

  it.each([
    [50, []],
    [53, ['… and 3 more']],
  ])('in %d resources is cut behind fifty lines, and the rest counted', (count, more) => {
    const names = Array.from({ length: count }, (_, index) => `V_${index}=1`).join('\n');
    const lines = reported(JSON.stringify(planned(ONE)), { ...ONE, variables: `PORT=2\n${names}` });
    expect(lines?.slice(50)).toEqual(more);
  });

  it('is not the order of changes and fields', () => {
    const inputs = { ...ONE, only: 'log-group, parameters', 'log-retention-days': '7', tags: 'a=b' };
    const approved = planned(inputs, logs(30));
    const changes = approved.changes
      .map((change) => ({ ...change, fields: [...change.fields].reverse() }))
      .reverse();
    expect(changes).toHaveLength(3);
    const expected = JSON.stringify({ ...approved, changes });
    expect(reported(expected, inputs, logs(30))).toBeUndefined();
    expect(reported(expected, { ...inputs, variables: 'PORT=3' }, logs(30))).toEqual([
      `${SSM} ${P}/PORT: another change of value was approved`,
    ]);
  });

  it('in what was only found below the prefix is none', () => {
    const approved = planned(ONE);
    const found = { kind: SSM, name: `${P}/OTHERS`, action: 'none', fields: [], notes: [], unwanted: true };
    expect(
      reported(JSON.stringify({ ...approved, changes: [...approved.changes, found] }), ONE),
    ).toBeUndefined();
    expect(reported(JSON.stringify({ ...approved, changes: [found] }), ONE)).toEqual([
      `${SSM} ${P}/PORT: create is in this plan, and was not approved`,
    ]);
  });

  it('only in the opt-in is reported as another change', () => {
    const inputs = { only: 'log-group', 'log-retention-days': '7' };
    const approved = planned(inputs, logs(30));
    const changes = approved.changes.map((change) => ({ ...change, consent: 'change-type' }));
    expect(reported(JSON.stringify({ ...approved, changes }), inputs, logs(30))).toEqual([
      `${LOG} /ecs/papyrus: another change was approved`,
    ]);
  });
});

describe('what an approval holds beside the changes', () => {
  const bindings = {
    'another account': [{ account: 'a0b1c2' }, { account: 'a0b1c3' }],
    'a plan of an older version': [undefined, { account: 'a0b1c2' }],
    'another tenant or application': [
      { account: 'a', auth0: '01' },
      { account: 'a', auth0: '02' },
    ],
    'Auth0 in the plan alone': [{ account: 'a', auth0: '01' }, { account: 'a' }],
    'a value that is not shown': [
      { account: 'a', hidden: { digest: '01', fields: ['one value', 'another'] } },
      { account: 'a', hidden: { digest: '02', fields: ['one value', 'another'] } },
    ],
    'a value that is not shown in this run alone': [
      { account: 'a' },
      { account: 'a', hidden: { digest: '02', fields: ['one value', 'another'] } },
    ],
    'a value that is not shown in the approved plan alone': [
      { account: 'a', hidden: { digest: '01', fields: ['one value', 'another'] } },
      { account: 'a' },
    ],
  } as const satisfies Record<string, readonly [Binding | undefined, Binding]>;

  it.each(Object.entries(bindings))(
    '%s is refused by its hash, and reported by the plan',
    (_what, [before, now]) => {
      const run = runOf({ inputs: { ...ONE, mode: 'plan' } });
      const approved = planDocument(run.settings, run.plan, run.gate, before);
      const refused = (expected: string) => {
        const next = runOf({ inputs: { ...ONE, 'expect-plan': expected } });
        return refusalOf(next.settings, next.plan, next.gate, now)?.lines;
      };
      expect(refused(planHash(approved))).toHaveLength(1);
      expect(refused(JSON.stringify(approved))).toHaveLength(1);
      const same = planDocument(run.settings, run.plan, run.gate, now);
      expect(refused(planHash(same))).toBeUndefined();
      expect(refused(JSON.stringify(same))).toBeUndefined();
    },
  );

  const HIDDEN = bindings['a value that is not shown'][1].hidden;

  /** The lines of a run whose plan has one change more than the approved one. */
  function beside(hidden: object, now: Binding): readonly string[] | undefined {
    const approved = JSON.stringify({ ...planned(ONE), account: 'a', hidden });
    const next = runOf({ inputs: { ...ONE, variables: 'PORT=2\nHOST=h', 'expect-plan': approved } });
    return refusalOf(next.settings, next.plan, next.gate, now)?.lines;
  }
  const host = `${SSM} ${P}/HOST: create is in this plan, and was not approved`;

  it.each<[what: string, fields: unknown[]]>([
    ['the same fields', HIDDEN.fields.slice()],
    ['the same fields, and what is none', [...HIDDEN.fields, 7]],
  ])('is reported beside a change that was not approved, with %s', (_what, fields) => {
    expect(beside({ digest: '01', fields }, { account: 'a', hidden: HIDDEN })).toEqual([
      host,
      expect.stringMatching(/: one value, another$/),
    ]);
  });

  it('is not where other fields are hidden, which come with other changes', () => {
    expect(beside({ digest: '01', fields: ['one value'] }, { account: 'a', hidden: HIDDEN })).toEqual([host]);
  });

  it.each([
    ['another account', 'account'],
    ['another tenant or application', 'Auth0'],
  ] as const)('%s is named', (what, name) => {
    const [before, now] = bindings[what];
    const run = runOf({ inputs: { ...ONE, mode: 'plan' } });
    const approved = JSON.stringify(planDocument(run.settings, run.plan, run.gate, before));
    const next = runOf({ inputs: { ...ONE, 'expect-plan': approved } });
    expect(refusalOf(next.settings, next.plan, next.gate, now)?.lines).toEqual([
      expect.stringMatching(new RegExp(`^${name}: `)),
    ]);
  });
});

describe('a document that only looks like a plan', () => {
  const whole = planned(ONE);
  const [change] = whole.changes;
  const present = `${SSM} ${P}/PORT: create is in this plan, and was not approved`;
  const all = 'value, type, tag:managed-by';
  const other = `${SSM} ${P}/PORT: another change of`;

  it.each<[what: string, document: object, lines: string[]]>([
    [
      'without a place',
      { changes: whole.changes },
      [`prefix:  was approved, this run is for ${P}`, 'region:  was approved, this run is for us-west-2'],
    ],
    ['without a change', { ...whole, changes: [] }, [present]],
    [
      'with a change that has no name',
      { ...whole, changes: [{ action: 'delete' }] },
      [' : delete was approved, and is not in this plan', present],
    ],
    [
      'with names that are none',
      { ...whole, changes: [{ kind: 1, name: {}, action: [] }] },
      [' :  was approved, and is not in this plan', present],
    ],
    [
      'without fields',
      { ...whole, changes: [{ ...change, fields: 'all' }] },
      [`${other} ${all} was approved`],
    ],
    [
      'no fields',
      { ...whole, changes: [{ ...change, fields: [null, 'value', { field: 7 }] }] },
      [`${other} , ${all} was approved`],
    ],
    [
      'with values that are none',
      { ...whole, changes: [{ ...change, fields: change?.fields.map((field) => ({ ...field, to: 2 })) }] },
      [`${other} ${all} was approved`],
    ],
  ])('%s is refused', (_what, document, lines) => {
    expect(reported(JSON.stringify(document), ONE)).toEqual(lines);
  });

  it.each<[what: string, document: object]>([
    ['account', { ...whole, account: 7 }],
    ['tenant', { ...whole, auth0: {} }],
    ['digest', { ...whole, hidden: { digest: 7, fields: 'all' } }],
    ['opt-in', { ...whole, changes: [{ ...change, consent: true }] }],
    ['version', { ...whole, changes: [{ ...change, standing: 4 }] }],
    [
      'earlier value',
      { ...whole, changes: [{ ...change, fields: change?.fields.map((field) => ({ ...field, from: 0 })) }] },
    ],
  ])('with what is no text as its %s is read without it', (_what, document) => {
    expect(reported(JSON.stringify(document), ONE)).toBeUndefined();
  });
});

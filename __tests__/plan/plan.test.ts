import { describe, expect, it } from 'vitest';
import type { DesiredResource } from '../../src/desired/desired-resource.ts';
import { ABSENT, type Fields } from '../../src/model/fields.ts';
import { fieldOf, type Metadata, type Spec, Unreadable } from '../../src/model/spec.ts';
import { plan } from '../../src/plan/plan.ts';
import type { Policy } from '../../src/plan/policy.ts';
import { Secret } from '../../src/secret.ts';
import { desiredOf, LENIENT, OURS, spec, TAKEN } from './desired-resources.ts';

const LOG = 'AWS::Logs::LogGroup';
const SSM = 'AWS::SSM::Parameter';
const SM = 'AWS::SecretsManager::Secret';
const ECR = 'AWS::ECR::Repository';

function changes(desired: DesiredResource, existing?: Spec | Unreadable, policy: Partial<Policy> = {}) {
  const observed = existing === undefined ? {} : { [desired.kind]: new Map([[desired.spec.name, existing]]) };
  return plan([desired], observed, { ...LENIENT, ...policy });
}

const short = (found: ReturnType<typeof changes>) =>
  found.map(({ action, differences, notes, blocked }) => ({
    action,
    fields: differences.map(({ field }) => field),
    notes,
    ...(blocked === undefined ? {} : { reason: blocked.reason, consent: blocked.consent }),
  }));

const group = desiredOf(
  LOG,
  { retention: 7, class: 'STANDARD', 'tag:a': 'b' },
  { defaults: new Set(['class']) },
);
const byDefault = desiredOf(
  LOG,
  { retention: 1, class: 'STANDARD' },
  { defaults: new Set(['class', 'retention']) },
);
const existingGroup = (fields: Fields, metadata: Metadata = {}) =>
  spec(LOG, { retention: 7, class: 'STANDARD', ...fields }, metadata);

describe('the table of cases', () => {
  it('desired, and nothing exists: it is created, with our tag', () => {
    const [change, ...rest] = changes(group);
    expect(rest).toEqual([]);
    expect(change).toMatchObject({
      kind: LOG,
      name: '/ecs/papyrus',
      action: 'create',
      observed: undefined,
      notes: [],
    });
    expect(change?.desired.fields).toEqual({
      retention: 7,
      class: 'STANDARD',
      'tag:a': 'b',
      'tag:managed-by': 'aws-bootstrap',
    });
    expect(change?.differences.map(({ field, from }) => [field, from])).toEqual([
      ['retention', ABSENT],
      ['class', ABSENT],
      ['tag:a', ABSENT],
      ['tag:managed-by', ABSENT],
    ]);
  });

  it('without a value, and nothing exists: nothing is created', () => {
    const desired = desiredOf(SSM, { type: 'String' }, { unknown: new Set(['value']), expected: false });
    expect(short(changes(desired))).toEqual([
      { action: 'none', fields: [], notes: ['not created: its value is empty'] },
    ]);
  });

  it('the value is only not here (a fork), and nothing exists: it would be created', () => {
    const desired = desiredOf(SSM, { type: 'SecureString' }, { unknown: new Set(['value']) });
    expect(short(changes(desired))).toEqual([
      { action: 'create', fields: ['type', 'tag:managed-by'], notes: ['not available in this run: value'] },
    ]);
  });

  it('several values are not here: they are reported by name, and the rest would be created', () => {
    const desired = desiredOf(SM, { 'key-id': 'k' }, { unknown: new Set(['key:a', 'key:b']) });
    expect(short(changes(desired))).toEqual([
      {
        action: 'create',
        fields: ['key-id', 'tag:managed-by'],
        notes: ['not available in this run: key:a, key:b'],
      },
    ]);
  });

  it('ours, and the same: nothing', () => {
    expect(short(changes(group, existingGroup({ ...OURS, 'tag:a': 'b' })))).toEqual([
      { action: 'none', fields: [], notes: [] },
    ]);
  });

  it('ours: every field, defaults too', () => {
    const existing = existingGroup({ ...OURS, retention: 'never', class: 'INFREQUENT_ACCESS', 'tag:a': 'x' });
    expect(short(changes(group, existing, { allow: new Set(['shorten-retention']) }))).toEqual([
      { action: 'update', fields: ['retention', 'tag:a'], notes: [] },
      {
        action: 'blocked',
        fields: ['class'],
        notes: [],
        reason: expect.stringMatching(/^CloudWatch .*\bclass\b/),
        consent: undefined,
      },
    ]);
    expect(short(changes(byDefault, existingGroup({ ...OURS, retention: 0 as number })))).toMatchObject([
      { action: 'update', fields: ['retention'] },
    ]);
  });

  it('adopted: the fields that the user gave', () => {
    expect(
      short(changes(byDefault, existingGroup({ ...TAKEN, retention: 30, class: 'INFREQUENT_ACCESS' }))),
    ).toEqual([{ action: 'none', fields: [], notes: [] }]);
    expect(
      short(
        changes(group, existingGroup({ ...TAKEN, retention: 3, class: 'INFREQUENT_ACCESS', 'tag:a': 'b' })),
      ),
    ).toEqual([{ action: 'update', fields: ['retention'], notes: [] }]);
  });

  it('with neither tag: it is adopted, by the same rules', () => {
    const [change] = changes(byDefault, existingGroup({ retention: 30, 'tag:theirs': 'x' }));
    expect(change).toMatchObject({
      action: 'update',
      notes: ['adopted: it existed without the tag managed-by'],
    });
    expect(change?.differences).toEqual([
      { field: 'tag:managed-by', from: ABSENT, to: 'aws-bootstrap:adopted' },
    ]);
    expect(change?.desired.fields).toEqual({
      retention: 30,
      class: 'STANDARD',
      'tag:theirs': 'x',
      'tag:managed-by': 'aws-bootstrap:adopted',
    });
  });

  it("with somebody else's managed-by: it is adopted too, and that tag is taken over", () => {
    const [change] = changes(byDefault, existingGroup({ 'tag:managed-by': 'terraform' }));
    expect(change?.differences).toEqual([
      { field: 'tag:managed-by', from: 'terraform', to: 'aws-bootstrap:adopted' },
    ]);
  });

  it('with neither tag, and adopt is false: blocked, whole', () => {
    expect(short(changes(group, existingGroup({ retention: 3 }), { adopt: false }))).toEqual([
      {
        action: 'blocked',
        fields: ['retention', 'tag:a', 'tag:managed-by'],
        notes: [],
        reason: 'it exists without the tag managed-by, and adopt is false',
        consent: undefined,
      },
    ]);
  });

  it.each([
    ['ours', OURS],
    ['adopted', TAKEN],
  ])('%s, and adopt is false: changed as ever, since it is no stranger', (_whose, tags) => {
    expect(short(changes(group, existingGroup({ ...tags, retention: 3 }), { adopt: false }))).toEqual([
      { action: 'update', fields: ['retention', 'tag:a'], notes: [] },
    ]);
  });

  it('scheduled for deletion: restored, then as ever', () => {
    const desired = desiredOf(SM, { 'key:a': new Secret('1') });
    expect(short(changes(desired, spec(SM, OURS, { scheduledForDeletion: true })))).toEqual([
      {
        action: 'update',
        fields: ['deletion', 'key:a'],
        notes: ['it is scheduled for deletion and is restored'],
      },
    ]);
    expect(changes(desired, spec(SM, OURS, { scheduledForDeletion: true }))[0]?.differences[0]).toEqual({
      field: 'deletion',
      from: 'scheduled',
      to: ABSENT,
    });
    expect(
      short(changes(desired, spec(SM, {}, { scheduledForDeletion: true }), { adopt: false })),
    ).toMatchObject([{ action: 'blocked', fields: ['deletion', 'key:a', 'tag:managed-by'] }]);
  });

  it.each([
    ['the CloudFormation stack net', {}],
    ['its rotation', OURS],
    ['the service rds', TAKEN],
  ])('owned by %s: blocked, with its name', (ownedBy, tags) => {
    const desired = desiredOf(SM, { 'key:a': new Secret('1') });
    const [change, ...rest] = changes(desired, spec(SM, { ...tags, 'key:a': new Secret('2') }, { ownedBy }), {
      allow: new Set(['loosen']),
    });
    expect(rest).toEqual([]);
    expect(change).toMatchObject({
      action: 'blocked',
      blocked: { reason: `it belongs to ${ownedBy}, which would undo the change` },
    });
  });

  it('owned by others, and all is as configured: nothing', () => {
    const desired = desiredOf(SM, { 'key:a': new Secret('1') });
    expect(
      short(changes(desired, spec(SM, { ...OURS, 'key:a': new Secret('1') }, { ownedBy: 'its rotation' }))),
    ).toMatchObject([{ action: 'none' }]);
  });

  it('could not be read: blocked, with the error for the end', () => {
    const error = new Error('no');
    expect(changes(group, new Unreadable(error))).toEqual([
      expect.objectContaining({
        action: 'blocked',
        blocked: { reason: 'it could not be read' },
        unreadable: { error },
        differences: [],
        observed: undefined,
      }),
    ]);
  });
});

describe('what is blocked', () => {
  it('is reported once where nothing else changes', () => {
    expect(short(changes(group, existingGroup({ ...OURS, 'tag:a': 'b', retention: 30 })))).toEqual([
      {
        action: 'blocked',
        fields: ['retention'],
        notes: [],
        reason: 'a shorter retention deletes existing logs',
        consent: 'shorten-retention',
      },
    ]);
  });

  it('is beside what is done, one change a reason', () => {
    const existing = existingGroup({ ...OURS, 'tag:a': 'x', retention: 30, class: 'DELIVERY' });
    expect(short(changes(group, existing)).map(({ action, fields }) => [action, fields])).toEqual([
      ['update', ['tag:a']],
      ['blocked', ['retention']],
      ['blocked', ['class']],
    ]);
  });

  it('has an id of its own, so that it is no other change of the resource', () => {
    const existing = existingGroup({ ...OURS, 'tag:a': 'x', retention: 30, class: 'DELIVERY' });
    expect(changes(group, existing).map(({ id }) => id)).toEqual([
      `${LOG} /ecs/papyrus`,
      `${LOG} /ecs/papyrus blocked: a shorter retention deletes existing logs`,
      expect.stringMatching(`^${LOG} /ecs/papyrus blocked: CloudWatch .*class`),
    ]);
  });

  it('is not in what the update writes', () => {
    const [update] = changes(group, existingGroup({ ...OURS, 'tag:a': 'x', retention: 30 }));
    expect(update?.desired.fields).toEqual({
      retention: 30,
      class: 'STANDARD',
      'tag:a': 'b',
      'tag:managed-by': 'aws-bootstrap',
    });
  });
});

describe('keys of a secret', () => {
  const desired = desiredOf(
    SM,
    { 'key:a': new Secret('1'), 'key-id': 'alias/aws/secretsmanager' },
    { defaults: new Set(['key-id']) },
  );
  const existing = spec(
    SM,
    {
      ...OURS,
      'key:a': new Secret('1'),
      'key:theirs': new Secret('2'),
      'key-id': 'alias/aws/secretsmanager',
    },
    { version: 'v1' },
  );

  it('that are not configured are kept, and reported by name', () => {
    expect(short(changes(desired, existing))).toEqual([
      { action: 'none', fields: [], notes: ['keys that are not configured here are kept: theirs'] },
    ]);
  });

  it('that are several are reported together', () => {
    const more = { ...existing, fields: { ...existing.fields, 'key:more': new Secret('3') } };
    expect(changes(desired, more)[0]?.notes).toEqual([
      'keys that are not configured here are kept: theirs, more',
    ]);
  });

  it('go from an exact bundle', () => {
    const exact = desiredOf(SM, desired.spec.fields, { closed: new Set(['key:']) });
    const [change] = changes(exact, existing);
    expect(change?.differences.map(({ field, to }) => [field, to])).toEqual([['key:theirs', ABSENT]]);
    expect(change?.notes).toEqual([]);
  });

  it('whose value is not here are neither kept nor removed', () => {
    const unknown = desiredOf(SM, desired.spec.fields, {
      unknown: new Set(['key:theirs']),
      closed: new Set(['key:']),
    });
    expect(short(changes(unknown, existing))).toEqual([{ action: 'none', fields: [], notes: [] }]);
  });

  it('are overlaid on what exists', () => {
    const other = desiredOf(SM, { 'key:a': new Secret('new') });
    const [change] = changes(other, existing);
    expect(change).toMatchObject({
      action: 'update',
      observed: existing,
      desired: { metadata: { version: 'v1' } },
    });
    expect(change && fieldOf(change.desired, 'key:a')).toSatisfy((value: Secret) => value.reveal() === 'new');
    expect(change && fieldOf(change.desired, 'key:theirs')).toSatisfy(
      (value: Secret) => value.reveal() === '2',
    );
  });
});

it('the existing type of a parameter wins over a guess', () => {
  const guess = { variable: 'PORT', class: 'plain', keyId: 'k', isDefaultKey: true } as const;
  const fields = { type: 'String', value: 'x' };
  const existing = spec(SSM, { ...OURS, type: 'SecureString', value: 'x', 'key-id': 'k' });
  expect(short(changes(desiredOf(SSM, fields, { guess }), existing))).toEqual([
    { action: 'none', fields: [], notes: [] },
  ]);
  expect(short(changes(desiredOf(SSM, fields), existing))).toMatchObject([
    { action: 'blocked', fields: ['type'] },
  ]);
});

describe('a value that the role may not read', () => {
  const unread: Metadata = { unread: true };

  it('of a parameter is not compared, and everything else is', () => {
    const desired = desiredOf(SSM, { value: 'x', type: 'SecureString', 'key-id': 'k', 'tag:a': 'b' });
    const existing = spec(SSM, { ...OURS, type: 'SecureString', 'key-id': 'k', 'tag:a': 'b' }, unread);
    expect(short(changes(desired, existing))).toEqual([{ action: 'none', fields: [], notes: [] }]);
    const other = { ...existing, fields: { ...existing.fields, 'key-id': 'j', 'tag:a': 'c' } };
    expect(short(changes(desired, other))).toMatchObject([{ action: 'update', fields: ['key-id', 'tag:a'] }]);
  });

  it('of a secret hides its keys, of which none is compared', () => {
    const fields = { 'key:a': new Secret('1'), 'key:b': new Secret('2'), 'key-id': 'k', 'tag:a': 'b' };
    const existing = spec(SM, { ...OURS, 'key-id': 'j' }, unread);
    expect(short(changes(desiredOf(SM, fields), existing))).toEqual([
      { action: 'update', fields: ['key-id', 'tag:a'], notes: [] },
    ]);
  });

  it.each<[what: string, metadata: Metadata, fields: string[]]>([
    ['could not be listed: its tier and its key are not compared', { unlisted: true }, ['tag:a']],
    ['was listed: they are', {}, ['tier', 'key-id', 'tag:a']],
    ['was neither listed nor read: its value is not either', { unlisted: true, unread: true }, ['tag:a']],
  ])('of a parameter that %s', (_what, metadata, fields) => {
    const same = { type: 'SecureString', value: 'x' };
    const desired = desiredOf(SSM, { ...same, tier: 'Advanced', 'key-id': 'k', 'tag:a': 'b' });
    const existing = spec(SSM, { ...OURS, ...same, tier: 'Standard', 'key-id': 'j', 'tag:a': 'c' }, metadata);
    expect(short(changes(desired, existing))[0]?.fields).toEqual(fields);
  });

  it('is compared where it was read', () => {
    const desired = desiredOf(SSM, { value: 'x' });
    expect(short(changes(desired, spec(SSM, OURS, { unread: undefined })))).toMatchObject([
      { action: 'update', fields: ['value'] },
    ]);
  });
});

describe('a KMS key', () => {
  const note = 'key-id: an alias and a key id cannot be compared without KMS; treated as the same';
  it.each<[desired: string, existing: string, action: string, notes: string[]]>([
    ['alias/a', 'alias/a', 'none', []],
    ['alias/a', '1234', 'none', [note]],
    ['alias/a', 'alias/b', 'update', []],
    ['1234', 'arn:aws:kms:us-west-2:1:key/1234', 'none', []],
  ])('%s where %s exists: %s', (key, existing, action, notes) => {
    expect(
      short(changes(desiredOf(SM, { 'key-id': key }), spec(SM, { ...OURS, 'key-id': existing }))),
    ).toMatchObject([{ action, notes }]);
  });

  it('that is a default is not managed on adopted resources', () => {
    const desired = desiredOf(
      SM,
      { 'key-id': 'alias/aws/secretsmanager' },
      { defaults: new Set(['key-id']) },
    );
    expect(short(changes(desired, spec(SM, { ...TAKEN, 'key-id': '1234' })))).toEqual([
      { action: 'none', fields: [], notes: [] },
    ]);
    expect(short(changes(desired, spec(SM, { ...OURS, 'key-id': '1234' })))).toMatchObject([
      { action: 'update', fields: ['key-id'] },
    ]);
  });
});

describe('a secret that is only used where it exists', () => {
  const desired = desiredOf(SM, { 'key:a': new Secret('x') }, { uncreatable: 'its name is like an ARN' });

  it('is blocked where it does not exist, and is not created', () => {
    const { name } = desired.spec;
    expect(changes(desired)).toEqual([
      {
        id: `${SM} ${name}`,
        kind: SM,
        name,
        action: 'blocked',
        observed: undefined,
        desired: { ...desired.spec, fields: { ...desired.spec.fields, ...OURS } },
        differences: [
          expect.objectContaining({ field: 'key:a' }),
          expect.objectContaining({ field: 'tag:managed-by' }),
        ],
        notes: [],
        blocked: { reason: 'its name is like an ARN' },
      },
    ]);
  });

  it('is adopted where it does', () => {
    const found = spec(SM, { 'key:a': new Secret('x') });
    expect(changes(desired, found)).toMatchObject([{ action: 'update' }]);
  });
});

describe('a plan', () => {
  it('has its changes in the order of the desired resources, whatever exists', () => {
    const desired = [
      desiredOf(SSM, { value: '1' }),
      desiredOf(LOG, { retention: 1 }),
      desiredOf(SM, { 'key:a': new Secret('x') }),
    ];
    const observed = {
      [LOG]: new Map([['/ecs/papyrus', existingGroup(OURS)]]),
      [SSM]: new Map([['/papyrus/prd/OTHER', spec(SSM, { value: '9' }, {}, '/papyrus/prd/OTHER')]]),
    };
    expect(
      plan(desired, observed, { ...LENIENT, allow: new Set(['shorten-retention']) }).map(
        ({ kind, action }) => [kind, action],
      ),
    ).toEqual([
      [SSM, 'create'],
      [LOG, 'update'],
      [SM, 'create'],
    ]);
  });

  it('is silent once it has been applied', () => {
    const desired = [
      desiredOf(SSM, { value: new Secret('1'), type: 'SecureString', 'tag:a': 'b' }),
      desiredOf(LOG, { retention: 1 }),
      desiredOf(SM, { 'key:a': new Secret('x') }),
      desiredOf(ECR, { mutability: 'MUTABLE' }),
    ];
    const first = plan(desired, {}, LENIENT);
    const observed = Object.fromEntries(
      first.map(({ kind, name, desired }) => [kind, new Map([[name, desired]])]),
    );
    expect(plan(desired, observed, LENIENT).map(({ action }) => action)).toEqual([
      'none',
      'none',
      'none',
      'none',
    ]);
  });
});

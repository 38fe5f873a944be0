import { describe, expect, it } from 'vitest';
import { ABSENT, type Difference, type Field, type Fields } from '../../src/model/fields.ts';
import type { Kind, Metadata } from '../../src/model/spec.ts';
import { evaluatePolicy, type Policy } from '../../src/plan/policy.ts';
import { Secret } from '../../src/secret.ts';
import { readConfig } from '../../src/settings/config.ts';
import { Diagnostics } from '../../src/settings/diagnostics.ts';
import { readIgnored } from '../../src/settings/rules.ts';
import { LENIENT, OURS, spec, TAKEN } from './desired-resources.ts';

const LOG = 'AWS::Logs::LogGroup';
const SSM = 'AWS::SSM::Parameter';
const SM = 'AWS::SecretsManager::Secret';
const ECR = 'AWS::ECR::Repository';

interface Situation {
  readonly kind: Kind;
  readonly differences: readonly [field: string, from: Field, to: Field][];
  readonly fields?: Fields;
  readonly metadata?: Metadata;
  readonly foreign?: boolean;
  readonly once?: readonly string[];
  readonly unknown?: readonly string[];
  readonly name?: string;
}

function verdict(
  {
    kind,
    differences,
    fields = OURS,
    metadata = {},
    foreign = false,
    once = [],
    unknown = [],
    name,
  }: Situation,
  policy: Partial<Policy> = {},
) {
  const existing = spec(
    kind,
    {
      ...fields,
      ...Object.fromEntries(
        differences.filter(([, from]) => from !== ABSENT).map(([field, from]) => [field, from]),
      ),
    },
    metadata,
    name,
  );
  const listed: Difference[] = differences.map(([field, from, to]) => ({ field, from, to }));
  const found = evaluatePolicy(
    {
      kind,
      name: existing.name,
      existing,
      differences: listed,
      isForeign: foreign,
      once: new Set(once),
      unknown: new Set(unknown),
    },
    { ...LENIENT, ...policy },
  );
  return {
    allowed: found.allowed.map(({ field }) => field),
    blocked: found.blocked.map(({ reason, consent, differences: held }) => [
      reason,
      consent,
      held.map(({ field }) => field),
    ]),
    notes: found.notes,
  };
}

const OK = (...allowed: string[]) => ({ allowed, blocked: [] });
const allow = (...consents: ('shorten-retention' | 'change-type' | 'loosen')[]): Partial<Policy> => ({
  allow: new Set(consents),
});

describe('retention', () => {
  const SHORTER = ['a shorter retention deletes existing logs', 'shorten-retention', ['retention']];
  it.each<[from: Field, to: Field, storedBytes: number | undefined, blocked: boolean]>([
    [30, 7, 100, true],
    [30, 7, undefined, true],
    [30, 7, 0, false],
    ['never', 7, 100, true],
    ['never', 3653, 100, true],
    [7, 30, 100, false],
    [7, 'never', 100, false],
    ['never', 1, 0, false],
  ])('%s → %s with %s bytes is blocked: %s', (from, to, storedBytes, blocked) => {
    const situation: Situation = {
      kind: LOG,
      differences: [['retention', from, to]],
      metadata: { storedBytes },
    };
    expect(verdict(situation)).toMatchObject(blocked ? { allowed: [], blocked: [SHORTER] } : OK('retention'));
    expect(verdict(situation, allow('shorten-retention'))).toMatchObject(OK('retention'));
    expect(verdict(situation, allow('loosen', 'change-type'))).toMatchObject(
      blocked ? { blocked: [SHORTER] } : OK('retention'),
    );
  });

  it('does not hold up what is beside it', () => {
    expect(
      verdict({
        kind: LOG,
        differences: [
          ['tag:a', ABSENT, 'b'],
          ['retention', 30, 7],
        ],
      }),
    ).toMatchObject({ allowed: ['tag:a'], blocked: [SHORTER] });
  });
});

describe('the type of a parameter', () => {
  it('String → SecureString goes in place, with the advice to rotate', () => {
    expect(verdict({ kind: SSM, differences: [['type', 'String', 'SecureString']] })).toEqual({
      ...OK('type'),
      notes: ['the old versions stay readable in its history; rotate the value'],
    });
  });

  it.each([
    ['SecureString', 'String'],
    ['StringList', 'String'],
    ['StringList', 'SecureString'],
  ])('%s → %s needs an opt-in', (from, to) => {
    const situation: Situation = {
      kind: SSM,
      differences: [
        ['value', 'a', 'b'],
        ['type', from, to],
      ],
    };
    expect(verdict(situation)).toEqual({
      allowed: ['value'],
      blocked: [
        [
          `the type cannot change from ${from} in place: the parameter is deleted and created anew`,
          'change-type',
          ['type'],
        ],
      ],
      notes: [],
    });
    expect(verdict(situation, allow('change-type'))).toMatchObject(OK('value', 'type'));
  });

  it.each<[field: string, from: Field, to: Field]>([
    ['value', 'String', 'SecureString'],
    ['type', 'StringList', 'SecureString'],
    ['type', 'String', 'StringList'],
    ['type', 'SecureString', 'String'],
  ])('%s, %s → %s leaves nothing in the history to report', (field, from, to) => {
    expect(verdict({ kind: SSM, differences: [[field, from, to]] }, allow('change-type'))).toEqual({
      ...OK(field),
      notes: [],
    });
  });

  it('String → StringList needs an opt-in too', () => {
    expect(verdict({ kind: SSM, differences: [['type', 'String', 'StringList']] }).blocked).toEqual([
      [expect.stringMatching(/\bString\b/), 'change-type', ['type']],
    ]);
  });

  it('that is held back holds its key id back too, which would be written at every run in vain', () => {
    const situation: Situation = {
      kind: SSM,
      differences: [
        ['type', 'StringList', 'SecureString'],
        ['key-id', ABSENT, 'alias/a'],
      ],
    };
    expect(verdict(situation)).toMatchObject({
      allowed: [],
      blocked: [[expect.any(String), 'change-type', ['type', 'key-id']]],
    });
    expect(verdict(situation, allow('change-type'))).toMatchObject(OK('type', 'key-id'));
  });

  it('that is ignored leaves the key id alone too', () => {
    const situation: Situation = {
      kind: SSM,
      differences: [
        ['type', 'String', 'SecureString'],
        ['key-id', ABSENT, 'alias/a'],
      ],
    };
    expect(verdict(situation, { ignore: ignore('parameter:PORT:type') })).toMatchObject({
      allowed: [],
      blocked: [],
    });
  });

  it('is no type of other kinds', () => {
    expect(verdict({ kind: SM, differences: [['type', 'a', 'b']] })).toMatchObject(OK('type'));
  });
});

it('a SecureString whose value is not known in this run is never stored in plain', () => {
  const situation: Situation = {
    kind: SSM,
    differences: [
      ['type', 'SecureString', 'String'],
      ['tag:a', ABSENT, 'b'],
    ],
    unknown: ['value'],
  };
  for (const policy of [{}, allow('change-type')])
    expect(verdict(situation, policy)).toMatchObject({
      allowed: ['tag:a'],
      blocked: [[expect.any(String), undefined, ['type']]],
    });
  expect(verdict({ ...situation, unknown: [] }, allow('change-type')).blocked).toEqual([]);
});

describe('the mutability of a repository', () => {
  const LOOSENED = ['it was created elsewhere with stricter tags, and would be loosened', 'loosen'];
  it.each<[from: string, to: string, looser: boolean]>([
    ['IMMUTABLE', 'MUTABLE', true],
    ['IMMUTABLE', 'IMMUTABLE_WITH_EXCLUSION', true],
    ['IMMUTABLE', 'MUTABLE_WITH_EXCLUSION', true],
    ['IMMUTABLE_WITH_EXCLUSION', 'MUTABLE', true],
    ['MUTABLE_WITH_EXCLUSION', 'MUTABLE', true],
    ['MUTABLE', 'IMMUTABLE', false],
    ['MUTABLE', 'MUTABLE_WITH_EXCLUSION', false],
    ['IMMUTABLE_WITH_EXCLUSION', 'IMMUTABLE', false],
  ])('%s → %s on what was adopted is looser: %s', (from, to, looser) => {
    const differences: Situation['differences'] = [['mutability', from, to]];
    const blocked = looser ? { allowed: [], blocked: [[...LOOSENED, ['mutability']]] } : OK('mutability');
    expect(verdict({ kind: ECR, differences, fields: TAKEN })).toMatchObject(blocked);
    expect(verdict({ kind: ECR, differences, fields: {}, foreign: true })).toMatchObject(blocked);
    expect(verdict({ kind: ECR, differences, fields: TAKEN }, allow('loosen'))).toMatchObject(
      OK('mutability'),
    );
    expect(verdict({ kind: ECR, differences, fields: OURS })).toMatchObject(OK('mutability'));
  });

  it('that is held back holds its exclusions back too', () => {
    const differences: Situation['differences'] = [
      ['mutability', 'IMMUTABLE', 'MUTABLE_WITH_EXCLUSION'],
      ['exclusions', ABSENT, 'v*'],
      ['tag:a', ABSENT, 'b'],
    ];
    expect(verdict({ kind: ECR, differences, fields: TAKEN })).toMatchObject({
      allowed: ['tag:a'],
      blocked: [[...LOOSENED, ['mutability', 'exclusions']]],
    });
  });

  it.each<[mutability: string, from: Field, to: Field, looser: boolean]>([
    ['IMMUTABLE_WITH_EXCLUSION', 'latest', 'dev-*,latest', true],
    ['IMMUTABLE_WITH_EXCLUSION', 'dev-*,latest', 'latest', false],
    ['IMMUTABLE_WITH_EXCLUSION', 'latest', 'dev-*', true],
    ['MUTABLE_WITH_EXCLUSION', 'v*', 'release-*,v*', false],
    ['MUTABLE_WITH_EXCLUSION', 'release-*,v*', 'v*', true],
    ['IMMUTABLE_WITH_EXCLUSION', 'on', 'no', true],
    ['IMMUTABLE_WITH_EXCLUSION', ABSENT, 'v*', true],
    ['IMMUTABLE_WITH_EXCLUSION', 'v*', ABSENT, false],
  ])('%s with the exclusions %s → %s is looser: %s', (mutability, from, to, looser) => {
    const differences: Situation['differences'] = [['exclusions', from, to]];
    expect(verdict({ kind: ECR, differences, fields: { ...TAKEN, mutability } }).blocked).toEqual(
      looser ? [[...LOOSENED, ['exclusions']]] : [],
    );
    expect(verdict({ kind: ECR, differences, fields: { ...OURS, mutability } }).blocked).toEqual([]);
  });
});

describe('what AWS fixes for good', () => {
  it.each<[kind: Kind, field: string, from: Field, to: Field, reason: RegExp]>([
    [ECR, 'encryption', 'KMS', 'AES256', /ECR fixes the encryption.*ignore: repository:encryption/],
    [ECR, 'key-id', 'a', 'b', /ECR fixes the encryption/],
    [LOG, 'class', 'INFREQUENT_ACCESS', 'STANDARD', /fixes the class.*ignore: log-group:class/],
    [SSM, 'tier', 'Advanced', 'Standard', /never lowers a tier/],
  ])('%s %s', (kind, field, from, to, reason) => {
    const { allowed, blocked } = verdict(
      { kind, differences: [[field, from, to]] },
      allow('shorten-retention', 'change-type', 'loosen'),
    );
    expect(allowed).toEqual([]);
    expect(blocked).toEqual([[expect.stringMatching(reason), undefined, [field]]]);
  });

  it.each<[kind: Kind, field: string, from: Field, to: Field]>([
    [SSM, 'tier', 'Standard', 'Advanced'],
    [SSM, 'tier', 'Intelligent-Tiering', 'Standard'],
    [SSM, 'tier', 'Advanced', 'Intelligent-Tiering'],
    [SSM, 'value', 'Advanced', 'Standard'],
    [SM, 'tier', 'Advanced', 'Standard'],
    [SM, 'class', 'a', 'b'],
    [SM, 'retention', 7, 1],
    [SM, 'mutability', 'IMMUTABLE', 'MUTABLE'],
    [SSM, 'key-id', 'alias/a', 'alias/b'],
    [SM, 'key-id', 'alias/a', 'alias/b'],
    [ECR, 'lifecycle', ABSENT, '{}'],
  ])('but not %s %s', (kind, field, from, to) => {
    expect(verdict({ kind, differences: [[field, from, to]] })).toMatchObject(OK(field));
  });
});

it('a KMS key for a new repository leaves the encryption of the existing one, and that is reported', () => {
  expect(verdict({ kind: ECR, differences: [['encryption', 'AES256', 'KMS']] })).toEqual({
    ...OK(),
    notes: [expect.stringMatching(/^encryption: AES256\b.*\bkms-key-id\b/)],
  });
});

it('a field that a setting of the account decides is left alone with the reason, and the others are written', () => {
  expect(
    verdict({
      kind: ECR,
      differences: [
        ['scan-on-push', 'false', 'true'],
        ['lifecycle', ABSENT, '{}'],
      ],
      metadata: { overruled: { 'scan-on-push': 'REASON' } },
    }),
  ).toEqual({
    ...OK('lifecycle'),
    notes: [expect.stringMatching(/^scan-on-push: .* REASON$/)],
  });
});

describe('what belongs to others', () => {
  const differences: Situation['differences'] = [
    ['key:a', ABSENT, new Secret('x')],
    ['tag:managed-by', ABSENT, 'aws-bootstrap:adopted'],
  ];

  it('is blocked with the name of its owner, as one', () => {
    expect(
      verdict(
        { kind: SM, differences, metadata: { ownedBy: 'the CloudFormation stack net' }, foreign: true },
        allow('loosen'),
      ),
    ).toEqual({
      allowed: [],
      blocked: [
        [
          'it belongs to the CloudFormation stack net, which would undo the change',
          undefined,
          ['key:a', 'tag:managed-by'],
        ],
      ],
      notes: [],
    });
  });

  it('is blocked where it cannot be written without a loss', () => {
    expect(verdict({ kind: SM, differences, metadata: { unusable: 'it holds binary data' } })).toMatchObject({
      allowed: [],
      blocked: [['it holds binary data', undefined, ['key:a', 'tag:managed-by']]],
    });
  });

  it('is adopted, and that is reported', () => {
    expect(verdict({ kind: SM, differences, fields: {}, foreign: true })).toEqual({
      ...OK('key:a', 'tag:managed-by'),
      notes: ['adopted: it existed without the tag managed-by'],
    });
  });

  it('is adopted by its tag alone', () => {
    const value: Situation['differences'] = [['key:a', ABSENT, new Secret('x')]];
    expect(verdict({ kind: SM, differences: value, fields: {}, foreign: true })).toEqual({
      ...OK('key:a'),
      notes: [],
    });
  });

  it('is not adopted where adopt is false', () => {
    expect(verdict({ kind: SM, differences, fields: {}, foreign: true }, { adopt: false })).toMatchObject({
      allowed: [],
      blocked: [
        ['it exists without the tag managed-by, and adopt is false', undefined, ['key:a', 'tag:managed-by']],
      ],
    });
    expect(verdict({ kind: SM, differences, fields: TAKEN }, { adopt: false }).blocked).toEqual([]);
  });
});

function ignore(...entries: string[]): Policy['ignore'] {
  const notes = new Diagnostics();
  const found = readIgnored(readConfig(`ignore: ${JSON.stringify(entries)}`, 'c.yml', notes), notes);
  expect(notes.errors).toEqual([]);
  return found;
}

describe('ignore', () => {
  it.each<[entry: string, kind: Kind, field: string, dropped: boolean]>([
    ['parameter:PORT', SSM, 'value', true],
    ['parameter:POR*', SSM, 'tag:a', true],
    ['parameter:/papyrus/prd/PORT', SSM, 'value', true],
    ['parameter:PORT:value', SSM, 'type', false],
    ['parameter:HOST', SSM, 'value', false],
    ['secret:db', SM, 'key:a', true],
    ['secret:db:key:a', SM, 'key:b', false],
    ['secret:papyrus/prd/db', SM, 'key:a', true],
    ['log-group', LOG, 'retention', true],
    ['log-group', ECR, 'mutability', false],
    ['repository:tags', ECR, 'tag:a', true],
    ['repository:key-id', ECR, 'key-id', true],
    ['repository:encryption', ECR, 'key-id', true],
    ['repository:mutability', ECR, 'exclusions', false],
    ['auth0', 'Auth0::Application', 'callback:a', true],
    ['image', 'Image', 'image:v1', true],
    ['image', 'Auth0::Application', 'callback:a', false],
  ])('%s on %s %s drops it: %s', (entry, kind, field, dropped) => {
    const answer = verdict(
      { kind, differences: [[field, 'a', 'b']] },
      { ignore: ignore(entry), allow: new Set(['change-type', 'loosen', 'shorten-retention']) },
    );
    expect(answer.allowed).toEqual(dropped ? [] : [field]);
    expect(answer.blocked).toEqual([]);
    expect(answer.notes).toEqual(dropped ? [`${field}: left as it is (ignore)`] : []);
  });

  it('comes before everything that would block', () => {
    expect(
      verdict(
        { kind: ECR, differences: [['encryption', 'KMS', 'AES256']], metadata: { ownedBy: 'x' } },
        { ignore: ignore('repository:encryption') },
      ).blocked,
    ).toEqual([]);
  });
});

describe('write: once', () => {
  it('leaves what exists', () => {
    expect(
      verdict({
        kind: SSM,
        differences: [
          ['value', 'a', 'b'],
          ['tag:a', 'x', 'y'],
        ],
        once: ['value'],
      }),
    ).toEqual({ ...OK('tag:a'), notes: ['value: left as it is (write: once)'] });
  });

  it('writes what is missing', () => {
    expect(
      verdict({ kind: SM, differences: [['key:a', ABSENT, new Secret('b')]], once: ['key:a'] }),
    ).toMatchObject(OK('key:a'));
  });

  it('writes nothing over what could not be read while it is scheduled for deletion', () => {
    const differences: Situation['differences'] = [
      ['deletion', 'scheduled', ABSENT],
      ['key:a', ABSENT, new Secret('b')],
      ['key:b', ABSENT, new Secret('c')],
    ];
    expect(
      verdict({ kind: SM, differences, metadata: { scheduledForDeletion: true }, once: ['key:a'] }),
    ).toEqual({
      ...OK('deletion', 'key:b'),
      notes: ['key:a: left as it is (write: once)', 'it is scheduled for deletion and is restored'],
    });
  });
});

describe('a callback URL', () => {
  const name = '/papyrus/prd/AUTH0_CALLBACK_URL';
  const [local, open] = ['http://0.0.0.0:5000/callback', 'http://203.0.113.7:5000/callback'];
  it.each<[from: Field, to: Field, kept: boolean]>([
    [open, local, true],
    [new Secret(open), new Secret(local), true],
    [open, new Secret('http://localhost/'), true],
    [local, open, false],
    [local, 'http://localhost/', false],
    [open, 'https://example.com/', false],
    [ABSENT, local, false],
    [open, ABSENT, false],
    ['unset', local, false],
    ['see http://203.0.113.7/', local, false],
    [7, local, false],
  ])('%s → %s is kept: %s', (from, to, kept) => {
    const answer = verdict(
      { kind: SSM, name, differences: [['value', from, to]] },
      { callbackParameter: name },
    );
    expect(answer.allowed).toEqual(kept ? [] : ['value']);
    expect(answer.notes).toEqual(
      kept
        ? ['value: the existing public URL is kept, since the configured one reaches only the machine itself']
        : [],
    );
    expect(
      verdict(
        { kind: SSM, name: '/papyrus/prd/OTHER', differences: [['value', from, to]] },
        { callbackParameter: name },
      ).allowed,
    ).toEqual(['value']);
  });
});

it('a tag of the callback parameter is written, whatever URL it has', () => {
  const name = '/papyrus/prd/AUTH0_CALLBACK_URL';
  const differences: Situation['differences'] = [['tag:url', 'https://example.com/', 'http://localhost/']];
  expect(verdict({ kind: SSM, name, differences }, { callbackParameter: name })).toEqual({
    ...OK('tag:url'),
    notes: [],
  });
});

it.each<[kind: Kind, field: string, leader: string]>([
  [SM, 'key-id', 'type'],
  [SM, 'exclusions', 'mutability'],
])('%s: %s has no leader, whatever %s is', (kind, field, leader) => {
  const differences: Situation['differences'] = [
    [leader, 'a', 'b'],
    [field, 'a', 'b'],
  ];
  const entry = { resource: 'secret' as const, name: () => true, field: (one: string) => one === leader };
  expect(verdict({ kind, differences }, { ignore: [entry] })).toEqual({
    ...OK(field),
    notes: [`${leader}: left as it is (ignore)`],
  });
});

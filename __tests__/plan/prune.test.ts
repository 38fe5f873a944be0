/** What prune says of each thing, and what it waits for; which action it takes is in ownership.test.ts. */
import { describe, expect, it } from 'vitest';
import type { Change } from '../../src/model/change.ts';
import type { AnyUnconfigured } from '../../src/model/inventory.ts';
import { Unreadable } from '../../src/model/spec.ts';
import { type PruneRequest, prune } from '../../src/plan/prune.ts';

import { destination } from './destinations.ts';
import { P, parameter, pruneOne, REQUEST, secret } from './orphans.ts';

describe('what prune says', () => {
  it.each<[what: string, orphan: AnyUnconfigured, request: Partial<PruneRequest>, notes: string[]]>([
    ['of a parameter', parameter('OLD', 'created'), {}, ['no longer configured']],
    [
      'of a secret',
      secret('s', 'created', ['k']),
      {},
      ['no longer configured', 'it can be restored for 30 days'],
    ],
    [
      'of an adopted secret',
      secret('s', 'adopted', ['k']),
      {},
      ['no longer configured', 'it existed before, so it only loses the tag managed-by'],
    ],
    ['of what is not ours', parameter('OLD', 'others'), {}, ['it has no tag managed-by: never touched']],
    [
      'of what is only reported',
      parameter('OLD', 'created'),
      { prune: 'report' },
      [
        'no longer configured; prune: delete removes it',
        'while it exists it costs nothing, and everybody who may read parameters reads it in plain',
      ],
    ],
    [
      'of an Advanced SecureString',
      {
        ...parameter('OLD', 'created'),
        spec: { name: `${P}/OLD`, fields: { type: 'SecureString', tier: 'Advanced' }, metadata: {} },
      } as AnyUnconfigured,
      { prune: 'report' },
      [
        'no longer configured; prune: delete removes it',
        'while it exists it costs $0.05 a month, and everybody who may read parameters and use its key reads it',
      ],
    ],
    [
      'of a secret that is only reported',
      secret('s', 'created', ['k']),
      { prune: 'report' },
      [
        'no longer configured; prune: delete removes it',
        'while it exists it costs $0.40 a month, and everybody who may read this secret reads it',
      ],
    ],
    [
      'of what is ignored',
      parameter('OLD', 'created'),
      { ignore: [{ resource: 'parameter', name: () => true, field: (field) => field === 'deletion' }] },
      ['no longer configured; left as it is (ignore)'],
    ],
    [
      'of a variable that is empty',
      parameter('OLD', 'created'),
      { destinations: [destination('OLD', 'papyrus/prd/app', { empty: true })] },
      ['kept: the value of OLD is empty in this run, and this may be its only copy'],
    ],
    [
      'of a variable that this run leaves out',
      parameter('OLD', 'created'),
      { outOfScope: [destination('OLD', 'papyrus/prd/app')] },
      ['kept: OLD now goes to papyrus/prd/app, which is not part of this run (only)'],
    ],
    [
      'of a name in a JSON object',
      secret('s', 'created', ['k', 'OLD']),
      { untaken: new Set(['OLD']) },
      [
        'kept: a JSON object of this run holds OLD, which no .env, row or rule takes; add a rule, or remove it',
      ],
    ],
    [
      'of a tag that is called like a name in a JSON object',
      {
        ...secret('s', 'created', []),
        spec: { name: 'papyrus/prd/s', fields: { 'tag:OLD': 'x' }, metadata: {} },
      } as AnyUnconfigured,
      { untaken: new Set(['OLD']) },
      ['no longer configured', 'it can be restored for 30 days'],
    ],
    [
      'of the callback',
      parameter('AUTH0_CALLBACK_URL', 'created'),
      {},
      ['kept: a step with app-url may have created it'],
    ],
    [
      'of a callback that moved',
      parameter('AUTH0_CALLBACK_URL', 'created'),
      { destinations: [destination('AUTH0_CALLBACK_URL', 'papyrus/prd/app')] },
      ['no longer configured: a stale copy of AUTH0_CALLBACK_URL, now in papyrus/prd/app'],
    ],
    [
      'of three variables that moved',
      secret('s', 'created', ['A', 'B', 'C']),
      { destinations: ['A', 'B', 'C'].map((name) => destination(name, `${P}/${name}`)) },
      [
        `no longer configured: a stale copy of A, now in ${P}/A; B, now in ${P}/B; C, now in ${P}/C`,
        'it can be restored for 30 days',
      ],
    ],
    [
      'of many variables that moved',
      secret('s', 'adopted', ['A', 'B', 'C', 'D', 'E']),
      { destinations: ['A', 'B', 'C', 'D', 'E'].map((name) => destination(name, `${P}/${name}`)) },
      [
        `no longer configured: a stale copy of A, now in ${P}/A; B, now in ${P}/B; C, now in ${P}/C and 2 more`,
        'it existed before, so it only loses the tag managed-by',
      ],
    ],
    [
      'of a row of the table that moved',
      secret('flask', 'created', ['secret_key']),
      {
        destinations: [
          destination('FLASK_SECRET_KEY', `${P}/FLASK_SECRET_KEY`),
          destination('DB_PASSWORD', `${P}/P`),
        ],
      },
      [
        `no longer configured: a stale copy of FLASK_SECRET_KEY, now in ${P}/FLASK_SECRET_KEY`,
        'it can be restored for 30 days',
      ],
    ],
    [
      'of a key that is a row of another bundle',
      secret('other', 'created', ['secret_key', 'tag']),
      { destinations: [destination('FLASK_SECRET_KEY', `${P}/FLASK_SECRET_KEY`)] },
      ['no longer configured', 'it can be restored for 30 days'],
    ],
    [
      'of a parameter that is called like a key',
      parameter('flask', 'created'),
      { destinations: [destination('FLASK_SECRET_KEY', `${P}/FLASK_SECRET_KEY`)] },
      ['no longer configured'],
    ],
    [
      'of what was not read, that is only reported',
      secret('s', 'created', undefined),
      { prune: 'report' },
      [
        'no longer configured; prune: delete removes it',
        'while it exists it costs $0.40 a month, and everybody who may read this secret reads it',
      ],
    ],
    [
      'of what belongs to another by now',
      secret('s', 'created', ['k'], { ownedBy: 'its rotation' }),
      {},
      ['no longer configured', 'it can be restored for 30 days'],
    ],
  ])('%s', (_what, orphan, request, notes) => {
    expect(pruneOne(orphan, request)?.notes).toEqual(notes);
  });

  it('of a listing that failed, with the error for the end', () => {
    const error = new Error('denied');
    const failures = [{ kind: 'AWS::SSM::Parameter' as const, path: P, error }];
    expect(prune({ unconfigured: [], failures }, [], REQUEST)).toEqual([
      {
        id: `AWS::SSM::Parameter ${P}/*`,
        kind: 'AWS::SSM::Parameter',
        name: `${P}/*`,
        action: 'blocked',
        desired: { name: `${P}/*`, fields: {}, metadata: {} },
        observed: undefined,
        differences: [],
        notes: [],
        blocked: { reason: 'what exists there could not be listed' },
        unreadable: { error },
      },
    ]);
  });

  it('of what could not be read again, with the error for the end', () => {
    const error = new Error('denied');
    const orphan = { ...parameter('OLD', 'created'), unreadable: new Unreadable(error) };
    expect(pruneOne(orphan)).toEqual({
      id: `AWS::SSM::Parameter ${P}/OLD`,
      kind: 'AWS::SSM::Parameter',
      name: `${P}/OLD`,
      action: 'blocked',
      desired: orphan.spec,
      observed: orphan.spec,
      differences: [],
      notes: ['no longer configured'],
      unwanted: true,
      blocked: { reason: 'who else owns it could not be read' },
      unreadable: { error },
    });
  });

  it('is a whole change', () => {
    const orphan = secret('s', 'created', ['k'], { ownedBy: 'its rotation' });
    const base = {
      id: 'AWS::SecretsManager::Secret papyrus/prd/s',
      kind: 'AWS::SecretsManager::Secret',
      name: 'papyrus/prd/s',
      desired: orphan.spec,
      observed: orphan.spec,
      differences: [],
      unwanted: true,
    };
    expect(pruneOne(orphan)).toMatchObject({
      ...base,
      action: 'blocked',
      blocked: { reason: 'it now belongs to its rotation' },
    });
    expect(pruneOne(secret('s', 'adopted', ['k'], { ownedBy: 'its rotation' }))?.action).toBe('update');
    expect(pruneOne(secret('s', 'created', ['k']))).toMatchObject({
      ...base,
      action: 'delete',
      desired: {},
      observed: {},
    });
  });
});

describe('what is deleted goes after', () => {
  const change = (kind: Change['kind'], name: string, action: Change['action']) =>
    ({
      id: `${kind} ${name}`,
      kind,
      name,
      action,
      desired: { name, fields: {}, metadata: {} },
      observed: undefined,
      differences: [],
      notes: [],
    }) as Change;
  const SSM = 'AWS::SSM::Parameter';
  const waitsFor = (...changes: Change[]) =>
    prune({ unconfigured: [parameter('OLD', 'created')], failures: [] }, changes, {
      ...REQUEST,
      destinations: [destination('OLD', `${P}/NEW`)],
    })[0]?.after;

  it.each<[action: Change['action'], waits: boolean]>([
    ['create', true],
    ['update', true],
    ['none', false],
    ['delete', false],
    ['blocked', false],
  ])('every value of this run that is to be written (%s: %s)', (action, waits) => {
    for (const kind of [SSM, 'AWS::SecretsManager::Secret'] as const)
      expect(waitsFor(change(kind, 'x', action))).toEqual(waits ? [`${kind} x`] : undefined);
  });

  it('the new place of this very variable, which may be blocked', () => {
    expect(waitsFor(change(SSM, `${P}/NEW`, 'blocked'))).toEqual([`${SSM} ${P}/NEW`]);
  });

  it('values, and nothing else', () => {
    for (const kind of [
      'AWS::Logs::LogGroup',
      'AWS::ECR::Repository',
      'Image',
      'Auth0::Application',
    ] as const)
      expect(waitsFor(change(kind, `${P}/NEW`, 'create'))).toBeUndefined();
  });
});

/** The disposition of what exists below the prefix: pure, so every case of its tables is one line here. */
import { describe, expect, it } from 'vitest';
import type { Change } from '../../src/model/change.ts';
import { ABSENT } from '../../src/model/fields.ts';
import type { AnyUnconfigured } from '../../src/model/inventory.ts';
import { Unreadable } from '../../src/model/spec.ts';
import { destroy } from '../../src/plan/destroy.ts';
import { type PruneRequest, prune } from '../../src/plan/prune.ts';

import { destination } from './destinations.ts';
import { P, parameter, pruneOne, REQUEST, secret } from './orphans.ts';

describe('prune of more than half of what was created', () => {
  const unconfigured = (made: number) =>
    Array.from({ length: made }, (_, index) => parameter(`OLD_${index}`, 'created'));
  const kept = (count: number): Change[] =>
    Array.from({ length: count }, (_, index) => {
      const spec = {
        name: `${P}/KEPT_${index}`,
        fields: { 'tag:managed-by': 'aws-bootstrap' },
        metadata: {},
      };
      return {
        id: spec.name,
        kind: 'AWS::SSM::Parameter',
        name: spec.name,
        action: 'none',
        desired: spec,
        observed: spec,
        differences: [],
        notes: [],
      };
    });
  const actions = (orphans: readonly AnyUnconfigured[], changes: readonly Change[], request = {}) =>
    prune({ unconfigured: orphans, failures: [] }, changes, { ...REQUEST, ...request }).map(
      ({ action, blocked }) => blocked?.consent ?? action,
    );

  it.each<[orphans: number, kept: number, expected: string]>([
    [4, 0, 'delete'],
    [5, 0, 'prune-many'],
    [5, 4, 'prune-many'],
    [5, 5, 'delete'],
    [20, 19, 'prune-many'],
    [20, 20, 'delete'],
  ])('%i of them beside %i that stay: %s', (orphans, stay, expected) => {
    expect(actions(unconfigured(orphans), kept(stay))).toEqual(Array(orphans).fill(expected));
  });

  it('is done with the opt-in', () => {
    expect(actions(unconfigured(9), [], { allow: new Set(['prune-many']) })).toEqual(Array(9).fill('delete'));
  });

  it('counts parameters and secrets together, and of one resource with two changes one', () => {
    const mixed = [...unconfigured(3), secret('a', 'created', ['x']), secret('b', 'created', ['y'])];
    expect(actions(mixed, [...kept(4), ...kept(4)])).toEqual(Array(5).fill('prune-many'));
  });

  it('counts what stays for another reason, and holds up no release of what was adopted', () => {
    const orphans = [
      ...unconfigured(5),
      parameter('TAKEN', 'adopted'),
      parameter('AUTH0_CALLBACK_URL', 'created'),
    ];
    expect(actions(orphans, kept(3))).toEqual([...Array(5).fill('prune-many'), 'update', 'none']);
    expect(actions(orphans, kept(4))).toEqual([...Array(5).fill('delete'), 'update', 'none']);
  });

  it.each<[what: string, make: (change: Change) => Change]>([
    ['is only created in this run', (change) => ({ ...change, observed: undefined }) as Change],
    [
      'existed before',
      (change) => {
        const fields = { 'tag:managed-by': 'aws-bootstrap:adopted' };
        return { ...change, observed: { ...change.observed, fields } } as Change;
      },
    ],
    ['is neither parameter nor secret', (change) => ({ ...change, kind: 'AWS::Logs::LogGroup' }) as Change],
  ])('does not count what %s', (_what, make) => {
    expect(actions(unconfigured(5), kept(5).map(make))).toEqual(Array(5).fill('prune-many'));
  });

  it('does not count as a deletion what belongs to another by now', () => {
    const orphans = [...unconfigured(4), parameter('X', 'created', { ownedBy: 'a stack' })];
    expect(actions(orphans, [])).toEqual([...Array(4).fill('delete'), 'blocked']);
  });

  it('is blocked with both numbers', () => {
    const [change] = prune({ unconfigured: unconfigured(5), failures: [] }, kept(4), REQUEST);
    expect(change?.action).toBe('blocked');
    expect(change?.blocked?.reason).toMatch(/^5 of the 9 /);
  });

  it('is nothing that prune: report asks about', () => {
    expect(actions(unconfigured(9), [], { prune: 'report' })).toEqual(Array(9).fill('none'));
  });
});

describe('prune', () => {
  const cases: ReadonlyArray<[string, AnyUnconfigured, Partial<PruneRequest>, string]> = [
    ['created, not configured', parameter('OLD', 'created'), {}, 'delete'],
    ['created, not configured, report', parameter('OLD', 'created'), { prune: 'report' }, 'none'],
    ['adopted', parameter('OLD', 'adopted'), {}, 'update'],
    ['adopted, report', parameter('OLD', 'adopted'), { prune: 'report' }, 'none'],
    ['of others', parameter('OLD', 'others'), {}, 'none'],
    [
      'made, of another owner by now',
      secret('s', 'created', ['k'], { ownedBy: 'its rotation' }),
      {},
      'blocked',
    ],
    ['a secret', secret('s', 'created', ['k']), {}, 'delete'],
    ['what app-url makes', parameter('AUTH0_CALLBACK_URL', 'created'), {}, 'none'],
    ['held by a JSON object', parameter('OLD', 'created'), { untaken: new Set(['OLD']) }, 'none'],
    [
      'held by a JSON object, as a key',
      secret('s', 'created', ['OLD']),
      { untaken: new Set(['OLD']) },
      'none',
    ],
    [
      'moved',
      parameter('OLD', 'created'),
      { destinations: [destination('OLD', 'papyrus/prd/app')] },
      'delete',
    ],
    [
      'moved, empty here',
      parameter('OLD', 'created'),
      { destinations: [destination('OLD', 'papyrus/prd/app', { empty: true })] },
      'none',
    ],
    [
      'moved away',
      parameter('OLD', 'created'),
      { outOfScope: [destination('OLD', 'papyrus/prd/app')] },
      'none',
    ],
    [
      'a row of the table that moved, empty',
      secret('flask', 'created', ['secret_key']),
      { destinations: [destination('FLASK_SECRET_KEY', `${P}/FLASK_SECRET_KEY`, { empty: true })] },
      'none',
    ],
    [
      'not read, and a variable is empty',
      secret('s', 'created', undefined),
      { destinations: [destination('A', `${P}/A`, { empty: true })] },
      'none',
    ],
    [
      'read, and another variable is empty',
      secret('s', 'created', ['k']),
      { destinations: [destination('A', `${P}/A`, { empty: true })] },
      'delete',
    ],
  ];
  it.each(cases)('%s', (_name, orphan, request, action) => {
    expect(pruneOne(orphan, request)?.action).toBe(action);
  });

  it('takes only our tag off what was adopted', () => {
    expect(pruneOne(parameter('OLD', 'adopted'))?.differences).toEqual([
      { field: 'tag:managed-by', from: 'aws-bootstrap:adopted', to: ABSENT },
    ]);
  });

  it('does not observe what is of others, so that neither its version nor its price counts', () => {
    expect(pruneOne(secret('s', 'others', undefined))?.observed).toBeUndefined();
  });

  it('a listing that failed is an error for delete, and none for report', () => {
    const failures = [{ kind: 'AWS::SSM::Parameter' as const, path: P, error: new Error('denied') }];
    expect(prune({ unconfigured: [], failures }, [], REQUEST)).toMatchObject([
      { action: 'blocked', name: `${P}/*` },
    ]);
    expect(prune({ unconfigured: [], failures }, [], { ...REQUEST, prune: 'report' })).toEqual([]);
  });
});

describe('destroy', () => {
  const made = { 'tag:managed-by': 'aws-bootstrap' };
  const adopted = { 'tag:managed-by': 'aws-bootstrap:adopted' };
  const allow = new Set(['delete-log-group'] as const);
  const group = (fields: object, metadata = {}) => ({
    name: '/ecs/papyrus',
    fields: { ...fields },
    metadata,
  });
  const cases: ReadonlyArray<
    [string, Parameters<typeof end>[0], Parameters<typeof end>[1], string | undefined]
  > = [
    ['nothing exists', undefined, {}, undefined],
    ['made, consent, its own name', group(made), { allow, exclusive: true }, 'delete'],
    ['made, consent, a name that others may have', group(made), { allow }, 'none'],
    ['made, no consent', group(made), {}, 'none'],
    ['made, consent, a neighbour', group(made), { allow, neighbours: ['/papyrus/stg'] }, 'none'],
    [
      'made, consent, a neighbour, its own name',
      group(made),
      { allow, neighbours: ['/papyrus/stg'], exclusive: true },
      'delete',
    ],
    [
      'made, consent, neighbours unknown',
      group(made),
      { allow, neighbours: new Unreadable(new Error()) },
      'blocked',
    ],
    [
      'made, no consent, neighbours unknown',
      group(made),
      { neighbours: new Unreadable(new Error()) },
      'none',
    ],
    ['adopted', group(adopted), {}, 'update'],
    ['adopted, consent', group(adopted), { allow }, 'update'],
    ['adopted, a neighbour', group(adopted), { neighbours: ['/papyrus/stg'] }, 'none'],
    ['not ours, consent', group({}), { allow }, 'none'],
    ['of a stack, consent', group(made, { ownedBy: 'a stack' }), { allow }, 'none'],
    ['unreadable', new Unreadable(new Error()), { allow }, 'blocked'],
  ];
  function end(
    observed: ReturnType<typeof group> | Unreadable | undefined,
    {
      allow = new Set(),
      neighbours = [],
      exclusive = false,
    }: { allow?: ReadonlySet<'delete-log-group'>; neighbours?: string[] | Unreadable; exclusive?: boolean },
  ) {
    return destroy({
      found: { unconfigured: [], failures: [] },
      shared: { 'AWS::Logs::LogGroup': { name: '/ecs/papyrus', exclusive, existing: observed } },
      region: 'us-west-2',
      neighbours,
      auth0: undefined,
      callback: { name: `${P}/AUTH0_CALLBACK_URL`, unreadable: undefined },
      allow,
      ignore: [],
      recoveryDays: 30,
    })[0];
  }
  it.each(cases)('a log group: %s', (_name, observed, request, action) => {
    expect(end(observed, request)?.action).toBe(action);
  });
});

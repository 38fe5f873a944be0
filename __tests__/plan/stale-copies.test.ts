import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ResolvedDestination } from '../../src/desired/destination.ts';
import { rowOf } from '../../src/desired/table.ts';
import type { Change, ChangeOf } from '../../src/model/change.ts';
import { ABSENT, type Difference } from '../../src/model/fields.ts';
import type { AnyUnconfigured } from '../../src/model/inventory.ts';
import type { Kind, Specs } from '../../src/model/spec.ts';
import { prune } from '../../src/plan/prune.ts';
import { lastSegment, type Moves, moveKeys, staleCopies, writesBefore } from '../../src/plan/stale-copies.ts';
import { Secret } from '../../src/secret.ts';
import { destination } from './destinations.ts';
import { P, parameter, secret } from './orphans.ts';

/** Keys of a configured secret whose variable has another destination now. */

const SSM = 'AWS::SSM::Parameter';
const SM = 'AWS::SecretsManager::Secret';
const NOWHERE: Moves = { destinations: [], outOfScope: [] };

/** An existing bundle of two keys. */
function bundle(differences: readonly Difference[], more: Partial<ChangeOf<typeof SM>> = {}): Change {
  const observed = {
    name: 'papyrus/prd/app',
    fields: { 'key:OLD': new Secret('o'), 'key:KEPT': new Secret('k'), 'tag:OLD': 'x' },
    metadata: {},
  };
  return {
    id: 'bundle',
    kind: SM,
    name: 'papyrus/prd/app',
    action: differences.length > 0 ? 'update' : 'none',
    desired: observed,
    observed,
    differences,
    notes: ['a note'],
    ...more,
  };
}

function other<K extends typeof SSM | typeof SM>(kind: K, name: string, action: Change['action']): Change {
  const spec = { name, fields: {}, metadata: {} } as Specs[K];
  return {
    id: `${kind} ${name}`,
    kind,
    name,
    action,
    desired: spec,
    observed: undefined,
    differences: [],
    notes: [],
  } as Change;
}

const out = (field: string): Difference => ({ field, from: new Secret('o'), to: ABSENT });
const KEPT: Difference = { field: 'key:KEPT', from: new Secret('k'), to: new Secret('n') };
const OLD = `${SSM} ${P}/OLD`;
const moved: Moves = { destinations: [destination('OLD', `${P}/OLD`)], outOfScope: [] };

const short = (changes: readonly Change[]) =>
  changes
    .filter(({ name }) => name === 'papyrus/prd/app')
    .map(({ id, action, differences, after }) => [id, action, differences.map(({ field }) => field), after]);

describe('a key that goes from an exact bundle', () => {
  it('goes at once where nothing of this run takes its place', () => {
    expect(moveKeys([bundle([out('key:OLD')])], NOWHERE)).toEqual([bundle([out('key:OLD')])]);
  });

  it('goes after its new place is written', () => {
    const changes = moveKeys([bundle([out('key:OLD')]), other(SSM, `${P}/OLD`, 'create')], moved);
    expect(short(changes)).toEqual([['bundle take out', 'update', ['key:OLD'], [OLD]]]);
    expect(changes[0]?.notes).toEqual(['a note', 'stale copies: their variables are elsewhere now']);
  });

  it('goes after what else the bundle is given, in a change of its own', () => {
    const changes = moveKeys([bundle([KEPT, out('key:OLD')]), other(SSM, `${P}/OLD`, 'update')], moved);
    expect(short(changes)).toEqual([
      ['bundle', 'update', ['key:KEPT'], undefined],
      ['bundle take out', 'update', ['key:OLD'], [OLD, 'bundle']],
    ]);
    expect(changes.map(({ notes }) => notes).slice(0, 2)).toEqual([
      ['a note'],
      ['stale copies: their variables are elsewhere now'],
    ]);
  });

  it('goes with the others that go, where its new place exists already', () => {
    const changes = moveKeys([bundle([KEPT, out('key:OLD')]), other(SSM, `${P}/OLD`, 'none')], moved);
    expect(short(changes)).toEqual([['bundle', 'update', ['key:KEPT', 'key:OLD'], undefined]]);
  });

  it.each<[kind: typeof SSM | typeof SM, name: string, action: Change['action'], waits: boolean]>([
    [SSM, `${P}/PORT`, 'create', true],
    [SSM, `${P}/PORT`, 'update', true],
    [SM, 'papyrus/prd/db', 'update', true],
    [SSM, `${P}/PORT`, 'delete', false],
    [SSM, `${P}/PORT`, 'none', false],
    [SSM, `${P}/PORT`, 'blocked', false],
    [SSM, `${P}/OLD`, 'blocked', true],
  ])('of %s %s with %s: it waits for that: %s', (kind, name, action, waits) => {
    const changes = moveKeys([bundle([out('key:OLD')]), other(kind, name, action)], moved);
    expect(changes[0]?.after).toEqual(waits ? [`${kind} ${name}`] : undefined);
  });

  it('waits for values alone', () => {
    const group: Change = {
      id: 'group',
      kind: 'AWS::Logs::LogGroup',
      name: '/ecs/papyrus',
      action: 'create',
      desired: { name: '/ecs/papyrus', fields: {}, metadata: {} },
      observed: undefined,
      differences: [],
      notes: [],
    };
    expect(moveKeys([bundle([out('key:OLD')]), group], moved)).toEqual([bundle([out('key:OLD')]), group]);
  });

  it('does not wait for a blocked place of another variable', () => {
    const moves = { ...moved, destinations: [...moved.destinations, destination('NEW', `${P}/NEW`)] };
    const changes = moveKeys([bundle([out('key:OLD')]), other(SSM, `${P}/NEW`, 'blocked')], moves);
    expect(short(changes)).toEqual([['bundle', 'update', ['key:OLD'], undefined]]);
  });

  it('is all that waits: what the bundle is given does not', () => {
    const changes = [bundle([KEPT]), other(SSM, `${P}/OLD`, 'create')];
    expect(moveKeys(changes, NOWHERE)).toEqual(changes);
  });

  it('stays with its change where that is blocked', () => {
    const changes = [bundle([out('key:OLD')], { action: 'blocked' }), other(SSM, `${P}/OLD`, 'create')];
    expect(moveKeys(changes, moved)).toEqual(changes);
  });

  it('goes at once beside a moved one that waits', () => {
    const changes = moveKeys(
      [bundle([out('key:GONE'), out('key:OLD')]), other(SSM, `${P}/OLD`, 'create')],
      moved,
    );
    expect(short(changes)).toEqual([
      ['bundle', 'update', ['key:GONE'], undefined],
      ['bundle take out', 'update', ['key:OLD'], [OLD, 'bundle']],
    ]);
  });
});

describe('a key stays, and that is reported,', () => {
  it('where its variable is empty in this run', () => {
    const moves = { ...NOWHERE, destinations: [destination('OLD', `${P}/OLD`, { empty: true })] };
    const [change] = moveKeys([bundle([out('key:OLD')])], moves);
    expect(change).toMatchObject({ action: 'none', differences: [] });
    expect(change?.notes.slice(0, 2)).toEqual([
      'a note',
      'key:OLD: kept, since the value of OLD is empty in this run',
    ]);
  });

  it('where its new place is not part of this run', () => {
    const moves = { ...NOWHERE, outOfScope: [destination('OLD', `${P}/OLD`)] };
    const [change] = moveKeys([bundle([KEPT, out('key:OLD')])], moves);
    expect(short(change === undefined ? [] : [change])).toEqual([
      ['bundle', 'update', ['key:KEPT'], undefined],
    ]);
    expect(change?.notes).toEqual([
      'a note',
      'key:OLD: kept, since the new destination of OLD is not part of this run (only)',
    ]);
  });

  it('and others go', () => {
    const moves = { ...NOWHERE, outOfScope: [destination('OLD', `${P}/OLD`)] };
    expect(short(moveKeys([bundle([out('key:GONE'), out('key:OLD')])], moves))).toEqual([
      ['bundle', 'update', ['key:GONE'], undefined],
    ]);
  });

  it('but not where its value only changes, and the variable has a second place', () => {
    const moves = {
      destinations: [destination('KEPT', 'papyrus/prd/app')],
      outOfScope: [destination('KEPT', `${P}/KEPT`)],
    };
    expect(moveKeys([bundle([KEPT])], moves)).toEqual([bundle([KEPT])]);
  });

  it('and what was blocked stays blocked', () => {
    const moves = { ...NOWHERE, outOfScope: [destination('OLD', `${P}/OLD`)] };
    const [change] = moveKeys([bundle([out('key:OLD')], { action: 'blocked' })], moves);
    expect(change).toMatchObject({ action: 'blocked', differences: [] });
  });
});

describe('an old copy in a bundle that is not exact', () => {
  const NOTE =
    'stale copies that everyone who may read this secret can read: OLD (OLD, now in /papyrus/prd/OLD); bundles: { app: { mode: exact } } removes them';

  it('stays, and is reported with the way to take it out', () => {
    expect(moveKeys([bundle([])], moved)[0]?.notes).toEqual(['a note', NOTE]);
    expect(moveKeys([bundle([KEPT])], moved)[0]?.notes).toEqual(['a note', NOTE]);
  });

  it('is no copy where the variable goes to this very key too', () => {
    const moves = { ...moved, destinations: [...moved.destinations, destination('OLD', 'papyrus/prd/app')] };
    expect(moveKeys([bundle([])], moves)[0]?.notes).toEqual(['a note']);
  });

  it.each([
    ['another key of this bundle', destination('OLD', 'papyrus/prd/app', { key: 'renamed' })],
    ['the same key of another bundle', destination('OLD', 'papyrus/prd/db')],
  ])('is one where the variable goes to %s', (_where, place) => {
    const notes = moveKeys([bundle([])], { ...NOWHERE, destinations: [place] })[0]?.notes;
    expect(notes).toHaveLength(2);
    expect(notes?.[1]).toContain(`OLD (OLD, now in ${place.name})`);
  });

  it('is reported once for each place, all in one note', () => {
    const moves = {
      ...NOWHERE,
      destinations: [destination('OLD', `${P}/OLD`), destination('KEPT', `${P}/KEPT`)],
    };
    expect(moveKeys([bundle([])], moves)[0]?.notes[1]).toContain(
      'can read: OLD (OLD, now in /papyrus/prd/OLD), KEPT (KEPT, now in /papyrus/prd/KEPT); bundles',
    );
  });

  it('is not reported for what is blocked or deleted', () => {
    expect(moveKeys([bundle([KEPT], { action: 'blocked' })], moved)[0]?.notes).toEqual(['a note']);
    expect(moveKeys([bundle([out('key:OLD')])], moved)[0]?.notes).toEqual(['a note']);
  });
});

it('a row of the table is known by its key, in its own bundle alone', () => {
  const flask = (name: string): Change => {
    const observed = { name, fields: { 'key:secret_key': new Secret('x') }, metadata: {} };
    return bundle([], { name, desired: observed, observed });
  };
  const moves = { ...NOWHERE, destinations: [destination('FLASK_SECRET_KEY', `${P}/FLASK_SECRET_KEY`)] };
  expect(moveKeys([flask('papyrus/prd/flask')], moves)[0]?.notes[1]).toContain(
    'secret_key (FLASK_SECRET_KEY, now in /papyrus/prd/FLASK_SECRET_KEY)',
  );
  expect(moveKeys([flask('papyrus/prd/app')], moves)[0]?.notes).toEqual(['a note']);
  const password = { ...NOWHERE, destinations: [destination('DB_PASSWORD', `${P}/DB_PASSWORD`)] };
  expect(moveKeys([flask('papyrus/prd/flask')], password)[0]?.notes).toEqual(['a note']);
});

it('what is created, and what is no secret, passes as it is', () => {
  const made = bundle([KEPT], { action: 'create', observed: undefined });
  const parameter: Change = {
    ...other(SSM, `${P}/OLD`, 'update'),
    kind: SSM satisfies Kind,
    observed: { name: `${P}/OLD`, fields: { value: 'x' }, metadata: {} },
    desired: { name: `${P}/OLD`, fields: {}, metadata: {} },
  };
  expect(moveKeys([made, parameter], moved)).toEqual([made, parameter]);
});

/* Stale copies of a variable, and the changes that their removal waits for: one rule for prune and for move. */

function change(name: string, action: Change['action']): Change {
  const kind = SSM;
  const desired = { name, fields: {}, metadata: {} };
  return {
    id: `${kind} ${name}`,
    kind,
    name,
    action,
    desired,
    observed: undefined,
    differences: [],
    notes: [],
  };
}

describe('a copy', () => {
  it.each<[names: string[], bundle: string | undefined, variable: string, isCopy: boolean]>([
    [['OLD'], undefined, 'OLD', true],
    [['OLD'], 'app', 'OLD', true],
    [['OLD'], undefined, 'NEW', false],
    [['OLD'], 'app', 'NEW', false],
    [['k', 'OLD'], 'app', 'OLD', true],
    [['FLASK_SECRET_KEY'], 'app', 'FLASK_SECRET_KEY', true],
    [['secret_key'], 'flask', 'FLASK_SECRET_KEY', true],
    [['secret_key'], 'app', 'FLASK_SECRET_KEY', false],
    [['secret_key'], undefined, 'FLASK_SECRET_KEY', false],
    [['secret_key'], 'flask', 'OLD', false],
    [['password'], 'db', 'POSTGRES_PASSWORD', false],
    [['domain'], 'auth0', 'AUTH0_DOMAIN', true],
    [[], 'flask', 'FLASK_SECRET_KEY', false],
  ])('%j in %s, of %s: %s', (names, bundle, variable, isCopy) => {
    const place = destination(variable, `${P}/ELSEWHERE`);
    expect(staleCopies(new Set(names), bundle, [place])).toEqual(isCopy ? [place] : []);
  });

  it('is of every place that its variable has', () => {
    const places = [
      destination('OLD', `${P}/OLD`),
      destination('A', `${P}/A`),
      destination('OLD', 'papyrus/prd/b'),
    ];
    expect(staleCopies(new Set(['OLD']), 'app', places)).toEqual([places[0], places[2]]);
  });
});

describe('what goes waits', () => {
  const [written, other, held] = [change('/a', 'create'), change('/b', 'update'), change('/c', 'blocked')];

  it('for every value that is written, and for its own place where that is blocked', () => {
    expect(writesBefore([], [written, other, held])).toEqual([written.id, other.id]);
    expect(writesBefore([destination('C', '/c')], [written, held])).toEqual([written.id, held.id]);
  });

  it('never for itself', () => {
    expect(writesBefore([], [written, other], other)).toEqual([written.id]);
    expect(writesBefore([destination('C', '/c')], [held], held)).toEqual([]);
  });
});

it.each([
  ['/papyrus/prd/A', 'A'],
  ['papyrus/prd/db', 'db'],
  ['plain', 'plain'],
])('%s ends with %s', (name, last) => {
  expect(lastSegment(name)).toBe(last);
});

/** The changes that an orphaned secret waits for, where every destination of this run is blocked. */
function prunedAfter(
  orphan: AnyUnconfigured,
  destinations: readonly ResolvedDestination[],
  changes: readonly Change[],
) {
  const request = {
    recoveryDays: 30,
    ignore: [],
    destinations,
    outOfScope: [],
    untaken: new Set<string>(),
    allow: new Set<never>(),
  };
  return prune({ unconfigured: [orphan], failures: [] }, changes, { ...request, prune: 'delete' })[0]?.after;
}

/** The changes that the same keys wait for in a configured, exact secret. */
function movedAfter(
  { spec }: AnyUnconfigured,
  destinations: readonly ResolvedDestination[],
  changes: readonly Change[],
) {
  const kind = 'AWS::SecretsManager::Secret';
  const fields = Object.entries(spec.fields);
  const bundle: Change = {
    id: 'bundle',
    kind,
    name: spec.name,
    action: 'update',
    desired: { ...spec, metadata: {} },
    observed: { ...spec, metadata: {} },
    differences: fields.map(([field, from]) => ({ field, from, to: ABSENT })),
    notes: [],
  };
  const all = moveKeys([bundle, ...changes], { destinations, outOfScope: [] });
  return all.find(({ id }) => id === 'bundle take out')?.after?.filter((id) => id !== bundle.id);
}

describe('prune and move', () => {
  const VARIABLES = ['OLD', 'A', 'DB_PASSWORD', 'DB_USER', 'FLASK_SECRET_KEY', 'AUTH0_DOMAIN'];
  const keys = [...VARIABLES, ...VARIABLES.flatMap((name) => rowOf(name)?.secret?.key ?? []), 'foreign'];

  it('take the same keys of a secret for copies of the same variables', () => {
    const cases = fc.record({
      name: fc.constantFrom('app', 'db', 'flask', 'auth0'),
      held: fc.uniqueArray(fc.constantFrom(...keys)),
      variables: fc.uniqueArray(fc.constantFrom(...VARIABLES)),
    });
    let waits = 0;
    fc.assert(
      fc.property(cases, ({ name, held, variables }) => {
        const destinations = variables.map((variable) => destination(variable, `${P}/${variable}`));
        const changes = destinations.map((place) => change(place.name, 'blocked'));
        const orphan = secret(name, 'created', held);
        const pruned = prunedAfter(orphan, destinations, changes);
        expect(movedAfter(orphan, destinations, changes)).toEqual(pruned);
        if (pruned !== undefined) waits += 1;
      }),
      { numRuns: 300 },
    );
    expect(waits).toBeGreaterThan(30);
  });

  // The two differ on purpose: an unread resource may hold anything, and a parameter has the name of its variable.
  it('prune alone decides on what was not read: it waits for every destination', () => {
    const destinations = [destination('OLD', `${P}/OLD`), destination('A', `${P}/A`)];
    const changes = destinations.map((place) => change(place.name, 'blocked'));
    expect(prunedAfter(secret('s', 'created', undefined), destinations, changes)).toEqual(
      changes.map(({ id }) => id),
    );
  });

  it('prune alone decides on parameters: none is a copy by the key of a row', () => {
    const destinations = [destination('FLASK_SECRET_KEY', 'papyrus/prd/flask')];
    const changes = [change('papyrus/prd/flask', 'blocked')];
    expect(prunedAfter(parameter('FLASK_SECRET_KEY', 'created'), destinations, changes)).toHaveLength(1);
    expect(prunedAfter(parameter('secret_key', 'created'), destinations, changes)).toBeUndefined();
  });
});

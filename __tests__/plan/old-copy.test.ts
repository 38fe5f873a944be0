/** What counts as an old copy of a variable, and what its end waits for: one answer for prune and for move. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Placement } from '../../src/desired/desired.ts';
import { rowOf } from '../../src/desired/table.ts';
import type { Change } from '../../src/model/change.ts';
import { ABSENT } from '../../src/model/fields.ts';
import type { AnyUnconfigured } from '../../src/model/inventory.ts';
import { prune } from '../../src/plan/prune.ts';
import { lastSegment, moveKeys, staleCopies, writesBefore } from '../../src/plan/stale-copies.ts';

import { destination } from './placements.ts';
import { P, parameter, secret } from './strays.ts';

const SSM = 'AWS::SSM::Parameter';

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

/** What a secret that nobody asks for waits for, where every place of this run is blocked. */
function prunedAfter(stray: AnyUnconfigured, destinations: readonly Placement[], changes: readonly Change[]) {
  const request = {
    recoveryDays: 30,
    ignore: [],
    destinations,
    outOfScope: [],
    untaken: new Set<string>(),
    allow: new Set<never>(),
  };
  return prune({ unconfigured: [stray], failures: [] }, changes, { ...request, prune: 'delete' })[0]?.after;
}

/** What the same keys wait for in a secret that is wanted, and exact. */
function movedAfter(
  { spec }: AnyUnconfigured,
  destinations: readonly Placement[],
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
        const stray = secret(name, 'created', held);
        const pruned = prunedAfter(stray, destinations, changes);
        expect(movedAfter(stray, destinations, changes)).toEqual(pruned);
        if (pruned !== undefined) waits += 1;
      }),
      { numRuns: 300 },
    );
    expect(waits).toBeGreaterThan(30);
  });

  // Where the two differ, on purpose: what was not read may hold anything, and a parameter is called like its variable.
  it('prune alone judges what was not read: it waits for every place', () => {
    const destinations = [destination('OLD', `${P}/OLD`), destination('A', `${P}/A`)];
    const changes = destinations.map((place) => change(place.name, 'blocked'));
    expect(prunedAfter(secret('s', 'created', undefined), destinations, changes)).toEqual(
      changes.map(({ id }) => id),
    );
  });

  it('prune alone judges parameters: none is a copy by the key of a row', () => {
    const destinations = [destination('FLASK_SECRET_KEY', 'papyrus/prd/flask')];
    const changes = [change('papyrus/prd/flask', 'blocked')];
    expect(prunedAfter(parameter('FLASK_SECRET_KEY', 'created'), destinations, changes)).toHaveLength(1);
    expect(prunedAfter(parameter('secret_key', 'created'), destinations, changes)).toBeUndefined();
  });
});

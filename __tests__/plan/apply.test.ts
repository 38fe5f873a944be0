import { describe, expect, it } from 'vitest';
import type { Wish } from '../../src/desired/desired.ts';
import { apply, type Outcome, unapplied } from '../../src/plan/apply.ts';
import { plan } from '../../src/plan/plan.ts';
import {
  type Difference,
  type Resource,
  type Resources,
  type Spec,
  Unreadable,
} from '../../src/resources/resource.ts';
import { LENIENT, OURS, spec, wish } from './wishes.ts';

const LOG = 'AWS::Logs::LogGroup';
const SSM = 'AWS::SSM::Parameter';
const SM = 'AWS::SecretsManager::Secret';
const ECR = 'AWS::ECR::Repository';

type Call = readonly [verb: string, name: string, ...more: unknown[]];

/** A small account: what stands is a map, and every call is written down. */
class Room implements Resource {
  readonly stands = new Map<string, Spec>();
  readonly calls: Call[];
  readonly broken: Readonly<Record<string, Error>>;

  constructor(calls: Call[], broken: Readonly<Record<string, Error>>) {
    this.calls = calls;
    this.broken = broken;
  }

  async observe(names: readonly string[]): Promise<Map<string, Spec | Unreadable>> {
    return new Map([...this.stands].filter(([name]) => names.includes(name)));
  }

  async create(desired: Spec): Promise<Spec> {
    return this.#put(['create', desired.name], desired);
  }

  async update(desired: Spec, observed: Spec, differences: readonly Difference[]): Promise<Spec> {
    return this.#put(['update', desired.name, observed.name, differences.map(({ field }) => field)], desired);
  }

  #put(call: Call, desired: Spec): Spec {
    this.calls.push(call);
    const error = this.broken[desired.name];
    if (error !== undefined) throw error;
    const made = { ...desired, facts: { ...desired.facts, version: '1' } };
    this.stands.set(desired.name, made);
    return made;
  }
}

class ReadingRoom extends Room {
  async readBack(written: readonly Spec[]): Promise<readonly Spec[]> {
    this.calls.push(['readBack', written.map(({ name }) => name).join(' ')]);
    return written.map((one) => ({ ...one, facts: { ...one.facts, arn: `arn:${one.name}` } }));
  }
}

function account(broken: Readonly<Record<string, Error>> = {}) {
  const calls: Call[] = [];
  const rooms: Resources = {
    [LOG]: new Room(calls, broken),
    [SSM]: new ReadingRoom(calls, broken),
    [SM]: new Room(calls, broken),
    [ECR]: new Room(calls, broken),
  } as unknown as Resources;
  return { calls, rooms };
}

const wishes: Wish[] = [
  wish(LOG, { retention: 1 }),
  wish(SSM, { value: '1' }),
  wish(SSM, { value: '2' }, { name: '/papyrus/prd/HOST' }),
  wish(SM, { 'key-id': 'k' }),
  wish(ECR, { mutability: 'MUTABLE' }),
];
const results = (outcomes: readonly Outcome[]) => outcomes.map(({ change, result }) => [change.name, result]);

describe('apply', () => {
  it('sends every change to the room of its kind, and reads parameters back in one batch', async () => {
    const { calls, rooms } = account();
    const outcomes = await apply(plan(wishes, {}, LENIENT), rooms, () => {});
    expect(results(outcomes)).toEqual([
      ['/ecs/papyrus', 'done'],
      ['/papyrus/prd/PORT', 'done'],
      ['/papyrus/prd/HOST', 'done'],
      ['papyrus/prd/db', 'done'],
      ['papyrus', 'done'],
    ]);
    expect(calls).toEqual([
      ['create', '/ecs/papyrus'],
      ['create', '/papyrus/prd/PORT'],
      ['create', '/papyrus/prd/HOST'],
      ['create', 'papyrus/prd/db'],
      ['create', 'papyrus'],
      ['readBack', '/papyrus/prd/PORT /papyrus/prd/HOST'],
    ]);
    expect(outcomes.map(({ stands }) => stands?.facts.arn)).toEqual([
      undefined,
      'arn:/papyrus/prd/PORT',
      'arn:/papyrus/prd/HOST',
      undefined,
      undefined,
    ]);
  });

  it('updates with exactly the differences of the plan', async () => {
    const { calls, rooms } = account();
    const standing = spec(LOG, { ...OURS, retention: 0 as number, 'tag:theirs': 'x' }, { arn: 'arn:log' });
    const wanted = wish(LOG, { retention: 7, 'tag:a': 'b' });
    const [outcome] = await apply(
      plan([wanted], { [LOG]: new Map([['/ecs/papyrus', standing]]) }, LENIENT),
      rooms,
      () => {},
    );
    expect(calls).toEqual([['update', '/ecs/papyrus', '/ecs/papyrus', ['retention', 'tag:a']]]);
    expect(outcome?.stands?.fields).toEqual({ ...OURS, retention: 7, 'tag:theirs': 'x', 'tag:a': 'b' });
  });

  it('writes nothing a second time', async () => {
    const { calls, rooms } = account();
    const first = await apply(plan(wishes, {}, LENIENT), rooms, () => {});
    calls.length = 0;
    const observed: Record<string, Map<string, Spec>> = {};
    for (const { change, stands } of first)
      if (stands !== undefined) {
        const map = observed[change.kind] ?? new Map<string, Spec>();
        observed[change.kind] = map.set(change.name, stands);
      }
    const second = await apply(plan(wishes, observed, LENIENT), rooms, () => {});
    expect(calls).toEqual([]);
    expect(second.map(({ result }) => result)).toEqual(Array.from({ length: 5 }, () => 'unchanged'));
  });

  it('goes on where one change fails, and keeps its error', async () => {
    const error = new Error('no');
    const { rooms } = account({ '/papyrus/prd/PORT': error, papyrus: error });
    const outcomes = await apply(plan(wishes, {}, LENIENT), rooms, () => {});
    expect(results(outcomes)).toEqual([
      ['/ecs/papyrus', 'done'],
      ['/papyrus/prd/PORT', 'failed'],
      ['/papyrus/prd/HOST', 'done'],
      ['papyrus/prd/db', 'done'],
      ['papyrus', 'failed'],
    ]);
    expect(outcomes[1]).toMatchObject({ error, stands: undefined });
    expect(outcomes[2]?.stands?.facts.arn).toBe('arn:/papyrus/prd/HOST');
  });

  it('of an update that fails, what stood stands', async () => {
    const { rooms } = account({ '/ecs/papyrus': new Error('no') });
    const standing = spec(LOG, { ...OURS, retention: 1 });
    const [outcome] = await apply(
      plan([wish(LOG, { retention: 7 })], { [LOG]: new Map([['/ecs/papyrus', standing]]) }, LENIENT),
      rooms,
      () => {},
    );
    expect(outcome).toMatchObject({ result: 'failed', stands: standing });
  });

  it('leaves blocked, unreadable and unchanged ones alone', async () => {
    const { calls, rooms } = account();
    const error = new Error('denied');
    const observed = {
      [LOG]: new Map([['/ecs/papyrus', spec(LOG, { ...OURS, retention: 30 })]]),
      [SM]: new Map([['papyrus/prd/db', new Unreadable(error)]]),
      [ECR]: new Map([['papyrus', spec(ECR, { ...OURS, mutability: 'MUTABLE' })]]),
    };
    const wanted = [
      wish(LOG, { retention: 1 }),
      wish(SM, { 'key-id': 'k' }),
      wish(ECR, { mutability: 'MUTABLE' }),
      wish(SSM, {}, { expected: false }),
    ];
    const outcomes = await apply(plan(wanted, observed, LENIENT), rooms, () => {});
    expect(calls).toEqual([]);
    expect(outcomes.map(({ result, error: why }) => [result, why])).toEqual([
      ['blocked', undefined],
      ['failed', error],
      ['unchanged', undefined],
      ['unchanged', undefined],
    ]);
    expect(outcomes[0]?.stands?.fields.retention).toBe(30);
  });

  it('tells each outcome once', async () => {
    const { rooms } = account({ papyrus: new Error('no') });
    const told: Outcome[] = [];
    const outcomes = await apply(plan(wishes, {}, LENIENT), rooms, (outcome) => told.push(outcome));
    expect(told.map(({ change }) => change.name).sort()).toEqual(
      outcomes.map(({ change }) => change.name).sort(),
    );
  });
});

describe('unapplied', () => {
  it('calls nothing, and says what would be', () => {
    const observed = {
      [LOG]: new Map([['/ecs/papyrus', spec(LOG, { ...OURS, retention: 1 })]]),
      [SM]: new Map([['papyrus/prd/db', new Unreadable(new Error('x'))]]),
      [ECR]: new Map([['papyrus', spec(ECR, { ...OURS, mutability: 'IMMUTABLE', encryption: 'KMS' })]]),
    };
    const wanted = [...wishes.slice(0, 4), wish(ECR, { mutability: 'MUTABLE', encryption: 'AES256' })];
    expect(
      unapplied(plan(wanted, observed, LENIENT)).map(({ change, result, stands }) => [
        change.action,
        result,
        stands !== undefined,
      ]),
    ).toEqual([
      ['none', 'unchanged', true],
      ['create', 'planned', false],
      ['create', 'planned', false],
      ['blocked', 'failed', false],
      ['update', 'planned', true],
      ['blocked', 'blocked', true],
    ]);
  });
});

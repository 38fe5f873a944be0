import { describe, expect, it } from 'vitest';
import type { DesiredResource } from '../../src/desired/desired-resource.ts';
import { ABSENT, type Difference, type Fields } from '../../src/model/fields.ts';
import type { Outcome } from '../../src/model/outcome.ts';
import { type Kind, type Spec, Unreadable } from '../../src/model/spec.ts';
import { apply, unapplied } from '../../src/plan/apply.ts';
import { plan } from '../../src/plan/plan.ts';
import { changeOfUnconfigured } from '../../src/plan/prune.ts';
import type { Provider, Providers } from '../../src/providers/provider.ts';
import { desiredOf, LENIENT, OURS, spec } from './desired-resources.ts';
import { parameter, secret } from './orphans.ts';

const LOG = 'AWS::Logs::LogGroup';
const SSM = 'AWS::SSM::Parameter';
const SM = 'AWS::SecretsManager::Secret';
const ECR = 'AWS::ECR::Repository';
const AUTH0 = 'Auth0::Application';

type Call = readonly [verb: string, name: string, ...more: unknown[]];

/** A small account: its state is a map, and every call is recorded. */
class RecordingProvider implements Provider {
  readonly state = new Map<string, Spec>();
  readonly calls: Call[];
  readonly broken: Readonly<Record<string, Error>>;

  constructor(calls: Call[], broken: Readonly<Record<string, Error>>) {
    this.calls = calls;
    this.broken = broken;
  }

  async observe(names: readonly string[]): Promise<Map<string, Spec | Unreadable>> {
    return new Map([...this.state].filter(([name]) => names.includes(name)));
  }

  async create(desired: Spec): Promise<Spec> {
    return this.#put(['create', desired.name], desired);
  }

  async update(desired: Spec, observed: Spec, differences: readonly Difference[]): Promise<Spec> {
    return this.#put(['update', desired.name, observed.name, differences.map(({ field }) => field)], desired);
  }

  async delete(observed: Spec): Promise<void> {
    this.calls.push(['delete', observed.name]);
    const error = this.broken[observed.name];
    if (error !== undefined) throw error;
    this.state.delete(observed.name);
  }

  async readBack(written: readonly Spec[]): Promise<readonly Spec[]> {
    return written;
  }

  #put(call: Call, desired: Spec): Spec {
    this.calls.push(call);
    const error = this.broken[desired.name];
    if (error !== undefined) throw error;
    const made = { ...desired, metadata: { ...desired.metadata, version: '1' } };
    this.state.set(desired.name, made);
    return made;
  }
}

class ReadingProvider extends RecordingProvider {
  override async readBack(written: readonly Spec[]): Promise<readonly Spec[]> {
    this.calls.push(['readBack', written.map(({ name }) => name).join(' ')]);
    return written.map((one) => ({ ...one, metadata: { ...one.metadata, arn: `arn:${one.name}` } }));
  }
}

function account(broken: Readonly<Record<string, Error>> = {}) {
  const calls: Call[] = [];
  const providers: Providers = {
    [LOG]: new RecordingProvider(calls, broken),
    [SSM]: new ReadingProvider(calls, broken),
    [SM]: new RecordingProvider(calls, broken),
    [ECR]: new RecordingProvider(calls, broken),
    [AUTH0]: new RecordingProvider(calls, broken),
    Image: new RecordingProvider(calls, broken),
  } as unknown as Providers;
  return { calls, providers };
}

const configured: DesiredResource[] = [
  desiredOf(LOG, { retention: 1 }),
  desiredOf(SSM, { value: '1' }),
  desiredOf(SSM, { value: '2' }, { name: '/papyrus/prd/HOST' }),
  desiredOf(SM, { 'key-id': 'k' }),
  desiredOf(ECR, { mutability: 'MUTABLE' }),
];
const results = (outcomes: readonly Outcome[]) => outcomes.map(({ change, result }) => [change.name, result]);

describe('apply', () => {
  it('sends every change to the provider of its kind, and reads parameters back in one batch', async () => {
    const { calls, providers } = account();
    const outcomes = await apply(plan(configured, {}, LENIENT), providers, () => {});
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
    expect(outcomes.map(({ after }) => after?.metadata.arn)).toEqual([
      undefined,
      'arn:/papyrus/prd/PORT',
      'arn:/papyrus/prd/HOST',
      undefined,
      undefined,
    ]);
  });

  it('updates with exactly the differences of the plan', async () => {
    const { calls, providers } = account();
    const existing = spec(LOG, { ...OURS, retention: 0 as number, 'tag:theirs': 'x' }, { arn: 'arn:log' });
    const desired = desiredOf(LOG, { retention: 7, 'tag:a': 'b' });
    const [outcome] = await apply(
      plan([desired], { [LOG]: new Map([['/ecs/papyrus', existing]]) }, LENIENT),
      providers,
      () => {},
    );
    expect(calls).toEqual([['update', '/ecs/papyrus', '/ecs/papyrus', ['retention', 'tag:a']]]);
    expect(outcome?.after?.fields).toEqual({ ...OURS, retention: 7, 'tag:theirs': 'x', 'tag:a': 'b' });
  });

  it('writes nothing a second time', async () => {
    const { calls, providers } = account();
    const first = await apply(plan(configured, {}, LENIENT), providers, () => {});
    calls.length = 0;
    const observed: Record<string, Map<string, Spec>> = {};
    for (const { change, after } of first)
      if (after !== undefined) {
        const map = observed[change.kind] ?? new Map<string, Spec>();
        observed[change.kind] = map.set(change.name, after);
      }
    const second = await apply(plan(configured, observed, LENIENT), providers, () => {});
    expect(calls).toEqual([]);
    expect(second.map(({ result }) => result)).toEqual(Array.from({ length: 5 }, () => 'unchanged'));
  });

  it('goes on where one change fails, and keeps its error', async () => {
    const error = new Error('no');
    const { providers } = account({ '/papyrus/prd/PORT': error, papyrus: error });
    const outcomes = await apply(plan(configured, {}, LENIENT), providers, () => {});
    expect(results(outcomes)).toEqual([
      ['/ecs/papyrus', 'done'],
      ['/papyrus/prd/PORT', 'failed'],
      ['/papyrus/prd/HOST', 'done'],
      ['papyrus/prd/db', 'done'],
      ['papyrus', 'failed'],
    ]);
    expect(outcomes[1]).toMatchObject({ error, after: undefined });
    expect(outcomes[2]?.after?.metadata.arn).toBe('arn:/papyrus/prd/HOST');
  });

  it('a failed update leaves what existed', async () => {
    const { providers } = account({ '/ecs/papyrus': new Error('no') });
    const existing = spec(LOG, { ...OURS, retention: 1 });
    const [outcome] = await apply(
      plan([desiredOf(LOG, { retention: 7 })], { [LOG]: new Map([['/ecs/papyrus', existing]]) }, LENIENT),
      providers,
      () => {},
    );
    expect(outcome).toMatchObject({ result: 'failed', after: existing });
  });

  it('leaves blocked, unreadable and unchanged ones alone', async () => {
    const { calls, providers } = account();
    const error = new Error('denied');
    const observed = {
      [LOG]: new Map([['/ecs/papyrus', spec(LOG, { ...OURS, retention: 30 })]]),
      [SM]: new Map([['papyrus/prd/db', new Unreadable(error)]]),
      [ECR]: new Map([['papyrus', spec(ECR, { ...OURS, mutability: 'MUTABLE' })]]),
    };
    const desired = [
      desiredOf(LOG, { retention: 1 }),
      desiredOf(SM, { 'key-id': 'k' }),
      desiredOf(ECR, { mutability: 'MUTABLE' }),
      desiredOf(SSM, {}, { expected: false }),
    ];
    const outcomes = await apply(plan(desired, observed, LENIENT), providers, () => {});
    expect(calls).toEqual([]);
    expect(outcomes.map(({ result, error: why }) => [result, why])).toEqual([
      ['blocked', undefined],
      ['failed', error],
      ['unchanged', undefined],
      ['unchanged', undefined],
    ]);
    expect(outcomes[0]?.after?.fields['retention']).toBe(30);
  });

  it('reports each outcome once', async () => {
    const { providers } = account({ papyrus: new Error('no') });
    const reported: Outcome[] = [];
    const outcomes = await apply(plan(configured, {}, LENIENT), providers, (outcome) =>
      reported.push(outcome),
    );
    expect(reported.map(({ change }) => change.name).sort()).toEqual(
      outcomes.map(({ change }) => change.name).sort(),
    );
  });
});

describe('each kind', () => {
  const kinds: ReadonlyArray<[kind: Kind, fields: Fields, before: Fields]> = [
    [LOG, { retention: 7 }, { retention: 1 }],
    [SSM, { value: '1' }, { value: '0' }],
    [SM, { 'key-id': 'k' }, { 'key-id': 'j' }],
    [ECR, { mutability: 'MUTABLE' }, { mutability: 'IMMUTABLE' }],
    [AUTH0, { 'callback:https://papyrus.example': true }, {}],
    ['Image', { 'image:v1': 'sha256:1' }, { 'image:v1': 'sha256:0' }],
  ];
  /** Providers that record the calls of their own. */
  const books = () => {
    const calls: Record<string, Call[]> = Object.fromEntries(kinds.map(([kind]) => [kind, []]));
    const providers = Object.fromEntries(
      Object.entries(calls).map(([kind, book]) => [kind, new RecordingProvider(book, {})]),
    );
    const written = () =>
      Object.entries(calls).flatMap(([kind, book]) => book.map((call) => [kind, ...call]));
    return { providers: providers as unknown as Providers, written };
  };

  it.each(kinds)('is created by its own provider: %s', async (kind, fields) => {
    const { providers, written } = books();
    const [outcome] = await apply(plan([desiredOf(kind, fields)], {}, LENIENT), providers, () => {});
    const { name } = spec(kind, fields);
    expect(written()).toEqual([[kind, 'create', name]]);
    expect(outcome).toMatchObject({ result: 'done', after: { name, fields, metadata: { version: '1' } } });
  });

  it.each(kinds)('is updated by its own provider: %s', async (kind, fields, before) => {
    const { providers, written } = books();
    const existing = spec(kind, { ...OURS, ...before });
    const observed = { [kind]: new Map([[existing.name, existing]]) };
    const [outcome] = await apply(plan([desiredOf(kind, fields)], observed, LENIENT), providers, () => {});
    const { name } = existing;
    expect(written()).toEqual([[kind, 'update', name, name, Object.keys(fields)]]);
    expect(outcome).toMatchObject({ result: 'done', after: { name, fields } });
  });
});

describe('a deletion', () => {
  const deletion = (orphan = parameter('OLD', 'created')) =>
    changeOfUnconfigured(orphan, { action: 'remove', notes: [], after: [] });

  it('leaves nothing that exists, and nothing of it is read back', async () => {
    const { calls, providers } = account();
    const [created] = plan([desiredOf(SSM, { value: '1' })], {}, LENIENT);
    const changes = [deletion(), deletion(secret('s', 'created', ['k'])), ...(created ? [created] : [])];
    const outcomes = await apply(changes, providers, () => {});
    expect(calls).toEqual([
      ['delete', '/papyrus/prd/OLD'],
      ['delete', 'papyrus/prd/s'],
      ['create', '/papyrus/prd/PORT'],
      ['readBack', '/papyrus/prd/PORT'],
    ]);
    expect(outcomes.map(({ result, after }) => [result, after?.name])).toEqual([
      ['done', undefined],
      ['done', undefined],
      ['done', '/papyrus/prd/PORT'],
    ]);
  });

  it('that fails leaves what existed', async () => {
    const error = new Error('no');
    const { providers } = account({ '/papyrus/prd/OLD': error });
    const change = deletion();
    expect(await apply([change], providers, () => {})).toEqual([
      { change, result: 'failed', after: change.observed, error },
    ]);
  });

  it('of what never existed calls nothing', async () => {
    const { calls, providers } = account();
    const change = { ...deletion(secret('s', 'created', [])), observed: undefined };
    expect(await apply([change], providers, () => {})).toEqual([
      { change, result: 'done', after: undefined },
    ]);
    expect(calls).toEqual([]);
  });
});

describe('what comes after another change', () => {
  const NEW = 'callback:https://new.example';
  const OLD = 'callback:https://old.example';
  const CALLBACK = '/papyrus/prd/PORT';
  /** URLs are allowed, then the callback tells of them, then the old ones go. */
  const login = (callback: Fields) => {
    const observed: Record<string, Map<string, Spec>> = {
      [AUTH0]: new Map([['application', spec(AUTH0, { [OLD]: true })]]),
      [SSM]: new Map([[CALLBACK, spec(SSM, { ...OURS, type: 'String', value: 'old', ...callback })]]),
    };
    const desired = [
      desiredOf(AUTH0, { [NEW]: true, [OLD]: ABSENT }),
      desiredOf(SSM, { value: 'new', type: 'String' }),
    ];
    return plan(desired, observed, { ...LENIENT, callbackParameter: CALLBACK });
  };
  const summarize = (outcomes: readonly Outcome[]) =>
    outcomes.map(({ change, result, blockedBy }) => [
      change.id.replace(/^\S+ /, ''),
      result,
      ...(blockedBy === undefined ? [] : [blockedBy]),
    ]);

  it('waits for it, and is written once, whatever the order of the plan', async () => {
    const { calls, providers } = account();
    const ended: Outcome[] = [];
    const outcomes = await apply(login({}), providers, (outcome) => ended.push(outcome));
    expect(calls).toEqual([
      ['update', 'application', 'application', [NEW]],
      ['update', CALLBACK, CALLBACK, ['value']],
      ['update', 'application', 'application', [OLD]],
      ['readBack', CALLBACK],
    ]);
    expect(summarize(outcomes)).toEqual([
      [CALLBACK, 'done'],
      ['application', 'done'],
      ['application withdraw', 'done'],
    ]);
    expect(summarize(ended)).toEqual([
      ['application', 'done'],
      [CALLBACK, 'done'],
      ['application withdraw', 'done'],
    ]);
  });

  it('comes also where there was nothing to do before it', async () => {
    const { providers } = account();
    expect(summarize(await apply(login({ value: 'new' }), providers, () => {}))).toEqual([
      [CALLBACK, 'unchanged'],
      ['application', 'done'],
      ['application withdraw', 'done'],
    ]);
  });

  it('is left out where that one fails, with its name, and so is what comes after it', async () => {
    const error = new Error('no');
    const { calls, providers } = account({ application: error });
    const outcomes = await apply(login({}), providers, () => {});
    expect(summarize(outcomes)).toEqual([
      [CALLBACK, 'skipped', 'application'],
      ['application', 'failed'],
      ['application withdraw', 'skipped', CALLBACK],
    ]);
    expect(outcomes[0]?.after?.fields['value']).toBe('old');
    expect(calls).toEqual([['update', 'application', 'application', [NEW]]]);
  });

  it('is left out where that one is blocked', async () => {
    const { providers } = account();
    const outcomes = await apply(login({ type: 'StringList', value: 'new' }), providers, () => {});
    expect(summarize(outcomes)).toEqual([
      [expect.stringMatching(`^${CALLBACK} blocked: `), 'blocked'],
      ['application', 'done'],
      ['application withdraw', 'skipped', CALLBACK],
    ]);
  });
});

describe('what is read back', () => {
  const written = [desiredOf(SSM, { value: '1' }), desiredOf(LOG, { retention: 1 })];

  it('is nothing where the provider does not need it', async () => {
    const { calls, providers } = account();
    const plain = { ...providers, [SSM]: new RecordingProvider(calls, {}) } as unknown as Providers;
    const outcomes = await apply(plan(written, {}, LENIENT), plain, () => {});
    expect(results(outcomes)).toEqual([
      ['/papyrus/prd/PORT', 'done'],
      ['/ecs/papyrus', 'done'],
    ]);
    expect(outcomes[0]?.after?.metadata).toEqual({ version: '1' });
  });

  it('may fail: the outcome stays done, with what its write returned', async () => {
    class Unreading extends RecordingProvider {
      override async readBack(): Promise<never> {
        throw new Error('throttled');
      }
    }
    const { calls, providers } = account();
    const broken = { ...providers, [SSM]: new Unreading(calls, {}) } as unknown as Providers;
    const outcomes = await apply(plan(written, {}, LENIENT), broken, () => {});
    expect(outcomes.map(({ result, after }) => [result, after?.metadata])).toEqual([
      ['done', { version: '1' }],
      ['done', { version: '1' }],
    ]);
  });
});

describe('unapplied', () => {
  it('calls nothing, and says what would be', () => {
    const observed = {
      [LOG]: new Map([['/ecs/papyrus', spec(LOG, { ...OURS, retention: 1 })]]),
      [SM]: new Map([['papyrus/prd/db', new Unreadable(new Error('x'))]]),
      [ECR]: new Map([['papyrus', spec(ECR, { ...OURS, mutability: 'IMMUTABLE', encryption: 'KMS' })]]),
    };
    const desired = [
      ...configured.slice(0, 4),
      desiredOf(ECR, { mutability: 'MUTABLE', encryption: 'AES256' }),
    ];
    expect(
      unapplied(plan(desired, observed, LENIENT)).map(({ change, result, after }) => [
        change.action,
        result,
        after !== undefined,
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

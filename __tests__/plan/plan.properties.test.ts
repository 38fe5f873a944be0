import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { DesiredResource } from '../../src/desired/desired-resource.ts';
import type { Change } from '../../src/model/change.ts';
import { isSame } from '../../src/model/equality.ts';
import { ABSENT, type Difference, type Field, type Fields } from '../../src/model/fields.ts';
import type { Spec } from '../../src/model/spec.ts';
import { fieldOf } from '../../src/model/spec.ts';
import { plan } from '../../src/plan/plan.ts';
import { evaluatePolicy, type Policy, type Subject } from '../../src/plan/policy.ts';
import { Secret } from '../../src/secret.ts';
import { OPT_INS } from '../../src/settings/choices.ts';
import { runs } from '../sample.ts';
import { desiredOf, LENIENT, spec } from './desired-resources.ts';

const KINDS = [
  'AWS::Logs::LogGroup',
  'AWS::SSM::Parameter',
  'AWS::SecretsManager::Secret',
  'AWS::ECR::Repository',
  'Auth0::Application',
] as const;
type TestKind = (typeof KINDS)[number];

const text = fc.constantFrom('a', 'b', '');
const secret = text.map((value) => new Secret(value));
/** Fields as each kind has them, with few values, so that equal and different ones are met alike. */
const FIELDS: Readonly<Record<TestKind, Readonly<Record<string, fc.Arbitrary<Field>>>>> = {
  'AWS::Logs::LogGroup': {
    retention: fc.constantFrom(1, 7, 'never'),
    class: fc.constantFrom('STANDARD', 'INFREQUENT_ACCESS'),
    'tag:a': text,
  },
  'AWS::SSM::Parameter': {
    value: fc.oneof(text, secret),
    type: fc.constantFrom('String', 'SecureString', 'StringList'),
    tier: fc.constantFrom('Standard', 'Advanced'),
    'tag:a': text,
  },
  'AWS::SecretsManager::Secret': { 'key:a': secret, 'key:b': secret, 'tag:a': text },
  'AWS::ECR::Repository': {
    mutability: fc.constantFrom('MUTABLE', 'IMMUTABLE'),
    lifecycle: text,
    'tag:a': text,
  },
  'Auth0::Application': { 'callback:https://a': fc.constant(true), 'callback:https://b': fc.constant(true) },
};
const owner = fc.constantFrom(undefined, 'aws-bootstrap', 'aws-bootstrap:adopted');

/** Only members of collections can be taken out, and only they may be missing from what exists. */
function fieldsOf(kind: TestKind, isWanted: boolean): fc.Arbitrary<Fields> {
  const isMember = (name: string) => name.includes(':');
  const shapes = Object.entries(FIELDS[kind]).map(([name, value]): [string, fc.Arbitrary<Field>] => [
    name,
    isWanted && isMember(name) ? fc.oneof(value, fc.constant(ABSENT)) : value,
  ]);
  const requiredKeys = isWanted ? [] : shapes.flatMap(([name]) => (isMember(name) ? [] : [name]));
  return fc.record<Record<string, Field>>(Object.fromEntries(shapes), { requiredKeys });
}

const situation = fc.constantFrom(...KINDS).chain((kind) =>
  fc.record({
    kind: fc.constant(kind),
    desired: fieldsOf(kind, true),
    existing: fc.option(fieldsOf(kind, false), { nil: undefined }),
    owner,
    closed: fc.boolean(),
  }),
);
/** Something exists. */
const existingSituation = situation.chain((found) =>
  fieldsOf(found.kind, false).map((existing) => ({ ...found, existing })),
);
const policies: fc.Arbitrary<Policy> = fc.record({
  allow: fc.subarray([...OPT_INS]).map((all) => new Set(all)),
  adopt: fc.boolean(),
  ignore: fc.constantFrom(
    [],
    [{ resource: 'parameter' as const, name: () => true, field: (field: string) => field === 'value' }],
  ),
  callbackParameter: fc.constantFrom('', '/papyrus/prd/PORT'),
  isCallbackConfigured: fc.boolean(),
});

/** What would exist if each change were written as it is planned. */
function applied(changes: readonly Change[], existing: Spec | undefined): Spec | undefined {
  let found = existing;
  for (const { action, desired, differences } of changes) {
    if (action === 'create') found = withFields(desired, desired.fields);
    if (action === 'update' && found !== undefined)
      found = withFields(found, {
        ...found.fields,
        ...Object.fromEntries(differences.map(({ field, to }) => [field, to])),
      });
  }
  return found;
}

function withFields({ name, metadata }: Spec, fields: Fields): Spec {
  const kept = Object.entries(fields).filter(([, value]) => value !== ABSENT && value !== undefined);
  return { name, metadata, fields: Object.fromEntries(kept) };
}

const withAction = (changes: readonly Change[], action: Change['action']) =>
  changes
    .filter((change) => change.action === action)
    .flatMap(({ blocked, differences }) =>
      differences.map(({ field }) => `${blocked?.reason ?? ''} ${field}`),
    )
    .sort();

describe('for every desired resource, whatever exists', () => {
  it('the plan of what was applied is empty, but for what was blocked', () => {
    fc.assert(
      fc.property(situation, policies, ({ kind, desired, existing, owner: tag, closed }, policy) => {
        const ours: DesiredResource = desiredOf(kind, desired, {
          closed: new Set(closed ? ['key:', 'callback:'] : []),
        });
        const before =
          existing === undefined
            ? undefined
            : spec(kind, { ...existing, ...(tag === undefined ? {} : { 'tag:managed-by': tag }) });
        const see = (found: Spec | undefined) =>
          found === undefined ? {} : { [kind]: new Map([[ours.spec.name, found]]) };
        const first = plan([ours], see(before), policy);
        const second = plan([ours], see(applied(first, before)), policy);
        expect(withAction(second, 'create')).toEqual([]);
        expect(withAction(second, 'update')).toEqual([]);
        expect(withAction(second, 'delete')).toEqual([]);
        expect(withAction(second, 'blocked')).toEqual(withAction(first, 'blocked'));
      }),
      { numRuns: runs(2000) },
    );
  });

  it('a plan shows each difference once, and never one that is none', () => {
    fc.assert(
      fc.property(existingSituation, policies, ({ kind, desired, existing, owner: tag }, policy) => {
        const ours = desiredOf(kind, desired);
        const before = spec(kind, { ...existing, ...(tag === undefined ? {} : { 'tag:managed-by': tag }) });
        const changes = plan([ours], { [kind]: new Map([[ours.spec.name, before]]) }, policy);
        const fields = changes.flatMap(({ differences }) => differences.map(({ field }) => field));
        expect(new Set(fields).size).toBe(fields.length);
        for (const { field, from, to } of changes.flatMap(({ differences }) => differences)) {
          expect(isSame(fieldOf(before, field) ?? ABSENT, from)).toBe(true);
          expect(isSame(from, to)).toBe(false);
        }
      }),
      { numRuns: runs(1000) },
    );
  });
});

describe('the order', () => {
  const url = fc.constantFrom('https://a', 'https://b', 'https://c');
  const urls = fc.uniqueArray(url);

  it('allows new URLs before the application names them, and withdraws old ones after', () => {
    fc.assert(
      fc.property(urls, urls, fc.boolean(), fc.boolean(), (desired, existing, hasParameter, imageFirst) => {
        const callback = (all: readonly string[]) =>
          Object.fromEntries(all.map((one) => [`callback:${one}`, true]));
        const resources = [
          ...(hasParameter ? [desiredOf('AWS::SSM::Parameter', { value: 'new' })] : []),
          desiredOf('Auth0::Application', callback(desired), { closed: new Set(['callback:']) }),
          desiredOf('Image', { 'image:v1': 'sha256:1' }),
          desiredOf('AWS::ECR::Repository', { mutability: 'MUTABLE' }),
        ];
        const applications = new Map([['application', spec('Auth0::Application', callback(existing))]]);
        const observed = Object.fromEntries([['Auth0::Application', applications]]);
        const changes = plan(imageFirst ? resources.reverse() : resources, observed, {
          ...LENIENT,
          callbackParameter: '/papyrus/prd/PORT',
        });
        const ids = changes.map(({ id }) => id);
        expect(new Set(ids).size).toBe(ids.length);
        const rank = ranks(changes);
        for (const change of changes) {
          const isCallback = change.kind === 'AWS::SSM::Parameter';
          for (const other of changes) {
            const [adds, removes] = [ABSENT, undefined].map((to) =>
              other.differences.some((one) => (to === ABSENT ? one.to !== ABSENT : one.to === ABSENT)),
            );
            if (other.kind !== 'Auth0::Application' || !isCallback) continue;
            if (adds) expect(rank(other.id)).toBeLessThan(rank(change.id));
            if (removes) expect(rank(other.id)).toBeGreaterThan(rank(change.id));
          }
          if (change.kind === 'Image')
            expect(rank(change.id)).toBeGreaterThan(rank('AWS::ECR::Repository papyrus'));
        }
        // Nothing is lost by the ordering.
        const fields = changes
          .filter(({ kind }) => kind === 'Auth0::Application')
          .flatMap(({ differences }) => differences);
        const expected = [...new Set([...desired, ...existing])].filter(
          (one) => desired.includes(one) !== existing.includes(one),
        );
        expect(fields.map(({ field }) => field).sort()).toEqual(
          expected.map((one) => `callback:${one}`).sort(),
        );
      }),
      { numRuns: runs(500) },
    );
  });
});

/** @returns how late a change may run: one more than the latest that it comes after. */
function ranks(changes: readonly Change[]): (id: string) => number {
  const byId = new Map(changes.map((change) => [change.id, change]));
  const rank = (id: string, above: readonly string[] = []): number => {
    const change = byId.get(id);
    expect(above, 'a change waits for itself').not.toContain(id);
    expect(change, `nothing is called ${id}`).toBeDefined();
    return 1 + Math.max(0, ...(change?.after ?? []).map((before) => rank(before, [...above, id])));
  };
  return rank;
}

describe('the policy', () => {
  const cases: fc.Arbitrary<Subject> = existingSituation.map(({ kind, desired, existing, owner: tag }) => {
    const differences: Difference[] = Object.entries(desired).flatMap(([field, to]) =>
      to === undefined || isSame(existing[field] ?? ABSENT, to)
        ? []
        : [{ field, from: existing[field] ?? ABSENT, to }],
    );
    const before = spec(kind, { ...existing, ...(tag === undefined ? {} : { 'tag:managed-by': tag }) });
    return {
      kind,
      name: before.name,
      existing: before,
      differences,
      isForeign: tag === undefined,
      once: new Set<string>(),
      unknown: new Set<string>(),
    };
  });

  it('only takes away: what it lets pass, holds up and drops is what it was given', () => {
    fc.assert(
      fc.property(cases, policies, (given, policy) => {
        const { allowed, blocked, notes } = evaluatePolicy(given, policy);
        const kept = [...allowed, ...blocked.flatMap(({ differences }) => differences)];
        expect(new Set(kept).size).toBe(kept.length);
        expect(kept.filter((one) => !given.differences.includes(one))).toEqual([]);
        // What is gone was in the plan.
        const dropped = given.differences.filter((one) => !kept.includes(one));
        expect(dropped.filter(({ field }) => !notes.some((note) => note.startsWith(`${field}: `)))).toEqual(
          [],
        );
      }),
      { numRuns: runs(2000) },
    );
  });

  it('never allows less where more is consented to', () => {
    fc.assert(
      fc.property(cases, policies, fc.constantFrom(...OPT_INS), (given, policy, consent) => {
        const less = evaluatePolicy(given, policy).allowed;
        const more = evaluatePolicy(given, { ...policy, allow: new Set([...policy.allow, consent]) }).allowed;
        expect(less.filter((one) => !more.includes(one))).toEqual([]);
        const fields = evaluatePolicy(given, { ...policy, adopt: true }).allowed;
        expect(less.filter((one) => !fields.includes(one))).toEqual([]);
      }),
      { numRuns: runs(2000) },
    );
  });
});

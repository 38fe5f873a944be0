import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isSame } from '../../src/model/equality.ts';
import { ABSENT, type Field, type Fields } from '../../src/model/fields.ts';
import { diff } from '../../src/plan/diff.ts';
import { Secret } from '../../src/secret.ts';

const none = new Set<string>();
const field = fc.oneof(
  fc.string().map((text): Field => text),
  fc.string().map((text): Field => new Secret(text)),
  fc.integer().map((number): Field => number),
  fc.boolean().map((yes): Field => yes),
  fc.constant<Field>(ABSENT),
  fc.constant<Field>(undefined),
);
const existing = field.filter((value) => value !== ABSENT);
const names = fc.oneof(
  fc.constantFrom('retention', 'value', 'type', 'mutability', 'key:a', 'key:b', 'tag:a', '__proto__'),
  fc.string(),
);
const desiredFields = fc.dictionary(names, field, { noNullPrototype: true });
const observedFields = fc.dictionary(names, existing, { noNullPrototype: true });
const closedSets = fc.constantFrom<string[]>([], ['key:'], ['key:', 'tag:']).map((list) => new Set(list));

function overlay(observed: Fields, differences: ReturnType<typeof diff>): Fields {
  // A map, since a name may be anything here: `__proto__` cannot be assigned to an object.
  const fields = new Map(Object.entries(observed));
  for (const { field: name, to } of differences)
    if (to === ABSENT) fields.delete(name);
    else fields.set(name, to);
  return Object.fromEntries(fields);
}

describe('for all specs', () => {
  it('laid over what exists, nothing differs any more', () => {
    fc.assert(
      fc.property(desiredFields, observedFields, closedSets, (desired, observed, closed) => {
        const first = diff('AWS::SSM::Parameter', desired, observed, closed, none);
        expect(diff('AWS::SSM::Parameter', desired, overlay(observed, first), closed, none)).toEqual([]);
      }),
    );
  });

  it('what exists does not differ from itself', () => {
    fc.assert(
      fc.property(observedFields, closedSets, (observed, closed) => {
        expect(diff('AWS::SSM::Parameter', observed, observed, closed, none)).toEqual([]);
      }),
    );
  });

  it('only what is listed changes, and every difference is one', () => {
    fc.assert(
      fc.property(desiredFields, observedFields, closedSets, (desired, observed, closed) => {
        const found = diff('AWS::SSM::Parameter', desired, observed, closed, none);
        expect(new Set(found.map((one) => one.field)).size).toBe(found.length);
        for (const { from, to } of found) {
          expect(isSame(from, to)).toBe(false);
          expect(to).not.toBeUndefined();
        }
      }),
    );
  });
});

import { expect, it } from 'vitest';
import type { Change, ChangeOf } from '../../src/model/change.ts';
import type { Fields } from '../../src/model/fields.ts';
import { fieldOf, type RepositoryFields, type Specs } from '../../src/model/spec.ts';

/*
 * The compiler is the witness: without its error, each `@ts-expect-error` is one.
 */
const repository: Specs['AWS::ECR::Repository'] = {
  name: 'papyrus',
  fields: { mutability: 'IMMUTABLE', 'tag:project': 'portfolio' },
  metadata: {},
};

it('a field that the kind does not have is not read', () => {
  // @ts-expect-error misspelt: read as undefined, it would make the tags mutable
  expect(repository.fields.mutabilty).toBeUndefined();
  // @ts-expect-error a field of another kind
  expect(repository.fields.retention).toBeUndefined();
  // @ts-expect-error a collection of another kind
  expect(repository.fields['key:a']).toBeUndefined();
  expect(repository.fields.mutability).toBe('IMMUTABLE');
  expect(repository.fields['tag:project']).toBe('portfolio');
  expect(fieldOf(repository, 'tag:project')).toBe('portfolio');
});

it('fields of any kind are read by a name in quotes, which the compiler does not check', () => {
  const fields: Fields = repository.fields;
  // @ts-expect-error a property of an index signature
  expect(fields.mutabilty).toBeUndefined();
  expect(fields['mutability']).toBe('IMMUTABLE');
});

it('a field that the kind does not have is not written', () => {
  // @ts-expect-error misspelt
  const misspelt: RepositoryFields = { mutabilty: 'IMMUTABLE' };
  // @ts-expect-error of another type
  const typed: RepositoryFields = { mutability: true };
  expect([misspelt, typed]).toHaveLength(2);
});

it('a change of any kind tells its kind before its fields are read', () => {
  const change: Change = {
    ...{ id: 'a', kind: 'AWS::ECR::Repository', name: 'papyrus', action: 'none', notes: [] },
    ...{ desired: repository, observed: repository, differences: [] },
  } satisfies ChangeOf<'AWS::ECR::Repository'>;
  const any = change as Change;
  // @ts-expect-error of which kind?
  expect(any.desired.fields.mutability).toBe('IMMUTABLE');
  if (any.kind === 'AWS::ECR::Repository') expect(any.desired.fields.mutability).toBe('IMMUTABLE');
  expect.assertions(2);
});

import { expect, it } from 'vitest';
import { desiredImage, desiredTags } from '../../src/desired/application.ts';

it.each<[what: string, tag: string | undefined, given: string[], tags: string[]]>([
  ['those that are given', 'v1', ['a', 'b'], ['a', 'b']],
  ['its own, where none is given', 'v1', [], ['v1']],
  ['latest, where it has none either', undefined, [], ['latest']],
])('an image gets %s', (_what, tag, given, tags) => {
  expect(desiredTags({ tag }, given)).toEqual(tags);
  expect(desiredImage('papyrus', tags, 'sha256:abc').spec).toEqual({
    name: 'papyrus',
    fields: Object.fromEntries(tags.map((name) => [`image:${name}`, 'sha256:abc'])),
    metadata: {},
  });
});

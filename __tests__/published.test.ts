import { expect, test } from 'vitest';
import { actionsOf, permissionsOf, readPublished } from '../scripts/witness/published.ts';
import { uncovered } from '../scripts/witness/scenes.ts';

test('every workflow that is published is run by scripts/witness-workflows.ts', () => {
  const published = readPublished();
  expect(uncovered(published)).toEqual([]);
  const [first] = published;
  if (first === undefined) throw new Error('nothing is published');
  const added = { name: 'docs/recipes.md: new', text: first.text };
  expect(uncovered([...published, added])).toEqual([expect.stringContaining(added.name)]);
  expect(uncovered(published.slice(1))).toEqual([expect.stringContaining(first.name)]);
});

test('a called workflow gets no more permissions than the job that calls it, and its actions count', () => {
  const caller = (permissions: string) => `
permissions: {}
jobs:
  fleet:
    permissions: ${permissions}
    uses: papyrus/aws-bootstrap/.github/workflows/fleet.yml@v1
`;
  const given = permissionsOf(caller('{ contents: read, id-token: write, issues: write }'));
  expect(given['fleet']).toContain('issues: write');
  expect(given['target']).toEqual(['contents: read', 'id-token: write']);
  expect(permissionsOf(caller('{ contents: read }'))['target']).toEqual(['contents: read']);
  const actions = actionsOf(caller('{}')).map((uses) => uses.split('@')[0]);
  expect(actions).toContain('papyrus/aws-bootstrap');
  expect(actions).toContain('aws-actions/configure-aws-credentials');
});

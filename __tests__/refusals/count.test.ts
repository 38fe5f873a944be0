import { expect, it } from 'vitest';
import { FAMILIES } from './families.ts';
import { ARCHIVES } from './rows/archives.ts';
import { HOSTS, PATHS, REFERENCES } from './rows/images.ts';
import { LAYOUTS } from './rows/layouts.ts';

const settings = Object.values(FAMILIES).flat();
const images: ReadonlyArray<readonly unknown[]> = [
  ...REFERENCES,
  ...HOSTS,
  ...ARCHIVES,
  ...LAYOUTS,
  ...PATHS,
];

it('there are at least 250 rows of invalid input, and each is another one', () => {
  const all = [...settings, ...images];
  expect(all.length).toBeGreaterThanOrEqual(250);
  expect(new Set(all.map(([what]) => what)).size).toBe(all.length);
  // Where links and pipes are put into the workspace, only the function tells two rows apart.
  const given = settings.flatMap(([, { prepare, ...all }]) => (prepare ? [] : [JSON.stringify(all)]));
  expect(given.filter((text, index) => given.indexOf(text) !== index)).toEqual([]);
});

it('they are of 250 kinds: another place, or another thing to do', () => {
  // Rows that share both differ in what is given alone, and count once.
  const kinds = new Set([
    ...settings.map(([, , place, remedy]) => `${place} ${remedy}`),
    ...images.map((row) => String(row.slice(1).filter((part) => typeof part !== 'function'))),
  ]);
  expect(kinds.size).toBeGreaterThanOrEqual(250);
});

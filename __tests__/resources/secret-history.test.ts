/** What several writers changed, laid one over the other: by what each was made from. */
import { describe, expect, test } from 'vitest';
import {
  inOrder,
  lastAgreed,
  mergeVersions,
  type Origin,
  type Version,
  versionId,
} from '../../src/providers/secret-versions.ts';

/** Writes versions one after the other, each made from one before. */
function history(start: Record<string, unknown>) {
  const versions: Version[] = [];
  const objects = new Map<string, ReadonlyMap<string, unknown>>();
  const add = (id: string, object: Record<string, unknown>) => {
    versions.push({ id, labels: [], created: versions.length });
    objects.set(id, new Map(Object.entries(object)));
    return id;
  };
  const base = add('v1', start);
  return {
    base,
    write: (parent: string, object: Record<string, unknown>, origin: Origin = 'raw') =>
      add(versionId(parent, origin), object),
    foreign: (object: Record<string, unknown>) => add(`theirs-${versions.length}`, object),
    merged(read = base) {
      const from = lastAgreed(
        versions,
        versions.findIndex(({ id }) => id === read),
      );
      return Object.fromEntries(mergeVersions(versions, from, objects));
    },
  };
}

describe('ids of versions', () => {
  test('have the length that AWS takes, and are new each time', () => {
    const ids = [undefined, 'v1', versionId('v1', 'raw')].flatMap((parent) => [
      versionId(parent, 'raw'),
      versionId(parent, 'merged'),
    ]);
    for (const id of ids) expect(id).toMatch(/^[0-9a-z-]{32,64}$/);
    expect(new Set([...ids, versionId('v1', 'raw')]).size).toBe(ids.length + 1);
  });
});

describe('merged are', () => {
  test('keys of writers that did not know each other', () => {
    const one = history({ x: 0 });
    one.write(one.base, { x: 0, a: 1 });
    one.write(one.base, { x: 0, b: 2 });
    one.write(one.base, { x: 0, c: 3 });
    expect(one.merged()).toEqual({ x: 0, a: 1, b: 2, c: 3 });
  });

  test('a key that was taken out, and one that was put back as it was', () => {
    const one = history({ x: 0, y: 0 });
    const second = one.write(one.base, { x: 1, y: 0 });
    one.write(second, { x: 0, y: 0 });
    one.write(one.base, { x: 0 });
    expect(one.merged()).toEqual({ x: 0 });
  });

  test('all that was overwritten by the version that was read, too', () => {
    const one = history({ x: 0 });
    one.write(one.base, { x: 0, a: 1 });
    const read = one.write(one.base, { x: 0, b: 2 });
    one.write(read, { x: 0, b: 2, c: 3 });
    expect(one.merged(read)).toEqual({ x: 0, a: 1, b: 2, c: 3 });
  });

  test('a later value of a key stays, though a merge that did not know it holds the older one', () => {
    const one = history({ x: 0 });
    one.write(one.base, { x: 0, a: 'old' });
    const lacking = one.write(one.base, { x: 0, b: 2 });
    one.write(lacking, { x: 0, b: 2, a: 'new' });
    one.write(lacking, { x: 0, b: 2, a: 'old' }, 'merged');
    expect(one.merged()).toEqual({ x: 0, b: 2, a: 'new' });
    expect(one.merged(lacking)).toEqual({ x: 0, b: 2, a: 'new' });
  });

  test('what a writer without such ids wrote, by the version that theirs differs least from', () => {
    const one = history({ x: 0 });
    one.write(one.base, { x: 0, a: 1 });
    one.foreign({ x: 0, theirs: 1 });
    expect(one.merged()).toEqual({ x: 0, a: 1, theirs: 1 });
    one.foreign({ x: 0 });
    expect(one.merged()).toEqual({ x: 0, a: 1 });
  });

  test('nothing of long ago', () => {
    const versions: Version[] = [
      { id: 'v1', labels: [], created: 0 },
      { id: versionId('v1', 'raw'), labels: [], created: 1 },
      { id: versionId('v1', 'raw'), labels: [], created: 2 },
      { id: 'v4', labels: [], created: 7_200_000 },
    ];
    expect(lastAgreed(versions, 3)).toBe(3);
    expect(lastAgreed(versions, 2)).toBe(0);
  });
});

test('leaves out versions that were never current, and orders those of one moment by labels', () => {
  const of = (id: string, created: number, ...labels: string[]) => ({ id, labels, created });
  const versions = [
    of('current', 5, 'AWSCURRENT'),
    of('previous', 5, 'AWSPREVIOUS'),
    of('pending', 6, 'AWSPENDING'),
    of('older', 4),
  ];
  expect(inOrder(versions).map(({ id }) => id)).toEqual(['older', 'previous', 'current']);
});

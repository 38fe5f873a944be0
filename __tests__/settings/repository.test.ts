import { describe, expect, it } from 'vitest';
import { readMutability } from '../../src/settings/repository.ts';

describe('is read', () => {
  it.each([
    ['MUTABLE', 'MUTABLE', undefined],
    ['immutable', 'IMMUTABLE', undefined],
    [' MUTABLE ', 'MUTABLE', undefined],
    ['MUTABLE:', 'MUTABLE', undefined],
    ['IMMUTABLE_WITH_EXCLUSION: latest, dev-*', 'IMMUTABLE_WITH_EXCLUSION', 'dev-*,latest'],
    ['IMMUTABLE_WITH_EXCLUSION:\nb\na', 'IMMUTABLE_WITH_EXCLUSION', 'a,b'],
    ['mutable_with_exclusion:v*', 'MUTABLE_WITH_EXCLUSION', 'v*'],
    ['MUTABLE_WITH_EXCLUSION: a,a', 'MUTABLE_WITH_EXCLUSION', 'a'],
    ['MUTABLE_WITH_EXCLUSION: a,b,c,d,e', 'MUTABLE_WITH_EXCLUSION', 'a,b,c,d,e'],
    ['MUTABLE_WITH_EXCLUSION: *a*', 'MUTABLE_WITH_EXCLUSION', '*a*'],
  ])('%j', (setting, value, exclusions) => {
    expect(readMutability(setting)).toEqual({ value, exclusions });
  });
});

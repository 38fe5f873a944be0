import { describe, expect, it } from 'vitest';
import { ParseError } from '../../src/settings/parse.ts';
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

describe('is refused', () => {
  it.each([
    ['FROZEN', /"FROZEN" is none of MUTABLE, IMMUTABLE/],
    ['', /is none of/],
    ['MUTABLE: latest', /go with MUTABLE_WITH_EXCLUSION/],
    ['IMMUTABLE: latest', /go with IMMUTABLE_WITH_EXCLUSION/],
    ['IMMUTABLE_WITH_EXCLUSION', /name the tags that are excluded/],
    ['IMMUTABLE_WITH_EXCLUSION:', /name the tags that are excluded/],
    ['MUTABLE_WITH_EXCLUSION: a,b,c,d,e,f', /5 exclusion filters/],
    [`MUTABLE_WITH_EXCLUSION: ${'x'.repeat(129)}`, /at most 128/],
    ['MUTABLE_WITH_EXCLUSION: a b', /letters, digits/],
    ['MUTABLE_WITH_EXCLUSION: a?', /letters, digits/],
    ['MUTABLE_WITH_EXCLUSION: *a*b*', /at most two/],
  ])('%j', (setting, why) => {
    expect(() => readMutability(setting)).toThrow(ParseError);
    expect(() => readMutability(setting)).toThrow(why);
  });
});

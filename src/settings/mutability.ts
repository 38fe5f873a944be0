import { ParseError, quoted, readList } from './parse.ts';

const VALUES = ['MUTABLE', 'IMMUTABLE', 'MUTABLE_WITH_EXCLUSION', 'IMMUTABLE_WITH_EXCLUSION'] as const;

export interface Mutability {
  readonly value: (typeof VALUES)[number];
  /** Sorted and joined by commas; only with the two `*_WITH_EXCLUSION` values. */
  readonly exclusions: string | undefined;
}

/**
 * Reads `IMMUTABLE`, or `IMMUTABLE_WITH_EXCLUSION: latest, dev-*`.
 * At most 5 filters of at most 128 characters, with at most 2 wildcards each.
 * @see https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_ImageTagMutabilityExclusionFilter.html
 */
export function readMutability(setting: unknown): Mutability {
  const [word = '', ...rest] = String(setting).split(':');
  const name = word.trim().toUpperCase();
  const value = VALUES.find((candidate) => candidate === name);
  if (value === undefined) throw new ParseError(`${quoted(word.trim())} is none of ${VALUES.join(', ')}`);
  const filters = [...new Set(readList(rest.join(':')))].sort();
  if (!value.endsWith('_WITH_EXCLUSION')) {
    if (filters.length > 0) throw new ParseError(`exclusions go with ${value}_WITH_EXCLUSION`);
    return { value, exclusions: undefined };
  }
  if (filters.length === 0)
    throw new ParseError(`name the tags that are excluded, like ${value}: latest, dev-*`);
  if (filters.length > 5) throw new ParseError('ECR allows 5 exclusion filters');
  for (const filter of filters) {
    if (filter.length > 128) throw new ParseError('an exclusion filter has at most 128 characters');
    if (!/^[0-9a-zA-Z._*-]+$/.test(filter))
      throw new ParseError('an exclusion filter is made of letters, digits, and . _ - *');
    if (filter.split('*').length > 3) throw new ParseError('an exclusion filter has at most two "*"');
  }
  return { value, exclusions: filters.join(',') };
}

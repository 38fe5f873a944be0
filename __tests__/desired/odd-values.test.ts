import { describe, expect, it, test } from 'vitest';
import { classify } from '../../src/desired/classify.ts';
import { isHost, isImage, isModule, isPath } from '../../src/desired/plain-values.ts';
import { Secret } from '../../src/secret.ts';

const classOf = (name: string, value: string) => classify(name, new Secret(value)).class;

describe('values that have nearly a harmless form', () => {
  it.each([
    ['a list of nothing', ', , , ,'],
    ['a longer list than anybody reads', Array(201).fill('1').join(',')],
    ['JSON of more leaves than are looked at', JSON.stringify(Array(250).fill(1))],
    ['an image whose tag is no version', 'ghcr.io/papyrus/web:kJ8sd7FhsK2lq0ZpW9xYb3VnTr5Mc1Qe'],
    ['a URL whose fragment is no text', 'https://example.com/#kJ8sd7FhsK2lq0ZpW9xYb3VnTr5Mc1Qe'],
    ['a flag whose value is no text', '--name kJ8sd7FhsK2lq0ZpW9xYb3VnTr5Mc1Qe'],
  ])('%s is not plain', (_, value) => {
    expect(classOf('OTHER', value)).not.toBe('plain');
  });

  it.each([
    ['a release', 'papyrus/deploy@1.2.3'],
    ['a URL with a fragment', 'https://example.com/docs/#/getting/started'],
    ['a scheme alone', 'https://'],
    ['a scheme that needs no place', 'null://'],
    ['flags, each with a value behind it', '--workers 2 --timeout 30'],
    ['a URL of a file with words', 'https://example.com/files/annual-report-of-the-library.pdf'],
  ])('%s is plain', (_, value) => {
    expect(classOf('OTHER', value)).toBe('plain');
  });
});

test.each<[boolean, (text: string) => boolean, string]>([
  [true, isHost, 'q7.com'],
  [false, isHost, 'q7.de'],
  [false, (text) => isImage(text, true), 'papyrus/web:kJ8sd7FhsK2lq0ZpW9xYb3VnTr5Mc1Qe'],
  [true, (text) => isImage(text, true), 'papyrus/web:3f9a1c7be4d2850f'],
  [true, isModule, 'main:app'],
  [false, isModule, 'q7zk2v9xw4jt8mhb3ncy6rpd5:app'],
  [true, (text) => isPath(text, false), 'example.com/docs'],
])('%s: %o of %s', (expected, fits, text) => {
  expect(fits(text)).toBe(expected);
});

/** A setting that takes one of a few words takes them wherever it is: as an input, in the file, in an editor. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import * as z from 'zod';
import * as choices from '../../src/settings/choices.ts';
import { configSchema } from '../../src/settings/config.ts';
import { ask } from '../asking.ts';
import { part } from '../sample.ts';

interface Shape {
  readonly enum?: readonly string[];
  readonly anyOf?: readonly Shape[];
  readonly 'allowed-values'?: readonly string[];
  readonly 'list-item'?: Shape;
}

const file: Readonly<Record<string, Shape>> = z.toJSONSchema(configSchema).properties as Record<
  string,
  Shape
>;
const inputs: Readonly<Record<string, Shape>> = parse(
  readFileSync(new URL('../../action-types.yml', import.meta.url), 'utf8'),
).inputs;

/** What the schema of the file, and the types of the inputs, say that a setting takes; the shape alone of a list. */
const inFile = (name: string) => file[name]?.enum ?? file[name]?.anyOf?.find((one) => one.enum)?.enum;
const asInput = (name: string) =>
  inputs[name]?.['allowed-values'] ?? inputs[name]?.['list-item']?.['allowed-values'];

const LISTS: ReadonlyArray<readonly string[]> = Object.values(choices);
const NAMES = [...new Set([...Object.keys(file), ...Object.keys(inputs)])].filter(
  (name) => (inFile(name) ?? asInput(name)) !== undefined,
);
/** Words that other settings take, and near misses. */
const OTHERS = part(
  [...new Set(LISTS.flat())].flatMap((word) => [word, word.toUpperCase(), `${word}s`]),
  1,
);

it('every list of words is that of a setting', () => {
  const taken = NAMES.map((name) => JSON.stringify(inFile(name) ?? asInput(name)));
  expect(LISTS.map((list) => JSON.stringify(list)).sort()).toEqual(taken.sort());
});

describe.each(NAMES)('%s', (name) => {
  const words = inFile(name) ?? asInput(name) ?? [];
  const input = (word: string) => ask({ inputs: { [name]: word } });
  const setting = (word: string) => ask({ config: `${name}: ${JSON.stringify(word)}` });

  it('is described alike', () => {
    if (inputs[name] !== undefined) expect(asInput(name)).toEqual(words);
  });

  it.each(words)('%s is taken from both, and means the same', (word) => {
    expect(input(word).faults).toEqual([]);
    expect(setting(word).faults).toEqual([]);
    expect(setting(word).settings).toEqual(input(word).settings);
  });

  it('any other word is refused by both', () => {
    for (const word of OTHERS.filter((one) => !words.includes(one))) {
      expect(input(word).faults, word).toEqual([expect.stringContaining(words.join(', '))]);
      expect(setting(word).faults, word).toEqual([expect.stringContaining(words.join(', '))]);
    }
  });
});

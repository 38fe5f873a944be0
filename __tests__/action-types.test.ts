import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { parse } from 'yaml';

interface Manifest {
  readonly inputs: Readonly<Record<string, { readonly description: string }>>;
  readonly outputs: Readonly<Record<string, { readonly description: string }>>;
}
interface Type {
  readonly type: string;
  readonly separator?: string;
  readonly 'list-item'?: Type;
  readonly 'allowed-values'?: readonly string[];
}
interface Types {
  readonly inputs: Readonly<Record<string, Type>>;
  readonly outputs: Readonly<Record<string, Type>>;
}

const read = (name: string) => parse(readFileSync(new URL(`../${name}`, import.meta.url), 'utf8'));
const manifest: Manifest = read('action.yml');
const types: Types = read('action-types.yml');

test.each(['inputs', 'outputs'] as const)('exactly the names of %s have a type', (part) => {
  expect(Object.keys(types[part]).sort()).toEqual(Object.keys(manifest[part]).sort());
});

test.each(['inputs', 'outputs'] as const)('the types of %s are those of the definition', (part) => {
  for (const [name, type] of Object.entries(types[part])) {
    expect(['string', 'boolean', 'integer', 'float', 'enum', 'list'], name).toContain(type.type);
    expect(type.type === 'list', `${name}: separator`).toBe(type.separator !== undefined);
    expect(type.type === 'list', `${name}: list-item`).toBe(type['list-item'] !== undefined);
    for (const each of [type, type['list-item']])
      if (each?.type === 'enum')
        expect(
          each['allowed-values']?.every((v) => typeof v === 'string'),
          name,
        ).toBe(true);
  }
});

test('the description of an input or output names each value of its type', () => {
  for (const part of ['inputs', 'outputs'] as const)
    for (const [name, type] of Object.entries(types[part]))
      for (const value of type['allowed-values'] ?? type['list-item']?.['allowed-values'] ?? [])
        expect(manifest[part][name]?.description, `${part} ${name}`).toContain(value);
});

test('a default is a value of its type', () => {
  for (const [name, { description }] of Object.entries(manifest.inputs)) {
    const [, fallback] = /\. Default: (\S+)$/.exec(description) ?? [];
    const type = types.inputs[name];
    if (fallback === undefined) continue;
    if (type?.type === 'boolean') expect(['true', 'false'], name).toContain(fallback);
    if (type?.type === 'enum') expect(type['allowed-values'], name).toContain(fallback);
  }
});

import { describe, expect, it } from 'vitest';
import type { Descriptor } from '../../src/kinds/descriptor.ts';
import { aspectsOf, costOf, fieldDescriptorOf, isEqual, KINDS } from '../../src/kinds/kinds.ts';
import { REPOSITORY } from '../../src/kinds/repository.ts';
import { LISTED_KINDS } from '../../src/model/inventory.ts';
import { type Kind, NAMES, ORDER, SHARED_KINDS } from '../../src/model/spec.ts';
import { spec } from './desired-resources.ts';

const LOG = 'AWS::Logs::LogGroup';
const SSM = 'AWS::SSM::Parameter';
const SM = 'AWS::SecretsManager::Secret';
const ECR = 'AWS::ECR::Repository';

it('a descriptor without one of its parts does not compile', () => {
  const { lifecycle: _lifecycle, ...fields } = REPOSITORY.fields;
  // @ts-expect-error a field is missing
  const unfinished: Descriptor<typeof ECR> = { ...REPOSITORY, fields };
  const { aspects: _aspects, ...rest } = REPOSITORY;
  // @ts-expect-error the checklist has nothing to show of it
  const silent: Descriptor<typeof ECR> = rest;
  // @ts-expect-error environments share it, so destroy has to know how it is deleted
  const kept: Descriptor<typeof ECR> = { ...REPOSITORY, deletion: undefined };
  // @ts-expect-error a field that the kind does not have
  const misspelt: Descriptor<typeof ECR> = { ...REPOSITORY, fields: { ...REPOSITORY.fields, mutabilty: {} } };
  expect([unfinished, silent, kept, misspelt]).toHaveLength(4);
});

describe('descriptors', () => {
  it('have names of their own in settings and reports', () => {
    const words = (name: (kind: Kind) => string) => new Set(ORDER.map(name)).size;
    expect(Object.keys(KINDS).sort()).toEqual([...ORDER].sort());
    expect(words((kind) => NAMES[kind].part)).toBe(ORDER.length);
    expect(words((kind) => NAMES[kind].ignore)).toBe(ORDER.length);
    expect(words((kind) => KINDS[kind].noun)).toBe(ORDER.length);
  });

  it.each(ORDER)('%s: what ignore takes is what is compared', (kind) => {
    const ignored = Object.keys(NAMES[kind].fields).filter((field) => field !== 'keys');
    expect(ignored).toEqual(Object.keys(KINDS[kind].fields));
  });

  it('tell how a shared kind is deleted, and who reads a listed one', () => {
    expect(ORDER.filter((kind) => KINDS[kind].deletion !== undefined)).toEqual([...SHARED_KINDS]);
    expect(ORDER.filter((kind) => KINDS[kind].exposure !== undefined)).toEqual([...LISTED_KINDS]);
  });

  it.each([
    [LOG, {}, { storedBytes: 7 }, '$0.03 a month for each GB of logs (7 bytes now)'],
    [LOG, {}, {}, '$0.03 a month for each GB of logs'],
    [SSM, { tier: 'Advanced' }, {}, '$0.05 a month'],
    [SSM, { tier: 'Standard' }, {}, undefined],
    [SM, {}, {}, '$0.40 a month'],
    ['Image', { 'image:v1': 'sha256:1' }, {}, undefined],
  ] as const)('%s %o costs', (kind, fields, metadata, cost) => {
    expect(costOf(kind, spec(kind, fields, metadata))).toBe(cost);
  });

  it.each([
    [LOG, { retention: 1, class: 'STANDARD' }, {}, ['logs kept 1 day']],
    [LOG, { retention: 'never' }, {}, ['logs kept for ever']],
    [SSM, { type: 'String', tier: 'Standard' }, { version: '3' }, ['String', 'Standard', 'version 3']],
    [SM, { 'key:a': 'x', 'key:b': 'y', 'tag:project': 'p' }, {}, ['2 keys']],
    [SM, {}, {}, []],
    [ECR, { mutability: 'MUTABLE', encryption: 'AES256' }, {}, ['MUTABLE', 'AES256']],
    ['Image', { 'image:v1': 'sha256:1' }, {}, ['v1']],
    [
      'Auth0::Application',
      { 'callback:https://a/callback': true },
      {},
      ['1 callback, 0 logout URLs, 0 web origins'],
    ],
  ] as const)('%s %o is shown as', (kind, fields, metadata, aspects) => {
    expect(aspectsOf(kind, spec(kind, fields, metadata))).toEqual(aspects);
  });

  it('compare a field as its kind says, and every other field by its value', () => {
    const id = '1111-2222';
    const arn = `arn:aws:kms:us-west-2:123456789012:key/${id}`;
    expect(isEqual(ECR, 'key-id', arn, id)).toBe(true);
    expect(isEqual(SSM, 'value', arn, id)).toBe(false);
    expect(isEqual(SSM, 'tier', 'Standard', 'Intelligent-Tiering')).toBe(true);
    expect(isEqual(SM, 'tag:tier', 'Standard', 'Intelligent-Tiering')).toBe(false);
    expect(fieldDescriptorOf(SM, 'constructor')).toBeUndefined();
  });

  it.each([
    ['1', '1 day', 'older logs are deleted'],
    ['30', '30 days', 'older logs are deleted'],
    ['never', 'never expires', undefined],
  ])('say what a retention of %s means', (value, text, effect) => {
    const retention = fieldDescriptorOf(LOG, 'retention');
    expect([retention?.text?.(value), retention?.effect?.(value)]).toEqual([text, effect]);
  });
});

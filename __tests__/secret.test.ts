import { format, inspect } from 'node:util';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Secret } from '../src/secret.ts';

/** Nothing that a way of printing adds by itself: these texts occur in no output unless the value does. */
const value = fc
  .tuple(fc.string({ unit: 'grapheme', maxLength: 40 }), fc.stringMatching(/^[A-Z]{12}$/))
  .map(([head, tail]) => `${head}Kx${tail}`);

const PRINTERS: [name: string, print: (secret: Secret) => string][] = [
  ['String', (secret) => String(secret)],
  ['a template', (secret) => `${secret}`],
  // biome-ignore lint/style/useTemplate: the operator is what is tested
  ['+', (secret) => '' + secret],
  ['join', (secret) => [secret, secret].join(' ')],
  ['JSON', (secret) => JSON.stringify(secret)],
  ['JSON of what holds it', (secret) => JSON.stringify({ a: [secret, { b: secret }] })],
  ['JSON as a key', (secret) => JSON.stringify({ [String(secret)]: 1 })],
  ['inspect', (secret) => inspect(secret, { depth: 10, showHidden: true, getters: true })],
  ['inspect without its own hook', (secret) => inspect(secret, { customInspect: false, showHidden: true })],
  ['inspect of its container', (secret) => inspect({ a: new Map([[secret, [secret]]]) }, { depth: 10 })],
  ['%s', (secret) => format('%s', secret)],
  ['%o', (secret) => format('%o', secret)],
  ['%O', (secret) => format('%O', { secret })],
  ['%j', (secret) => format('%j', { secret })],
  ['%d', (secret) => format('%d', secret)],
  ['an error message', (secret) => inspect(new Error(`it is ${secret}`))],
  ['an error cause', (secret) => inspect(new Error('x', { cause: secret }), { depth: 10, showHidden: true })],
  ['an error property', (secret) => inspect(Object.assign(new Error('x'), { secret }), { depth: 10 })],
  ['an aggregate', (secret) => inspect(new AggregateError([secret, { secret }], 'x'), { depth: 10 })],
  ['structuredClone', (secret) => inspect(structuredClone(secret), { showHidden: true, depth: 10 })],
  ['structuredClone of its container', (secret) => JSON.stringify(structuredClone({ a: [secret] }))],
  ['spread', (secret) => inspect({ ...secret }, { showHidden: true })],
  ['entries', (secret) => JSON.stringify([Object.entries(secret), Reflect.ownKeys(secret).map(String)])],
  ['assign', (secret) => JSON.stringify(Object.assign({}, secret))],
  ['toLocaleString', (secret) => secret.toLocaleString()],
];

describe('a secret is never printed', () => {
  it.each(PRINTERS)('by %s', (_name, print) => {
    fc.assert(
      fc.property(value, (text) => {
        const tail = text.slice(-14);
        expect(print(new Secret(text))).not.toContain(tail);
      }),
      { numRuns: 50 },
    );
  });

  it.each(PRINTERS.slice(0, 3))('but shows that it has a value, by %s', (_name, print) => {
    expect(print(new Secret('Kx'))).toBe('***');
  });
});

describe('a secret reveals only', () => {
  it('whether it equals another value', () => {
    const secret = new Secret('a');
    expect(secret.equals(new Secret('a'))).toBe(true);
    expect(secret.equals('a')).toBe(true);
    expect(secret.equals(new Secret('b'))).toBe(false);
    expect(secret.equals(undefined)).toBe(false);
    expect(secret.equals({ value: 'a' })).toBe(false);
  });

  it('how many bytes it has, as UTF-8', () => {
    expect(new Secret('äé').byteLength).toBe(4);
    expect(new Secret('😀').byteLength).toBe(4);
    expect(new Secret('').byteLength).toBe(0);
  });

  it('how many bytes it has in JSON, to the byte', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary' }),
        (text) => new Secret(text).jsonByteLength === Buffer.byteLength(JSON.stringify(text)),
      ),
    );
  });

  it('its lines, which are secrets too', () => {
    const lines = new Secret(' first \r\n\nsecond\rfirst\n  ').lines();
    expect(lines.map((line) => line.reveal())).toEqual(['first', 'second']);
    expect(String(lines)).toBe('***,***');
    expect(new Secret(' \n').lines()).toEqual([]);
  });

  it('a part, which is a secret too', () => {
    const part = new Secret('a://u:pass@h').part(/:(\w+)@/);
    expect(part?.reveal()).toBe('pass');
    expect(String(part)).toBe('***');
    expect(new Secret('abc').part(/x(y)/)).toBeUndefined();
  });

  it('its value to the masks', () => {
    const hidden: string[] = [];
    new Secret('abc').hideBy((text) => hidden.push(text));
    expect(hidden).toEqual(['abc']);
  });

  it('the answer to a question: yes or no', () => {
    expect(new Secret('abc').is((text) => text.startsWith('a'))).toBe(true);
    expect(new Secret('abc').is((text) => text.startsWith('b'))).toBe(false);
    expect(new Secret('abc').is((text) => text as unknown as boolean)).toBe(false);
  });

  it('its value to the classification, and to reports if it is plain', () => {
    const secret = new Secret('abc');
    expect(secret.classifiedBy((text) => text.length)).toBe(3);
    expect(secret.disclosed()).toBe('abc');
  });

  it('its value to code that sends it', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => new Secret(text).reveal() === text));
  });
});

import { ABSENT, type Difference, type Field } from '../model/fields.ts';
import { Secret } from '../secret.ts';
import { membersOf, objectSource } from './json-source.ts';

/** The JSON object that a secret holds. Values of others may be of any JSON type, and are kept as they are. */
export type SecretObject = ReadonlyMap<string, unknown>;

/** The contents of one secret: its object, or why it cannot be written; and the version that was read. */
export interface Content {
  readonly object: SecretObject | string;
  readonly version: string | undefined;
}

/**
 * @param text the contents of the secret
 * @returns the object, or why it cannot be written without losing something; never with the text
 */
export function parseSecret(text: string): SecretObject | string {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    return 'it holds a text that is no JSON object; move that value elsewhere, or choose another bundle';
  }
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed))
    return 'it holds JSON that is no object; move that value elsewhere, or choose another bundle';
  const members = membersOf(text);
  const object = new Map(members.map(([key, source]) => [key, readValue(source)] as const));
  return object.size === members.length
    ? object
    : 'it holds a key twice, and each reader takes another one of the two; remove one of them';
}

/** A value of others that is no text, as it is written: parsed and printed again, a number could be another one. */
class JsonSource {
  constructor(readonly source: string) {}
}

function readValue(source: string): unknown {
  return source.startsWith('"') ? JSON.parse(source) : new JsonSource(source);
}

function sourceOf(value: unknown): string {
  return value instanceof JsonSource ? value.source : JSON.stringify(value);
}

/** @returns JSON with sorted keys; built key by key, so that no name (`__proto__`, `1`) is lost or moved. */
export function printSecret(object: SecretObject): string {
  const entries = [...object].sort(([a], [b]) => (a < b ? -1 : 1));
  return objectSource(entries.map(([key, value]) => [key, sourceOf(value)] as const));
}

/** @returns the keys as fields; a value that is no text is compared as its JSON. */
export function keyFields(object: SecretObject): Record<string, Secret> {
  const fields: Record<string, Secret> = {};
  for (const [key, value] of object)
    fields[`key:${key}`] = new Secret(typeof value === 'string' ? value : sourceOf(value));
  return fields;
}

/** @returns the object with the differences of its keys applied. */
export function mergeKeys(object: SecretObject, differences: readonly Difference[]): SecretObject {
  const merged = new Map(object);
  for (const { field, to } of differences) {
    if (!field.startsWith('key:')) continue;
    const key = field.slice('key:'.length);
    if (to === ABSENT) merged.delete(key);
    else if (to !== undefined) merged.set(key, plain(to));
  }
  return merged;
}

/** @returns the keys among the fields, as they are to be sent. */
export function objectOf(fields: Readonly<Record<string, Field>>): SecretObject {
  const object = new Map<string, unknown>();
  for (const [field, value] of Object.entries(fields))
    if (field.startsWith('key:') && value !== undefined && value !== ABSENT)
      object.set(field.slice('key:'.length), plain(value));
  return object;
}

function plain(field: Field): unknown {
  return field instanceof Secret ? field.reveal() : field;
}

type Json = Readonly<Record<string, unknown>>;

/** What a keyword of JSON Schema (draft 7) demands of a value. */
type Keyword = (demand: unknown, value: unknown, schema: Json) => boolean;

const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const TYPES: Readonly<Record<string, (value: unknown) => boolean>> = {
  string: (value) => typeof value === 'string',
  number: (value) => typeof value === 'number',
  integer: (value) => Number.isInteger(value),
  boolean: (value) => typeof value === 'boolean',
  array: Array.isArray,
  object: isObject,
  null: (value) => value === null,
};

const NOTES = () => true;
const KEYWORDS: Readonly<Record<string, Keyword>> = {
  $schema: NOTES,
  title: NOTES,
  description: NOTES,
  type: (demand, value) => [demand].flat().some((type) => TYPES[String(type)]?.(value) === true),
  enum: (demand, value) => (demand as unknown[]).includes(value),
  const: (demand, value) => demand === value,
  anyOf: (demand, value) => (demand as Json[]).some((schema) => accepts(schema, value)),
  minLength: (demand, value) => typeof value !== 'string' || [...value].length >= Number(demand),
  minimum: (demand, value) => typeof value !== 'number' || value >= Number(demand),
  exclusiveMinimum: (demand, value) => typeof value !== 'number' || value > Number(demand),
  maximum: (demand, value) => typeof value !== 'number' || value <= Number(demand),
  items: (demand, value) => !Array.isArray(value) || value.every((item) => accepts(demand as Json, item)),
  required: (demand, value) =>
    !isObject(value) || (demand as string[]).every((name) => Object.hasOwn(value, name)),
  propertyNames: (demand, value) =>
    !isObject(value) || Object.keys(value).every((name) => accepts(demand as Json, name)),
  properties: (demand, value) =>
    !isObject(value) ||
    Object.entries(demand as Record<string, Json>).every(
      ([name, schema]) => !Object.hasOwn(value, name) || accepts(schema, value[name]),
    ),
  additionalProperties: (demand, value, schema) =>
    !isObject(value) ||
    Object.keys(value)
      .filter((name) => !Object.hasOwn((schema['properties'] ?? {}) as Json, name))
      .every((name) => (typeof demand === 'boolean' ? demand : accepts(demand as Json, value[name]))),
};

/**
 * Validates a value by a schema as an editor does; it knows the keywords that ours uses.
 * @throws at any other keyword, since one that is passed over would accept everything
 */
export function accepts(schema: Json, value: unknown): boolean {
  return Object.entries(schema).every(([keyword, demand]) => {
    const validate = KEYWORDS[keyword];
    if (validate === undefined)
      throw new Error(`the schema uses the keyword ${keyword}, which is not known here`);
    return validate(demand, value, schema);
  });
}

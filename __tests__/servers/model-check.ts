import type { Bounds, ServiceModel, Shape } from './service-models.ts';

type ShapeOf<Type extends Shape['type']> = Extract<Shape, { readonly type: Type }>;

/**
 * What a service's own model finds wrong with a request: an operation or a member that it does not have, a required one
 * that is missing, a type, length, range, pattern or enum.
 * @returns one line an offence, with the member's path and never with its value
 */
export function offencesOf(model: ServiceModel, operation: string, input: object): string[] {
  const known = model.operations[operation];
  if (known === undefined) return [`${operation} is no operation`];
  // An operation without input has no shape for it.
  const shape: Shape = known.input ? shapeOf(model, known.input.shape) : { type: 'structure', members: {} };
  return [...violations(model, shape, input, operation)];
}

function shapeOf(model: ServiceModel, name: string): Shape {
  const shape = model.shapes[name];
  if (shape === undefined) throw new Error(`the model names a shape that it does not have: ${name}`);
  return shape;
}

function* violations(model: ServiceModel, shape: Shape, value: unknown, path: string): Generator<string> {
  switch (shape.type) {
    case 'structure':
      yield* isObject(value) ? members(model, shape, value, path) : [`${path} must be an object`];
      break;
    case 'list':
      yield* Array.isArray(value) ? entries(model, shape, value, path) : [`${path} must be a list`];
      break;
    case 'map':
      yield* isObject(value) ? pairs(model, shape, value, path) : [`${path} must be a map`];
      break;
    case 'string':
      yield* typeof value === 'string' ? text(shape, value, path) : [`${path} must be a string`];
      break;
    case 'blob':
      yield* typeof value === 'string' && /^[A-Za-z0-9+/]*={0,2}$/.test(value)
        ? bounds(shape, Buffer.from(value, 'base64').length, path)
        : [`${path} must be base64`];
      break;
    case 'integer':
    case 'long':
      yield* Number.isInteger(value) ? bounds(shape, Number(value), path) : [`${path} must be an integer`];
      break;
    case 'double':
      yield* typeof value === 'number' ? bounds(shape, value, path) : [`${path} must be a number`];
      break;
    case 'boolean':
      if (typeof value !== 'boolean') yield `${path} must be a boolean`;
      break;
    case 'timestamp':
      if (typeof value !== 'number') yield `${path} must be seconds since 1970`;
      break;
  }
}

function* members(
  model: ServiceModel,
  shape: ShapeOf<'structure'>,
  value: Readonly<Record<string, unknown>>,
  path: string,
): Generator<string> {
  for (const name of shape.required ?? [])
    if (value[name] === undefined || value[name] === null) yield `${path}.${name} is required`;
  for (const [name, member] of Object.entries(value)) {
    const reference = shape.members[name];
    if (reference === undefined) yield `${path}.${name} is no member`;
    else yield* violations(model, shapeOf(model, reference.shape), member, `${path}.${name}`);
  }
}

function* entries(
  model: ServiceModel,
  shape: ShapeOf<'list'>,
  value: readonly unknown[],
  path: string,
): Generator<string> {
  yield* bounds(shape, value.length, path);
  const member = shapeOf(model, shape.member.shape);
  for (const [index, entry] of value.entries()) yield* violations(model, member, entry, `${path}[${index}]`);
}

function* pairs(
  model: ServiceModel,
  shape: ShapeOf<'map'>,
  value: Readonly<Record<string, unknown>>,
  path: string,
): Generator<string> {
  yield* bounds(shape, Object.keys(value).length, path);
  for (const [key, entry] of Object.entries(value)) {
    yield* violations(model, shapeOf(model, shape.key.shape), key, `${path}: a key`);
    yield* violations(model, shapeOf(model, shape.value.shape), entry, `${path}: a value`);
  }
}

function* text(shape: ShapeOf<'string'>, value: string, path: string): Generator<string> {
  yield* bounds(shape, value.length, path);
  if (shape.pattern !== undefined && !patternOf(shape.pattern).test(value))
    yield `${path} must match ${shape.pattern}`;
  if (shape.enum !== undefined && !shape.enum.includes(value))
    yield `${path} must be one of ${shape.enum.join(', ')}`;
}

function* bounds({ min, max }: Bounds, size: number, path: string): Generator<string> {
  if (min !== undefined && size < min) yield `${path} must be ${min} or more, in number or in length`;
  if (max !== undefined && size > max) yield `${path} must be ${max} or less, in number or in length`;
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const patterns = new Map<string, RegExp>();

/** Patterns are Java's: they match the whole text, and a character may be escaped that needs none. */
function patternOf(source: string): RegExp {
  const known = patterns.get(source);
  if (known !== undefined) return known;
  const unescaped = source.replace(/\\([^\w\\^$.*+?()[\]{}|/-])/g, '$1');
  const pattern = new RegExp(`^(?:${unescaped})$`, /\\p\{/.test(source) ? 'u' : '');
  patterns.set(source, pattern);
  return pattern;
}

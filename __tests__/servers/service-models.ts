import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { ensureMoto } from './moto.ts';
import type { Service } from './protocol.ts';
import { folderOf } from './python.ts';

/** AWS's service models as botocore, which moto needs, brings them: `data/SERVICE/VERSION/service-2.json.gz`. */
interface Reference {
  readonly shape: string;
}
interface ShapeOf<Type extends string> {
  readonly type: Type;
}
/** `min` and `max` count UTF-16 units of a string, bytes of a blob, entries of a list or map. */
export interface Bounds {
  readonly min?: number;
  readonly max?: number;
}
export type Shape =
  | (ShapeOf<'structure'> & {
      readonly members: Readonly<Record<string, Reference>>;
      readonly required?: readonly string[];
    })
  | (ShapeOf<'list'> & Bounds & { readonly member: Reference })
  | (ShapeOf<'map'> & Bounds & { readonly key: Reference; readonly value: Reference })
  | (ShapeOf<'string'> & Bounds & { readonly pattern?: string; readonly enum?: readonly string[] })
  | (ShapeOf<'integer' | 'long' | 'double'> & Bounds)
  | (ShapeOf<'blob'> & Bounds)
  | ShapeOf<'boolean' | 'timestamp'>;

export interface ServiceModel {
  readonly operations: Readonly<Record<string, { readonly input?: Reference }>>;
  readonly shapes: Readonly<Record<string, Shape>>;
}
export type Modelled = Exclude<Service, 'other'>;

/** Set once by vitest's globalSetup and inherited by its workers, since Python takes a while to tell. */
const VARIABLE = 'BOTOCORE_DATA';

/** @returns the folder with botocore's models; installs moto, which brings them, where it is not there */
export async function ensureServiceModels(): Promise<string> {
  process.env[VARIABLE] ??= join(await folderOf((await ensureMoto()).python, 'botocore'), 'data');
  return process.env[VARIABLE];
}

const models = new Map<string, ServiceModel>();

/** @param data as `ensureServiceModels` gives it */
export function modelOf(data: string, service: string): ServiceModel {
  const known = models.get(service);
  if (known !== undefined) return known;
  const folder = join(data, service);
  const version = readdirSync(folder).sort().at(-1);
  if (version === undefined) throw new Error(`botocore has no model of ${service}`);
  const packed = readFileSync(join(folder, version, 'service-2.json.gz'));
  const model = JSON.parse(gunzipSync(packed).toString()) as ServiceModel;
  models.set(service, model);
  return model;
}

import type { Field } from '../model/fields.ts';
import type { Kind, ListedKind, Spec } from '../model/spec.ts';
import { AUTH0_APPLICATION } from './auth0-application.ts';
import { type Descriptor, type FieldDescriptor, isEqualIn } from './descriptor.ts';
import { IMAGE } from './image.ts';
import { LOG_GROUP } from './log-group.ts';
import { PARAMETER } from './parameter.ts';
import { REPOSITORY } from './repository.ts';
import { SECRET } from './secret.ts';

/** The descriptor of each kind. Stages read it instead of knowing kinds. */
export const KINDS: { readonly [K in Kind]: Descriptor<K> } = {
  'AWS::Logs::LogGroup': LOG_GROUP,
  'AWS::SSM::Parameter': PARAMETER,
  'AWS::SecretsManager::Secret': SECRET,
  'AWS::ECR::Repository': REPOSITORY,
  'Auth0::Application': AUTH0_APPLICATION,
  Image: IMAGE,
};

/** @returns the special rules of a field of a kind; undefined for collections such as tags */
export function fieldDescriptorOf<K extends Kind>(kind: K, field: string): FieldDescriptor<K> | undefined {
  const fields: Readonly<Record<string, FieldDescriptor<K>>> = KINDS[kind].fields;
  return Object.hasOwn(fields, field) ? fields[field] : undefined;
}

/** @returns whether the existing value of a field is the desired one */
export function isEqual(kind: Kind, field: string, from: Field, to: Field): boolean {
  return isEqualIn(KINDS[kind], field, from, to);
}

/*
 * A change, an outcome and a listed resource hold the kind beside a spec of just this kind, which the compiler does not see
 * where kinds are handled alike.
 */

/** @returns the price of a resource while it exists; undefined if it is free */
export function costOf(kind: Kind, spec: Spec): string | undefined {
  const cost = KINDS[kind].cost as ((spec: Spec) => string | undefined) | undefined;
  return cost?.(spec);
}

/** @returns the details of a resource for the checklist */
export function aspectsOf(kind: Kind, spec: Spec): string[] {
  return (KINDS[kind].aspects as (spec: Spec) => string[])(spec);
}

/** @returns who can read the value of a resource while it exists */
export function exposureOf(kind: ListedKind, spec: Spec): string {
  return (KINDS[kind].exposure as (spec: Spec) => string)(spec);
}

import type { DesiredResource, DesiredResourceOf } from '../../src/desired/desired-resource.ts';
import type { Fields } from '../../src/model/fields.ts';
import type { Kind, Metadata, Specs } from '../../src/model/spec.ts';
import type { Policy } from '../../src/plan/policy.ts';

const NAMES: Readonly<Record<Kind, string>> = {
  'AWS::Logs::LogGroup': '/ecs/papyrus',
  'AWS::SSM::Parameter': '/papyrus/prd/PORT',
  'AWS::SecretsManager::Secret': 'papyrus/prd/db',
  'AWS::ECR::Repository': 'papyrus',
  'Auth0::Application': 'application',
  Image: 'papyrus',
};

export function desiredOf(
  kind: Kind,
  fields: Fields,
  more: Partial<Omit<DesiredResourceOf<Kind>, 'kind' | 'spec'>> & { name?: string } = {},
): DesiredResource {
  const { name = NAMES[kind], ...rest } = more;
  // The kind and its fields go together in every row of the tests; the compiler cannot see that here.
  return {
    kind,
    spec: { name, fields, metadata: {} },
    defaults: new Set<string>(),
    once: new Set<string>(),
    closed: new Set<string>(),
    unknown: new Set<string>(),
    expected: true,
    ...rest,
  } as DesiredResource;
}

export const OURS = { 'tag:managed-by': 'aws-bootstrap' };
export const TAKEN = { 'tag:managed-by': 'aws-bootstrap:adopted' };

export function spec<K extends Kind>(
  kind: K,
  fields: Fields,
  metadata: Metadata = {},
  name: string = NAMES[kind],
): Specs[K] {
  return { name, fields, metadata } as unknown as Specs[K];
}

export const LENIENT: Policy = {
  allow: new Set(),
  adopt: true,
  ignore: [],
  callbackParameter: '',
  isCallbackConfigured: false,
};

import type { Wish, WishOf } from '../../src/desired/desired.ts';
import type { Policy } from '../../src/plan/policy.ts';
import type { Facts, Fields, Kind, Spec } from '../../src/resources/resource.ts';

const NAMES: Readonly<Record<Kind, string>> = {
  'AWS::Logs::LogGroup': '/ecs/papyrus',
  'AWS::SSM::Parameter': '/papyrus/prd/PORT',
  'AWS::SecretsManager::Secret': 'papyrus/prd/db',
  'AWS::ECR::Repository': 'papyrus',
  'Auth0::Application': 'application',
  Image: 'papyrus',
};

export function wish(
  kind: Kind,
  fields: Fields,
  more: Partial<Omit<WishOf<Kind>, 'kind' | 'spec'>> & { name?: string } = {},
): Wish {
  const { name = NAMES[kind], ...rest } = more;
  // The kind and its fields go together in every row of the tests; the compiler cannot see that here.
  return {
    kind,
    spec: { name, fields, facts: {} },
    defaults: new Set<string>(),
    once: new Set<string>(),
    closed: new Set<string>(),
    unknown: new Set<string>(),
    expected: true,
    ...rest,
  } as Wish;
}

export const OURS = { 'tag:managed-by': 'aws-bootstrap' };
export const TAKEN = { 'tag:managed-by': 'aws-bootstrap:adopted' };

export function spec(kind: Kind, fields: Fields, facts: Facts = {}, name = NAMES[kind]): Spec {
  return { name, fields, facts };
}

export const LENIENT: Policy = {
  allow: new Set(),
  adopt: true,
  ignore: [],
  callbackParameter: '',
  callbackIsAsked: false,
};

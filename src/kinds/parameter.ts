import { compareKeys, isSame } from '../model/equality.ts';
import { ABSENT } from '../model/fields.ts';
import type { Descriptor } from './descriptor.ts';

/** US dollars a month. @see https://aws.amazon.com/systems-manager/pricing/ */
export const ADVANCED_PARAMETER_USD = 0.05;

export const PARAMETER: Descriptor<'AWS::SSM::Parameter'> = {
  noun: 'parameter',
  isTagged: true,
  fields: {
    value: {},
    type: {
      blocked: ({ from }, unknown) =>
        from === 'SecureString' && unknown.has('value')
          ? 'its value is not known in this run, and an existing SecureString may hold a secret'
          : undefined,
      optIn: ({ from, to }) =>
        from === 'String' && to === 'SecureString'
          ? undefined
          : {
              reason: `the type cannot change from ${String(from)} in place: the parameter is deleted and created anew`,
              consent: 'change-type',
            },
    },
    tier: {
      // AWS chooses the tier, and returns its choice.
      isEqual: (from, to) => (to === 'Intelligent-Tiering' ? from !== ABSENT : isSame(from, to)),
      blocked: ({ from, to }) =>
        from === 'Advanced' && to === 'Standard'
          ? 'Parameter Store never lowers a tier; delete the parameter first, or set parameter-tier: auto'
          : undefined,
    },
    // A tier cannot be written while the type that allows it is blocked.
    'key-id': { leader: 'type', isEqual: (from, to) => compareKeys(from, to) !== 'different' },
  },
  cost: ({ fields }) =>
    fields.tier === 'Advanced' ? `$${ADVANCED_PARAMETER_USD.toFixed(2)} a month` : undefined,
  aspects: ({ fields: { type, tier }, metadata: { version } }) => [
    ...[type, tier].flatMap((one) => one ?? []),
    ...(version === undefined ? [] : [`version ${version}`]),
  ],
  // Slashes of a name are encoded twice, since the console's router decodes the path once.
  consolePath: (name, { region, encode }) =>
    `/systems-manager/parameters/${encode(encode(name))}/description?region=${region}&tab=Table`,
  exposure: ({ fields }) =>
    fields.type === 'SecureString'
      ? 'everybody who may read parameters and use its key reads it'
      : 'everybody who may read parameters reads it in plain',
  deletion: undefined,
};

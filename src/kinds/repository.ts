import { compareKeys } from '../model/equality.ts';
import type { Field } from '../model/fields.ts';
import { CREATED, OWNER_FIELD, PULL_TAG } from '../model/ownership.ts';
import type { Specs } from '../model/spec.ts';
import type { Descriptor, OptIn } from './descriptor.ts';

/** US dollars for a stored GB a month. @see https://aws.amazon.com/ecr/pricing/ */
export const IMAGE_GB_USD = 0.1;

const LOOSEN: OptIn = {
  reason: 'it was created elsewhere with stricter tags, and would be loosened',
  consent: 'loosen',
};

const FIXED =
  'ECR fixes the encryption when a repository is created; create another one, or ignore: repository:encryption';

export const REPOSITORY: Descriptor<'AWS::ECR::Repository'> = {
  noun: 'repository',
  isTagged: true,
  fields: {
    mutability: {
      optIn: ({ from, to }, existing) =>
        isAdopted(existing) && isLooser(String(from), String(to)) ? LOOSEN : undefined,
    },
    // They mean nothing without their mutability.
    exclusions: {
      leader: 'mutability',
      optIn: ({ from, to }, existing) =>
        isAdopted(existing) && freesTags(existing.fields.mutability, from, to) ? LOOSEN : undefined,
    },
    encryption: {
      kept: ({ from, to }) =>
        to === 'KMS'
          ? `encryption: ${String(from)} is kept, since ECR fixes it when a repository is created; kms-key-id is for a new one`
          : undefined,
      blocked: () => FIXED,
    },
    'key-id': {
      leader: 'encryption',
      isEqual: (from, to) => compareKeys(from, to) !== 'different',
      blocked: () => FIXED,
    },
    lifecycle: {},
    'scan-on-push': {},
    'pull-accounts': {},
  },
  cost: () => `$${IMAGE_GB_USD.toFixed(2)} a month for each GB of images`,
  aspects: ({ fields: { mutability, encryption, 'scan-on-push': scan, 'pull-accounts': accounts } }) => [
    ...[mutability, encryption].flatMap((one) => one ?? []),
    ...(scan === 'true' ? ['scan on push'] : []),
    ...(typeof accounts === 'string' ? [`pulled by ${accounts.replaceAll(',', ', ')}`] : []),
  ],
  consolePath: (name, { region, account, encode }) =>
    `/ecr/repositories/private/${account}/${name.split('/').map(encode).join('/')}?region=${region}`,
  exposure: undefined,
  deletion: {
    all: 'with all its images',
    command: (name, region) =>
      `aws ecr delete-repository --region ${region} --force --repository-name ${name}`,
    protectedText: undefined,
    ownFields: ['pull-accounts', `tag:${PULL_TAG}`],
  },
};

function isAdopted({ fields }: Specs['AWS::ECR::Repository']): boolean {
  return fields[OWNER_FIELD] !== CREATED;
}

/** How much each value lets tags be overwritten. */
const STRICTNESS = ['MUTABLE', 'MUTABLE_WITH_EXCLUSION', 'IMMUTABLE_WITH_EXCLUSION', 'IMMUTABLE'];

function isLooser(from: string, to: string): boolean {
  return STRICTNESS.indexOf(to) < STRICTNESS.indexOf(from);
}

/** Of the immutable tags some become free, though the mutability keeps its name. */
function freesTags(mutability: Field, from: Field, to: Field): boolean {
  const filters = (field: Field) => (typeof field === 'string' ? field.split(',') : []);
  const [before, after] = [filters(from), filters(to)];
  return mutability === 'IMMUTABLE_WITH_EXCLUSION'
    ? after.some((filter) => !before.includes(filter))
    : before.some((filter) => !after.includes(filter));
}

import { describeViolation, type Input, Invalid, Refusal, reply } from '../protocol.ts';
import { type Ask, type Laws, text } from './law.ts';
import { checkKey, checkTags, type TagList, toMap } from './tags.ts';

const TAG_CODES = { shape: 'InvalidTagParameterException', count: 'TooManyTagsException' };
const MUTABILITIES = ['MUTABLE', 'IMMUTABLE', 'MUTABLE_WITH_EXCLUSION', 'IMMUTABLE_WITH_EXCLUSION'];
const ENCRYPTIONS = ['AES256', 'KMS', 'KMS_DSSE'];
const NAME = '[a-z0-9]+((\\.|_|__|-+)[a-z0-9]+)*(\\/[a-z0-9]+((\\.|_|__|-+)[a-z0-9]+)*)*';

interface Exclusion {
  readonly filterType?: string;
  readonly filter?: string;
}

interface Rule {
  readonly rulePriority: number;
}

export function ecrLaws(): Laws {
  const archiving = new Map<string, string>();
  return {
    reset: () => archiving.clear(),
    operations: {
      CreateRepository(input) {
        checkName(input);
        checkMutability(input, text(input, 'imageTagMutability') ?? 'MUTABLE');
        checkEncryption(input['encryptionConfiguration'] as Input | undefined);
        checkTags(toMap(input['tags'] as TagList[] | undefined), {}, TAG_CODES);
        return undefined;
      },
      async PutImageTagMutability(input, ask) {
        checkName(input);
        checkMutability(input, text(input, 'imageTagMutability') ?? '');
        const output = await ask('PutImageTagMutability', input);
        const filters = input['imageTagMutabilityExclusionFilters'];
        return reply(filters ? { ...output, imageTagMutabilityExclusionFilters: filters } : output);
      },
      async PutLifecyclePolicy(input, ask) {
        checkName(input);
        const name = String(input['repositoryName']);
        const policy = text(input, 'lifecyclePolicyText') ?? '';
        checkLifecycle(policy);
        archiving.delete(name);
        if (!archives(policy)) return undefined;
        // moto knows no rules that archive.
        await ask('PutLifecyclePolicy', { ...input, lifecyclePolicyText: EXPIRING });
        archiving.set(name, withDefaults(policy));
        return reply({ repositoryName: name, lifecyclePolicyText: policy });
      },
      async GetLifecyclePolicy(input, ask) {
        const kept = archiving.get(String(input['repositoryName']));
        const output = await ask<{ lifecyclePolicyText: string }>('GetLifecyclePolicy', input);
        return reply({ ...output, lifecyclePolicyText: byPriority(kept ?? output.lifecyclePolicyText) });
      },
      SetRepositoryPolicy(input, ask) {
        checkName(input);
        return setPolicy(input, ask);
      },
      async TagResource(input, ask) {
        const { tags } = await ask<{ tags: TagList[] }>('ListTagsForResource', {
          resourceArn: input['resourceArn'],
        });
        checkTags(toMap(input['tags'] as TagList[]), toMap(tags), TAG_CODES);
        return undefined;
      },
      UntagResource(input) {
        for (const key of (input['tagKeys'] ?? []) as string[]) checkKey(key, TAG_CODES.shape);
        return undefined;
      },
    },
  };
}

const invalid = (member: string, constraint: string) =>
  new Invalid(
    'InvalidParameterException',
    `Invalid parameter at '${member}' failed to satisfy constraint: '${constraint}'`,
  );

function checkName(input: Input): void {
  const name = text(input, 'repositoryName') ?? '';
  if (name.length < 2) throw invalid('repositoryName', 'must have length greater than or equal to 2');
  if (name.length > 256) throw invalid('repositoryName', 'must have length less than or equal to 256');
  if (!new RegExp(`^(?:${NAME})$`).test(name)) {
    throw invalid('repositoryName', `must satisfy regular expression '${NAME}'`);
  }
}

function checkMutability(input: Input, mutability: string): void {
  const member = 'imageTagMutabilityExclusionFilters';
  if (!MUTABILITIES.includes(mutability)) {
    throw invalid('imageTagMutability', `Member must satisfy enum value set: [${MUTABILITIES.join(', ')}]`);
  }
  const filters = input[member] as Exclusion[] | undefined;
  if (mutability.endsWith('_WITH_EXCLUSION') === (filters === undefined)) {
    throw invalid(member, 'must be given with, and only with, a tag mutability with exclusion');
  }
  if (!filters) return;
  if (filters.length < 1 || filters.length > 5) throw invalid(member, 'must have between 1 and 5 filters');
  for (const { filterType, filter = '' } of filters) {
    if (filterType !== 'WILDCARD')
      throw invalid(`${member}.filterType`, 'Member must satisfy enum value set: [WILDCARD]');
    if (!/^[0-9a-zA-Z._*-]{1,128}$/.test(filter)) {
      throw invalid(`${member}.filter`, "must satisfy regular expression '^[0-9a-zA-Z._*-]{1,128}'");
    }
  }
}

function checkEncryption(encryption: Input | undefined): void {
  if (!encryption) return;
  const type = String(encryption['encryptionType']);
  if (!ENCRYPTIONS.includes(type)) {
    throw invalid(
      'encryptionConfiguration.encryptionType',
      `Member must satisfy enum value set: [${ENCRYPTIONS.join(', ')}]`,
    );
  }
  if (type === 'AES256' && encryption['kmsKey'] !== undefined) {
    throw invalid('encryptionConfiguration.kmsKey', 'must not be given with encryption type AES256');
  }
}

const EXPIRING = JSON.stringify({
  rules: [
    {
      rulePriority: 1,
      selection: { tagStatus: 'any', countType: 'imageCountMoreThan', countNumber: 1 },
      action: { type: 'expire' },
    },
  ],
});

interface ArchivingRule {
  readonly selection: Readonly<Record<string, unknown>>;
  readonly action: Readonly<Record<string, unknown>>;
}
const rulesOf = (policy: string) =>
  (JSON.parse(policy) as { readonly rules: readonly ArchivingRule[] }).rules;
const archives = (policy: string) => rulesOf(policy).some(({ action }) => action['type'] === 'transition');

/** The service answers with what a rule left out. */
function withDefaults(policy: string): string {
  const rules = rulesOf(policy).map((rule) => ({
    ...rule,
    selection: { storageClass: 'standard', ...rule.selection },
    action:
      rule.action['type'] === 'transition' ? { targetStorageClass: 'archive', ...rule.action } : rule.action,
  }));
  return JSON.stringify({ rules });
}

const MOST_POLICY = 10_240;

/** The service keeps the policy in a spelling of its own: accounts are root ARNs, a list of one is a single value. */
async function setPolicy(input: Input, ask: Ask) {
  const policy = text(input, 'policyText') ?? '';
  if (policy.length > MOST_POLICY) throw invalid('policyText', `must have length at most ${MOST_POLICY}`);
  let document: { Statement?: unknown };
  try {
    document = JSON.parse(policy);
  } catch {
    throw invalid('PolicyText', 'Invalid repository policy provided');
  }
  const statements = [document.Statement].flat().map((statement) => spelt(statement as Statement));
  const kept = JSON.stringify({ ...document, Statement: statements }, null, 2);
  await ask('SetRepositoryPolicy', { ...input, policyText: kept });
  return reply({ repositoryName: input['repositoryName'], policyText: kept });
}

interface Statement {
  readonly Principal?: unknown;
  readonly Action?: unknown;
}

function spelt({ Principal, Action, ...rest }: Statement): Statement {
  const single = (values: unknown[]) => (values.length === 1 ? values[0] : values);
  const accounts = [(Principal as { AWS?: unknown } | undefined)?.AWS].flat().map((one) => {
    const id = String(one);
    return /^\d{12}$/.test(id) ? `arn:aws:iam::${id}:root` : one;
  });
  const isAws = typeof Principal === 'object' && Principal !== null && 'AWS' in Principal;
  return {
    ...rest,
    Principal: isAws ? { ...Principal, AWS: single(accounts.reverse()) } : Principal,
    Action: single([Action].flat()),
  };
}

/** The service keeps rules in the order of their priority, not in that of the text. */
function byPriority(text: string): string {
  const { rules, ...rest } = JSON.parse(text) as { readonly rules: readonly Rule[] };
  return JSON.stringify({ ...rest, rules: [...rules].sort((a, b) => a.rulePriority - b.rulePriority) });
}

function checkLifecycle(policy: string): void {
  if (policy.length < 100 || policy.length > 30_720) {
    const bound = policy.length < 100 ? 'greater than or equal to 100' : 'less than or equal to 30720';
    throw new Refusal(
      'InvalidParameterException',
      describeViolation('lifecyclePolicyText', policy.slice(0, 120), `have length ${bound}`),
    );
  }
  let rules: unknown;
  try {
    ({ rules } = JSON.parse(policy) as { rules?: unknown });
  } catch {
    throw invalid('LifecyclePolicyText', 'Lifecycle policy validation failure: not a valid JSON document');
  }
  if (!Array.isArray(rules) || rules.length === 0) {
    throw invalid(
      'LifecyclePolicyText',
      'Lifecycle policy validation failure: at least one rule is required',
    );
  }
}

import { ACCOUNT, describeViolation, type Input, Invalid, REGION, Refusal, reply } from '../protocol.ts';
import { type Ask, type Law, type Laws, text } from './law.ts';
import { checkKey, checkTags, type TagList, toMap } from './tags.ts';

const TAG_CODES = { shape: 'ValidationException', count: 'TooManyTagsError' };
const EMPTY_PAGE = 'after-the-empty-page';
const FILTER_KEY = /^(tag:.+|Name|Type|KeyId|Path|Label|Tier|DataType)$/;

interface Parameter {
  readonly Name: string;
  readonly Type: string;
  readonly Tier: string;
  readonly AllowedPattern?: string;
  readonly Policies?: ReadonlyArray<{ readonly PolicyText: { readonly Type: string } }>;
}
interface Page {
  readonly Parameters: Parameter[];
  readonly NextToken?: string;
}
interface Filter {
  readonly Key: string;
  readonly Option?: string;
  readonly Values?: string[];
}

export interface SsmOptions {
  /** Listings begin with an empty page and a token, which AWS may do at any time. */
  readonly emptyPages?: boolean;
}

export function ssmLaws({ emptyPages = false }: SsmOptions): Laws {
  const paged =
    (operation: string, law: Law): Law =>
    async (input, ask) => {
      if (!emptyPages) return law(input, ask);
      const { NextToken, ...rest } = input;
      if (NextToken === undefined) return reply({ Parameters: [], NextToken: EMPTY_PAGE });
      const asked = NextToken === EMPTY_PAGE ? rest : input;
      return (await law(asked, ask)) ?? reply(await ask(operation, asked));
    };

  return {
    reset() {},
    operations: {
      PutParameter: putParameter,
      DescribeParameters: paged('DescribeParameters', describeParameters),
      GetParametersByPath: paged('GetParametersByPath', getParametersByPath),
      DeleteParameters(input) {
        const names = (input['Names'] ?? []) as string[];
        if (names.length <= 10) return undefined;
        throw invalid(
          describeViolation('names', `[${names.join(', ')}]`, 'have length less than or equal to 10'),
        );
      },
      async AddTagsToResource(input, ask) {
        const { Tags, ...resource } = input;
        const { TagList: existing } = await ask<{ TagList: TagList[] }>('ListTagsForResource', resource);
        checkTags(toMap(Tags as TagList[]), toMap(existing), TAG_CODES);
        return undefined;
      },
      RemoveTagsFromResource(input) {
        for (const key of (input['TagKeys'] ?? []) as string[]) checkKey(key, TAG_CODES.shape);
        return undefined;
      },
    },
  };
}

const invalid = (message: string) => new Invalid('ValidationException', message);

async function putParameter(input: Input, ask: Ask) {
  // The service takes leading and trailing spaces away without a word.
  const name = (text(input, 'Name') ?? '').trim();
  checkName(name);
  checkTags(toMap(input['Tags'] as TagList[] | undefined), {}, TAG_CODES);
  const filters = [{ Key: 'Name', Option: 'Equals', Values: [name] }];
  const { Parameters } = await ask<Page>('DescribeParameters', { ParameterFilters: filters });
  const existing = Parameters[0];
  const type = text(input, 'Type') ?? existing?.Type;
  checkKmsKey(text(input, 'KeyId'), type);
  const value = text(input, 'Value') ?? '';
  const tier = chooseTier(input, value, existing);
  checkValue(value, tier);
  if (input['Overwrite'] && existing) {
    if (tier === 'Standard' && existing.Tier === 'Advanced') {
      throw new Refusal(
        'ValidationException',
        "This parameter uses the advanced-parameter tier. You can't downgrade a parameter from the advanced-parameter tier to the standard-parameter tier. If necessary, you can delete the advanced parameter and recreate it as a standard parameter.",
      );
    }
    const becomesSecure = existing.Type === 'String' && type === 'SecureString';
    if (type !== existing.Type && !becomesSecure) {
      throw new Refusal(
        'HierarchyTypeMismatchException',
        `Parameter Store doesn't support changing a parameter type in a hierarchy: ${existing.Type} to ${type}.`,
      );
    }
  }
  const pattern =
    text(input, 'AllowedPattern') ?? (input['Overwrite'] ? existing?.AllowedPattern : undefined);
  if (pattern && !new RegExp(`^(?:${pattern})$`, 'u').test(value)) {
    throw new Refusal(
      'ParameterPatternMismatchException',
      `Parameter value, cannot be validated against allowedPattern: ${pattern}`,
    );
  }
  return reply(await ask('PutParameter', { ...input, Name: name, Tier: tier }));
}

function checkName(name: string): void {
  const badly = invalid(
    `Parameter name: can't be prefixed with "ssm" (case-insensitive). If formed as a path, it can consist of sub-paths divided by slash symbol; each sub-path can be formed as a mix of letters, numbers and the following 3 symbols .-_`,
  );
  if (!/^[a-zA-Z0-9_.\-/]+$/.test(name) || name.includes('//') || name.endsWith('/')) throw badly;
  if (name.includes('/') && !name.startsWith('/')) {
    throw invalid('Parameter name must be a fully qualified name.');
  }
  if (name.split('/').filter(Boolean).length > 15) {
    throw new Invalid('HierarchyLevelLimitExceededException', 'A hierarchy can have a maximum of 15 levels.');
  }
  if (arnOf(name).length > 1011)
    throw invalid(describeViolation('name', name, 'have length less than or equal to 1011'));
}

function arnOf(name: string): string {
  return `arn:aws:ssm:${REGION}:${ACCOUNT}:parameter${name.startsWith('/') ? '' : '/'}${name}`;
}

/** Intelligent-Tiering is a question; the answer, and what is stored, is one of the two others. */
function chooseTier(input: Input, value: string, existing: Parameter | undefined): string {
  const asked = text(input, 'Tier') ?? 'Standard';
  if (asked !== 'Intelligent-Tiering') return asked;
  return Buffer.byteLength(value) > 4096 || existing?.Tier === 'Advanced' ? 'Advanced' : 'Standard';
}

function checkValue(value: string, tier: string): void {
  const bytes = Buffer.byteLength(value);
  if (bytes > 8192)
    throw invalid(describeViolation('value', value, 'have length less than or equal to 8192'));
  if (bytes > 4096 && tier === 'Standard') {
    throw invalid(
      'Standard tier parameters support a maximum parameter value of 4096 characters. To create a larger parameter value, upgrade the parameter to use the advanced-parameter tier.',
    );
  }
  if (value.includes('{{')) {
    throw invalid(`Parameter value can't nest another parameter. Do not use "{{}}" in the value.`);
  }
}

function checkKmsKey(key: string | undefined, type: string | undefined): void {
  if (key === undefined) return;
  if (!/^[a-zA-Z0-9:/_-]{1,256}$/.test(key)) {
    throw invalid(
      describeViolation('keyId', key, 'satisfy regular expression pattern: ^([a-zA-Z0-9:/_-]+)$'),
    );
  }
  if (type !== 'SecureString') throw invalid('KeyId is required for SecureString type parameter only.');
}

/** moto leaves the ARN out, ignores MaxResults and answers nothing to a filter by tier, so its pages are gathered, sifted and cut here. */
async function describeParameters(input: Input, ask: Ask) {
  const filters = (input['ParameterFilters'] ?? []) as Filter[];
  for (const { Key, Values = [] } of filters) {
    if (!FILTER_KEY.test(Key)) {
      throw new Invalid('InvalidFilterKey', `The specified filter key isn't valid: ${Key}`);
    }
    if (Values.length > 50) {
      const constraint = 'have length less than or equal to 50';
      throw invalid(
        describeViolation('parameterFilters.1.member.values', `[${Values.join(', ')}]`, constraint),
      );
    }
  }
  // A tag may have an empty value, but no filter can ask for it.
  if (filters.some(({ Values = [] }) => Values.includes(''))) {
    const constraint = 'have length greater than or equal to 1';
    throw invalid(describeViolation('parameterFilters.1.member.values', '[]', constraint));
  }
  const size = Number(input['MaxResults'] ?? 10);
  if (size < 1 || size > 50) {
    const bound = size < 1 ? 'greater than or equal to 1' : 'less than or equal to 50';
    throw invalid(describeViolation('maxResults', size, `have value ${bound}`));
  }
  const tiers = filters.filter(({ Key }) => Key === 'Tier');
  const found: Parameter[] = [];
  let token: string | undefined;
  do {
    const page = await ask<Page>('DescribeParameters', {
      ParameterFilters: filters.filter(({ Key }) => Key !== 'Tier'),
      ...(token && { NextToken: token }),
    });
    found.push(...page.Parameters);
    token = page.NextToken;
  } while (token);
  const all = found
    .filter(({ Tier }) => tiers.every(({ Values = [] }) => Values.includes(Tier)))
    .map((metadata) => ({ ...metadata, ...policiesOf(metadata), ARN: arnOf(metadata.Name) }));
  const from = Number(input['NextToken'] ?? 0);
  if (!Number.isInteger(from)) throw new Refusal('InvalidNextToken', "The specified token isn't valid.");
  const to = from + size;
  return reply({ Parameters: all.slice(from, to), ...(to < all.length && { NextToken: String(to) }) });
}

/** moto gives the policies as objects; AWS gives the text of each. */
function policiesOf({ Policies = [] }: Parameter) {
  if (Policies.length === 0) return {};
  return {
    Policies: Policies.map(({ PolicyText }) => ({
      PolicyText: JSON.stringify(PolicyText),
      PolicyType: PolicyText.Type,
      PolicyStatus: 'Pending',
    })),
  };
}

function getParametersByPath(input: Input): undefined {
  const path = text(input, 'Path') ?? '';
  if (/^\/[a-zA-Z0-9_.\-/]*$/.test(path) && !path.includes('//')) return undefined;
  throw invalid(
    'The parameter doesn\'t meet the parameter name requirements. The parameter name must begin with a forward slash "/". It can\'t be prefixed with "aws" or "ssm" (case-insensitive). It must use only letters, numbers, or the following symbols: . (period), - (hyphen), _ (underscore).',
  );
}

import { describeViolation, type Input, Invalid, Refusal, reply } from '../protocol.ts';
import { type Ask, type Law, type Laws, text } from './law.ts';
import { checkKey, checkTags, type TagList, toMap } from './tags.ts';

const TAG_CODES = { shape: 'InvalidParameterException', count: 'InvalidParameterException' };

interface Description {
  readonly Name: string;
  /** moto says null where AWS says nothing. */
  readonly DeletedDate?: number | null;
  readonly Tags?: TagList[];
  readonly VersionIdsToStages?: Labels;
  readonly SecretVersionsToStages?: Labels;
}
/** The labels of each version, by its id. */
type Labels = Readonly<Record<string, readonly string[]>>;
interface Failure {
  readonly SecretId: string;
  readonly ErrorCode: string;
  readonly Message: string;
}

export interface SecretsManagerLaws extends Laws {
  /** Lets a secret look as if that service managed it. */
  own(secretName: string, service: string): void;
}

export function secretsManagerLaws(): SecretsManagerLaws {
  const owners = new Map<string, string>();
  const tell = <T extends { Name?: string }>(secret: T) => {
    const OwningService = owners.get(secret.Name ?? '');
    return OwningService === undefined ? secret : { ...secret, OwningService };
  };

  /** What a write meets before its own laws: the secret's owner, and whether it is about to go. */
  const find = async (input: Input, ask: Ask): Promise<Description> => {
    const secret = await ask<Description>('DescribeSecret', { SecretId: input['SecretId'] });
    const owner = owners.get(secret.Name);
    if (owner !== undefined) {
      throw unfit(
        `You can't perform this operation on a secret that is managed by another service: ${owner}.`,
      );
    }
    return secret;
  };
  const findAlive = async (input: Input, ask: Ask): Promise<Description> => {
    const secret = await find(input, ask);
    if (typeof secret.DeletedDate !== 'number') return secret;
    throw unfit("You can't perform this operation on the secret because it was marked for deletion.");
  };
  const notOwned: Law = async (input, ask) => {
    await find(input, ask);
    return undefined;
  };
  const write: Law = async (input, ask) => {
    checkValue(input);
    checkKmsKey(input);
    await findAlive(input, ask);
    return undefined;
  };

  return {
    own: (secretName, service) => void owners.set(secretName, service),
    reset: () => owners.clear(),
    operations: {
      async CreateSecret(input, ask) {
        checkName(text(input, 'Name') ?? '');
        checkValue(input);
        checkKmsKey(input);
        checkTags(toMap(input['Tags'] as TagList[] | undefined), {}, TAG_CODES);
        const existing = await ask<Description>('DescribeSecret', { SecretId: input['Name'] }).catch(
          asMissing,
        );
        if (typeof existing?.DeletedDate === 'number') {
          throw unfit(
            "You can't create this secret because a secret with this name is already scheduled for deletion.",
          );
        }
        return undefined;
      },
      PutSecretValue: write,
      UpdateSecret: write,
      RestoreSecret: notOwned,
      DeleteSecret: notOwned,
      async TagResource(input, ask) {
        const { Tags } = await findAlive(input, ask);
        checkTags(toMap(input['Tags'] as TagList[]), toMap(Tags), TAG_CODES);
        return undefined;
      },
      async UntagResource(input, ask) {
        await findAlive(input, ask);
        for (const key of (input['TagKeys'] ?? []) as string[]) checkKey(key, TAG_CODES.shape);
        return undefined;
      },
      async DescribeSecret(input, ask) {
        const { SecretVersionsToStages: _, ...secret } = await ask<Description>('DescribeSecret', input);
        return reply(tell({ ...secret, VersionIdsToStages: labelled(secret.VersionIdsToStages) }));
      },
      async ListSecretVersionIds(input, ask) {
        interface Page {
          readonly NextToken?: string;
          readonly Versions: ReadonlyArray<{
            readonly CreatedDate: number;
            readonly VersionStages: string[];
          }>;
        }
        const { NextToken: _, ...page } = await ask<Page>('ListSecretVersionIds', input);
        // moto lists them as they were written, with the time of the question; AWS promises no order.
        const Versions = page.Versions.map((version, index) => ({
          ...version,
          CreatedDate: version.CreatedDate - 60 + index / 1000,
        }));
        const isAsked = ({ VersionStages }: Page['Versions'][number]) =>
          input['IncludeDeprecated'] === true || VersionStages.length > 0;
        return reply({ ...page, Versions: Versions.filter(isAsked).reverse() });
      },
      async ListSecrets(input, ask) {
        const page = await ask<{ SecretList: Description[] }>('ListSecrets', input);
        const SecretList = page.SecretList.map(({ VersionIdsToStages: _, ...secret }) =>
          tell({ ...secret, SecretVersionsToStages: labelled(secret.SecretVersionsToStages) }),
        );
        return reply({ ...page, SecretList });
      },
      BatchGetSecretValue: batchGetSecretValue,
    },
  };
}

/**
 * moto also describes versions that have lost their last label; AWS tells those alone that have one.
 * @see https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_DescribeSecret.html (VersionIdsToStages)
 */
const labelled = (versions: Labels = {}): Labels =>
  Object.fromEntries(Object.entries(versions).filter(([, labels]) => labels.length > 0));

const unfit = (message: string) => new Refusal('InvalidRequestException', message);
const invalid = (message: string) => new Invalid('ValidationException', message);

function asMissing(error: unknown): undefined {
  if (error instanceof Refusal && error.code === 'ResourceNotFoundException') return undefined;
  throw error;
}

function checkName(name: string): void {
  if (name.length < 1 || name.length > 512) {
    const bound = name.length ? 'less than or equal to 512' : 'greater than or equal to 1';
    throw invalid(describeViolation('name', name, `have length ${bound}`));
  }
  if (!/^[A-Za-z0-9/_+=.@-]+$/.test(name)) {
    throw invalid(
      'Invalid name. Must be a valid name containing alphanumeric characters, or any of the following: -/_+=.@!',
    );
  }
}

function checkValue(input: Input): void {
  const value = text(input, 'SecretString');
  if (value === undefined) return;
  if (value === '')
    throw invalid(describeViolation('secretString', '', 'have length greater than or equal to 1'));
  if (Buffer.byteLength(value) > 65_536) {
    throw invalid(describeViolation('secretString', value, 'have length less than or equal to 65536'));
  }
}

function checkKmsKey(input: Input): void {
  const key = text(input, 'KmsKeyId');
  if (key === undefined || /^[a-zA-Z0-9:/_-]{0,2048}$/.test(key)) return;
  throw new Refusal('InvalidParameterException', `Invalid KMS key ID: ${key}`);
}

/** moto refuses the whole batch for one secret that is missing or has no value; AWS tells of each in Errors. */
async function batchGetSecretValue(input: Input, ask: Ask) {
  const ids = input['SecretIdList'] as string[] | undefined;
  if (ids && input['Filters']) {
    throw new Refusal(
      'InvalidParameterException',
      "Either 'SecretIdList' or 'Filters' must be provided, but not both.",
    );
  }
  if (!ids) return undefined;
  if (ids.length < 1 || ids.length > 20) {
    const bound = ids.length ? 'less than or equal to 20' : 'greater than or equal to 1';
    throw invalid(describeViolation('secretIdList', `[${ids.join(', ')}]`, `have length ${bound}`));
  }
  const SecretValues: unknown[] = [];
  const Errors: Failure[] = [];
  await Promise.all(
    ids.map(async (SecretId) => {
      try {
        SecretValues.push(await ask('GetSecretValue', { SecretId }));
      } catch (error) {
        if (!(error instanceof Refusal)) throw error;
        Errors.push({ SecretId, ErrorCode: error.code, Message: error.message });
      }
    }),
  );
  return reply({ SecretValues, Errors });
}

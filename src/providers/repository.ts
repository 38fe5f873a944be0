import {
  CreateRepositoryCommand,
  DeleteRepositoryCommand,
  DescribeRepositoriesCommand,
  ECRClient,
  GetLifecyclePolicyCommand,
  type ImageTagMutability,
  ListTagsForResourceCommand,
  PutImageTagMutabilityCommand,
  PutLifecyclePolicyCommand,
  type Repository,
  TagResourceCommand,
  UntagResourceCommand,
} from '@aws-sdk/client-ecr';
import { type Connection, clientSettings, prepare } from '../clients/aws.ts';
import { isNamed } from '../clients/errors.ts';
import { REPOSITORY } from '../kinds/repository.ts';
import type { Difference } from '../model/fields.ts';
import { CREATED, OWNER_FIELD, PULL_TAG } from '../model/ownership.ts';
import { keyIn, type RepositoryFields, type Specs, type Unreadable } from '../model/spec.ts';
import { canonicalLifecycle } from '../settings/canonical-lifecycle.ts';
import { observeEach, type ProviderContext, type Sender, sender } from './context.ts';
import { resolveCreateConflict, retryUntilVisible } from './eventual-consistency.ts';
import type { Provider } from './provider.ts';
import { PullPolicy } from './repository-policy.ts';
import { Scanning, type ScanSetting } from './repository-scanning.ts';
import { ownerByTags, pairs, tagFields, tagsIn, tagsOf, tagsOff } from './tags.ts';

type RepositorySpec = Specs['AWS::ECR::Repository'];

/** @returns a client of ECR, for repositories and their images. */
export function ecrClient(connection: Connection): ECRClient {
  return prepare(new ECRClient(clientSettings(connection)), connection);
}

/** Settings that decide which parts of a repository are read. */
export interface RepositoryOptions {
  /** Whether a lifecycle policy is configured: without one, the existing policy is not managed. */
  readonly readsLifecycle: boolean;
  /**
   * When the policy is read: where no accounts are configured, a tag shows whether it has the statement of this
   * action.
   */
  readonly readsPolicy: 'always' | 'tagged' | 'never';
  /** Undefined if the run does not manage the repository. */
  readonly scan: ScanSetting | undefined;
}

/** ECR repositories. */
export class Repositories implements Provider<RepositorySpec> {
  readonly #context: ProviderContext;
  readonly #options: RepositoryOptions;
  readonly #client: ECRClient;
  readonly #send: Sender;
  readonly #policy: PullPolicy;
  readonly #scanning: Scanning;

  constructor(connection: Connection, context: ProviderContext, options: RepositoryOptions) {
    this.#context = context;
    this.#options = options;
    this.#client = ecrClient(connection);
    this.#send = sender(context, 'ecr');
    this.#policy = new PullPolicy(this.#client, this.#send);
    this.#scanning = new Scanning(this.#client, this.#send, context);
  }

  async #find(name: string): Promise<Repository | undefined> {
    try {
      const answer = await this.#send('DescribeRepositories', name, 'ecr:read', () =>
        this.#client.send(new DescribeRepositoriesCommand({ repositoryNames: [name] })),
      );
      return answer.repositories?.find((repository) => repository.repositoryName === name);
    } catch (error) {
      if (isNamed(error, 'RepositoryNotFoundException')) return undefined;
      throw error;
    }
  }

  async #lifecycleOf(name: string): Promise<string | undefined> {
    try {
      const answer = await this.#send('GetLifecyclePolicy', name, 'ecr:read', () =>
        this.#client.send(new GetLifecyclePolicyCommand({ repositoryName: name })),
      );
      return answer.lifecyclePolicyText === undefined
        ? undefined
        : canonicalLifecycle(JSON.parse(answer.lifecyclePolicyText));
    } catch (error) {
      if (isNamed(error, 'LifecyclePolicyNotFoundException')) return undefined;
      throw error;
    }
  }

  async #read(name: string): Promise<RepositorySpec | undefined> {
    const repository = await this.#find(name);
    const arn = repository?.repositoryArn;
    if (repository === undefined || arn === undefined) return undefined;
    const { readsLifecycle, readsPolicy } = this.#options;
    const [answer, lifecycle, configured] = await Promise.all([
      this.#send('ListTagsForResource', name, 'ecr:read', () =>
        this.#client.send(new ListTagsForResourceCommand({ resourceArn: arn })),
      ),
      readsLifecycle ? this.#lifecycleOf(name) : undefined,
      readsPolicy === 'always' ? this.#policy.accountsOf(name) : undefined,
    ]);
    const tags = pairs(answer.tags);
    const isTagged = readsPolicy === 'tagged' && tags.some(([key]) => key === PULL_TAG);
    const accounts = isTagged ? await this.#policy.accountsOf(name) : configured;
    return this.#overrule(specOf(repository, tags, { lifecycle, 'pull-accounts': accounts }));
  }

  /** @returns the repository, with the reason if a difference in its scanning stays */
  async #overrule(spec: RepositorySpec): Promise<RepositorySpec> {
    const { scan } = this.#options;
    if (scan === undefined || String(scan.value) === spec.fields['scan-on-push']) return spec;
    // On adopted resources, defaults are not managed.
    if (!scan.given && spec.fields[OWNER_FIELD] !== CREATED) return spec;
    const reason = await this.#scanning.overruledBy(spec.name, scan);
    if (reason === undefined) return spec;
    return { ...spec, metadata: { ...spec.metadata, overruled: { 'scan-on-push': reason } } };
  }

  async #putLifecycle(name: string, text: string): Promise<void> {
    await this.#send('PutLifecyclePolicy', name, 'ecr:write', () =>
      this.#client.send(new PutLifecyclePolicyCommand({ repositoryName: name, lifecyclePolicyText: text })),
    );
  }

  /** Writes the settings of a new repository that need calls of their own. */
  async #complete(name: string, fields: RepositoryFields): Promise<void> {
    const { lifecycle, 'pull-accounts': accounts } = fields;
    if (lifecycle !== undefined)
      await retryUntilVisible(this.#context, 'RepositoryNotFoundException', () =>
        this.#putLifecycle(name, lifecycle),
      );
    if (typeof accounts === 'string')
      await retryUntilVisible(this.#context, 'RepositoryNotFoundException', () =>
        this.#policy.letPull(name, accounts),
      );
  }

  observe(names: readonly string[]): Promise<Map<string, RepositorySpec | Unreadable>> {
    return observeEach(names, (name) => this.#read(name));
  }

  async create(desired: RepositorySpec): Promise<RepositorySpec> {
    const { name, fields } = desired;
    const tags = tagsOf(fields);
    let created: Repository | undefined;
    let repeated = false;
    try {
      const answer = await this.#send(
        'CreateRepository',
        name,
        'ecr:write',
        () =>
          this.#client.send(
            new CreateRepositoryCommand({
              repositoryName: name,
              ...mutability(fields),
              imageScanningConfiguration: { scanOnPush: fields['scan-on-push'] === 'true' },
              encryptionConfiguration:
                fields.encryption === 'KMS'
                  ? { encryptionType: 'KMS', kmsKey: keyIn(fields) }
                  : { encryptionType: 'AES256' },
              tags: tags.map(([Key, Value]) => ({ Key, Value })),
            }),
          ),
        {
          again: () => {
            repeated = true;
          },
        },
      );
      created = answer.repository;
    } catch (error) {
      if (!isNamed(error, 'RepositoryAlreadyExistsException')) throw error;
      return resolveCreateConflict(this.#context, {
        descriptor: REPOSITORY,
        desired,
        refusal: error,
        repeated,
        read: () => this.#read(name),
        complete: () => this.#complete(name, fields),
      });
    }
    await this.#complete(name, fields);
    return created === undefined ? desired : specOf(created, tags, fields);
  }

  async update(
    desired: RepositorySpec,
    observed: RepositorySpec,
    differences: readonly Difference[],
  ): Promise<RepositorySpec> {
    const { name, fields } = desired;
    const touches = (...names: string[]) => differences.some(({ field }) => names.includes(field));
    const tags = tagsIn(differences);
    const arn = observed.metadata.arn;
    if (tags.length > 0 && arn !== undefined)
      await this.#send('TagResource', name, 'ecr:write', () =>
        this.#client.send(
          new TagResourceCommand({ resourceArn: arn, tags: tags.map(([Key, Value]) => ({ Key, Value })) }),
        ),
      );
    if (touches('mutability', 'exclusions'))
      await this.#send('PutImageTagMutability', name, 'ecr:write', () =>
        this.#client.send(new PutImageTagMutabilityCommand({ repositoryName: name, ...mutability(fields) })),
      );
    if (touches('scan-on-push')) await this.#scanning.scanOnPush(name, fields['scan-on-push'] === 'true');
    if (touches('lifecycle') && fields.lifecycle !== undefined)
      await this.#putLifecycle(name, fields.lifecycle);
    // The tag for the statement exists as long as the statement does.
    if (touches('pull-accounts')) {
      const accounts = fields['pull-accounts'];
      await this.#policy.letPull(name, typeof accounts === 'string' ? accounts : undefined);
    }
    const off = tagsOff(differences);
    if (off.length > 0 && arn !== undefined)
      await this.#send('UntagResource', name, 'ecr:write', () =>
        this.#client.send(new UntagResourceCommand({ resourceArn: arn, tagKeys: off })),
      );
    return desired;
  }

  /** With its images. */
  async delete({ name }: RepositorySpec): Promise<void> {
    try {
      await this.#send('DeleteRepository', name, 'ecr:write', () =>
        this.#client.send(new DeleteRepositoryCommand({ repositoryName: name, force: true })),
      );
    } catch (error) {
      if (!isNamed(error, 'RepositoryNotFoundException')) throw error;
    }
  }
}

function mutability(fields: RepositoryFields) {
  const value = (fields.mutability ?? 'MUTABLE') as ImageTagMutability;
  const filters =
    typeof fields.exclusions === 'string' && value.endsWith('_WITH_EXCLUSION')
      ? fields.exclusions.split(',')
      : [];
  return {
    imageTagMutability: value,
    ...(filters.length === 0
      ? {}
      : {
          imageTagMutabilityExclusionFilters: filters.map((filter) => ({
            filterType: 'WILDCARD' as const,
            filter,
          })),
        }),
  };
}

function specOf(
  repository: Repository,
  tags: ReadonlyArray<readonly [string, string]>,
  { lifecycle, 'pull-accounts': accounts }: Pick<RepositoryFields, 'lifecycle' | 'pull-accounts'>,
): RepositorySpec {
  const filters = (repository.imageTagMutabilityExclusionFilters ?? [])
    .map(({ filter }) => filter ?? '')
    .sort();
  const { encryptionType = 'AES256', kmsKey } = repository.encryptionConfiguration ?? {};
  return {
    name: repository.repositoryName ?? '',
    fields: {
      mutability: repository.imageTagMutability ?? 'MUTABLE',
      exclusions: filters.length === 0 ? undefined : filters.join(','),
      encryption: encryptionType,
      'key-id': kmsKey,
      lifecycle,
      'pull-accounts': accounts,
      'scan-on-push': repository.imageScanningConfiguration?.scanOnPush === true ? 'true' : 'false',
      ...tagFields(tags),
    },
    metadata: {
      arn: repository.repositoryArn,
      uri: repository.repositoryUri,
      registryId: repository.registryId,
      ownedBy: ownerByTags(tags),
    },
  };
}

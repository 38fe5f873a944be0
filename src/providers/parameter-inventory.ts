import {
  DeleteParametersCommand,
  type ParameterMetadata,
  type ParameterStringFilter,
  type SSMClient,
} from '@aws-sdk/client-ssm';
import type DataLoader from 'dataloader';
import { AwsError } from '../clients/errors.ts';
import type { Unconfigured } from '../model/inventory.ts';
import { ADOPTED, MADE, OWNER_FIELD, OWNER_TAG } from '../model/ownership.ts';
import type { Specs } from '../model/spec.ts';
import { type ProviderContext, sender } from './context.ts';
import type { ParameterListing } from './parameter-listing.ts';
import { parameterTags } from './parameter-tags.ts';
import type { Inventory } from './provider.ts';

type ParameterSpec = Specs['AWS::SSM::Parameter'];

/** Names in one call. @see https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_DeleteParameters.html */
const MOST_DELETED = 10;

/** Parameters below a path, by DescribeParameters alone: no value is read to list or delete them. */
export function parameterInventory(
  client: SSMClient,
  context: ProviderContext,
  listing: ParameterListing,
): Inventory<ParameterSpec> {
  const tagged = (...Values: string[]): ParameterStringFilter => ({
    Key: `tag:${OWNER_TAG}`,
    Option: 'Equals',
    Values,
  });

  return {
    async unconfigured(path, known) {
      const isUnconfigured = ({ Name }: ParameterMetadata) => Name !== undefined && !known.has(Name);
      const unconfigured = [...(await listing.children(path)).values()].filter(isUnconfigured);
      // A listing shows no tags, so their owners are read only if there are parameters.
      if (unconfigured.length === 0) return [];
      const [made, adopted] = await Promise.all(
        [MADE, ADOPTED].map(async (owner) => {
          const listed = await listing.list(path, 'OneLevel', [tagged(owner)]);
          return new Set(listed.keys());
        }),
      );
      return unconfigured.map((metadata): Unconfigured<ParameterSpec> => {
        if (made?.has(metadata.Name ?? '')) return { spec: specOf(metadata, MADE), owner: 'made' };
        if (adopted?.has(metadata.Name ?? '')) return { spec: specOf(metadata, ADOPTED), owner: 'adopted' };
        return { spec: specOf(metadata, undefined), owner: 'others' };
      });
    },

    async ours(path) {
      const listed = await listing.list(path, 'Recursive', [tagged(MADE, ADOPTED)]);
      return [...listed.keys()];
    },

    // A deleted parameter cannot be restored, and the listing shows only the ownership tag.
    refetch: parameterTags(client, context).withOwners,
  };
}

function specOf(metadata: ParameterMetadata, owner: string | undefined): ParameterSpec {
  const { Name = '', Type, Tier, KeyId, ARN, Version, LastModifiedUser, LastModifiedDate } = metadata;
  return {
    name: Name,
    fields: { type: Type, tier: Tier ?? 'Standard', 'key-id': KeyId, [OWNER_FIELD]: owner },
    metadata: {
      arn: ARN,
      version: Version === undefined ? undefined : String(Version),
      modifiedBy: LastModifiedUser,
      modifiedAt: LastModifiedDate?.toISOString(),
    },
  };
}

/** Deletes parameters, ten by one call; one that is gone already is left out by AWS without an error. */
export function deleteParameters(
  client: SSMClient,
  context: ProviderContext,
): (observed: ParameterSpec) => Promise<void> {
  const send = sender(context, 'ssm');

  async function carry(names: readonly string[]): Promise<Map<string, Error>> {
    const failures = new Map<string, Error>();
    const [first = ''] = names;
    try {
      await send(
        'DeleteParameters',
        names.length === 1 ? first : `${first} and ${names.length - 1} more`,
        'ssm:write',
        () => client.send(new DeleteParametersCommand({ Names: [...names] })),
      );
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      // One name that may not be deleted fails the whole batch: then each is deleted alone.
      const isOfOne =
        error instanceof AwsError && (error.reason === 'access-denied' || error.reason === 'aws');
      if (names.length === 1 || !isOfOne) for (const name of names) failures.set(name, error);
      else
        for (const failed of await Promise.all(names.map((name) => carry([name]))))
          for (const [name, reason] of failed) failures.set(name, reason);
    }
    return failures;
  }
  // Most runs delete nothing, and need none of it.
  let loader: Promise<DataLoader<string, void>> | undefined;
  const open = async (): Promise<DataLoader<string, void>> => {
    const { default: Loader } = await import('dataloader');
    const deleteAll = async (names: readonly string[]) => {
      const failures = await carry(names);
      return names.map((name) => failures.get(name));
    };
    // Deletions that become ready in the same turn belong together.
    return new Loader(deleteAll, {
      cache: false,
      maxBatchSize: MOST_DELETED,
      batchScheduleFn: (batch) => void setImmediate(batch),
    });
  };
  return async ({ name }) => {
    loader ??= open();
    await (await loader).load(name);
  };
}

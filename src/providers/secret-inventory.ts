import {
  ListSecretsCommand,
  type SecretListEntry,
  type SecretsManagerClient,
  type SecretValueEntry,
} from '@aws-sdk/client-secrets-manager';
import type { Unconfigured } from '../model/inventory.ts';
import { ADOPTED, CREATED, OWNER_TAG } from '../model/ownership.ts';
import type { Specs } from '../model/spec.ts';
import { type ProviderContext, type Sender, sender } from './context.ts';
import type { Inventory } from './provider.ts';
import { versionOf } from './secret-versions.ts';
import { ownerOf, pairs, tagFields } from './tags.ts';

/**
 * Lists secrets, a hundred by one call.
 * @param names all below one path
 * @returns the listed secrets, by name; empty if the role may not list
 * @see https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_ListSecrets.html
 */
export async function listSecrets(
  client: SecretsManagerClient,
  context: ProviderContext,
  names: readonly string[],
): Promise<Map<string, SecretListEntry>> {
  const send = sender(context, 'secretsmanager');
  const requested = new Set(names);
  const [first = ''] = names;
  const path = first.slice(0, first.lastIndexOf('/') + 1);
  const found = new Map<string, SecretListEntry>();
  let NextToken: string | undefined;
  try {
    do {
      const page = await send('ListSecrets', `what exists below ${path}`, 'secretsmanager:read', () =>
        client.send(
          new ListSecretsCommand({
            Filters: [{ Key: 'name', Values: [path] }],
            IncludePlannedDeletion: true,
            MaxResults: 100,
            NextToken,
          }),
        ),
      );
      for (const entry of page.SecretList ?? [])
        if (entry.Name !== undefined && requested.has(entry.Name)) found.set(entry.Name, entry);
      NextToken = page.NextToken;
    } while (NextToken !== undefined);
  } catch {
    // Each secret is then read by name, and reports its own missing permission.
    return new Map();
  }
  return found;
}

/**
 * A listing may lack changes of the last five minutes. An entry is trusted if it agrees with the value just read and
 * the configured tags; otherwise the secret is described. Its key, rotation and owner are trusted unless something
 * must be written.
 */
export function isCurrent(
  entry: SecretListEntry | undefined,
  value: SecretValueEntry | undefined,
  configured: ReadonlyMap<string, string>,
): boolean {
  if (entry === undefined || value?.VersionId === undefined || entry.DeletedDate !== undefined) return false;
  const tags = new Map(pairs(entry.Tags));
  const owner = tags.get(OWNER_TAG);
  const labels = entry.SecretVersionsToStages?.[value.VersionId] ?? [];
  return (
    labels.includes('AWSCURRENT') &&
    (owner === CREATED || owner === ADOPTED) &&
    [...configured].every(([key, text]) => tags.get(key) === text)
  );
}

type BundleSpec = Specs['AWS::SecretsManager::Secret'];

/**
 * Existing secrets below a path. One listing has names and tags; those scheduled for deletion are
 * not in it. @see https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_ListSecrets.html
 */
export class SecretInventory implements Inventory<BundleSpec> {
  readonly #client: SecretsManagerClient;
  readonly #send: Sender;

  constructor(client: SecretsManagerClient, context: ProviderContext) {
    this.#client = client;
    this.#send = sender(context, 'secretsmanager');
  }

  async #list(path: string, isTagged: boolean): Promise<SecretListEntry[]> {
    const found: SecretListEntry[] = [];
    let NextToken: string | undefined;
    do {
      const page = await this.#send('ListSecrets', `what exists below ${path}`, 'secretsmanager:read', () =>
        this.#client.send(
          new ListSecretsCommand({
            // Both match by prefix, so the results are filtered again.
            Filters: [
              { Key: 'name', Values: [`${path}/`] },
              ...(isTagged ? [{ Key: 'tag-key' as const, Values: [OWNER_TAG] }] : []),
            ],
            MaxResults: 100,
            NextToken,
          }),
        ),
      );
      found.push(...(page.SecretList ?? []));
      NextToken = page.NextToken;
    } while (NextToken !== undefined);
    return found.filter(
      ({ Name, DeletedDate }) => Name?.startsWith(`${path}/`) === true && DeletedDate === undefined,
    );
  }

  async unconfigured(path: string, known: ReadonlySet<string>): Promise<Array<Unconfigured<BundleSpec>>> {
    const isUnconfigured = ({ Name = '' }: SecretListEntry) =>
      !known.has(Name) && !Name.slice(path.length + 1).includes('/');
    return (await this.#list(path, false)).filter(isUnconfigured).map(unconfiguredOf);
  }

  async ours(path: string): Promise<string[]> {
    const ours = (await this.#list(path, true)).filter((entry) => unconfiguredOf(entry).owner !== 'others');
    return ours.flatMap(({ Name }) => Name ?? []);
  }

  /** Nothing is read again: the listing has other owners, and a deletion can be undone. */
  async refetch(): Promise<ReadonlyMap<string, BundleSpec>> {
    return new Map();
  }
}

function unconfiguredOf(entry: SecretListEntry): Unconfigured<BundleSpec> {
  const tags = pairs(entry.Tags);
  const tag = tags.find(([key]) => key === OWNER_TAG)?.[1];
  const spec: BundleSpec = {
    name: entry.Name ?? '',
    fields: { 'key-id': entry.KmsKeyId, ...tagFields(tags) },
    metadata: {
      arn: entry.ARN,
      version: versionOf('AWSCURRENT', entry),
      ownedBy: ownerOf(entry, tags),
      modifiedAt: entry.LastChangedDate?.toISOString(),
    },
  };
  return { spec, owner: tag === CREATED ? 'created' : tag === ADOPTED ? 'adopted' : 'others' };
}

import {
  ListSecretsCommand,
  type SecretListEntry,
  type SecretsManagerClient,
  type SecretValueEntry,
} from '@aws-sdk/client-secrets-manager';
import { ADOPTED, MADE, OWNER_TAG } from '../model/ownership.ts';
import { type ProviderContext, sender } from './context.ts';
import { pairs } from './tags.ts';

/**
 * Lists secrets, a hundred by one call.
 * @param names all below one path
 * @returns what the listing tells, by name; empty where the role may not list
 * @see https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_ListSecrets.html
 */
export async function listSecrets(
  client: SecretsManagerClient,
  context: ProviderContext,
  names: readonly string[],
): Promise<Map<string, SecretListEntry>> {
  const send = sender(context, 'secretsmanager');
  const wanted = new Set(names);
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
        if (entry.Name !== undefined && wanted.has(entry.Name)) found.set(entry.Name, entry);
      NextToken = page.NextToken;
    } while (NextToken !== undefined);
  } catch {
    // Each secret is then asked for, and tells by itself what it may not be asked.
    return new Map();
  }
  return found;
}

/**
 * A listing may lack what changed in the last five minutes, so an entry is believed where it agrees with the value
 * that was just read, and with the tags that are wanted; whatever else it says is asked for again. Its key, rotation and
 * owner are believed as long as nothing is to be written.
 */
export function isCurrent(
  entry: SecretListEntry | undefined,
  value: SecretValueEntry | undefined,
  wanted: ReadonlyMap<string, string>,
): boolean {
  if (entry === undefined || value?.VersionId === undefined || entry.DeletedDate !== undefined) return false;
  const tags = new Map(pairs(entry.Tags));
  const owner = tags.get(OWNER_TAG);
  const labels = entry.SecretVersionsToStages?.[value.VersionId] ?? [];
  return (
    labels.includes('AWSCURRENT') &&
    (owner === MADE || owner === ADOPTED) &&
    [...wanted].every(([key, text]) => tags.get(key) === text)
  );
}

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
 * @returns the listed secrets, by name; empty if the role may not list
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

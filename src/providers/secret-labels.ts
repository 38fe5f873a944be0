import type { DescribeSecretCommandOutput, SecretListEntry } from '@aws-sdk/client-secrets-manager';

/** Everything about a secret beside its value, from a description or a listing. */
export type Description = DescribeSecretCommandOutput | SecretListEntry;

/**
 * @returns id of the version that carries the label. One without any value has none that is current.
 * @see https://docs.aws.amazon.com/secretsmanager/latest/userguide/whats-in-a-secret.html#term_version
 */
export function versionOf(
  label: 'AWSCURRENT' | 'AWSPREVIOUS',
  description: Description | undefined,
): string | undefined {
  return Object.entries(labelsOf(description)).find(([, labels]) => labels.includes(label))?.[0];
}

/** @returns whether the version is among those that carry a label. */
export function isListed(version: string | undefined, description: Description): boolean {
  return version !== undefined && Object.hasOwn(labelsOf(description), version);
}

/** @returns the labels of each version that has one. */
export function labelsOf(description: Description | undefined): Readonly<Record<string, readonly string[]>> {
  if (description === undefined) return {};
  const listed = 'SecretVersionsToStages' in description ? description.SecretVersionsToStages : undefined;
  return ('VersionIdsToStages' in description ? description.VersionIdsToStages : listed) ?? {};
}

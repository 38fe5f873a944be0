import { ABSENT, type Difference, type Fields } from '../model/fields.ts';
import { ADOPTED, CREATED, OWNER_TAG } from '../model/ownership.ts';

/** @returns tags as fields. */
export function tagFields(tags: Iterable<readonly [string, string]>): Record<`tag:${string}`, string> {
  const fields: Record<`tag:${string}`, string> = {};
  for (const [key, value] of tags) fields[`tag:${key}`] = value;
  return fields;
}

/** @returns the tags among the fields. */
export function tagsOf(fields: Fields): Array<[string, string]> {
  return Object.entries(fields).flatMap(
    ([field, value]): Array<[string, string]> =>
      field.startsWith('tag:') && typeof value === 'string' ? [[field.slice('tag:'.length), value]] : [],
  );
}

/** @returns the tags that differences set. */
export function tagsIn(differences: readonly Difference[]): Array<[string, string]> {
  return differences.flatMap(
    ({ field, to }): Array<[string, string]> =>
      field.startsWith('tag:') && typeof to === 'string' ? [[field.slice('tag:'.length), to]] : [],
  );
}

/** @returns keys of the tags that differences remove. */
export function tagsOff(differences: readonly Difference[]): string[] {
  return differences.flatMap(({ field, to }) =>
    field.startsWith('tag:') && to === ABSENT ? [field.slice('tag:'.length)] : [],
  );
}

/** @returns the pairs of an AWS list of tags, whichever way the service spells it. */
export function pairs(
  tags: ReadonlyArray<{ Key?: string | undefined; Value?: string | undefined }> | undefined,
): Array<[string, string]> {
  return (tags ?? []).map(({ Key, Value }) => [Key ?? '', Value ?? '']);
}

/** Tools that write back what their code says at every run. */
const TOOLS =
  /^(terraform|opentofu|terragrunt|pulumi|crossplane|cloudformation|(aws-)?cdk|serverless|ansible)$/i;

/**
 * Another owner, by its tags.
 *
 *     aws:cloudformation:stack-name     the stack; only AWS can set it. With Copilot's tags beside it, Copilot's
 *     managed-by: any other value       the named owner: the tag declares one, and adoption would replace it
 *     ManagedBy, managed_by, …: a tool  that tool
 *     terraform: true (any but false)   Terraform
 *
 * Copilot's own tags alone prove no owner: Copilot asks people to put them on what its tasks shall read.
 */
export function ownerByTags(tags: Iterable<readonly [string, string]>): string | undefined {
  const all = [...tags];
  const tagOf = (key: string) => all.find(([name]) => name === key)?.[1];
  const stack = tagOf('aws:cloudformation:stack-name');
  const copilot = tagOf('copilot-application');
  if (stack !== undefined)
    return `the CloudFormation stack ${stack}${copilot === undefined ? '' : ` of the Copilot application ${copilot}`}`;
  const owner = tagOf(OWNER_TAG);
  // A resource with the ownership tag is adopted already, whatever its other tags.
  if (owner === CREATED || owner === ADOPTED) return undefined;
  if (owner !== undefined) return `${owner} (its tag ${OWNER_TAG})`;
  for (const [key, value] of all) {
    const plain = key.toLowerCase().replace(/[^a-z]/g, '');
    if (plain === 'managedby' && TOOLS.test(value.trim())) return `${value} (its tag ${key})`;
    if (plain === 'terraform' && !/^(false|no|0)$/i.test(value)) return `Terraform (its tag ${key})`;
  }
  return undefined;
}

/** The facts on a secret that descriptions and listings share. */
interface SecretOwners {
  readonly ARN?: string | undefined;
  readonly OwningService?: string | undefined;
  readonly RotationEnabled?: boolean | undefined;
  /** Of a secret that has replicas, and of each replica. */
  readonly PrimaryRegion?: string | undefined;
}

/**
 * @returns another owner of a secret: the primary secret of a replica, a service or a rotation, or the owner in its
 * tags.
 */
export function ownerOf(about: SecretOwners, tags: Iterable<readonly [string, string]>): string | undefined {
  const region = about.ARN?.split(':')[3];
  if (region !== undefined && about.PrimaryRegion !== undefined && about.PrimaryRegion !== region)
    return `its primary secret in ${about.PrimaryRegion}`;
  if (about.OwningService !== undefined && about.OwningService !== '')
    return `the service ${about.OwningService}`;
  return about.RotationEnabled === true ? 'its rotation' : ownerByTags(tags);
}

import type { Difference, Fields } from './resource.ts';

/** @returns tags as fields. */
export function tagFields(tags: Iterable<readonly [string, string]>): Record<string, string> {
  const fields: Record<string, string> = {};
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

/** @returns the pairs of an AWS list of tags, whichever way the service spells it. */
export function pairs(
  tags: ReadonlyArray<{ Key?: string | undefined; Value?: string | undefined }> | undefined,
): Array<[string, string]> {
  return (tags ?? []).map(({ Key, Value }) => [Key ?? '', Value ?? '']);
}

/** CloudFormation writes back what its template says at every deployment. */
export function ownerByTags(tags: Iterable<readonly [string, string]>): string | undefined {
  for (const [key, value] of tags)
    if (key === 'aws:cloudformation:stack-name') return `the CloudFormation stack ${value}`;
  return undefined;
}

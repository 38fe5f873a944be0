import { isTag, parseReference } from './reference.ts';

/**
 * @param name as people or engines write it: `app`, `library/app:v1`, `docker.io/library/app:v1`
 * @returns the one form of all that mean the same image, always with a tag or a digest
 */
export function normalise(name: string): string {
  const short = name.replace(/^(?:index\.)?docker\.io\//, '').replace(/^library\//, '');
  return tagOf(short) === undefined && !short.includes('@') ? `${short}:latest` : short;
}

/** @returns what stands behind the colon of an image's name; a registry's port is none */
export function tagOf(name: string): string | undefined {
  const colon = name.lastIndexOf(':');
  return colon > name.lastIndexOf('/') && !name.includes('@') ? name.slice(colon + 1) : undefined;
}

/** @returns the tag that a selection, a tag alone or a whole name, asks for */
export function selectedTag(select: string): string | undefined {
  return isTag(select) ? select : tagOf(normalise(select));
}

/**
 * @param select a tag alone, which any name may have, or a whole name, which only that image has
 * @param name the image's own: a whole name, or the tag alone
 */
export function isSelected(select: string, name: string): boolean {
  if (isTag(select)) return name === select || tagOf(name) === select;
  return normalise(name) === normalise(select);
}

/** @returns the first tag of an image that is not looked at: one that was given, else that of its name; undefined where it names none */
export function firstTag({
  name,
  tags,
}: {
  readonly name: string;
  readonly tags: readonly string[];
}): string | undefined {
  return tags[0] ?? namedTag(name);
}

function namedTag(image: string): string | undefined {
  try {
    const reference = parseReference(image);
    if (reference.transport === 'docker') return reference.tag;
    return reference.select === undefined ? undefined : selectedTag(reference.select);
  } catch {
    return undefined;
  }
}

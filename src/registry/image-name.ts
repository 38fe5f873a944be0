import { quote } from './errors.ts';
import { isTag, parseReference } from './reference.ts';

/**
 * @param name as people or engines write it: `app`, `library/app:v1`, `docker.io/library/app:v1`
 * @returns the one form of all that mean the same image, always with a tag or a digest
 */
function normalise(name: string): string {
  const short = name.replace(/^(?:index\.)?docker\.io\//, '').replace(/^library\//, '');
  return tagOf(short) === undefined && !short.includes('@') ? `${short}:latest` : short;
}

/** @returns the path of a source: `DIR` of `oci:DIR` */
export function pathOf(source: string): string {
  return source.replace(/^[a-z-]*:/, '');
}

/** @returns the text after the last colon of an image's name; a registry's port does not count */
export function tagOf(name: string): string | undefined {
  const colon = name.lastIndexOf(':');
  return colon > name.lastIndexOf('/') && !name.includes('@') ? name.slice(colon + 1) : undefined;
}

/**
 * @param select a tag alone, which any name may have, or a whole name, which only that image has
 * @param name the image's own: a whole name, or the tag alone
 */
export function isSelected(select: string, name: string): boolean {
  if (name === select || writtenTag(name) === select) return true;
  return !isTag(select) && normalise(name) === normalise(select);
}

/** A tag that is read from an image, and what to say of it where the name is none itself. */
export interface OwnTag {
  readonly tag: string | undefined;
  readonly tagNotice: string | undefined;
}

/**
 * Reads the tag in the names that an image has. An illegal tag (`feature/x`, `0.1.0+build`) becomes a legal one as
 * docker/metadata-action makes it.
 * @param names in the order in which they are looked at: whole names, or a layout's reference, which may be a tag alone
 */
export function ownTagOf(names: readonly string[]): OwnTag {
  const written = names.flatMap((name) => {
    const tag = writtenTag(name);
    return tag === undefined ? [] : [tag];
  });
  const legal = written.find(isTag);
  if (legal !== undefined) return { tag: legal, tagNotice: undefined };
  const [first] = written;
  if (first === undefined) return { tag: undefined, tagNotice: undefined };
  const tag = sanitise(first);
  const what = quote(first, 140);
  return tag === ''
    ? {
        tag: undefined,
        tagNotice: `The image's name "${what}" holds no sign that a tag may have. The image gets the tag latest; set image-tags for another.`,
      }
    : {
        tag,
        tagNotice: `"${what}" is not a legal tag. The image gets the tag ${tag}; set image-tags for another.`,
      };
}

/** @returns the part of a name that is meant as the tag; undefined where it has none */
function writtenTag(name: string): string | undefined {
  if (isTag(name)) return name;
  if (/@[a-z0-9]+:[0-9a-f]+$/.test(name)) return undefined;
  // A port is followed by a path, as the name of a branch is by the rest of it.
  const behind = /^[^:]+(?::[0-9]+(?=\/)[^:]*)?:(?![0-9]+\/)(.+)$/.exec(name)?.[1];
  if (behind !== undefined) return behind;
  const [host = '', ...path] = name.split('/');
  // `v1.2/fix` is a branch: no host ends in a digit but an address, which has four numbers.
  const isHost = /:\d+$|\.[a-z]{2,}$|^\d+(?:\.\d+){3}$|^localhost$/i.test(host);
  const isWhole = path.length > 0 && isHost;
  return isWhole ? undefined : name;
}

/** As docker/metadata-action does it; a tag neither begins with "." or "-" nor has more than 128 signs. */
function sanitise(text: string): string {
  return text
    .replace(/[^A-Za-z0-9._-]+/g, '-')
    .replace(/^[.-]+/, '')
    .slice(0, 128);
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
    return reference.select === undefined ? undefined : ownTagOf([reference.select]).tag;
  } catch {
    return undefined;
  }
}

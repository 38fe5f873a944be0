import { quote } from './errors.ts';
import { isTag, parseReference } from './reference.ts';

/**
 * @param name any form of a name: `app`, `library/app:v1`, `docker.io/library/app:v1`
 * @returns the normal form, which is equal for all names of one image, with a tag or a digest
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
 * @param select a tag, which selects any name with it, or a whole name
 * @param name a name of the image: a whole name, or only the tag
 */
export function isSelected(select: string, name: string): boolean {
  if (name === select || writtenTag(name) === select) return true;
  return !isTag(select) && normalise(name) === normalise(select);
}

/** The tag of an image, and a notice if the image's name had no legal tag. */
export interface OwnTag {
  readonly tag: string | undefined;
  readonly tagNotice: string | undefined;
}

/**
 * Reads the tag from the names of an image. An illegal tag (`feature/x`, `0.1.0+build`) is sanitized like in
 * docker/metadata-action.
 * @param names in order of preference: whole names, or the reference name of a layout, which may be only a tag
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

/** @returns the part of a name that its author meant as the tag; undefined if there is none */
function writtenTag(name: string): string | undefined {
  if (isTag(name)) return name;
  if (/@[a-z0-9]+:[0-9a-f]+$/.test(name)) return undefined;
  // Digits after the colon are a port if a path follows, else the start of a tag.
  const afterColon = /^[^:]+(?::[0-9]+(?=\/)[^:]*)?:(?![0-9]+\/)(.+)$/.exec(name)?.[1];
  if (afterColon !== undefined) return afterColon;
  const [host = '', ...path] = name.split('/');
  // `v1.2/fix` is a branch: only an address of four numbers is a host that ends in a digit.
  const isHost = /:\d+$|\.[a-z]{2,}$|^\d+(?:\.\d+){3}$|^localhost$/i.test(host);
  const isWhole = path.length > 0 && isHost;
  return isWhole ? undefined : name;
}

/** Like docker/metadata-action. A tag does not begin with "." or "-" and has at most 128 characters. */
function sanitise(text: string): string {
  return text
    .replace(/[^A-Za-z0-9._-]+/g, '-')
    .replace(/^[.-]+/, '')
    .slice(0, 128);
}

/**
 * @returns the first tag of an image that is not opened: the configured one, else that of its name; undefined if there
 * is none
 */
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

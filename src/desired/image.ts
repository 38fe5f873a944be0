import { imageFields } from '../model/spec.ts';
import type { DesiredResourceOf } from './desired-resource.ts';

/** @returns the tags that the image shall have: those given, else its own, else `latest`. */
export function desiredTags(
  image: { readonly tag: string | undefined },
  given: readonly string[],
): readonly string[] {
  return given.length > 0 ? given : [image.tag ?? 'latest'];
}

/** @returns notices on the image: on its own tag only if that is used */
export function imageNotices(
  image: { readonly notices: readonly string[]; readonly tagNotice?: string | undefined },
  given: readonly string[],
): readonly string[] {
  const { notices, tagNotice } = image;
  return tagNotice === undefined || given.length > 0 ? notices : [...notices, tagNotice];
}

/** @param digest the digest that the image is compared by */
export function desiredImage(
  repository: string,
  tags: readonly string[],
  digest: string,
): DesiredResourceOf<'Image'> {
  return {
    kind: 'Image',
    spec: {
      name: repository,
      fields: imageFields(tags.map((tag) => [tag, digest])),
      metadata: {},
    },
    defaults: new Set(),
    once: new Set(),
    closed: new Set(),
    unknown: new Set(),
    expected: true,
  };
}

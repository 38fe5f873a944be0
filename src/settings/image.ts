import type { Layers } from './layers.ts';
import { imageTagFault } from './limits.ts';
import { each, quoted, readList, Unclear } from './texts.ts';

/** The built image, as it was asked for. */
export interface ImageSettings {
  /** By skopeo's transport names. */
  readonly name: string;
  /** Empty: the image's own tag, else `latest`. */
  readonly tags: readonly string[];
}

export function readImage(layers: Layers): ImageSettings | undefined {
  const name = layers.read('image', '', (value) => String(value).trim());
  const tags = layers.read('image-tags', [], (value) =>
    each(readList(value), (tag) => {
      const wrong = imageTagFault(tag);
      if (wrong !== undefined) throw new Unclear(`${quoted(tag)}: ${wrong}`);
      return tag;
    }),
  );
  if (name === '') return undefined;
  if (layers.get('repository')?.value === 'none')
    layers.fault('image', 'there is no repository to push it to (repository: none)');
  return { name, tags: [...new Set(tags)] };
}

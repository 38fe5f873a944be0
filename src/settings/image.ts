import { imageTagFault } from './limits.ts';
import { each, ParseError, quoted, readList } from './parse.ts';
import type { SettingSources } from './setting-sources.ts';

/** The built image, as it was asked for. */
export interface ImageSettings {
  /** By skopeo's transport names. */
  readonly name: string;
  /** Empty: the image's own tag, else `latest`. */
  readonly tags: readonly string[];
}

export function readImage(sources: SettingSources): ImageSettings | undefined {
  const name = sources.read('image', '', (value) => String(value).trim());
  const tags = sources.read('image-tags', [], (value) => {
    const items = readList(value);
    return each([...items.entries()], ([index, tag]) => {
      const wrong = wrongTag(tag);
      if (wrong === undefined) return tag;
      const which = items.length === 1 ? '' : `entry ${index + 1} of ${items.length}, `;
      throw new ParseError(`${which}${quoted(tag)}: ${wrong}`);
    });
  });
  if (name === '') return undefined;
  if (sources.get('repository')?.value === 'none')
    sources.fault('image', 'there is no repository to push it to (repository: none)');
  return { name, tags: [...new Set(tags)] };
}

function wrongTag(tag: string): string | undefined {
  const wrong = imageTagFault(tag);
  return wrong === undefined ? undefined : `${wrong}; ${remedyFor(tag)}`;
}

function remedyFor(tag: string): string {
  if (/(?:^|@)sha256:[0-9a-f]*$/.test(tag))
    return 'this is a digest; name a tag (the output image-digest holds the digest)';
  const [host = ''] = tag.split('/');
  const isWhole = /[^:]:[^:/]+$/.test(tag) || (tag.includes('/') && /[.:]/.test(host));
  if (isWhole)
    return 'this is a whole reference, and a tag alone is expected: write what follows its last colon (docker/metadata-action gives tags alone where its input images is empty)';
  return 'write "-" for any other sign, as docker/metadata-action does';
}

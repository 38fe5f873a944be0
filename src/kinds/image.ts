import { imageTagsOf } from '../model/spec.ts';
import type { Descriptor } from './descriptor.ts';

export const IMAGE: Descriptor<'Image'> = {
  noun: 'image',
  isTagged: false,
  fields: {},
  // Its storage is paid for with the repository.
  cost: undefined,
  aspects({ fields, metadata: { pushed } }) {
    const tags = imageTagsOf(fields);
    if (pushed === undefined) return tags;
    const { uploaded, sent, seconds, reused } = pushed;
    return [
      ...tags,
      `${uploaded} blobs sent (${(sent / 1e6).toFixed(1)} MB in ${seconds.toFixed(1)} s), ${reused} reused`,
    ];
  },
  consolePath: undefined,
  exposure: undefined,
  deletion: undefined,
};

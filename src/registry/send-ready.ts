import pLimit from 'p-limit';
import type { Digest } from './digest.ts';
import { ImageError } from './errors.ts';
import { knownBlobs } from './known-layers.ts';
import { UPLOADS } from './limits.ts';
import type { Manifest } from './manifest.ts';
import type { Run } from './run.ts';
import { counted, sendContents } from './send.ts';
import type { Content, ReadySource } from './source.ts';

/** Sends the blobs that the repository lacks, as they are. @returns the manifests that name them */
export async function sendReady(run: Run, source: ReadySource): Promise<readonly Manifest[]> {
  const { registry, meter } = run;
  const known = knownBlobs(run.known);
  const done = new Set<Digest>();
  const uploads = pLimit(UPLOADS);
  const send = async (content: Content): Promise<void> => {
    const { digest, size, restartable } = content;
    if (digest === undefined)
      throw new ImageError('LAYOUT', `image: ${source.name} gave a blob without a digest`);
    const isThere = known.has(digest) || (await registry.hasBlob(digest));
    if (!isThere) {
      const open = counted(content, meter);
      await uploads(() =>
        registry.upload({ open, restartable, digest, size, onSent: (bytes) => meter.addSent(bytes) }),
      );
    }
    done.add(digest);
    meter.layers += 1;
    if (isThere) run.reused += 1;
    else run.uploaded += 1;
  };
  await sendContents(run, source, (digest) => !done.has(digest), send);
  return source.manifests();
}

import { type Digest, digestOf } from './digest.ts';
import type { Engine, Inspected } from './engine.ts';
import { exported, kindOf, streamed } from './engine-export.ts';
import { ImageError } from './errors.ts';
import { identifyLayer } from './legacy-export.ts';
import { CONFIG_BYTES } from './limits.ts';
import type { ClassicSource, Content } from './source.ts';

/** An image of a classic store, whose id is its configuration's digest and whose layers come uncompressed. */
export function openClassicStore(
  engine: Engine,
  inspected: Inspected,
  name: string,
  tag: string | undefined,
): ClassicSource {
  const { id, diffIds, platform } = inspected;
  let config: Buffer | undefined;

  async function* contents(wanted: (diffId: Digest) => boolean): AsyncGenerator<Content> {
    const open = new Set(diffIds.filter(wanted));
    const identified = new Map<string, Digest>();
    for await (const { tape, entry } of exported(engine, id, name)) {
      if (entry.type !== 'file') continue;
      const [kind, hex] = kindOf(entry.path);
      const digest: Digest = `sha256:${hex}`;
      if ((kind === 'config' || kind === 'blob') && digest === id && entry.size <= CONFIG_BYTES) {
        config = await tape.read(entry.size);
      } else if (kind === 'json' && entry.size <= CONFIG_BYTES) {
        const diffId = identifyLayer(hex, await tape.read(entry.size), diffIds);
        if (diffId !== undefined) identified.set(hex, diffId);
      } else if (kind === 'layer' || (kind === 'blob' && diffIds.includes(digest))) {
        const diffId = kind === 'blob' ? digest : identified.get(hex);
        if (diffId !== undefined && !open.delete(diffId)) continue;
        const { content, given } = streamed(diffId, entry.size, tape);
        yield content;
        await given;
      }
      if (config !== undefined && open.size === 0) return;
    }
  }

  return {
    form: 'classic',
    name: `docker:${name}`,
    tag,
    diffIds,
    identity: { by: 'config', digest: id },
    platforms: platform === undefined ? [] : [platform],
    notices: [],
    sizeOf: () => undefined,
    contents,
    async configuration() {
      // A layer that nobody can name is given all the same: the export goes on when it is given up.
      if (config === undefined) for await (const { release } of contents(() => false)) release();
      if (config === undefined || digestOf(config) !== id) {
        throw new ImageError(
          'ENGINE',
          `the engine's export of ${name} lacks the configuration ${id}; build the image again`,
        );
      }
      return config;
    },
    close: async () => {},
  };
}

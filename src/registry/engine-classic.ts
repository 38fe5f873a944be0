import { type Digest, digestOf } from './digest.ts';
import type { Engine, Inspected } from './engine.ts';
import { exported, kindOf, streamed } from './engine-export.ts';
import { ImageError } from './errors.ts';
import { identifyLayer } from './legacy-export.ts';
import { CONFIG_BYTES } from './limits.ts';
import { parseConfig } from './manifest.ts';
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
        config = checked(await tape.read(entry.size), diffIds, name);
      } else if (kind === 'json' && entry.size <= CONFIG_BYTES) {
        const diffId = identifyLayer(hex, await tape.read(entry.size), diffIds);
        if (diffId !== undefined) identified.set(hex, diffId);
      } else if (kind === 'layer' || ((kind === 'blob' || kind === 'diff') && diffIds.includes(digest))) {
        const diffId = kind === 'layer' ? identified.get(hex) : digest;
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
    identity: { by: 'configuration', digest: id },
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

/**
 * A containerd store that does not say what it is (Docker 25 to 27) has a manifest or an index under the id, which
 * must not be pushed as a configuration.
 */
function checked(config: Buffer, diffIds: readonly Digest[], name: string): Buffer {
  const told = parseConfig(config, `the configuration in the engine's export of ${name}`).diffIds;
  if (told.length === diffIds.length && told.every((diffId, i) => diffId === diffIds[i])) return config;
  throw new ImageError(
    'ENGINE',
    `image: the engine has no configuration of ${name} that names its layers; its containerd store is older than Docker 28: update the engine, or docker save the image and give docker-archive:FILE`,
  );
}

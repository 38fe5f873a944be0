import { refuseNoLayers } from './empty.ts';
import type { Engine } from './engine.ts';
import { openClassicStore } from './engine-classic.ts';
import { openContainerdStore } from './engine-containerd.ts';
import type { ImageSource } from './source.ts';

/**
 * Opens an image of the local engine. Nothing is exported yet: the engine's answer to an inspection tells what the
 * tag is compared by, and which layers there are.
 * @param name as the engine knows it
 * @param tag the image's own
 * @param signal by which the question is given up
 */
export async function openEngineImage(
  engine: Engine,
  name: string,
  tag: string | undefined,
  signal?: AbortSignal,
): Promise<ImageSource> {
  const inspected = await engine.inspect(name, signal);
  if (inspected.hasLayers || inspected.target === undefined)
    refuseNoLayers(inspected.diffIds, `docker:${name}`);
  return inspected.target === undefined
    ? openClassicStore(engine, inspected, name, tag)
    : openContainerdStore(engine, inspected, inspected.target, name, tag);
}

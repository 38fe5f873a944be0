import { realpath } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { sep } from 'node:path';
import { openDockerArchive } from './docker-archive.ts';
import { Engine, type EngineEnvironment, engineAddress } from './engine.ts';
import { openEngineImage } from './engine-image.ts';
import { ImageError } from './errors.ts';
import { openLayout } from './oci-layout.ts';
import { type ImageReference, parseReference } from './reference.ts';
import type { ImageSource } from './source.ts';
import { type FileStore, openArchive, openDirectory } from './store.ts';

/** Circumstances of opening an image, beside its name. */
export interface OpenOptions {
  readonly environment: EngineEnvironment;
  /** As `process.platform` has it. */
  readonly platform: string;
  /** Directories that files must lie in (the workspace, the runner's temporary directory); empty: anywhere. */
  readonly roots: readonly string[];
  /** The folder that a gzipped archive is unpacked into; without it, the system's. */
  readonly temp?: string | undefined;
  /** The end of the run: what is not open by then is given up. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Opens the image of the input `image` and finds it whole, before anything is sent.
 * @param image as the user wrote it
 * @returns a source that must be closed
 * @throws ImageError with the remedy: no such image, no engine, damaged, foreign or too large layers; the signal's reason
 *   where that comes first
 */
export async function openImage(image: string, options: OpenOptions): Promise<ImageSource> {
  const { signal } = options;
  if (signal === undefined) return openReference(image, options);
  signal.throwIfAborted();
  const opening = openReference(image, options);
  let giveUp = () => {};
  const ended = new Promise<never>((_resolve, reject) => {
    giveUp = () => reject(signal.reason);
    signal.addEventListener('abort', giveUp, { once: true });
  });
  try {
    return await Promise.race([opening, ended]);
  } catch (error) {
    // A disk that does not answer cannot be made to: whatever it gives after that is let go.
    opening.then((source) => source.close()).catch(() => undefined);
    throw signal.aborted ? signal.reason : error;
  } finally {
    signal.removeEventListener('abort', giveUp);
  }
}

async function openReference(image: string, options: OpenOptions): Promise<ImageSource> {
  const reference = parseReference(image);
  if (reference.transport === 'docker') {
    const engine = await Engine.at(engineAddress(options.environment, options.platform));
    return openEngineImage(engine, reference.name, reference.tag, options.signal);
  }
  const { transport, path, select } = reference;
  await refuseOutside(reference, options.roots);
  const name = `${transport}:${path}`;
  try {
    const { temp = tmpdir(), signal } = options;
    const store =
      transport === 'oci' ? await openDirectory(path, name) : await openArchive(path, name, temp, signal);
    return await closingOnFailure(store, () =>
      transport === 'docker-archive' ? openDockerArchive(store, select) : openLayout(store, select),
    );
  } catch (error) {
    throw withRemedy(error);
  }
}

/** Readers that engines and registries share do not know who wrote a file, so the remedy is added here. */
function withRemedy(error: unknown): unknown {
  if (!(error instanceof ImageError) || error.message.includes('; ')) return error;
  return new ImageError(error.fault, `${error.message}; write the image again`, { cause: error });
}

async function closingOnFailure(store: FileStore, open: () => Promise<ImageSource>): Promise<ImageSource> {
  try {
    return await open();
  } catch (error) {
    await store.close();
    throw error;
  }
}

/** A path that a pull request's code chose must not read the machine's other files. */
async function refuseOutside(reference: ImageReference, roots: readonly string[]): Promise<void> {
  if (reference.transport === 'docker' || roots.length === 0) return;
  const { transport, path } = reference;
  // A missing file is reported when it is opened.
  const found = await realpath(path).catch(() => undefined);
  if (found === undefined) return;
  const allowed = await Promise.all(roots.map((root) => realpath(root).catch(() => root)));
  if (allowed.some((root) => found === root || found.startsWith(root + sep))) return;
  throw new ImageError(
    'UNSAFE_PATH',
    `image: ${transport}:${path} lies outside the workspace and the runner's temporary directory; write the image into one of them`,
  );
}

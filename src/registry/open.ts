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

/** Options for opening an image. */
export interface OpenOptions {
  readonly environment: EngineEnvironment;
  /** Value of `process.platform`. */
  readonly platform: string;
  /**
   * Directories that may contain the image's files (the workspace, the runner's temporary directory); empty allows all.
   */
  readonly roots: readonly string[];
  /** Folder for decompressed archives; the system's temporary folder by default. */
  readonly temp?: string | undefined;
  /** Cancellation of the run, which ends the opening. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Opens and verifies the image of the input `image`, before anything is sent.
 * @param image value of the input
 * @returns a source, to be closed by the caller
 * @throws ImageError with the remedy: no such image, no engine, damaged, foreign or too large layers; the reason of the
 *   signal if it aborts first
 */
export async function openImage(image: string, options: OpenOptions): Promise<ImageSource> {
  const { signal } = options;
  if (signal === undefined) return openReference(image, options);
  signal.throwIfAborted();
  const opening = openReference(image, options);
  let onAbort = () => {};
  const aborted = new Promise<never>((_resolve, reject) => {
    onAbort = () => reject(signal.reason);
    signal.addEventListener('abort', onAbort, { once: true });
  });
  try {
    return await Promise.race([opening, aborted]);
  } catch (error) {
    // A pending read of a hanging disk cannot be cancelled: a source that still opens is closed.
    opening.then((source) => source.close()).catch(() => undefined);
    throw signal.aborted ? signal.reason : error;
  } finally {
    signal.removeEventListener('abort', onAbort);
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

/** The remedy is added here: the shared readers do not know whether a file, an engine or a registry is read. */
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

/** The code of a pull request may choose the path, which must not give access to other files of the machine. */
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

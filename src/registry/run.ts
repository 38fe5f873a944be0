import type { Distribution } from './distribution.ts';
import type { Subject } from './explain.ts';
import type { Manifest } from './manifest.ts';
import type { Meter, Progress } from './progress.ts';
import type { ImageSource } from './source.ts';

/** One image on its way to one repository. */
export interface Push {
  readonly source: ImageSource;
  readonly registry: Distribution;
  readonly tags: readonly string[];
  /** Images that stand in the repository, the likeliest relatives first: what they hold is not sent again. */
  readonly known: readonly Manifest[];
  readonly onProgress?: ((progress: Progress) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** A push that is under way. */
export interface Run extends Push {
  readonly signal: AbortSignal;
  /** Ends the other uploads when one has failed for good. */
  readonly stop: AbortController;
  readonly meter: Meter;
  uploaded: number;
  reused: number;
}

/** @returns what a failure is told about */
export async function subject(registry: Distribution, what: string): Promise<Subject> {
  return { address: await registry.address(), repository: registry.repository, what };
}

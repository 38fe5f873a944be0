import type { Digest } from './digest.ts';
import type { Identity } from './equality.ts';
import type { Manifest } from './manifest.ts';

/**
 * Bytes in order. A chunk stays valid only until the next one is asked for: its memory is read into again.
 */
export type Bytes = AsyncIterable<Buffer>;

/** One blob or layer, as the source gives it. */
export interface BlobContent {
  /**
   * Of a compressed source the blob's digest, of an uncompressed one the diff id. Undefined where only reading it shows it
   * (a legacy export whose directories cannot be matched).
   */
  readonly digest: Digest | undefined;
  /** Bytes, where known beforehand. */
  readonly size: number | undefined;
  /** Whether `open` may be called again, and beside others; content of a stream comes by once, in its turn. */
  readonly restartable: boolean;
  open(): Bytes;
  /** Tells a sequential source that this will not be read (any more), so that it goes on; else it does nothing. */
  release(): void;
}

interface Source {
  /** As the user wrote it, for messages. */
  readonly name: string;
  /** By what the image behind a tag is compared with this one. */
  readonly identity: Identity;
  /** The image's own tag. */
  readonly tag: string | undefined;
  /** The notice where the image's own tag cannot be used as it is written; undefined where it can. */
  readonly tagNotice?: string | undefined;
  /** `linux/amd64`, …; none where they are unknown. */
  readonly platforms: readonly string[];
  /** Notices for the user, in whole sentences. */
  readonly notices: readonly string[];
  close(): Promise<void>;
}

/** BlobContent that is pushed as it is: its blobs carry the digests that its manifests name. */
export interface CompressedSource extends Source {
  readonly form: 'compressed';
  /** How many blobs there are and their bytes, where known before they come. */
  readonly expected: { readonly blobs: number; readonly bytes: number } | undefined;
  /**
   * Gives each blob once, in the order that suits the source, and skips those that are not selected.
   * A sequential source goes on only when the content it gave was read or is given up.
   */
  contents(wanted: (digest: Digest) => boolean): AsyncIterable<BlobContent>;
  /**
   * Children before the index that lists them, the root last. A source that streams knows them only after
   * `contents` has ended.
   */
  manifests(): Promise<readonly Manifest[]>;
}

/** Uncompressed layers and a configuration, of which the push makes a manifest. */
export interface UncompressedSource extends Source {
  readonly form: 'uncompressed';
  /** From the base up; the same layer may occur more than once. */
  readonly diffIds: readonly Digest[];
  /** Bytes of a layer as the source holds it, where known before it comes. */
  sizeOf(diffId: Digest): number | undefined;
  /** As with a compressed source, by diff ids. A layer may come gzipped, which only its first bytes show. */
  contents(wanted: (diffId: Digest) => boolean): AsyncIterable<BlobContent>;
  /** The configuration's very bytes; after `contents` they cost a streaming source nothing. */
  configuration(): Promise<Buffer>;
}

/** An image that was opened and found whole. */
export type ImageSource = CompressedSource | UncompressedSource;

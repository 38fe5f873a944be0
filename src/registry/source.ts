import type { Digest } from './digest.ts';
import type { Identity } from './equality.ts';
import type { Manifest } from './manifest.ts';

/** A stream of bytes. A chunk is valid only until the next one is requested: its buffer is reused. */
export type Bytes = AsyncIterable<Buffer>;

/** A blob or layer of a source. */
export interface BlobContent {
  /**
   * Digest of the blob in a compressed source, diff ID in an uncompressed one. Undefined if only the content shows it
   * (a legacy export whose directories match no layer).
   */
  readonly digest: Digest | undefined;
  /** In bytes, if known beforehand. */
  readonly size: number | undefined;
  /**
   * Whether `open` may be called again, and in parallel with other contents. A sequential stream can be read only once,
   * in order.
   */
  readonly restartable: boolean;
  open(): Bytes;
  /** Lets a sequential source continue without reading the rest of this; no effect on other sources. */
  release(): void;
}

interface Source {
  /** Value of the input, for messages. */
  readonly name: string;
  /** The digest by which this image is compared with the image of a tag. */
  readonly identity: Identity;
  /** The image's own tag. */
  readonly tag: string | undefined;
  /** Notice if the image's own tag is not legal; undefined otherwise. */
  readonly tagNotice?: string | undefined;
  /** `linux/amd64`, …; empty if unknown. */
  readonly platforms: readonly string[];
  /** Notices for the user, as sentences. */
  readonly notices: readonly string[];
  close(): Promise<void>;
}

/** A source whose blobs and manifests are pushed unchanged. */
export interface CompressedSource extends Source {
  readonly form: 'compressed';
  /** Number and total size of the blobs, if known beforehand. */
  readonly expected: { readonly blobs: number; readonly bytes: number } | undefined;
  /**
   * Yields each needed blob once, in the order of the source. A sequential source continues only after the yielded
   * content was read or released.
   */
  contents(isNeeded: (digest: Digest) => boolean): AsyncIterable<BlobContent>;
  /**
   * Children first, root last. A sequential source knows them only after `contents` has ended.
   */
  manifests(): Promise<readonly Manifest[]>;
}

/** A source with uncompressed layers and a configuration; the push creates the manifest. */
export interface UncompressedSource extends Source {
  readonly form: 'uncompressed';
  /** Base layer first; the same layer may occur more than once. */
  readonly diffIds: readonly Digest[];
  /** Size of a layer in the source in bytes, if known beforehand. */
  sizeOf(diffId: Digest): number | undefined;
  /** As in a compressed source, by diff ID. A layer may be gzipped, which only its first bytes show. */
  contents(isNeeded: (diffId: Digest) => boolean): AsyncIterable<BlobContent>;
  /**
   * The exact bytes of the configuration. A sequential source has them after `contents`; before, it reads the whole
   * stream.
   */
  configuration(): Promise<Buffer>;
}

/** An opened and verified image. */
export type ImageSource = CompressedSource | UncompressedSource;

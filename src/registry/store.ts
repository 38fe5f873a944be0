import type { Bytes } from './source.ts';

/** Files by relative paths with forward slashes: a directory or an archive. */
export interface Store {
  /** As the user wrote it, for messages. */
  readonly name: string;
  /** @returns the bytes of a regular file, undefined where there is none */
  size(path: string): Promise<number | undefined>;
  /**
   * @param limit bytes from the begin; without it, all
   * @throws ImageError `MISSING_BLOB` where there is no such file
   */
  stream(path: string, limit?: number): Bytes;
  close(): Promise<void>;
}

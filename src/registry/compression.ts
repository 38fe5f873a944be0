/** First bytes of what a file or a layer may be compressed by, and the program that unpacks it. */
const COMPRESSIONS: readonly (readonly [magic: string, name: Compression, command: string])[] = [
  ['1f8b', 'gzip', 'gzip -dc'],
  ['28b52ffd', 'zstd', 'zstd -dc'],
  ['fd377a585a00', 'xz', 'xz -dc'],
  ['425a68', 'bzip2', 'bzip2 -dc'],
  ['04224d18', 'lz4', 'lz4 -dc'],
];

export type Compression = 'gzip' | 'zstd' | 'xz' | 'bzip2' | 'lz4';

/** As many bytes as tell every compression. */
export const MAGIC_BYTES = 6;

/**
 * @param start the first {@link MAGIC_BYTES} or more; fewer where there are no more
 * @returns the compression, and the command that writes the unpacked content to its output; undefined for none
 */
export function compressionOf(start: Buffer): { name: Compression; command: string } | undefined {
  const digits = start.subarray(0, MAGIC_BYTES).toString('hex');
  const found = COMPRESSIONS.find(([magic]) => digits.startsWith(magic));
  return found === undefined ? undefined : { name: found[1], command: found[2] };
}

/** First bytes of compressed files and layers, and the command that decompresses them. */
const COMPRESSIONS: readonly (readonly [magic: string, name: Compression, command: string])[] = [
  ['1f8b', 'gzip', 'gzip -dc'],
  ['28b52ffd', 'zstd', 'zstd -dc'],
  ['fd377a585a00', 'xz', 'xz -dc'],
  ['425a68', 'bzip2', 'bzip2 -dc'],
  ['04224d18', 'lz4', 'lz4 -dc'],
];

export type Compression = 'gzip' | 'zstd' | 'xz' | 'bzip2' | 'lz4';

/** Number of bytes that identify every compression. */
export const MAGIC_BYTES = 6;

/**
 * @param start at least the first {@link MAGIC_BYTES}; fewer if the content is shorter
 * @returns the compression, and the command that decompresses to stdout; undefined for none
 */
export function compressionOf(start: Buffer): { name: Compression; command: string } | undefined {
  const digits = start.subarray(0, MAGIC_BYTES).toString('hex');
  const found = COMPRESSIONS.find(([magic]) => digits.startsWith(magic));
  return found === undefined ? undefined : { name: found[1], command: found[2] };
}

/** First bytes of files that are often mistaken for an archive, and the command that converts each to an image. */
const OTHERS: readonly (readonly [at: number, magic: string, what: string])[] = [
  [0, 'hsqs', 'is a squashfs file system; unpack it (unsquashfs -d DIR FILE), and build an image of it'],
  [
    32,
    'SIF_MAGIC',
    'is a SIF image of Apptainer or Singularity; convert it (skopeo copy sif:FILE oci:DIR), and write oci:DIR',
  ],
  [0, 'PK\x03\x04', 'is a zip file; unpack it (unzip FILE), and write the archive that is in it'],
  [0, '\0asm', 'is a WebAssembly module; build an image of it (FROM scratch, COPY), and write that image'],
  [0, '\x7fELF', 'is a program; build an image of it (FROM scratch, COPY), and write that image'],
  [0, 'QFI\xfb', 'is the disk of a virtual machine; build a container image, and write that image'],
];

/** Number of bytes that identify each of them. */
export const SIGNATURE_BYTES = 41;

/**
 * @param start the first {@link SIGNATURE_BYTES} of the file; fewer if it is shorter
 * @returns the kind of file and the remedy, as the end of a sentence; undefined for a possible tar
 */
export function otherFile(start: Buffer): string | undefined {
  const text = start.toString('latin1');
  return OTHERS.find(([at, magic]) => text.startsWith(magic, at))?.[2];
}

/** The remedy for a tar without an image, as the end of a sentence. */
export const ROOT_FILE_SYSTEM =
  'a root file system, as docker export writes it, becomes an image by docker import FILE NAME:TAG; then write docker:NAME:TAG';

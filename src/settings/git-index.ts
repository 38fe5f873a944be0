/*
 * Git's index, versions 2 to 4: https://git-scm.com/docs/index-format. Only the names of its files are read.
 */

/** Signature, version, number of entries. */
const HEADER_BYTES = 12;
/** What an entry has before its object name: times, device, inode, mode, owner, size. */
const STAT_BYTES = 40;
const FLAGS_BYTES = 2;
const IS_EXTENDED = 0x4000;

/**
 * @param objectBytes the length of an object name: 20 for SHA-1, 32 for SHA-256
 * @returns whether the index has a file of this name; false too if it cannot be read
 */
export function isInIndex(index: Buffer, name: string, objectBytes: number): boolean {
  try {
    const wanted = Buffer.from(name);
    for (const found of namesOf(index, objectBytes)) if (found.equals(wanted)) return true;
  } catch (error) {
    // The index ends within an entry.
    if (!(error instanceof RangeError)) throw error;
  }
  return false;
}

function* namesOf(index: Buffer, objectBytes: number): Generator<Buffer> {
  const version = index.readUInt32BE(4);
  if (index.toString('latin1', 0, 4) !== 'DIRC' || version < 2 || version > 4) return;
  let name: Buffer = Buffer.alloc(0);
  let start = HEADER_BYTES;
  for (let left = index.readUInt32BE(8); left > 0; left -= 1) {
    const flags = start + STAT_BYTES + objectBytes;
    const isExtended = (index.readUInt16BE(flags) & IS_EXTENDED) !== 0;
    let at = flags + FLAGS_BYTES * (isExtended ? 2 : 1);
    let kept: Buffer = Buffer.alloc(0);
    if (version === 4) {
      const removed = readOffset(index, at);
      kept = name.subarray(0, Math.max(0, name.length - removed.value));
      at = removed.end;
    }
    const end = index.indexOf(0, at);
    if (end < 0) return;
    name = Buffer.concat([kept, index.subarray(at, end)]);
    yield name;
    // Until version 3, one to eight NUL bytes make an entry a multiple of eight bytes long.
    start = version === 4 ? end + 1 : start + ((end - start + 8) & ~7);
  }
}

/** Reads a number as `OFS_DELTA` of a pack file has it. */
function readOffset(index: Buffer, start: number): { value: number; end: number } {
  let end = start;
  let byte = index.readUInt8(end++);
  let value = byte & 0x7f;
  while ((byte & 0x80) !== 0) {
    byte = index.readUInt8(end++);
    value = (value + 1) * 0x80 + (byte & 0x7f);
  }
  return { value, end };
}

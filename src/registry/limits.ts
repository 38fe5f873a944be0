const MIB = 1024 * 1024;

/** Largest layer that ECR accepts (its quotas page: 52,000 MiB). */
export const LAYER_BYTES = 52_000 * MIB;
/** Largest manifest that ECR's PutImage and the reference registry (`distribution`) accept. */
export const MANIFEST_BYTES = 4 * MIB;
/** Largest configuration that is read. Real ones are JSON of a few KiB; the limit protects the memory. */
export const CONFIG_BYTES = 4 * MIB;
/** Size of one read from disk and one write to a socket: 335 MB took half as long as with Node's 64 KiB. */
export const CHUNK_BYTES = MIB;
/** Limit for concurrent uploads. With more, ECR closed connections; 4 keep two cores busy. */
export const CONCURRENT_UPLOADS = 4;
/** Limit for layers compressed at once: they share the cores, and each uses some MiB. */
export const CONCURRENT_COMPRESSIONS = 3;
/** Limit for concurrent requests without a body. */
export const CONCURRENT_REQUESTS = 8;

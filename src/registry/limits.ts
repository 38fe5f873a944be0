const MIB = 1024 * 1024;

/** ECR takes no larger layer (its quotas page: 52,000 MiB). */
export const LAYER_BYTES = 52_000 * MIB;
/** ECR's PutImage and the distribution's registry take no larger manifest. */
export const MANIFEST_BYTES = 4 * MIB;
/** A configuration is JSON of a few KiB; what is larger is no configuration, and would fill the memory. */
export const CONFIG_BYTES = 4 * MIB;
/** One read from a disk, one write to a socket: 335 MB took half as long with it as with Node's 64 KiB. */
export const CHUNK_BYTES = MIB;
/** Uploads at once: ECR answered more with closed connections, and 4 fill two cores. */
export const UPLOADS = 4;
/** Layers that are packed at once: they share the cores, and each holds some MiB. */
export const PACKINGS = 3;
/** Questions that carry no body may go out in larger numbers. */
export const QUESTIONS = 8;

import type { Metafile } from 'esbuild';

export function licensesOf(root: string, metafile: Pick<Metafile, 'outputs'>): Promise<string>;

import { ensureMoto } from './moto.ts';
import { ensureNode24 } from './node24.ts';

/** vitest's globalSetup: what tests start is installed once, before any of them runs. */
export default async function setup(): Promise<void> {
  await Promise.all([ensureMoto(), ensureNode24()]);
}

import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Settings } from '../settings/settings.ts';

/** A file name may have 255 bytes, and a prefix may be longer. */
const MOST_CHARACTERS = 150;

/**
 * One name for each text, since the steps of a job share the folder: `plan-us-west-2+papyrus+prd~0123456789ab.json`.
 * Every file system takes `+` and `~`. Some ignore case, which the digest does not.
 * @param text free of secret values, as a part of its digest is in the name
 */
export function fileName(
  what: string,
  { region, prefix }: Pick<Settings, 'region' | 'prefix'>,
  text: string,
): string {
  const whole = `${what}-${region}${prefix.replaceAll('/', '+')}`;
  const digest = createHash('sha256').update(`${whole}\n${text}`).digest('hex').slice(0, 12);
  return `${whole.slice(0, MOST_CHARACTERS)}~${digest}.json`;
}

/**
 * Writes a file that only the runner's own user may read.
 * @param folder the runner's temporary folder
 * @returns its path
 */
export function writePrivate(
  folder: string,
  what: string,
  settings: Pick<Settings, 'region' | 'prefix'>,
  text: string,
): string {
  const ours = join(folder, 'aws-bootstrap');
  mkdirSync(ours, { recursive: true, mode: 0o700 });
  const path = join(ours, fileName(what, settings, text));
  writeFileSync(path, text, { mode: 0o600 });
  return path;
}

import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Settings } from '../settings/settings.ts';

/** A file's name has room for 255 bytes, and a prefix may be longer than that. */
const MOST_CHARACTERS = 150;

/**
 * One file for each prefix and region, since the steps of a job share the folder: `plan-us-west-2+papyrus+prd.json`.
 * No segment holds a `+` or a `~`, and every file system takes both. Some do not tell capitals from small letters.
 */
export function fileName(what: string, { region, prefix }: Pick<Settings, 'region' | 'prefix'>): string {
  const whole = `${what}-${region}${prefix.replaceAll('/', '+')}`;
  if (whole.length <= MOST_CHARACTERS && whole === whole.toLowerCase()) return `${whole}.json`;
  const digest = createHash('sha256').update(whole).digest('hex').slice(0, 12);
  return `${whole.slice(0, MOST_CHARACTERS)}~${digest}.json`;
}

/**
 * Writes a file that only the runner's own user may read.
 * @param folder the runner's temporary folder
 * @returns its path
 */
export function writePrivate(folder: string, name: string, text: string): string {
  const ours = join(folder, 'aws-bootstrap');
  mkdirSync(ours, { recursive: true, mode: 0o700 });
  const path = join(ours, name);
  writeFileSync(path, text, { mode: 0o600 });
  return path;
}

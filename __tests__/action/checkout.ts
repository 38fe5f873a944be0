import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';

/** Configuration of the machine and its user is not read. */
const ENVIRONMENT = { PATH: process.env['PATH'], GIT_CONFIG_NOSYSTEM: '1', GIT_CONFIG_GLOBAL: '/dev/null' };

/** Runs git in a folder. */
export const git = (folder: string, ...args: readonly string[]): string =>
  execFileSync('git', args, { cwd: folder, env: ENVIRONMENT, encoding: 'utf8', stdio: 'pipe' });

export interface CheckoutOptions {
  /** Paths that git tracks; by default all files that it does not ignore. */
  readonly tracked?: readonly string[];
  /** `OWNER/NAME` on GitHub. */
  readonly repository?: string;
  readonly objectFormat?: 'sha1' | 'sha256';
}

/** Makes of a folder with files what actions/checkout leaves. */
export function checkOut(
  folder: string,
  { tracked = ['.'], repository = 'papyrus/demo', objectFormat = 'sha1' }: CheckoutOptions = {},
): void {
  mkdirSync(folder, { recursive: true });
  git(folder, 'init', '--quiet', `--object-format=${objectFormat}`);
  git(folder, 'remote', 'add', 'origin', `https://github.com/${repository}`);
  if (tracked.length > 0) git(folder, 'add', '--', ...tracked);
}

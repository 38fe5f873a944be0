import { mkdtempSync, readdirSync, realpathSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const NAME = 'aws-bootstrap-run';
const HOUR = 3_600_000;
const standing = new Set<string>();

/** A folder that is gone at the latest when this process is. */
export function makeFolder(): string {
  if (standing.size === 0) sweep();
  // On macOS and Windows the temp folder is a link or a short name; the runner's paths are real ones.
  const path = mkdtempSync(join(realpathSync.native(tmpdir()), `${NAME}-${process.pid}-`));
  standing.add(path);
  return path;
}

export function removeFolder(path: string): void {
  rmSync(path, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 });
  standing.delete(path);
}

process.once('exit', () => {
  for (const path of standing) {
    try {
      removeFolder(path);
    } catch {
      // The next run sweeps it.
    }
  }
});

/** A test worker that was killed cannot clean up: its folders go when an hour old and its process gone. */
function sweep(): void {
  for (const name of readdirSync(tmpdir())) {
    const pid = new RegExp(`^${NAME}-(\\d+)-`).exec(name)?.[1];
    if (pid === undefined || isAlive(Number(pid))) continue;
    const path = join(tmpdir(), name);
    try {
      if (Date.now() - statSync(path).mtimeMs > HOUR) rmSync(path, { recursive: true, force: true });
    } catch {
      // Somebody else's, or just swept by somebody else.
    }
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (fault) {
    return (fault as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}

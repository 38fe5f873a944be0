import { mkdtempSync, readdirSync, realpathSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const NAME = 'aws-bootstrap-tests';
const HOUR = 3_600_000;

/**
 * Makes one folder the temporary folder of this process and of all that it starts from now on.
 * @returns what takes it away
 */
export function makeTemp(): () => void {
  // On macOS and Windows the temporary folder is a link or a short name; the runner's paths are real ones.
  const outside = realpathSync.native(tmpdir());
  sweep(outside);
  const folder = mkdtempSync(join(outside, `${NAME}-${process.pid}-`));
  for (const name of ['TMPDIR', 'TMP', 'TEMP']) process.env[name] = folder;
  return () => rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 });
}

/** A run that was killed could not clean up: its folder goes when it is an hour old and the process gone. */
function sweep(outside: string): void {
  for (const name of readdirSync(outside)) {
    const pid = new RegExp(`^${NAME}-(\\d+)-`).exec(name)?.[1];
    if (pid === undefined || isAlive(Number(pid))) continue;
    const path = join(outside, name);
    try {
      if (Date.now() - statSync(path).mtimeMs > HOUR) rmSync(path, { recursive: true, force: true });
    } catch {
      // Another user's, or just swept by another process.
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

import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const folders = new Set<string>();

/** A folder that is gone at the latest when this process is. */
export function makeFolder(): string {
  // On macOS and Windows the temporary folder is a link or a short name; the runner's paths are real ones.
  const path = mkdtempSync(join(realpathSync.native(tmpdir()), 'aws-bootstrap-run-'));
  folders.add(path);
  return path;
}

export function removeFolder(path: string): void {
  rmSync(path, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 });
  folders.delete(path);
}

process.once('exit', () => {
  for (const path of folders) {
    try {
      removeFolder(path);
    } catch {
      // Still open somewhere, on Windows; the tests take their whole temporary folder away at the end.
    }
  }
});

/** Programs that are built from their Go modules into `.cache`, at one version. */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const CACHE = fileURLToPath(new URL('../../.cache', import.meta.url));

/**
 * Builds a program. Modules and what was compiled stay in Go's own caches, which outlive a clone: without them ko alone
 * takes minutes.
 * @param path of the main package, `github.com/nektos/act`
 * @param version of its module, `v0.2.89`
 * @returns the path of the program. @throws Error that says what is missing
 */
export async function installGoTool(path: string, version: string): Promise<string> {
  const name = basename(path);
  const bin = join(CACHE, name, version);
  const program = join(bin, name);
  if (existsSync(program)) return program;
  const env = { ...process.env, GOBIN: bin, GOFLAGS: '-mod=mod -modcacherw' };
  try {
    await promisify(execFile)('go', ['install', `${path}@${version}`], {
      env,
      maxBuffer: 64 * 1024 * 1024,
    });
  } catch (error) {
    const isMissing = error instanceof Error && 'code' in error && error.code === 'ENOENT';
    throw new Error(
      isMissing
        ? `go is missing, which builds ${name}; install it (Debian and Ubuntu: apt-get install golang-go)`
        : `go could not build ${name} ${version}: ${String((error as { stderr?: unknown }).stderr ?? error).trim()}`,
    );
  }
  return program;
}

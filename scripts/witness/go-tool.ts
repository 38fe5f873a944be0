/** Programs that are built from their Go modules into `.cache`, at one version. */
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const CACHE = fileURLToPath(new URL('../../.cache', import.meta.url));

/**
 * @param path of the main package, `github.com/nektos/act`
 * @param version of its module, `v0.2.89`
 * @returns the path of the program. @throws Error that says what is missing
 */
export function installGoTool(path: string, version: string): string {
  const name = basename(path);
  const bin = join(CACHE, name, version);
  const program = join(bin, name);
  if (existsSync(program)) return program;
  const env = {
    ...process.env,
    GOBIN: bin,
    GOMODCACHE: join(CACHE, 'go-modules'),
    GOFLAGS: '-mod=mod -modcacherw',
  };
  try {
    execFileSync('go', ['install', `${path}@${version}`], { env, stdio: 'pipe' });
  } catch (error) {
    const isMissing = error instanceof Error && 'code' in error && error.code === 'ENOENT';
    throw new Error(
      isMissing
        ? `go is missing, which builds ${name}; install it (Debian and Ubuntu: apt-get install golang-go)`
        : `go could not build ${name} ${version}: ${String((error as { stderr?: Buffer }).stderr ?? error).trim()}`,
    );
  }
  return program;
}

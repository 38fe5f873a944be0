import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import picomatch from 'picomatch';
import { satisfies } from 'semver';
import { expect, test } from 'vitest';
import { parse } from 'yaml';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const manifest = JSON.parse(readFileSync(`${ROOT}/package.json`, 'utf8'));
const { version } = manifest;

function release(args: readonly string[], tags = ''): Promise<{ code: number; out: string; err: string }> {
  return new Promise((resolve) => {
    const child = execFile('node', ['scripts/release.mjs', ...args], { cwd: ROOT }, (_, stdout, stderr) =>
      resolve({ code: child.exitCode ?? 1, out: stdout.trim(), err: stderr }),
    );
    child.stdin?.end(tags);
  });
}

test('CHANGELOG.md has a part for the version of package.json', async () => {
  const { code, out } = await release(['notes', `v${version}`]);
  expect(code).toBe(0);
  expect(out).not.toBe('');
  expect(out).not.toMatch(/^## /m);
});

test('a tag of another version than that of package.json is rejected, and so is an invalid version', async () => {
  expect(await release(['notes', 'v9.9.9'])).toMatchObject({
    code: 1,
    err: expect.stringContaining('9.9.9'),
  });
  expect(await release(['notes', 'v1'])).toMatchObject({ code: 1 });
  expect(await release(['major', ''])).toMatchObject({ code: 1 });
});

test.each([
  ['the first', 'v1.0.0', 'v1.0.0', 'v1'],
  ['the newest', 'v1.10.0', 'v1.2.0 v1.9.9 v1.10.0 v2.0.0', 'v1'],
  ['an older line', 'v1.9.10', 'v1.9.10 v1.10.0', ''],
  ['no versions among the tags', 'v2.0.0', 'v1 v2 nightly v2.0.0 v1.0.0', 'v2'],
])('v1 moves to the newest release only: %s', async (_, tag, tags, moved) => {
  expect(await release(['major', tag], tags.split(' ').join('\n'))).toMatchObject({ code: 0, out: moved });
});

test('npm installs and runs nothing where the repository is used as a git dependency', () => {
  const run = ['build', 'prepack', 'postpack', 'dependencies', 'install', 'preinstall', 'postinstall'];
  const names = Object.keys(manifest.scripts);
  expect(
    names.filter(
      (name) => run.includes(name) || /^(?:pre|post)?(?:prepare|publish)|^prepublishOnly$/.test(name),
    ),
  ).toEqual([]);
  for (const kind of ['dependencies', 'optionalDependencies', 'peerDependencies'])
    expect(manifest).not.toHaveProperty(kind);
});

test('updates of all bundled packages are one group', () => {
  const { updates } = parse(readFileSync(`${ROOT}/.github/dependabot.yml`, 'utf8'));
  const { bundled, tools } = updates[0].groups;
  const isBundled = picomatch(bundled.patterns);
  const files = readdirSync(`${ROOT}/src`, { recursive: true, encoding: 'utf8' }).filter((path) =>
    path.endsWith('.ts'),
  );
  const imports = files.flatMap((path) =>
    [
      ...readFileSync(`${ROOT}/src/${path}`, 'utf8').matchAll(
        /(?:\bfrom |\bimport\()'((?:@[^/'\s]+\/)?[^./'\s][^/'\s]*)/g,
      ),
    ].map(([, name = '']) => name),
  );
  const packages = [...new Set(imports)].filter((name) => !name.startsWith('node:'));
  expect(packages.length).toBeGreaterThan(8);
  expect(packages.filter((name) => !isBundled(name))).toEqual([]);
  expect(tools.patterns).toEqual(['*']);
});

test('every package runs on the oldest Node.js that runs the action', () => {
  const { packages } = JSON.parse(readFileSync(`${ROOT}/package-lock.json`, 'utf8')) as {
    packages: Readonly<Record<string, { readonly engines?: { readonly node?: string } }>>;
  };
  const newer = Object.entries(packages).filter(
    ([, { engines }]) => !satisfies('20.20.0', engines?.node ?? '*'),
  );
  expect(newer.map(([path]) => path)).toEqual([]);
  expect(Object.keys(packages).length).toBeGreaterThan(200);
});

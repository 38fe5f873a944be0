import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const { version } = JSON.parse(readFileSync(`${ROOT}/package.json`, 'utf8'));

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

test('a tag that package.json does not know is refused, and what is no version', async () => {
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

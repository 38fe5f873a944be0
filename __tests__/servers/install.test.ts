import { mkdtempSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeEach, expect, it } from 'vitest';
import { ensureCfnLint } from './cfn-lint.ts';
import { lock, run } from './install.ts';
import { requirements } from './python.ts';

const folder = mkdtempSync(join(tmpdir(), 'install-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const path = join(folder, 'moto.lock');
beforeEach(() => rmSync(path, { force: true }));

const MINUTE = 60_000;
/** A lock as somebody left it. */
function leave(owner: string, minutes: number): void {
  writeFileSync(path, owner);
  const then = new Date(Date.now() - minutes * MINUTE);
  utimesSync(path, then, then);
}
/** Who does not get it at once does not get it. */
const impatient = { stale: 10 * MINUTE, touch: MINUTE, patience: 300 };

it.each([
  ['of a process that is gone', '2147483646', 0],
  ['old, of a pid that somebody else has by now', String(process.pid), 11],
  ['old, of a process that was killed before it wrote its pid', '', 11],
])('a lock that was left is taken over: %s', async (_what, owner, minutes) => {
  leave(owner, minutes);
  const unlock = await lock(path, impatient);
  expect(await readFile(path, 'utf8')).toBe(String(process.pid));
  await unlock();
  expect(statSync(path, { throwIfNoEntry: false })).toBeUndefined();
});

it.each([
  ['of a process that lives', String(process.pid), 9],
  ['of one that is about to write its pid', '', 0],
])('a lock that is held is waited for, not for ever: %s', async (_what, owner, minutes) => {
  leave(owner, minutes);
  await expect(lock(path, impatient)).rejects.toThrow(path);
  expect(await readFile(path, 'utf8')).toBe(owner);
});

it('who works touches the lock', async () => {
  const unlock = await lock(path, { ...impatient, touch: 10 });
  const old = new Date(Date.now() - 11 * MINUTE);
  utimesSync(path, old, old);
  while (statSync(path).mtimeMs <= old.getTime() + MINUTE) await sleep(10);
  await unlock();
});

it('the linter of templates is the one that is pinned', async () => {
  const [, version] = /^cfn-lint==(\S+)$/m.exec(await readFile(requirements, 'utf8')) ?? [];
  const { code, output } = await run(await ensureCfnLint(), ['--version']);
  expect(code, output).toBe(0);
  expect(output).toContain(version);
});

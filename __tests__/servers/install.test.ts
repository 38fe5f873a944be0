import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeEach, expect, it } from 'vitest';
import { installOnce } from './install.ts';

const root = mkdtempSync(join(tmpdir(), 'install-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));
const folder = join(root, 'moto');
beforeEach(() => {
  rmSync(root, { recursive: true, force: true });
  mkdirSync(root);
});

const read = () => readFile(join(folder, 'program'), 'utf8');
/** An installation that takes a while, and counts. */
function installs(content: string) {
  const install = async (path: string) => {
    install.count += 1;
    await sleep(10);
    writeFileSync(join(path, 'program'), content);
  };
  install.count = 0;
  return install;
}

it('what is installed is kept, and of another key is replaced', async () => {
  const [one, two] = [installs('one'), installs('two')];
  await installOnce(folder, '1', one);
  await installOnce(folder, '1', one);
  expect([await read(), one.count]).toEqual(['one', 1]);
  await installOnce(folder, '2', two);
  expect([await read(), two.count]).toEqual(['two', 1]);
  expect(readdirSync(root)).toEqual(['moto']);
});

it('what fails leaves nothing, and what was cut off is installed anew', async () => {
  const failed = installOnce(folder, '1', async (path) => {
    writeFileSync(join(path, 'program'), 'half');
    throw new Error('no network');
  });
  await expect(failed).rejects.toThrow('no network');
  expect(existsSync(folder)).toBe(false);
  mkdirSync(folder);
  writeFileSync(join(folder, 'program'), 'half');
  await installOnce(folder, '1', installs('whole'));
  expect(await read()).toBe('whole');
  expect(readdirSync(root)).toEqual(['moto']);
});

it('two at the same time do not disturb each other', async () => {
  await Promise.all([
    installOnce(folder, '1', installs('whole')),
    installOnce(folder, '1', installs('whole')),
  ]);
  expect(await read()).toBe('whole');
  expect(readdirSync(root)).toEqual(['moto']);
});

// dist/licenses.txt, of packages as they are found in node_modules.
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { licensesOf } from '../scripts/licenses.mjs';

const MIT = 'Permission is hereby granted';
const folders: string[] = [];
afterEach(async () => {
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true, force: true });
});

/** @param used path of a bundled file → bytes of it that are left */
async function licenses(files: Record<string, string | object>, used: Record<string, number>) {
  const root = await mkdtemp(join(tmpdir(), 'licenses-'));
  folders.push(root);
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), typeof content === 'string' ? content : JSON.stringify(content));
  }
  const inputs = Object.fromEntries(
    Object.entries(used).map(([path, bytesInOutput]) => [path, { bytesInOutput }]),
  );
  const output = { bytes: 1, inputs, imports: [], exports: [] };
  return licensesOf(root, { outputs: { 'index.js': output } });
}

const manifest = (name: string, more: object = {}) => ({ name, version: '1.2.3', license: 'MIT', ...more });
const inRepository = { repository: { type: 'git', url: 'git+https://github.com/owner/many.git' } };

test('packages with code in the bundle are listed with their texts, and equal texts once', async () => {
  const text = await licenses(
    {
      'node_modules/b/package.json': manifest('b'),
      'node_modules/b/LICENSE': `${MIT}\r\n`,
      'node_modules/@scope/a/package.json': manifest('@scope/a'),
      'node_modules/@scope/a/license.md': `\n${MIT}  \n`,
      'node_modules/@scope/a/node_modules/b/package.json': manifest('b', { version: '2.0.0' }),
      'node_modules/@scope/a/node_modules/b/LICENSE': 'Redistribution and use',
      'node_modules/@scope/a/node_modules/b/NOTICE': 'Copyright somebody',
      'node_modules/@scope/a/esm/package.json': { type: 'module' },
      'node_modules/unused/package.json': manifest('unused'),
    },
    {
      'src/index.ts': 10,
      'node_modules/b/index.js': 1,
      'node_modules/@scope/a/esm/index.js': 1,
      'node_modules/@scope/a/node_modules/b/index.js': 1,
      'node_modules/unused/index.js': 0,
    },
  );
  const line = '-'.repeat(80);
  expect(text).toBe(
    `@scope/a 1.2.3 (MIT)\nb 1.2.3 (MIT)\n\n${MIT}\n\n${line}\n\nb 2.0.0 (MIT)\n\nRedistribution and use\n\nCopyright somebody\n`,
  );
});

test('a package without the text has that of its repository', async () => {
  const files = {
    'node_modules/bare/package.json': manifest('bare', inRepository),
    'node_modules/donor/package.json': manifest('donor', inRepository),
    'node_modules/donor/LICENSE': MIT,
  };
  const used = { 'node_modules/bare/index.js': 1, 'node_modules/donor/index.js': 1 };
  expect(await licenses(files, used)).toBe(`bare 1.2.3 (MIT)\ndonor 1.2.3 (MIT)\n\n${MIT}\n`);
});

test.each([
  ['no text', manifest('bare')],
  ['a donor of another repository', manifest('bare', { repository: 'github:owner/other' })],
  ['a donor of another licence', manifest('bare', { ...inRepository, license: 'ISC' })],
  ['no licence', { name: 'bare', version: '1.2.3', ...inRepository }],
])('the build fails for a package with %s', async (_, bare) => {
  const files = {
    'node_modules/bare/package.json': bare,
    'node_modules/donor/package.json': manifest('donor', inRepository),
    'node_modules/donor/LICENSE': MIT,
  };
  const used = { 'node_modules/bare/index.js': 1, 'node_modules/donor/index.js': 1 };
  await expect(licenses(files, used)).rejects.toThrow('bare');
});

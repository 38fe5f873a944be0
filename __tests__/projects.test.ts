/** What the projects of vitest.config.ts take for granted of the files that they hold. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import picomatch from 'picomatch';
import { expect, it } from 'vitest';
import { PURE } from '../vitest.config.ts';
import { FIRST } from './sequencer.ts';

const ROOT = resolve(import.meta.dirname, '..');
const isPure = picomatch([...PURE]);
const files = readdirSync(import.meta.dirname, { recursive: true, encoding: 'utf8' })
  .map((name) => `__tests__/${name.replaceAll('\\', '/')}`)
  .filter((name) => name.endsWith('.test.ts'));
const pure = files.filter((name) => isPure(name));

/** Everything that a file takes from elsewhere, by itself or by what it imports from the tests. */
function importsOf(path: string, known = new Set<string>()): Set<string> {
  const text = readFileSync(join(ROOT, path), 'utf8');
  for (const [, from = ''] of text.matchAll(/(?:from|import) '([^']+)'/g)) {
    const name = from.startsWith('.')
      ? relative(ROOT, resolve(ROOT, dirname(path), from)).replaceAll('\\', '/')
      : from;
    if (known.has(name)) continue;
    known.add(name);
    if (name.startsWith('__tests__/')) importsOf(name, known);
  }
  return known;
}
/** What reaches servers and processes; a worker that takes many files shares them. */
const EFFECTS =
  /^node:(?:http|https|net|tls|child_process|worker_threads|cluster)$|^__tests__\/servers\/(?!protocol)/;

it('pure tests start no server and no process', () => {
  expect(pure.length).toBeGreaterThan(60);
  expect(importsOf('__tests__/action/adopt.test.ts')).toContain('node:child_process');
  for (const file of pure)
    expect(
      [...importsOf(file)].filter((name) => EFFECTS.test(name)),
      file,
    ).toEqual([]);
});

it('pure tests change the environment only through what restores it', () => {
  for (const file of pure) {
    const text = readFileSync(join(ROOT, file), 'utf8');
    expect(text, file).not.toMatch(
      /process\.env(?:\.\w+|\[[^\]]+\])? = |process\.chdir|vi\.(?:mock|stubGlobal)/,
    );
    if (text.includes('vi.stubEnv')) expect(text, file).toContain('vi.unstubAllEnvs');
    if (text.includes('vi.spyOn')) expect(text, file).toContain('vi.restoreAllMocks');
    expect(text.includes('vi.useFakeTimers'), file).toBe(text.includes('vi.useRealTimers'));
  }
});

it('the files that start first exist', () => {
  expect(FIRST.filter((name) => !existsSync(join(ROOT, name)))).toEqual([]);
  expect(new Set(FIRST).size).toBe(FIRST.length);
});

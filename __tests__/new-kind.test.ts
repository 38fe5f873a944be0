/** The worked change of CONTRIBUTING.md, by a made-up kind: how many files it needs, and whether the compiler names them. */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { MADE_UP_KIND } from './made-up-kind.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const CONTRIBUTING = readFileSync(join(ROOT, 'CONTRIBUTING.md'), 'utf8');
const FILES = Object.keys(MADE_UP_KIND);
/** Below the root, so that the compiler finds the packages. */
const CACHE = join(ROOT, '.cache');
mkdirSync(CACHE, { recursive: true });
const copy = mkdtempSync(join(CACHE, 'new-kind-'));
afterAll(() => rmSync(copy, { recursive: true, force: true }));

/** Files that name the log group or the repository, and why another kind of the application needs no change there. */
const FEATURES: Readonly<Record<string, string>> = {
  'account-plan.ts': 'the URI of the repository is an output',
  'kinds/log-group.ts': 'its own descriptor',
  'kinds/repository.ts': 'its own descriptor',
  'plan/order.ts': 'an image waits for its repository',
  'providers/log-group.ts': 'its own provider',
  'providers/repository.ts': 'its own provider',
  'report/ecs-integration.ts': 'a container logs to the group',
  'report/iam.ts': 'a task definition refers to both',
  'report/outputs.ts': 'the outputs of the two',
  'settings/choices.ts': 'the classes of a log group',
  'task-definition-references.ts': 'a task definition refers to both',
};

function edit(path: string): void {
  const edits = MADE_UP_KIND[path] ?? '';
  const file = join(copy, 'src', path);
  let text = typeof edits === 'string' ? edits : readFileSync(file, 'utf8');
  for (const [behind, added] of typeof edits === 'string' ? [] : edits) {
    const [before = '', ...after] = behind === '' ? [text, ''] : text.split(behind);
    expect(after, `${path}: ${behind}`).toHaveLength(1);
    text = `${before}${behind}${added}${after.join('')}`;
  }
  writeFileSync(file, text);
}

/** @returns the files that do not compile with the edits of some files, below src. */
function errorsWith(paths: readonly string[]): string[] {
  rmSync(copy, { recursive: true, force: true });
  mkdirSync(join(copy, 'scripts'), { recursive: true });
  cpSync(join(ROOT, 'src'), join(copy, 'src'), { recursive: true });
  for (const name of ['scripts/fleet.mjs', 'scripts/fleet.d.mts']) cpSync(join(ROOT, name), join(copy, name));
  const tsconfig = { extends: '../../tsconfig.json', include: ['src'] };
  writeFileSync(join(copy, 'tsconfig.json'), JSON.stringify(tsconfig));
  writeFileSync(join(copy, 'package.json'), JSON.stringify({ type: 'module' }));
  paths.forEach(edit);
  const compiler = join(ROOT, 'node_modules', '@typescript', 'native', 'bin', 'tsc');
  const run = spawnSync(process.execPath, [compiler, '--noEmit', '--pretty', 'false', '-p', copy], {
    encoding: 'utf8',
    cwd: copy,
  });
  expect(run.status === 0 || run.stdout.includes('error TS'), run.stdout + run.stderr).toBe(true);
  return [...new Set([...run.stdout.matchAll(/^src\/([^(]+)\(.*error TS/gm)].map(([, path = '']) => path))];
}

describe('a new kind of resource', () => {
  it('costs at most eight files of src, and compiles with them', () => {
    expect(FILES.length).toBeLessThanOrEqual(8);
    expect(errorsWith(FILES)).toEqual([]);
  });

  it('does not compile without one of them', () => {
    // Each of these lacks its part of the kind; the policies need its permissions.
    expect(errorsWith(['model/spec.ts'])).toEqual(
      expect.arrayContaining([
        'desired/application.ts',
        'kinds/kinds.ts',
        'providers/providers.ts',
        'report/iam.ts',
        'settings/application.ts',
      ]),
    );
    expect(errorsWith(FILES.filter((path) => !path.endsWith('/bucket.ts')))).toEqual(
      expect.arrayContaining(['kinds/kinds.ts', 'providers/providers.ts']),
    );
  });

  it('needs no further file: those that name such a kind have a feature of that kind alone', () => {
    const paths = readdirSync(join(ROOT, 'src'), { recursive: true, encoding: 'utf8' })
      .map((path) => path.replaceAll('\\', '/'))
      .filter((path) => path.endsWith('.ts') && !FILES.includes(path));
    const naming = paths.filter((path) =>
      /'AWS::(?:Logs::LogGroup|ECR::Repository)'/.test(readFileSync(join(ROOT, 'src', path), 'utf8')),
    );
    expect(naming.sort()).toEqual(Object.keys(FEATURES).sort());
  });

  it('is the worked change of CONTRIBUTING.md', () => {
    const [, worked = ''] = /## A worked change[^\n]*\n(.*?)\n## /s.exec(CONTRIBUTING) ?? [];
    const named = [...worked.matchAll(/`src\/([^`]+)`/g)].map(([, path = '']) => path);
    expect([...new Set(named)].sort()).toEqual(
      FILES.map((path) => path.replace('bucket', 'log-group')).sort(),
    );
  });
});

/** The worked change of CONTRIBUTING.md, by a made-up kind: how many files it needs, and whether the compiler names them. */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { MADE_UP_KIND } from './made-up-kind.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const CONTRIBUTING = readFileSync(join(ROOT, 'CONTRIBUTING.md'), 'utf8');
const FILES = Object.keys(MADE_UP_KIND);
/** Below the root, so that the compiler finds the packages. */
const CACHE = join(ROOT, '.cache');
mkdirSync(CACHE, { recursive: true });
const folder = mkdtempSync(join(CACHE, 'new-kind-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

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

function edit(root: string, path: string): void {
  const edits = MADE_UP_KIND[path] ?? '';
  const file = join(root, 'src', path);
  let text = typeof edits === 'string' ? edits : readFileSync(file, 'utf8');
  for (const [behind, added] of typeof edits === 'string' ? [] : edits) {
    const [before = '', ...after] = behind === '' ? [text, ''] : text.split(behind);
    expect(after, `${path}: ${behind}`).toHaveLength(1);
    text = `${before}${behind}${added}${after.join('')}`;
  }
  writeFileSync(file, text);
}

/**
 * Compiles copies of src, each with the edits of some files, as one program: the packages are then read once.
 * @returns the files of each copy that do not compile, below its src
 */
function errorsOf(copies: Readonly<Record<string, readonly string[]>>): Record<string, string[]> {
  for (const [name, paths] of Object.entries(copies)) {
    const root = join(folder, name);
    mkdirSync(join(root, 'scripts'), { recursive: true });
    cpSync(join(ROOT, 'src'), join(root, 'src'), { recursive: true });
    for (const script of ['scripts/fleet.mjs', 'scripts/fleet.d.mts'])
      cpSync(join(ROOT, script), join(root, script));
    for (const path of paths) edit(root, path);
  }
  const tsconfig = { extends: '../../tsconfig.json', include: ['*/src'] };
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(tsconfig));
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ type: 'module' }));
  const compiler = join(ROOT, 'node_modules', '@typescript', 'native', 'bin', 'tsc');
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [compiler, '--noEmit', '--pretty', 'false', '-p', folder],
    { encoding: 'utf8', cwd: folder },
  );
  expect(status === 0 || stdout.includes('error TS'), stdout + stderr).toBe(true);
  const found = [...stdout.matchAll(/^(\w+)\/src\/([^(\n]+)\(.*error TS/gm)];
  return Object.fromEntries(
    Object.keys(copies).map((name) => [
      name,
      [...new Set(found.filter(([, copy]) => copy === name).map(([, , path = '']) => path))],
    ]),
  );
}

describe('a new kind of resource', () => {
  it('costs at most eight files of src, and compiles with them, not with its model alone', () => {
    expect(FILES.length).toBeLessThanOrEqual(8);
    const { whole, model } = errorsOf({ whole: FILES, model: ['model/spec.ts'] });
    expect(whole).toEqual([]);
    // Each of these lacks its part of the kind; the policies need its permissions.
    expect(model).toEqual(
      expect.arrayContaining([
        'desired/application.ts',
        'kinds/kinds.ts',
        'providers/providers.ts',
        'report/iam.ts',
        'settings/application.ts',
      ]),
    );
  });

  it('imports its own files where all kinds are listed, so that none of them can be forgotten', () => {
    const own = FILES.filter((path) => path.endsWith('/bucket.ts'));
    expect(own).toEqual(['kinds/bucket.ts', 'providers/bucket.ts']);
    for (const [list, file] of [
      ['kinds/kinds.ts', own[0]],
      ['providers/providers.ts', own[1]],
    ] as const) {
      const [, imported = ''] = /'(\.\/[^']+)'/.exec(JSON.stringify(MADE_UP_KIND[list])) ?? [];
      expect(posix.join(posix.dirname(list), imported)).toBe(file);
    }
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

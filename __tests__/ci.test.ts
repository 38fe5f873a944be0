import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';

const root = join(import.meta.dirname, '..');
const read = (path: string) => readFileSync(join(root, path), 'utf8');

describe('.ci/run', () => {
  it('gives everything that it starts a limit, so that its last line always comes', () => {
    const [, parts = ''] = read('.ci/run').split(/^begin 'what only CI needs/m);
    const started = parts
      .split('\n')
      .filter((line) => !line.trimStart().startsWith('#'))
      .filter((line) => /^\s*(?:[A-Z_]+=\S+ )?(?:within \d+ )?(?:npm|node|apt-get|scripts\/\S+) /.test(line));
    expect(started.length).toBeGreaterThanOrEqual(10);
    expect(started.filter((line) => !/\bwithin \d+ /.test(line))).toEqual([]);
  });
});

describe('ci.yml', () => {
  it('uses the action itself on every system that it is made for', () => {
    const { jobs } = parse(read('.github/workflows/ci.yml'));
    expect(jobs.action['runs-on']).toContain('matrix.os');
    expect(jobs.action.strategy.matrix.os).toEqual(['ubuntu-latest', 'macos-latest', 'windows-latest']);
    expect(jobs.action.defaults.run.shell).toBe('bash');
    expect(jobs.action.steps.filter(({ uses }: { uses?: string }) => uses === './').length).toBeGreaterThan(
      1,
    );
  });
});

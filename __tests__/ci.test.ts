import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';

const root = join(import.meta.dirname, '..');
const read = (path: string) => readFileSync(join(root, path), 'utf8');

describe('.ci/run', () => {
  it('has a time limit for each command, so that it always prints its last line', () => {
    const [, parts = ''] = read('.ci/run').split(/^begin 'what only CI needs/m);
    const started = parts
      .split('\n')
      .filter((line) => !line.trimStart().startsWith('#'))
      .filter((line) => /^\s*(?:[A-Z_]+=\S+ )?(?:within \d+ )?(?:npm|node|apt-get|scripts\/\S+) /.test(line));
    expect(started.length).toBeGreaterThanOrEqual(10);
    expect(started.filter((line) => !/\bwithin \d+ /.test(line))).toEqual([]);
  });

  it('runs the whole sample of faults', () => {
    expect(read('.ci/run')).toMatch(/^export FAULTS=sample$/m);
  });

  it('names the ten slowest files, the slowest first', () => {
    const folder = mkdtempSync(join(tmpdir(), 'slowest-'));
    const report = join(folder, 'report.json');
    const testResults = Array.from({ length: 12 }, (_, index) => ({
      name: join(root, `__tests__/${index}.test.ts`),
      startTime: 1000,
      endTime: 1000 + ((index * 5) % 12) * 1500,
    }));
    writeFileSync(report, JSON.stringify({ testResults }));
    const { stdout, status } = spawnSync(process.execPath, [join(root, 'scripts/slowest.mjs'), report]);
    rmSync(folder, { recursive: true, force: true });
    expect(status).toBe(0);
    const [, ...lines] = String(stdout).trimEnd().split('\n');
    expect(lines).toHaveLength(10);
    expect(lines[0]).toMatch(/^ +16\.5 s {2}__tests__.7\.test\.ts$/);
    expect(lines[9]).toMatch(/ 3\.0 s /);
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

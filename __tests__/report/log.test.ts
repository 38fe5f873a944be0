/** What a long run tells while it goes on, at a clock of the test's own. */
import { afterEach, expect, it, vi } from 'vitest';
import { KINDS } from '../../src/kinds/kinds.ts';
import { ORDER } from '../../src/kinds/names.ts';
import type { Change } from '../../src/model/change.ts';
import type { Outcome } from '../../src/model/outcome.ts';
import type { Kind } from '../../src/model/spec.ts';
import { fault, notices, warnings } from '../../src/report/log.ts';
import { resourcesOf } from '../../src/report/resources.ts';
import { plan, progress } from '../../src/report/run-log.ts';
import { spec } from '../plan/wishes.ts';
import { runOf } from './runs.ts';

afterEach(() => {
  vi.restoreAllMocks();
});

/** @returns the lines that were printed */
function printed(tell: () => void): string[] {
  const written: string[] = [];
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    written.push(String(text));
    return true;
  });
  tell();
  vi.restoreAllMocks();
  return written
    .join('')
    .split('\n')
    .filter((line) => line !== '');
}

const many = (count: number) =>
  runOf({
    inputs: {
      variables: Array.from({ length: count }, (_, n) => `V${n}=${n}`).join('\n'),
      only: 'parameters',
    },
  });

it('tells how far it has come, every ten seconds at the most, and not at the end', () => {
  const run = many(60);
  let now = 0;
  const lines = printed(() => {
    const tell = progress(run.plan, () => now);
    // Parameter Store takes 2.8 writes a second, and about 18 at once.
    run.outcomes.forEach((outcome, index) => {
      now = Math.max(0, index - 18) * (1_000 / 2.8);
      tell(outcome);
    });
  });
  expect(lines).toEqual(['47 of 60 done']);
});

it('is quiet where nothing takes long, and never counts what failed', () => {
  const run = many(60);
  expect(printed(() => run.outcomes.forEach(progress(run.plan, () => 9_999)))).toEqual([]);
  let now = 0;
  const failing: Outcome[] = run.outcomes.map((outcome, index) =>
    index < 20 ? { ...outcome, result: 'failed', error: new Error('no') } : outcome,
  );
  const lines = printed(() => {
    const tell = progress(run.plan, () => now);
    for (const outcome of failing) {
      now += 500;
      tell(outcome);
    }
  });
  expect(lines).toEqual(['0 of 60 done', '20 of 60 done', '40 of 60 done']);
});

it('counts what it deletes like everything else', () => {
  const run = many(30);
  const doomed = run.plan.map((change) => ({ ...change, action: 'delete' as const }));
  let now = 0;
  const lines = printed(() => {
    const tell = progress(doomed, () => now);
    for (const change of doomed) {
      now += 1_000;
      tell({ change, result: 'done', stands: undefined });
    }
  });
  expect(lines).toEqual(['10 of 30 done', '20 of 30 done']);
});

it('folds what is long, and leaves what is short as it is', () => {
  const long = printed(() => plan(many(25).plan));
  expect(long[0]).toBe('::group::parameter: 25 lines');
  expect(long.at(-1)).toBe('::endgroup::');
  expect(long).toHaveLength(27);
  const short = printed(() => plan(many(20).plan));
  expect(short).toHaveLength(20);
  expect(short.join('\n')).not.toContain('::group::');
});

it.each([
  [{}, '::error::.env: A: text'],
  [{ file: '.env' }, '::error file=.env::.env: A: text'],
  [{ file: '.env', line: 3 }, '::error file=.env,line=3::.env line 3: A: text'],
])('an annotation points as far as the place is known: %o', (place, line) => {
  expect(printed(() => fault({ where: '.env', key: 'A', text: 'text', ...place }))).toEqual([line]);
});

it("the log and the checklist tell the kinds in one order, the article's", () => {
  const of = (kind: Kind): Outcome => {
    const change = { id: kind, kind, name: kind, action: 'create', differences: [], notes: [] };
    return {
      change: { ...change, desired: spec(kind, {}), observed: undefined } as Change,
      result: 'planned',
      stands: undefined,
    };
  };
  const outcomes = [...ORDER].reverse().map(of);
  const nouns = ORDER.map((kind) => KINDS[kind].noun);
  expect(nouns).toEqual(['log group', 'parameter', 'secret', 'repository', 'image', 'Auth0']);
  const lines = printed(() => plan(outcomes.map(({ change }) => change)));
  expect(lines.map((line) => nouns.find((noun) => line.startsWith(`+ ${noun} `)))).toEqual(nouns);
  expect(resourcesOf({ ...runOf({}), outcomes }).map(({ kind }) => kind)).toEqual(ORDER);
});

it.each([
  ['warnings', warnings, '::warning'],
  ['notices', notices, '::notice'],
] as const)('prints the first fifty %s, and how many more there are', (what, tell, command) => {
  const notes = (length: number) => Array.from({ length }, (_, n) => ({ where: 'a.env', text: `line ${n}` }));
  const few = printed(() => tell(notes(50)));
  expect(few).toHaveLength(50);
  expect(few.every((line) => line.startsWith(command))).toBe(true);
  const many = printed(() => tell(notes(20_000)));
  expect(many.slice(0, 50)).toEqual(few);
  expect(many.slice(50)).toEqual([`… and 19950 more ${what}`]);
});

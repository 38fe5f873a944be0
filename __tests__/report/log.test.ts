/** What a long run prints while it goes on, at a clock of the test's own. */
import { afterEach, expect, it, vi } from 'vitest';
import { AwsError } from '../../src/clients/errors.ts';
import { KINDS } from '../../src/kinds/kinds.ts';
import type { Change } from '../../src/model/change.ts';
import type { Outcome } from '../../src/model/outcome.ts';
import { type Kind, ORDER } from '../../src/model/spec.ts';
import { errors, notices, warnings } from '../../src/report/annotations.ts';
import { error } from '../../src/report/log.ts';
import { resourcesOf } from '../../src/report/resources.ts';
import { causes, plan, progress } from '../../src/report/run-log.ts';
import type { Diagnostic } from '../../src/settings/diagnostics.ts';
import { sdkError } from '../clients/clock.ts';
import { spec } from '../plan/desired-resources.ts';
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

/** @returns the lines that say how far an apply is, at a clock that each outcome moves */
function progressOf(outcomes: readonly Outcome[], at: (index: number) => number): string[] {
  const changes = outcomes.map(({ change }) => change);
  let now = 0;
  const lines = printed(() => {
    const print = progress(changes, changes, {
      now: () => now,
      // Parameter Store takes 2.8 writes a second.
      secondsOf: (count) => count / 2.8,
    });
    outcomes.forEach((outcome, index) => {
      now = at(index);
      print(outcome);
    });
  });
  return lines.filter((line) => /^\d+\/\d+/.test(line));
}

it('says how far an apply is and how long it takes, every ten seconds at the most, and not at the end', () => {
  // About 18 go at once.
  expect(progressOf(many(60).outcomes, (index) => Math.max(0, index - 18) * (1_000 / 2.8))).toEqual([
    '47/60, about 5 s left: Parameter Store takes 3 a second',
  ]);
  expect(progressOf(many(60).outcomes, () => 9_999)).toEqual([]);
});

it('counts what failed as finished, and deletions like everything else', () => {
  const failing = many(60).outcomes.map(
    (outcome, index): Outcome =>
      index < 30 ? { ...outcome, result: 'failed', error: new Error('no') } : outcome,
  );
  expect(progressOf(failing, (index) => index * 500).map((line) => line.split(',')[0])).toEqual([
    '31/60',
    '51/60',
  ]);
  const deleted = many(30).plan.map(
    (change): Outcome => ({ change: { ...change, action: 'delete' }, result: 'done', after: undefined }),
  );
  expect(progressOf(deleted, (index) => (index + 1) * 1_000)).toEqual(['10/30', '20/30']);
});

it('prints a change once it is done, with the time since the apply began', () => {
  const [first, second] = many(2).outcomes as [Outcome, Outcome];
  const outcomes: Outcome[] = [first, { ...second, result: 'failed', error: new RangeError('canary') }];
  const changes = outcomes.map(({ change }) => change);
  let now = 0;
  const lines = printed(() => {
    const print = progress(changes, changes, { now: () => now, secondsOf: () => 0 });
    expect(now).toBe(0);
    for (const outcome of outcomes) {
      now += 1_250;
      print(outcome);
    }
  });
  expect(lines).toEqual([
    '✓ 1.3 s  parameter /papyrus/prd/V0 created',
    expect.stringMatching(/^✗ 2\.5 s {2}parameter \/papyrus\/prd\/V1: .*RangeError/),
  ]);
  expect(lines.join()).not.toContain('canary');
});

it('before an apply, only what is not done by it is printed', () => {
  const { plan: changes } = many(2);
  const [held, other] = changes as [Change, Change];
  const blocked = { ...held, action: 'blocked', differences: [], blocked: { reason: 'why' } } as Change;
  expect(printed(() => plan([blocked, other], {}, true))).toEqual([
    '! parameter /papyrus/prd/V0: blocked: why',
  ]);
});

it('one error for each cause, with the statement that corrects it', () => {
  const error = (name: string) =>
    new AwsError(sdkError('AccessDeniedException', 400), 'ssm:PutParameter', name, true);
  const names = Array.from({ length: 40 }, (_, n) => `V${n}`);
  const run = runOf(
    { inputs: { variables: names.map((name) => `${name}=1`).join('\n'), only: 'parameters' } },
    {},
    Object.fromEntries(names.map((name) => [`/papyrus/prd/${name}`, error(name)])),
  );
  const lines = printed(() => causes(run.causes));
  expect(lines).toHaveLength(1);
  expect(lines[0]).toMatch(/^::error::.*40 parameters/);
  expect(JSON.parse(/\{"Effect.*\}/.exec(lines[0] ?? '')?.[0] ?? '')).toEqual({
    Effect: 'Allow',
    Action: ['ssm:AddTagsToResource', 'ssm:PutParameter'],
    Resource: 'arn:aws:ssm:us-west-2:123456789012:parameter/papyrus/prd/*',
  });
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
  [{ file: '.env', line: 3 }, '::error::.env line 3: A: text'],
  [{ trackedFile: '.env' }, '::error file=.env::.env: A: text'],
  [{ file: './.env', trackedFile: '.env', line: 3 }, '::error file=.env,line=3::.env line 3: A: text'],
])('an annotation points as far as the place is known: %o', (place, line) => {
  expect(printed(() => error({ where: '.env', key: 'A', text: 'text', ...place }))).toEqual([line]);
});

it("the log and the checklist list the kinds in one order, the article's", () => {
  const of = (kind: Kind): Outcome => {
    const change = { id: kind, kind, name: kind, action: 'create', differences: [], notes: [] };
    return {
      change: { ...change, desired: spec(kind, {}), observed: undefined } as Change,
      result: 'planned',
      after: undefined,
    };
  };
  const outcomes = [...ORDER].reverse().map(of);
  const nouns = ORDER.map((kind) => KINDS[kind].noun);
  expect(nouns).toEqual(['log group', 'parameter', 'secret', 'repository', 'image', 'Auth0']);
  const lines = printed(() => plan(outcomes.map(({ change }) => change)));
  expect(lines.map((line) => nouns.find((noun) => line.startsWith(`+ ${noun} `)))).toEqual(nouns);
  expect(resourcesOf({ ...runOf({}), outcomes }).map(({ kind }) => kind)).toEqual(ORDER);
});

it.each<[what: string, print: (notes: readonly Diagnostic[]) => void, command: string]>([
  ['warnings', warnings, '::warning'],
  ['notices', notices, '::notice'],
  ['errors', errors, '::error'],
])(
  '%s are annotations once a place, nine at the most, and lines of the log beyond',
  (what, print, command) => {
    const of = (where: string, trackedFile?: string) => (_: unknown, line: number) => ({
      where,
      file: where,
      trackedFile,
      line,
      text: 'x',
    });
    const annotated = (notes: readonly Diagnostic[]) => {
      const lines = printed(() => print(notes));
      return [lines.filter((line) => line.startsWith(command)).length, lines.length];
    };
    expect(annotated(Array.from({ length: 5 }, of('input dotenv')))).toEqual([1, 5]);
    // Each line of a file that git tracks shows in the diff.
    expect(annotated(Array.from({ length: 5 }, of('.env', '.env')))).toEqual([5, 5]);
    expect(annotated(Array.from({ length: 30 }, of('.env', '.env')))).toEqual([9, 30]);
    expect(annotated(Array.from({ length: 5 }, of('/tmp/x.env')))).toEqual([1, 5]);
    const many = printed(() => print(Array.from({ length: 20_000 }, of('a.env', 'a.env'))));
    expect(many).toHaveLength(51);
    expect(many.at(-1)).toBe(`… and 19950 more ${what}`);
  },
);

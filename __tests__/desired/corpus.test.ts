/** How well variables of real projects are classified; the values are made up, of the same form. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { classify } from '../../src/desired/classify.ts';
import type { ValueClass } from '../../src/desired/routing.ts';
import { planDocument } from '../../src/plan/plan-document.ts';
import { commentText } from '../../src/report/comment.ts';
import { issueText } from '../../src/report/drift-issue.ts';
import { outputs } from '../../src/report/outputs.ts';
import { summary } from '../../src/report/summary.ts';
import { Secret } from '../../src/secret.ts';
import { nameFault } from '../../src/settings/variable.ts';
import { leftBy, NOTHING_HIDDEN, runOf } from '../report/runs.ts';
import { part } from '../sample.ts';

interface Project {
  readonly project: string;
  readonly ecosystem: string;
  readonly variables: ReadonlyArray<{
    readonly name: string;
    readonly value: string;
    /** An identifier (of an account, a client, a key) is neither: it may be hidden, and may be shown. */
    readonly class: 'secret' | 'plain' | 'identifier';
  }>;
}

const read = (part: string): Project[] =>
  parse(readFileSync(fileURLToPath(new URL(`../corpus/${part}.yaml`, import.meta.url)), 'utf8'));
const PARTS = { seen: read('seen'), unseen: read('unseen') };
const ALL = [...PARTS.seen, ...PARTS.unseen];

/** How many variables of each label got each class. */
function count(projects: readonly Project[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { variables } of projects)
    for (const { name, value, class: label } of variables) {
      const found: ValueClass = classify(name, new Secret(value)).class;
      counts[`${label} → ${found}`] = (counts[`${label} → ${found}`] ?? 0) + 1;
    }
  return counts;
}

describe('the corpus', () => {
  it('is large enough, and of many projects', () => {
    const variables = ALL.flatMap((project) => project.variables);
    expect(variables.length).toBeGreaterThanOrEqual(400);
    for (const label of ['secret', 'plain'])
      expect(variables.filter((one) => one.class === label).length).toBeGreaterThanOrEqual(200);
    expect(new Set(ALL.map(({ project }) => project)).size).toBeGreaterThanOrEqual(60);
    expect(new Set(ALL.map(({ ecosystem }) => ecosystem)).size).toBeGreaterThanOrEqual(8);
  });

  it('no secret of it becomes plain', () => {
    for (const [part, projects] of Object.entries({ ...PARTS, whole: ALL }))
      console.info(part, count(projects));
    expect(count(ALL)['secret → plain'] ?? 0).toBe(0);
  });

  it('of what is plain, at most one in twenty is hidden', () => {
    const counts = count(ALL);
    const [shown = 0, undecided = 0, secret = 0] = (['plain', 'undecided', 'secret'] as const).map(
      (found) => counts[`plain → ${found}`],
    );
    expect((undecided + secret) / (shown + undecided + secret)).toBeLessThanOrEqual(0.05);
  });
});

const PRIVATE = { isPublic: false, pullRequest: undefined };

describe('no secret of it is in any text that a run makes', () => {
  it.each(part(ALL, 1).map((project) => [project.project, project] as const))(
    '%s',
    (_name, { variables }) => {
      const given = variables.filter(({ name }) => nameFault(name) === undefined);
      const dotenv = JSON.stringify(Object.fromEntries(given.map(({ name, value }) => [name, value])));
      const secrets = given
        .filter(({ value, class: label }) => label === 'secret' && value.length >= 8)
        .map(({ name, value }) => [name, value] as const);
      const changed = JSON.stringify(
        Object.fromEntries(
          given.map(({ name, class: label }) => [name, label === 'secret' ? 'papyrus' : '1']),
        ),
      );
      const first = runOf({ inputs: { dotenv } });
      const runs = [
        first,
        runOf({ inputs: { dotenv, mode: 'plan' } }),
        // What exists is printed like what was.
        runOf({ inputs: { dotenv: changed, mode: 'drift' } }, leftBy(first)),
      ];
      for (const run of runs) {
        const said = [
          JSON.stringify(planDocument(run.settings, run.plan, NOTHING_HIDDEN)),
          JSON.stringify([...outputs(run)]),
          summary(run),
          commentText(run, { event: PRIVATE }),
          issueText(run, PRIVATE),
        ];
        // As they are, and as each of the texts writes them.
        const printed = secrets.filter(([, value]) => {
          const forms = [value, JSON.stringify(value).slice(1, -1), value.split('\n')[0] ?? value];
          return said.some((text) => forms.some((form) => form.length >= 8 && text.includes(form)));
        });
        expect(printed.map(([name]) => name)).toEqual([]);
      }
    },
  );
});

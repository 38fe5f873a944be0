import { describe, expect, it } from 'vitest';
import type * as z from 'zod';
import { readConfig, inWords as wordsOf } from '../../src/settings/config.ts';
import { Diagnostics, describe as inWords } from '../../src/settings/diagnostics.ts';

function read(yaml: string) {
  const notes = new Diagnostics();
  const file = readConfig(yaml, 'c.yml', notes);
  return { file, faults: notes.errors.map(inWords), notes };
}

describe('what is wrong is told with its line', () => {
  it.each<[what: string, yaml: string, faults: (string | RegExp)[]]>([
    ['more than anybody writes', '# '.repeat(2 ** 17 + 1), [/more than 262144 characters/]],
    ['no YAML', 'a: [1', [/^c\.yml line 1: invalid YAML: /]],
    ['a key that stands twice', 'mode: plan\nmode: apply', [/line 2: .*duplicate key/]],
    ['two documents', 'mode: plan\n---\nmode: plan', [/multiple docs/]],
    ['a tab for an indent', 'tags:\n\ta: b', [/line 2: /]],
    ['an anchor with its alias', 'tags: &a { x: "1" }\nvariables: *a', [/line 2: anchors and aliases/]],
    ['a merge key', 'tags: &a { x: "1" }\nvariables: { <<: *a }', [/line 2: anchors/]],
    ['__proto__', 'tags:\n  __proto__: x', ['c.yml line 2: this key cannot be used']],
    ['a list at the top', '- a', ['c.yml: it takes settings below it, as "name: value"']],
    ['a text at the top', 'canary', ['c.yml: it takes settings below it, as "name: value"']],
    [
      'an unknown setting',
      'mode: plan\nretention: 1',
      ['c.yml line 2: there is no setting called "retention" here'],
    ],
    [
      'two unknown settings',
      'foo: 1\nbar: 2',
      [
        'c.yml line 1: there is no setting called "foo" here',
        'c.yml line 2: there is no setting called "bar" here',
      ],
    ],
    [
      'another spelling',
      'logGroup: x',
      ['c.yml line 1: there is no setting called "logGroup" here (did you mean log-group?)'],
    ],
    [
      'another spelling in a rule',
      'rules:\n  - match: A\n    to: parameter\n    Key: x',
      ['c.yml line 4: rules.0: there is no setting called "Key" here (did you mean key?)'],
    ],
    [
      'secrets',
      'secrets: { A: canary }',
      [/line 1: "secrets": secrets do not belong in a committed file; give them as the inputs/],
    ],
    ['dotenv', 'dotenv: "A=canary"', [/line 1: "dotenv": secrets do not belong/]],
    [
      'a mode that is none',
      'mode: canary',
      ['c.yml line 1: mode: it takes one of auto, plan, apply, drift, destroy'],
    ],
    ['a boolean that is none', 'adopt: canary', ['c.yml line 1: adopt: it takes true or false']],
    ['a number for a text', 'region: 12', ['c.yml line 1: region: it takes a text; put numbers into quotes']],
    ['nothing', 'region:', ['c.yml line 1: region: it takes a text; put numbers into quotes']],
    ['an empty text', 'region: ""', ['c.yml line 1: region: it is empty; give it a value, or leave it out']],
    [
      'account ids that are numbers',
      'allowed-account-ids: [210987654321]',
      ['c.yml line 1: allowed-account-ids: it takes a text or a list of texts; put numbers into quotes'],
    ],
    [
      'days that are none',
      'log-retention-days: long',
      ["c.yml line 1: log-retention-days: it takes a number of days, or never (Terraform's 0 is never here)"],
    ],
    ['a nested tag', 'tags:\n  a: [canary]', [/line 2: tags: it takes "KEY: value" lines/]],
    [
      'a rule without a place',
      'rules:\n  - match: A',
      ['c.yml line 2: rules.0.to: it takes a text or a list of texts; put numbers into quotes'],
    ],
    [
      'a write that is none',
      'rules:\n  - match: A\n    to: ignore\n    write: canary',
      ['c.yml line 4: rules.0.write: it takes one of always, once'],
    ],
    [
      'a number that loses a zero',
      'variables:\n  V: 1.50',
      ['c.yml line 2: this number would not be kept as it is written; put it into quotes'],
    ],
    ['a number that loses its first zero', 'tags: { cost: 007 }', [/line 1: this number/]],
    ['a number that is rounded', 'variables: { ID: 12345678901234567890 }', [/line 1: this number/]],
    ['a number in hexadecimal', 'variables: { ID: 0x1F }', [/line 1: this number/]],
    [
      'rules of one environment',
      'environments: { prd: { rules: [] } }',
      ['c.yml line 1: environments.prd: "rules" belongs to the whole file; set it at its top'],
    ],
    [
      'a word that an environment nearly knows',
      'environments: { prd: { Prefer: ssm } }',
      [/there is no setting called "Prefer" here \(did you mean prefer\?\)/],
    ],
    ['an account id with a zero in front', 'allowed-account-ids: [012345678901]', [/line 1: this number/]],
  ])('%s', (_what, yaml, faults) => {
    const answer = read(yaml);
    expect(answer.file).toBeUndefined();
    expect(answer.faults).toHaveLength(faults.length);
    for (const [index, fault] of faults.entries())
      if (typeof fault === 'string') expect(answer.faults[index]).toBe(fault);
      else expect(answer.faults[index]).toMatch(fault);
    expect(answer.faults.join('\n')).not.toContain('canary');
  });

  it('does not grow a small file into a large one', () => {
    const lines = ['a: &a ["x","x"]'];
    for (let level = 1; level < 30; level++)
      lines.push(
        `${'b'.repeat(level)}: &b${level} [*${level === 1 ? 'a' : `b${level - 1}`}, *${level === 1 ? 'a' : `b${level - 1}`}]`,
      );
    const started = performance.now();
    expect(read(lines.join('\n')).file).toBeUndefined();
    // Thirty doublings would not end at all.
    expect(performance.now() - started).toBeLessThan(10_000);
  });
});

describe('what is read', () => {
  it('stands at the line of its value', () => {
    const { file } = read(
      'mode: plan\nrules:\n  - match: A\n    to: parameter\n  - match: B\n    to: ignore\n',
    );
    expect(file?.lineOf(['mode'])).toBe(1);
    expect(file?.lineOf(['rules', 1, 'to'])).toBe(6);
    expect(file?.lineOf(['rules', 1, 'key'])).toBe(5);
    expect(file?.lineOf(['nothing', 'there'])).toBeUndefined();
  });

  it('is text where it is in quotes', () => {
    expect(read('variables: { A: "007", B: "true", C: 5, D: true, E: no }').file?.config.variables).toEqual({
      A: '007',
      B: 'true',
      C: 5,
      D: true,
      E: 'no',
    });
  });

  it.each(['', '# only a comment\n', '---\n', '{}'])('is nothing in %j', (yaml) => {
    expect(read(yaml)).toMatchObject({ file: { config: {} }, faults: [] });
  });
});

it.each<[issue: z.core.$ZodIssue, words: string]>([
  [
    { code: 'invalid_type', expected: 'date', input: 'canary', path: ['mode'], message: 'canary' },
    'it takes a date',
  ],
  [
    { code: 'custom', params: {}, input: 'canary', path: ['mode'], message: 'canary' },
    'it has another shape; see docs/configuration.md',
  ],
])('what the schema does not say today is told in words of ours too: %o', (issue, words) => {
  expect(wordsOf(issue)).toBe(words);
});

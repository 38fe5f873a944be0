import { describe, expect, it } from 'vitest';
import { readConfig } from '../../src/settings/config.ts';
import { Diagnostics, describe as inWords } from '../../src/settings/diagnostics.ts';
import { readIgnored, readRules } from '../../src/settings/rules.ts';

function rules(yaml: string) {
  const notes = new Diagnostics();
  const file = readConfig(`rules:\n${yaml}`, 'c.yml', notes);
  return { rules: readRules(file, notes), faults: notes.errors.map(inWords) };
}

function ignored(yaml: string) {
  const notes = new Diagnostics();
  const file = readConfig(`ignore: ${yaml}`, 'c.yml', notes);
  return { ignored: readIgnored(file, notes), faults: notes.errors.map(inWords) };
}

describe('a rule matches', () => {
  it.each<[match: string, name: string, matches: boolean]>([
    ['STRIPE_*', 'STRIPE_KEY', true],
    ['STRIPE_*', 'STRIPE_', true],
    ['STRIPE_*', 'STRIPE', false],
    ['STRIPE_*', 'MY_STRIPE_KEY', false],
    ['DB', 'DB', true],
    ['DB', 'DB_USER', false],
    ['DB', 'db', false],
    ['"*"', 'ANYTHING', true],
    ['"*"', '.dot', true],
    ['["*_{KEY,TOKEN}", "A?"]', 'AB', true],
    ['"*_{KEY,TOKEN}"', 'A_TOKEN', true],
    ['"{A,B}_*, C"', 'C', true],
    ['[A, B]', 'B', true],
    ['A, B', 'B', true],
    ['"[AB]_X"', 'A_X', true],
  ])('%s %s: %s', (match, name, matches) => {
    const { rules: found, faults } = rules(`  - match: ${match}\n    to: parameter`);
    expect(faults).toEqual([]);
    expect(found[0]?.matches(name)).toBe(matches);
  });
});

describe('a rule sends', () => {
  it.each<[to: string, targets: unknown[]]>([
    ['parameter', [{ store: 'parameter', secure: false }]],
    ['secure-parameter', [{ store: 'parameter', secure: true }]],
    ['secret/payments', [{ store: 'secret', bundle: 'payments' }]],
    ['ignore', []],
    [
      '[secret/a, parameter]',
      [
        { store: 'secret', bundle: 'a' },
        { store: 'parameter', secure: false },
      ],
    ],
    [
      'secret/a, secret/b',
      [
        { store: 'secret', bundle: 'a' },
        { store: 'secret', bundle: 'b' },
      ],
    ],
  ])('to %s', (to, targets) => {
    const { rules: found, faults } = rules(`  - match: A\n    to: ${to}`);
    expect(faults).toEqual([]);
    expect(found[0]).toMatchObject({ targets, once: false, pattern: 'A' });
  });

  it('once, and under a key', () => {
    expect(rules('  - match: A\n    to: secret/a\n    key: dsn\n    write: once').rules[0]).toMatchObject({
      key: 'dsn',
      once: true,
    });
  });

  it('nothing where there is no file', () => {
    expect(readRules(undefined, new Diagnostics())).toEqual([]);
  });
});

/** `refusals/rows/config.ts` has the others. */
describe('a rule is refused', () => {
  it.each<[yaml: string, fault: RegExp]>([
    ['  - match: A\n    to: ","', /rules\.0\.to: .*no destination/],
    ['  - match: []\n    to: ignore', /rules\.0\.match: .*no variable/],
    ['  - match: "# A"\n    to: ignore', /rules\.0\.match: .*no variable/],
    ['  - match: A\n    to: parameter\n    key: a/b', /rules\.0\.key: only letters/],
    ['  - match: A\n    to: secret/a\n    key: ä', /rules\.0\.key: only letters/],
    ['  - match: A\n    to: parameter\n  - match: B\n    to: nowhere', /^c\.yml line 5: rules\.1\.to/],
  ])('%s', (yaml, fault) => {
    const { faults } = rules(yaml);
    expect(faults).toHaveLength(1);
    expect(faults[0]).toMatch(fault);
  });
});

describe('what is ignored', () => {
  it.each<[entry: string, resource: string, name: string, field: string, hit: boolean]>([
    ['parameter:GUNICORN_WORKERS', 'parameter', 'GUNICORN_WORKERS', 'value', true],
    ['parameter:GUNICORN_WORKERS', 'parameter', 'GUNICORN_WORKERS', 'tag:a', true],
    ['parameter:GUNICORN_WORKERS', 'parameter', 'GUNICORN_THREADS', 'value', false],
    ['parameter:GUNICORN_*', 'parameter', 'GUNICORN_THREADS', 'value', true],
    ['parameter:A:value', 'parameter', 'A', 'value', true],
    ['parameter:A:value', 'parameter', 'A', 'type', false],
    ['secret:db', 'secret', 'db', 'key:password', true],
    ['secret:db:key:password', 'secret', 'db', 'key:password', true],
    ['secret:db:key:password', 'secret', 'db', 'key:username', false],
    ['secret:db:key:postgres_*', 'secret', 'db', 'key:postgres_user', true],
    ['secret:db:key:postgres_*', 'secret', 'db', 'key:username', false],
    ['secret:*:key:*', 'secret', 'db', 'key:username', true],
    ['secret:*:key:*', 'secret', 'db', 'tag:project', false],
    ['repository:tag:*', 'repository', 'papyrus', 'tag:project', true],
    ['repository:tag:*', 'repository', 'papyrus', 'mutability', false],
    ['log-group:tag:{team,cost-?}', 'log-group', '/ecs/papyrus', 'tag:team', true],
    ['log-group:tag:a:b (c)', 'log-group', '/ecs/papyrus', 'tag:a:b (c)', true],
    ['secret:db:keys', 'secret', 'db', 'key:username', true],
    ['secret:db:keys', 'secret', 'db', 'key-id', false],
    ['log-group', 'log-group', 'x', 'retention', true],
    ['log-group:tags', 'log-group', 'x', 'tag:a', true],
    ['log-group:tags', 'log-group', 'x', 'retention', false],
    ['log-group:tag:a', 'log-group', 'x', 'tag:a', true],
    ['log-group:tag:a', 'log-group', 'x', 'tag:b', false],
    ['repository:encryption', 'repository', 'x', 'encryption', true],
    ['repository:lifecycle', 'repository', 'x', 'mutability', false],
  ])('%s on %s %s %s: %s', (entry, resource, name, field, hit) => {
    const { ignored: found, faults } = ignored(`["${entry}"]`);
    expect(faults).toEqual([]);
    const [only] = found;
    expect(only?.resource).toBe(resource);
    expect(only?.name(name) === true && only.field(field)).toBe(hit);
  });

  it.each([
    ['parameter', /is parameter:NAME/],
    ['parameter:', /entry is/],
    ['secret', /entry is/],
    ['images', /entry is/],
    ['log-group:retentoin', /"log-group:retentoin" .*no field; a log-group .*retention, class, key-id, tags/],
    ['parameter:A:values', /a parameter has value, type, tier, key-id, tags/],
    ['repository:key:a', /has mutability/],
  ])('%s is refused', (entry, fault) => {
    const { ignored: found, faults } = ignored(`["${entry}"]`);
    expect(found).toEqual([]);
    expect(faults).toHaveLength(1);
    expect(faults[0]).toMatch(/^c\.yml line 1: ignore: /);
    expect(faults[0]).toMatch(fault);
  });
});

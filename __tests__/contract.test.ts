import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { schemaText } from '../scripts/schema.ts';
import { openGate } from '../src/report/gate.ts';
import { outputs } from '../src/report/outputs.ts';
import type { Run } from '../src/report/run.ts';
import { configSchema, readConfig } from '../src/settings/config.ts';
import { Diagnostics } from '../src/settings/diagnostics.ts';
import { INPUTS } from '../src/settings/inputs.ts';
import { Masks } from '../src/settings/masks.ts';
import { ask } from './asking.ts';
import { accepts } from './json-schema.ts';

const path = (name: string) => fileURLToPath(new URL(`../${name}`, import.meta.url));
const read = (name: string) => readFileSync(path(name), 'utf8');

interface Action {
  readonly name: string;
  readonly description: string;
  readonly inputs: Record<
    string,
    { readonly description?: string; readonly default?: unknown; readonly required?: unknown }
  >;
  readonly outputs: Record<string, { readonly description?: string; readonly value?: unknown }>;
  readonly runs: { readonly using: string; readonly main: string };
}
const action: Action = parse(read('action.yml'));

/** Every output of a run that has a plan; the file's path is added where it is written. */
function writtenOutputs(): string[] {
  const { settings, desired, notes } = ask({ inputs: { variables: 'A=1' } });
  const run: Run = {
    settings,
    desired,
    plan: [],
    outcomes: [],
    notes,
    notices: [],
    causes: [],
    refusal: [],
    binding: { account: 'a0b1c2' },
    gate: openGate(new Masks(() => {}, [])),
    caller: { account: '123456789012', arn: 'arn:aws:sts::123456789012:assumed-role/deployer/run' },
    callsByService: new Map(),
    calls: 0,
    written: 0,
    failure: undefined,
    repositoryUri: undefined,
    references: undefined,
  };
  return [...outputs(run).keys(), 'plan-file'];
}

describe('action.yml', () => {
  it('declares the inputs that are read, in their order', () => {
    expect(Object.keys(action.inputs)).toEqual([...INPUTS]);
  });

  it('declares the outputs that are written', () => {
    expect(Object.keys(action.outputs).sort()).toEqual(writtenOutputs().sort());
  });

  it.each(Object.entries(action.inputs))(
    'describes the input %s, and leaves its default to the code',
    (name, input) => {
      expect(input.description ?? '').toMatch(/^[A-Z{/a-z].{15,}$/);
      // The one value that only an expression knows, and the one setting that no file may hold.
      if (name !== 'github-token')
        expect(input, `${name} could no longer be set by the file`).not.toHaveProperty('default');
      expect(input, 'the runner does not enforce it').not.toHaveProperty('required');
    },
  );

  it.each(Object.entries(action.outputs))('describes the output %s', (_name, output) => {
    expect((output.description ?? '').length).toBeGreaterThan(10);
    expect(output, 'only composite actions have one').not.toHaveProperty('value');
  });

  it('runs on node20 from an existing file', () => {
    expect(action.runs.using).toBe('node20');
    expect(action.runs.main).toMatch(/^dist\//);
    expect(existsSync(path(action.runs.main))).toBe(true);
    expect(JSON.parse(read('dist/package.json'))).toMatchObject({ type: 'commonjs' });
  });

  it('has a name and a description that fit the marketplace', () => {
    expect(action.name.length).toBeGreaterThan(0);
    expect(action.description.length).toBeLessThanOrEqual(125);
  });
});

describe('the reference', () => {
  it.each(Object.keys(action.inputs))('has a section for the input %s', (name) => {
    expect(read('docs/inputs.md')).toContain(`\n### \`${name}\`\n`);
  });

  it.each(Object.keys(action.outputs))('has a row for the output %s', (name) => {
    expect(read('docs/outputs.md')).toContain(`\n| \`${name}\` |`);
  });
});

const schema = JSON.parse(read('schema/aws-bootstrap.schema.json'));

describe('the JSON Schema', () => {
  it('is up to date (npm run schema)', () => {
    expect(read('schema/aws-bootstrap.schema.json')).toBe(schemaText());
  });

  it('is draft 7, and describes every setting', () => {
    expect(schema.$schema).toBe('http://json-schema.org/draft-07/schema#');
    const undescribed = Object.entries<{ description?: string }>(schema.properties)
      .filter(([name, property]) => name !== '$schema' && (property.description ?? '') === '')
      .map(([name]) => name);
    expect(undescribed).toEqual([]);
  });

  // Those that hold secrets, name the file itself, or speak of one run.
  const SECRETIVE = [
    'dotenv',
    'secrets',
    'config',
    'auth0-management-client-secret',
    'confirm',
    'expect-plan',
    'github-token',
  ];
  it('has every input that is also a setting of the file', () => {
    const own = INPUTS.filter((name) => !SECRETIVE.includes(name));
    expect(Object.keys(schema.properties)).toEqual(expect.arrayContaining(own));
    for (const name of SECRETIVE) expect(schema.properties).not.toHaveProperty(name);
  });

  const GOOD: [what: string, yaml: string][] = [
    ['nothing', ''],
    ['an empty mapping', '{}'],
    ["the editor's line", '$schema: https://example.com/schema.json'],
    [
      'the settings of the seed',
      'prefix: /papyrus/prd\nregion: us-west-2\ntags: { project: portfolio }\nlog-retention-days: 1',
    ],
    [
      'rules',
      'rules:\n  - match: STRIPE_*\n    to: secret/payments\n  - match: [SENTRY_DSN]\n    to: [secure-parameter]\n    key: dsn\n    write: once',
    ],
    [
      'bundles and ignore',
      'bundles: { payments: { mode: exact } }\nignore: ["parameter:GUNICORN_WORKERS", "log-group:tags"]',
    ],
    ['environment', 'environments: { stg: { prefer: ssm, log-group: "/ecs/{application}/{environment}" } }'],
    ['texts that hold lists', 'only: log-group, secrets\nallow: |\n  loosen\n  change-type'],
    ['variables of all kinds', 'variables: { PORT: 5000, DEBUG: false, NAME: papyrus }'],
    ['never', 'log-retention-days: never'],
    ['booleans', 'adopt: false\nfail-on-drift: true'],
  ];
  const BAD: [what: string, yaml: string][] = [
    ['a list', '- a'],
    ['a text', 'hello'],
    ['an unknown setting', 'retention: 1'],
    ['secrets in a committed file', 'secrets: { A: b }'],
    ['an unknown mode', 'mode: deploy'],
    ['a number for a text', 'prefix: 12'],
    ['a null', 'prefix:'],
    ['a text for a boolean', 'adopt: "yes"'],
    ['a fraction of a day', 'log-retention-days: 1.5'],
    ['days below one', 'log-retention-days: 0'],
    ['a rule without a place', 'rules: [{ match: A }]'],
    ['a rule without a name', 'rules: [{ to: parameter }]'],
    ['a rule with an unknown word', 'rules: [{ match: A, to: parameter, when: x }]'],
    ['an unknown write', 'rules: [{ match: A, to: parameter, write: never }]'],
    ['rules that are no list', 'rules: { match: A, to: parameter }'],
    ['a bundle without a mode', 'bundles: { db: {} }'],
    ['an unknown setting of a bundle', 'bundles: { db: { mode: exact, kms: x } }'],
    ['a mode of an environment', 'environments: { stg: { mode: plan } }'],
    ['a prefix of an environment', 'environments: { stg: { prefix: /a/b } }'],
    ['an environment in an environment', 'environments: { stg: { environments: {} } }'],
    ['a list of a list', 'only: [[secrets]]'],
    ['a nested tag', 'tags: { a: { b: c } }'],
  ];

  it.each(GOOD)('accepts %s, and so does the reader', (_what, yaml) => {
    const value = parse(yaml) ?? {};
    expect(accepts(schema, value)).toBe(true);
    const notes = new Diagnostics();
    expect(readConfig(yaml, 'a.yml', notes)?.config).toEqual(value);
    expect(notes.errors).toEqual([]);
  });

  it.each(BAD)('refuses %s, and so does the reader', (_what, yaml) => {
    expect(accepts(schema, parse(yaml))).toBe(false);
    expect(configSchema.safeParse(parse(yaml)).success).toBe(false);
    const notes = new Diagnostics();
    expect(readConfig(yaml, 'a.yml', notes)).toBeUndefined();
    expect(notes.errors.length).toBeGreaterThan(0);
  });
});

// Each step of this action that the documentation shows is one that the action takes: its input is right, and with the
// example's .env every variable has a place.
import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { classify } from '../src/desired/classify.ts';
import { Secret } from '../src/secret.ts';
import { INPUTS } from '../src/settings/input-names.ts';
import { ask } from './asking.ts';

const ROOT = new URL('..', import.meta.url);
const read = (name: string) => readFileSync(new URL(name, ROOT), 'utf8');
const SEED = read('examples/seed.env');
const TASK = read('examples/flask-on-ecs/task-definition.json');

/** What the runner would fill in. An expression that is not listed fails the test. */
const VALUES: Readonly<Record<string, string>> = {
  'secrets.DOTENV': SEED,
  'secrets.STRIPE_API_KEY': 'not-a-real-stripe-key',
  'secrets.SMTP_PASSWORD': 'not-a-real-smtp-password',
  'secrets.AUTH0_MANAGEMENT_CLIENT_ID': 'management-client',
  'secrets.AUTH0_MANAGEMENT_CLIENT_SECRET': 'not-a-real-management-secret',
  'vars.LOG_LEVEL': 'info',
  'github.token': 'not-a-real-token',
  'vars.APP_URL': 'http://203.0.113.7:5000',
  'inputs.mode': 'plan',
  'inputs.prefix': '/papyrus/stg',
  'inputs.app-url': 'http://203.0.113.7:5000',
  'matrix.environment': 'stg',
  'github.sha': '0123456789abcdef0123456789abcdef01234567',
  'runner.temp': '/tmp',
  'needs.plan.outputs.plan-hash': 'a'.repeat(64),
};
const filled = (value: unknown) =>
  String(value).replaceAll(/\$\{\{ *(.*?) *\}\}/g, (_, expression: string) => {
    const known = VALUES[expression];
    if (known === undefined) throw new Error(`what is ${expression}?`);
    return known;
  });
const allFilled = (pairs: object = {}) =>
  Object.fromEntries(Object.entries(pairs).map(([name, value]) => [name, filled(value)]));

interface Step {
  readonly uses: string;
  readonly with?: object;
  readonly env?: object;
}

function stepsOf(value: unknown): Step[] {
  if (typeof value !== 'object' || value === null) return [];
  const isOurs = 'uses' in value && String(value.uses).startsWith('papyrus/aws-bootstrap@');
  return [...(isOurs ? [value as Step] : []), ...Object.values(value).flatMap(stepsOf)];
}

const pages = [
  'README.md',
  ...readdirSync(new URL('docs', ROOT)).flatMap((name) => (name.endsWith('.md') ? [`docs/${name}`] : [])),
];
const shown = [
  ...pages.flatMap((page) => {
    const text = read(page);
    return [...text.matchAll(/^```yaml\n(.*?)^```$/gms)].flatMap(({ index, 1: code = '' }) =>
      stepsOf(parse(code)).map((step) => ({
        where: `${page} line ${text.slice(0, index).split('\n').length}`,
        step,
      })),
    );
  }),
  ...stepsOf(parse(read('examples/flask-on-ecs/.github/workflows/deploy.yml'))).map((step, at) => ({
    where: `the example, step ${at + 1}`,
    step,
  })),
];

test('the documents have steps', () => {
  expect(shown.length).toBeGreaterThan(15);
});

test.each(shown)('$where', ({ step }) => {
  const { faults, variables, routes } = ask({
    inputs: allFilled(step.with),
    env: allFilled(step.env),
    files: {
      'deploy/prd.env': 'LOG_FORMAT=json\n',
      'task-definition.json': TASK,
      'deploy/task-definition.json': TASK,
    },
  });
  expect(faults).toEqual([]);
  expect(routes).toHaveLength(variables.length);
  if (JSON.stringify(step.with).includes('secrets.DOTENV')) expect(variables.length).toBeGreaterThan(15);
});

const examples = [...read('docs/inputs.md').matchAll(/^### `([\w-]+)`\n.*?^```yaml\n(.*?)^```$/gms)].map(
  ([, name = '', code = '']) => ({ name, given: parse(code) as Record<string, unknown> }),
);

test('docs/inputs.md has an example of exactly each input', () => {
  expect(examples.map(({ name }) => name).sort()).toEqual([...INPUTS].sort());
  for (const { name, given } of examples) expect(Object.keys(given)).toEqual([name]);
});

const AUTH0 = {
  'app-url': 'https://app.example.com',
  'auth0-management-client-id': 'management-client',
  'auth0-management-client-secret': 'not-a-real-management-secret',
};

/** What an example needs beside it. */
const BESIDE: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'container-name': { 'task-definition': 'task-definition.json' },
  'auth0-management-client-id': AUTH0,
  'auth0-management-client-secret': AUTH0,
};

test.each(examples)('the example of $name is accepted', ({ name, given }) => {
  const { faults } = ask({
    inputs: { dotenv: SEED, ...BESIDE[name], ...allFilled(given) },
    files: {
      'deploy/common.env': 'LOG_FORMAT=json\n',
      'deploy/prd.env': 'LOG_FORMAT=json\n',
      'deploy/aws-bootstrap.yml': 'prefix: /myapp/prd\n',
      'task-definition.json': TASK.replace('"name": "app"', '"name": "web"'),
    },
  });
  expect(faults).toEqual([]);
});

test.each(['docs/routing.md', 'docs/ja/routing.md'])(
  'the examples of %s have the class that the page names',
  (page) => {
    const rows = [...read(page).matchAll(/^\| (`.*`) \| (secret|plain|undecided) \| /gm)];
    const shown = rows.flatMap(([, codes = '', expected = '']) =>
      [...codes.matchAll(/`(\w+)=([^`]*)`/g)].map(([, name = '', value = '']) => ({ name, value, expected })),
    );
    expect(shown.length).toBeGreaterThan(8);
    const wrong = shown.filter(
      ({ name, value, expected }) =>
        classify(name, new Secret(value.replace('…', 'Zx81'))).class !== expected,
    );
    expect(wrong).toEqual([]);
  },
);

// What the documentation shows goes together with the roles of iam/roles.yml: their trust, their parameters, their rights.
import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { ask } from './asking.ts';

const ROOT = new URL('..', import.meta.url);
const read = (name: string) => readFileSync(new URL(name, ROOT), 'utf8');

const EXAMPLE = 'examples/flask-on-ecs';
const examples = readdirSync(new URL('examples', ROOT), { recursive: true, encoding: 'utf8' }).map(
  (name) => `examples/${name.replaceAll('\\', '/')}`,
);
const pages = [
  ...['README.md', 'README.ja.md'],
  ...examples.filter((name) => name.endsWith('.md')),
  ...readdirSync(new URL('docs', ROOT)).flatMap((name) => (name.endsWith('.md') ? [`docs/${name}`] : [])),
];
const blocksOf = (page: string) =>
  [...read(page).matchAll(/^```yaml\n(.*?)^```$/gms)].map(([, code = '']) => code);

interface Job {
  readonly environment?: string;
  readonly steps?: ReadonlyArray<{ readonly with?: { readonly 'role-to-assume'?: string } }>;
}
const jobs = [
  ...pages.flatMap((page) => blocksOf(page).map((text) => ({ where: page, text }))),
  ...examples
    .filter((name) => /\.github\/workflows\/[^/]+$/.test(name))
    .map((name) => ({ where: name, text: read(name) })),
].flatMap(({ where, text }) =>
  Object.entries((parse(text) as { jobs?: Record<string, Job> }).jobs ?? {}).map(([name, job]) => ({
    where: `${where}: ${name}`,
    environment: job.environment,
    roles: (job.steps ?? []).flatMap((step) => step.with?.['role-to-assume'] ?? []),
  })),
);

test('a job that takes a role to deploy has an environment, which that role trusts', () => {
  // `vars.AWS_ROLE` and `vars.AWS_DEPLOY_ROLE` hold the role to deploy as well.
  const deploying = jobs.filter(({ roles }) =>
    roles.some((role) => /-deploy\b|AWS_(DEPLOY_)?ROLE/.test(role)),
  );
  expect(deploying.length).toBeGreaterThan(7);
  expect(deploying.filter(({ environment }) => environment === undefined)).toEqual([]);
});

const template = parse(read('iam/roles.yml'), { logLevel: 'silent' }) as {
  Parameters: Record<string, { AllowedPattern?: string; AllowedValues?: string[] }>;
};

/** The values of every deployment of a stack that a page shows, as they are written there. */
const stacks = pages.flatMap((page) =>
  [...read(page).matchAll(/cloudformation deploy (.*?[^\\])\n/gs)].map(([, command = '']) => ({
    page,
    name: /--stack-name "?([^\s"]+)/.exec(command)?.[1] ?? '',
    given: [...(command.split('--parameter-overrides')[1] ?? '').matchAll(/"?(\w+)=([^\s"]*)/g)].map(
      ([, key = '', value = '']) => [key, value] as const,
    ),
  })),
);

test('a stack of roles is named by application and environment, and has parameters of the template', () => {
  expect(stacks.length).toBeGreaterThan(5);
  const faults = stacks.flatMap(({ page, name, given }) => {
    const values = Object.fromEntries(given);
    const wrong = given.flatMap(([key, value]) => {
      const parameter = template.Parameters[key];
      if (parameter === undefined) return [`roles.yml has no parameter ${key}`];
      const { AllowedPattern, AllowedValues } = parameter;
      // What the reader fills in cannot be judged.
      if (/\$|…/.test(value)) return [];
      const fits = AllowedPattern === undefined || new RegExp(`^(?:${AllowedPattern})$`).test(value);
      return fits && AllowedValues?.includes(value) !== false ? [] : [`${key} does not take ${value}`];
    });
    const called = `${values['Prefix']?.slice(1).replaceAll('/', '-')}-roles`;
    return [...wrong, ...(name === called ? [] : [`the stack is called ${name}, not ${called}`])].map(
      (text) => `${page}: ${text}`,
    );
  });
  expect(faults).toEqual([]);
});

test('the stacks of several environments allow the resources of their configuration', () => {
  const page = read('docs/environments.md')
    .split('\n## ')
    .find((part) => part.startsWith('One workflow for both'));
  const [, config = ''] = /```yaml\n(.*?)```/s.exec(page ?? '') ?? [];
  const workflow = parse(/```yaml\n(# \.github\/workflows.*?)```/s.exec(page ?? '')?.[1] ?? '');
  const environments: string[] = workflow.jobs.apply.strategy.matrix.environment;
  expect(page).toContain(`for env in ${environments.join(' ')}; do`);
  const loop = stacks.find(({ given }) => given.some(([, value]) => value.includes('$env')));
  for (const environment of environments) {
    const given = Object.fromEntries(
      (loop?.given ?? []).map(([key, value]) => [key, value.replaceAll('$env', environment)]),
    );
    const { settings, faults } = ask({ config, inputs: { prefix: given['Prefix'] ?? '' } });
    expect(faults).toEqual([]);
    expect(given).toMatchObject({
      Environment: environment,
      LogGroup: settings.logGroup?.name,
      RoleNames: `papyrus-${environment}`,
    });
    expect(given['EcrRepository'] ?? 'papyrus').toBe(settings.repository?.name);
  }
});

test('the rights to deploy to ECS are those of docs/iam-policies.md, as a file', () => {
  const shown = [...read('docs/iam-policies.md').matchAll(/^```json\n(.*?)^```$/gms)].map(
    ([, code = '']) => code,
  );
  expect(shown).toContain(read(`${EXAMPLE}/deploy-policy.json`));
});

test('the example without costs has no secret', () => {
  const config = blocksOf('docs/routing.md').find((code) => code.includes('secure-parameter')) ?? '';
  const { desired, faults } = ask({ config, inputs: { dotenv: read('examples/seed.env') } });
  expect(faults).toEqual([]);
  expect(desired.destinations.length).toBeGreaterThan(15);
  expect(desired.destinations.filter(({ kind }) => kind !== 'AWS::SSM::Parameter')).toEqual([]);
});

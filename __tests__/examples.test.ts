// Each project in examples/ is one that its reader can copy: the action takes its inputs, no variable is left undecided, and
// what its files name fits together. scripts/witness-workflows.ts runs their workflows.
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { isUndecided } from '../src/desired/routing.ts';
import { rowOf } from '../src/desired/table.ts';
import { completeTaskDefinition } from '../src/report/task-definition.ts';
import { readDotenv } from '../src/settings/dotenv.ts';
import { type Answer, ask } from './asking.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const read = (name: string) => readFileSync(join(ROOT, name), 'utf8');
const CONFIG = '.github/aws-bootstrap.yml';
const README_LINES = 60;

interface Step {
  readonly id?: string;
  readonly uses?: string;
  readonly with?: Readonly<Record<string, unknown>>;
}
interface Workflow {
  readonly permissions: unknown;
  readonly jobs: Readonly<Record<string, { readonly steps: readonly Step[] }>>;
}

/** Names of the files of a project, without its folder. */
function filesOf(project: string): string[] {
  const folder = join(ROOT, 'examples', project);
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) =>
      join(parentPath, name)
        .slice(folder.length + 1)
        .replaceAll('\\', '/'),
    );
}

const projects = readdirSync(join(ROOT, 'examples'), { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name);
const workflows = projects.flatMap((project) =>
  filesOf(project)
    .filter((name) => /^\.github\/workflows\/[^/]+\.yml$/.test(name))
    .map((name) => {
      const text = read(`examples/${project}/${name}`);
      const { jobs } = parse(text) as Workflow;
      return { project, name, text, steps: Object.values(jobs).flatMap(({ steps }) => steps) };
    }),
);
const isOurs = ({ uses = '' }: Step) => uses.startsWith('papyrus/aws-bootstrap@');

/** What the runner would fill in. An expression that is not listed fails the test. */
function fill(value: unknown, dotenv: string): string {
  const values: Readonly<Record<string, string>> = {
    'secrets.DOTENV': dotenv,
    'secrets.AUTH0_MANAGEMENT_CLIENT_ID': 'management-client',
    'secrets.AUTH0_MANAGEMENT_CLIENT_SECRET': 'not-a-real-management-secret',
    'vars.APP_URL': 'https://papyrus.example',
    'github.sha': '0123456789abcdef0123456789abcdef01234567',
    'runner.temp': '/tmp',
  };
  return String(value).replaceAll(/\$\{\{ *(.*?) *\}\}/g, (_, expression: string) => {
    const known = values[expression];
    if (known === undefined) throw new Error(`what is ${expression}?`);
    return known;
  });
}

/** Every step of this action, with the `.env.example` in place of its secret: of the application, or of the project. */
const runs = workflows.flatMap(({ project, name, steps }) =>
  steps.filter(isOurs).map((step, at) => {
    const config = String(step.with?.['config'] ?? CONFIG);
    const folder = step.with?.['config'] === undefined ? '' : `${dirname(config)}/`;
    return { project, name, step, config, envFile: `${folder}.env.example`, at: at + 1 };
  }),
);

function answer({ project, step, config, envFile }: (typeof runs)[number]): Answer {
  const files = Object.fromEntries(
    filesOf(project).map((name) => [name, read(`examples/${project}/${name}`)]),
  );
  const dotenv = files[envFile] ?? '';
  const { config: _, ...given } = step.with ?? {};
  const inputs = Object.fromEntries(Object.entries(given).map(([key, value]) => [key, fill(value, dotenv)]));
  const text = files[config];
  return ask({
    inputs: { prefix: '', ...inputs },
    ...(text === undefined ? {} : { config: text }),
    files,
    event: 'push',
  });
}

test('there are projects, and examples/README.md lists each', () => {
  expect(projects.length).toBeGreaterThanOrEqual(5);
  expect(projects.filter((name) => !runs.some(({ project }) => project === name))).toEqual([]);
  const listed = [...read('examples/README.md').matchAll(/^\| \[[^\]]+\]\(([\w-]+)\/README\.md\) \|/gm)];
  expect(listed.map(([, name]) => name).sort()).toEqual([...projects].sort());
});

describe.each(runs)('examples/$project, $name, step $at', (run) => {
  const found = answer(run);

  test('is accepted without an error or a warning', () => {
    expect(found.faults).toEqual([]);
    expect(found.warnings).toEqual([]);
    expect(found.variables.length).toBeGreaterThan(5);
  });

  test('has no undecided variable, and needs each of its rules', () => {
    expect(found.routes.filter(isUndecided).map(({ variable }) => variable.name)).toEqual([]);
    const reasons = found.routes.map(({ reason }) => reason);
    const unused = found.settings.rules.filter(
      ({ pattern }) => !reasons.some((reason) => reason.includes(`rule "${pattern}"`)),
    );
    expect(unused.map(({ pattern }) => pattern)).toEqual([]);
  });

  test('stores every secret by name encrypted, or not at all', () => {
    const named = found.routes.filter(({ variable }) =>
      /PASSWORD|SECRET|_KEY$|DATABASE_URL|REDIS_URL|DSN$/.test(variable.name),
    );
    expect(named.length).toBeGreaterThan(0);
    const open = named.filter(({ destinations }) =>
      destinations.some((place) => place.store === 'parameter' && place.type === 'String'),
    );
    expect(open.map(({ variable }) => variable.name)).toEqual([]);
  });

  test('completes its task definition', () => {
    const { logGroup, reports } = found.settings;
    const { taskDefinition } = reports;
    expect(taskDefinition !== undefined).toBe(run.step.with?.['task-definition'] !== undefined);
    if (taskDefinition === undefined) return;
    const names = found.routes
      .filter(({ destinations }) => destinations.length > 0)
      .map(({ variable }) => variable.name);
    const text = completeTaskDefinition(taskDefinition, {
      secrets: names.map((name) => ({ name, valueFrom: `arn:${name}` })),
      image: 'registry/image@sha256:1',
      logs: { group: logGroup?.name ?? '', region: 'us-west-2', streamPrefix: 'x' },
      fingerprint: 'f',
    });
    const [container, ...others] = JSON.parse(text).containerDefinitions;
    expect(others).toEqual([]);
    expect(container.secrets.map(({ name }: { name: string }) => name)).toEqual(names);
    expect(container.image).toBe('registry/image@sha256:1');
    expect(container.logConfiguration.options['awslogs-group']).toBe(logGroup?.name);
    // What the action puts in is left to it.
    const [before] = JSON.parse(taskDefinition.text).containerDefinitions;
    for (const key of ['secrets', 'environment', 'logConfiguration']) expect(before).not.toHaveProperty(key);
  });
});

const deployments = workflows.flatMap(({ project, steps }) => {
  const step = steps.find(({ uses = '' }) =>
    uses.startsWith('aws-actions/amazon-ecs-deploy-task-definition@'),
  );
  const ours = runs.find((run) => run.project === project && steps.includes(run.step));
  return step === undefined || ours === undefined ? [] : [{ project, deploy: step.with ?? {}, run: ours }];
});

test.each(deployments)(
  '$project: task definition, roles, policy and service fit together',
  ({ project, deploy, run }) => {
    const path = String(run.step.with?.['task-definition']);
    const folder = join('examples', project, dirname(path));
    const task = JSON.parse(read(join('examples', project, path)));
    const policy = JSON.parse(read(join(folder, 'deploy-policy.json')));
    const { settings } = answer(run);
    const [application] = settings.prefix.slice(1).split('/');
    const account = 'arn:aws:iam::123456789012:role/';
    expect(task.executionRoleArn).toBe(`${account}${application}-execution`);
    const resources = policy.Statement.map(({ Resource }: { Resource: string | string[] }) =>
      [Resource].flat(),
    );
    expect(resources).toEqual([
      [`arn:aws:ecs:us-west-2:123456789012:task-definition/${task.family}:*`],
      [task.executionRoleArn, task.taskRoleArn].filter((role) => role !== undefined),
      [`arn:aws:ecs:us-west-2:123456789012:service/${deploy['cluster']}/${deploy['service']}`],
    ]);
    // The port of the container is the one that the application is given, or the one of the image.
    const [{ containerPort }] = task.containerDefinitions[0].portMappings;
    expect(read(join(folder, 'Dockerfile'))).toContain(`\nEXPOSE ${containerPort}\n`);
    const port = readDotenv(read(join('examples', project, run.envFile))).entries.find(
      ({ key }) => key === 'PORT',
    );
    if (port !== undefined) expect(port.value).toBe(String(containerPort));
  },
);

test.each(runs)(
  '$project, $name, step $at: its README names the prefix, the roles and the service',
  (run) => {
    const { settings } = answer(run);
    const [application = '', environment = ''] = settings.prefix.slice(1).split('/');
    // The monorepo goes through its applications by a loop.
    const readme = read(`examples/${run.project}/README.md`).replaceAll(/\$(?:app\b|\{app\})/g, application);
    expect(readme).toContain(`Prefix=/${application}/${environment}`);
    expect(readme).toMatch(new RegExp(`role/${application}-deploy\\b`));
    const port = /--port (\d+) /.exec(readme)?.[1];
    if (port === undefined) return;
    const { deploy } = deployments.find((one) => one.run.step === run.step) ?? {};
    // The second step of flask-on-ecs deploys nothing.
    if (deploy === undefined) return;
    expect(readme).toContain(`--cluster ${deploy['cluster']} --service-name ${deploy['service']} `);
    const task = JSON.parse(read(`examples/${run.project}/${run.step.with?.['task-definition']}`));
    expect(readme).toContain(`--task-definition ${task.family} `);
    expect(String(task.containerDefinitions[0].portMappings[0].containerPort)).toBe(port);
  },
);

test('there are deployments', () => {
  expect(deployments.length).toBeGreaterThanOrEqual(5);
});

describe('workflows of the projects', () => {
  const used = (text: string) =>
    [...text.matchAll(/uses: ([\w-]+\/[\w-]+)\S*@(\S+)(?: # (v[\d.]+))?$/gm)].map(
      ([, action = '', ref = '', version]) => ({ action, ref, version }),
    );

  test('use other actions by commit, the same one everywhere, with its version', () => {
    const own = readdirSync(join(ROOT, '.github/workflows')).map((name) => read(`.github/workflows/${name}`));
    const all = [...workflows.map(({ text }) => text), ...own]
      .flatMap(used)
      .filter(({ action }) => action !== 'papyrus/aws-bootstrap');
    expect(all.filter(({ ref, version }) => !/^[0-9a-f]{40}$/.test(ref) || version === undefined)).toEqual(
      [],
    );
    const refs = new Map<string, Set<string>>();
    for (const { action, ref, version } of all)
      refs.set(action, (refs.get(action) ?? new Set()).add(`${ref} ${version}`));
    expect([...refs].filter(([, pins]) => pins.size > 1)).toEqual([]);
  });

  test('are updated by Dependabot, as are their images', () => {
    const { updates } = parse(read('.github/dependabot.yml')) as {
      updates: ReadonlyArray<Readonly<Record<string, unknown>>>;
    };
    const foldersOf = (ecosystem: string) =>
      updates
        .filter((update) => update['package-ecosystem'] === ecosystem)
        .flatMap((update) =>
          [update['directory'], update['directories']].flat().filter((one) => one !== undefined),
        );
    const withFile = (pattern: RegExp) =>
      projects.flatMap((project) =>
        filesOf(project)
          .filter((name) => pattern.test(name))
          .map((name) => join('/examples', project, dirname(name))),
      );
    expect(foldersOf('github-actions')).toEqual(
      expect.arrayContaining([...new Set(withFile(/^\.github\/workflows\//))]),
    );
    expect(foldersOf('docker')).toEqual(expect.arrayContaining(withFile(/(^|\/)Dockerfile$/)));
  });

  test('of the monorepo differ only in the name of the application', () => {
    const [orders, storefront] = ['orders', 'storefront'].map((name) =>
      read(`examples/monorepo/.github/workflows/${name}.yml`).replaceAll(name, 'APPLICATION'),
    );
    expect(orders).toBe(storefront);
  });
});

test.each(projects)('the README of %s begins with its readers, and is short', (project) => {
  const lines = read(`examples/${project}/README.md`).trimEnd().split('\n');
  expect(lines[2]).toMatch(/^For \w/);
  expect(lines.length).toBeLessThanOrEqual(README_LINES);
});

describe('the example flask-on-ecs', () => {
  const file = (name: string) => read(`examples/flask-on-ecs/${name}`);
  const names = readDotenv(file('.env.example')).entries.map(({ key }) => key);

  test('has every variable of the routing table, and no other', () => {
    const table = [
      ...[
        'DB_USER',
        'DB_PASSWORD',
        'DB_HOST',
        'DB_NAME',
        'POSTGRES_USER',
        'POSTGRES_PASSWORD',
        'POSTGRES_DB',
      ],
      ...['AUTH0_CLIENT_ID', 'AUTH0_CLIENT_SECRET', 'AUTH0_DOMAIN', 'AUTH0_CALLBACK_URL', 'FLASK_SECRET_KEY'],
    ];
    expect(names.filter((name) => !name.startsWith('GUNICORN_')).sort()).toEqual(table.sort());
    expect(names.some((name) => name.startsWith('GUNICORN_'))).toBe(true);
    expect(names.filter((name) => rowOf(name) === undefined)).toEqual([]);
  });

  test('reads only what .env.example has', () => {
    const sources = `${file('app/__init__.py')}\n${file('gunicorn.conf.py')}`;
    const used = [...sources.matchAll(/(?:environ\[|environ\.get\(|number\()"([A-Z0-9_]+)"/g)].map(
      ([, name]) => name,
    );
    expect(used.length).toBeGreaterThan(8);
    // Only behind a proxy; the example's README describes it.
    expect(used.filter((name) => name !== 'TRUST_PROXY' && !names.includes(name ?? ''))).toEqual([]);
  });

  test('is Python that compiles', () => {
    for (const name of ['app/__init__.py', 'gunicorn.conf.py'])
      execFileSync('python3', ['-c', 'import ast, sys; ast.parse(sys.stdin.read())'], { input: file(name) });
  });
});

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('there is no port');
  return address.port;
}

const servers = projects.flatMap((project) =>
  filesOf(project)
    .filter((name) => name.endsWith('server.mjs'))
    .map((name) => ({ server: `examples/${project}/${name}` })),
);

test('there are servers to start', () => {
  expect(servers.length).toBeGreaterThanOrEqual(3);
});

describe.each(servers)('$server', ({ server }) => {
  const env = join(dirname(server), '.env.example');
  const variables = Object.fromEntries(readDotenv(read(env)).entries.map(({ key, value }) => [key, value]));

  test('reads only what its .env.example has', () => {
    const text = read(server);
    const list = /const REQUIRED = \[(.*?)\]/s.exec(text)?.[1] ?? '';
    const used = [...`${text} ${list}`.matchAll(/\benv\.([A-Z0-9_]+)|'([A-Z0-9_]{4,})'/g)]
      .map(([, direct, listed]) => direct ?? listed ?? '')
      .filter((name) => name !== 'SIGTERM');
    expect(used.length).toBeGreaterThan(0);
    expect(used.filter((name) => !(name in variables))).toEqual([]);
  });

  test('starts with its variables, answers /health, and ends by SIGTERM', async () => {
    const port = await freePort();
    const child = spawn(process.execPath, [join(ROOT, server)], {
      env: { ...variables, PORT: String(port) },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    try {
      await once(child.stdout, 'data');
      const health = await fetch(`http://127.0.0.1:${port}/health`, { headers: { connection: 'close' } });
      expect(health.status).toBe(200);
      expect(
        (await fetch(`http://127.0.0.1:${port}/other`, { headers: { connection: 'close' } })).status,
      ).toBe(404);
      child.kill('SIGTERM');
      expect(await once(child, 'exit')).toEqual([0, null]);
    } finally {
      child.kill('SIGKILL');
    }
  });
});

test('the Node.js server does not start without its variables, and names them without a value', () => {
  const server = join(ROOT, 'examples/node-on-fargate/server.mjs');
  const { status, stderr } = spawnSync(process.execPath, [server], {
    env: { PORT: '0', PUBLIC_URL: 'x' },
    encoding: 'utf8',
  });
  expect(status).toBe(1);
  expect(stderr).toContain('DATABASE_URL');
  expect(stderr).not.toContain('PUBLIC_URL');
});

test('no example holds a .env', () => {
  expect(projects.flatMap(filesOf).filter((name) => /(^|\/)\.env$/.test(name))).toEqual([]);
  for (const project of projects) expect(existsSync(join(ROOT, 'examples', project, 'README.md'))).toBe(true);
});

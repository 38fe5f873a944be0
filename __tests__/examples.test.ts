import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { rowOf } from '../src/desired/table.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const read = (name: string) => readFileSync(`${ROOT}/examples/flask-on-ecs/${name}`, 'utf8');
const names = [...read('.env.example').matchAll(/^([A-Z0-9_]+)=/gm)].map(([, name = '']) => name);

test('.env.example has every variable of the table, and no other', () => {
  const table = [
    ...['DB_USER', 'DB_PASSWORD', 'DB_HOST', 'DB_NAME', 'POSTGRES_USER', 'POSTGRES_PASSWORD', 'POSTGRES_DB'],
    ...['AUTH0_CLIENT_ID', 'AUTH0_CLIENT_SECRET', 'AUTH0_DOMAIN', 'AUTH0_CALLBACK_URL', 'FLASK_SECRET_KEY'],
  ];
  expect(names.filter((name) => !name.startsWith('GUNICORN_')).sort()).toEqual(table.sort());
  expect(names.some((name) => name.startsWith('GUNICORN_'))).toBe(true);
  expect(names.filter((name) => rowOf(name) === undefined)).toEqual([]);
});

test('the application and its server read only what .env.example has', () => {
  const sources = `${read('app/__init__.py')}\n${read('gunicorn.conf.py')}`;
  const runInput = [...sources.matchAll(/(?:environ\[|environ\.get\(|number\()"([A-Z0-9_]+)"/g)].map(
    ([, name]) => name,
  );
  expect(runInput.length).toBeGreaterThan(8);
  // Only behind a proxy; the example's README tells of it.
  expect(runInput.filter((name) => name !== 'TRUST_PROXY' && !names.includes(name ?? ''))).toEqual([]);
});

test('the task definition leaves to the action what the action puts in', () => {
  const { containerDefinitions } = JSON.parse(read('task-definition.json'));
  expect(containerDefinitions).toHaveLength(1);
  const [container] = containerDefinitions;
  for (const key of ['secrets', 'environment', 'logConfiguration']) expect(container).not.toHaveProperty(key);
  expect(read('.github/workflows/deploy.yml')).toContain(`container-name: ${container.name}`);
});

test('the Python of the example compiles', () => {
  for (const name of ['app/__init__.py', 'gunicorn.conf.py'])
    execFileSync('python3', ['-c', 'import ast, sys; ast.parse(sys.stdin.read())'], { input: read(name) });
});

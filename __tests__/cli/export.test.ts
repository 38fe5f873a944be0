/** The exports as child processes: what they write, what they refuse, and that no secret gets out unasked. */
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'dotenv';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, test } from 'vitest';
import { account } from '../action/account.ts';
import { findCanaries } from '../action/leaks.ts';
import { type AwsServer, startAws } from '../servers/aws.ts';
import { makeWorkFolder, type ProgramOptions, runProgram, type WorkFolder } from './program.ts';

const P = '/papyrus/prd';
/** Secrets of every shape that the action stores. */
const PASSWORD = 'kanari"pass\\word $HOME é';
const PEM = '-----BEGIN PRIVATE KEY-----\nS2FuYXJpLWtleS1saW5lLW9uZQ==\n-----END PRIVATE KEY-----\n';
const SECRETS = {
  DB_PASSWORD: PASSWORD,
  FLASK_SECRET_KEY: 'Kanari-flask-9d0e1f',
  SMTP_PASSWORD: "Kanari's smtp 2a3b4c",
  REDIS_URL: 'redis://u:Kanari-redis-5d6e7f@cache:6379/0',
  TLS_KEY: PEM,
  OPAQUE: 'Kanari+opaque/8g9h0i==',
};
const PLAIN = {
  AUTH0_CALLBACK_URL: 'http://203.0.113.7:5000/callback',
  GUNICORN_WORKERS: '2',
  LOG_LEVEL: 'info',
  ALLOWED_HOSTS: 'a.example,b.example',
};
const GREETING = { DB_USER: 'papyrus' };
const ALL: Record<string, string> = { ...SECRETS, ...PLAIN, ...GREETING };

let aws: AwsServer;
let folder: WorkFolder;
beforeAll(async () => {
  aws = await startAws();
});
afterAll(() => aws?.close());
beforeEach(async () => {
  await aws.reset();
  folder = await makeWorkFolder();
  const run = await account(aws).step({
    mode: 'apply',
    variables: JSON.stringify({ ...PLAIN, ...GREETING }),
    secrets: JSON.stringify(SECRETS),
  });
  expect(run.conclusion, run.log).toBe('success');
  aws.forget();
});
afterEach(() => folder?.[Symbol.asyncDispose]());

const exportIt = (args: readonly string[], more: Partial<ProgramOptions> = {}) =>
  runProgram(['export', ...args, '--prefix', P], { cwd: folder.path, env: aws.env(), ...more });
const leaks = (text: string) => findCanaries('output', text, Object.values(SECRETS));
const read = (name: string) => readFileSync(join(folder.path, name), 'utf8');

describe('export dotenv', () => {
  it('writes plain values to a pipe, and of secrets only where they are', async () => {
    const run = await exportIt(['dotenv']);
    expect(run.exitCode).toBe(0);
    expect(leaks(run.all)).toEqual([]);
    expect(parse(run.stdout)).toEqual({
      ...Object.fromEntries(Object.keys({ ...SECRETS, ...GREETING }).map((name) => [name, ''])),
      ...PLAIN,
    });
    expect(run.stdout).toContain('# Secrets Manager papyrus/prd/db, key password\nDB_PASSWORD=\n');
    expect(run.stdout).toContain(`# Parameter Store ${P}/TLS_KEY, SecureString\nTLS_KEY=\n`);
    expect(aws.writes()).toEqual([]);
  });

  it('reveals into a file that only its user reads, and the file applied again changes nothing', async () => {
    const run = await exportIt(['dotenv', '--reveal', '--output', 'all.env']);
    expect(run.exitCode, run.all).toBe(0);
    expect(leaks(run.all)).toEqual([]);
    expect(statSync(join(folder.path, 'all.env')).mode & 0o777).toBe(0o600);
    expect(parse(read('all.env'))).toEqual(ALL);
    const plan = await runProgram(['plan', '--prefix', P, '--env-file', 'all.env', '--json'], {
      cwd: folder.path,
      env: aws.env(),
    });
    expect(plan.exitCode, plan.all).toBe(0);
    const { changes } = JSON.parse(plan.stdout) as { changes: Array<{ action: string; fields?: unknown[] }> };
    expect(changes.filter(({ action }) => action !== 'none')).toEqual([]);
  });

  it('reveals on a terminal, not in a pipe', async () => {
    const piped = await exportIt(['dotenv', '--reveal']);
    expect(piped.exitCode).toBe(2);
    expect(leaks(piped.all)).toEqual([]);
    expect(aws.calls).toEqual([]);
    const shown = await exportIt(['dotenv', '--reveal'], { isTerminal: true });
    expect(shown.exitCode).toBe(0);
    expect(shown.stdout).toContain(`'${PASSWORD}'`);
  });

  test.each([
    ['is not ignored', '', 2],
    ['is ignored', '*.env\n', 0],
  ])('in a git work tree, a file that %s', async (_, rules, exitCode) => {
    execFileSync('git', ['init', '--quiet'], { cwd: folder.path });
    writeFileSync(join(folder.path, '.gitignore'), rules);
    const run = await exportIt(['dotenv', '--reveal', '--output', 'all.env']);
    expect(run.exitCode, run.all).toBe(exitCode);
    expect(existsSync(join(folder.path, 'all.env'))).toBe(exitCode === 0);
    expect(leaks(run.all)).toEqual([]);
    // Without secrets any file will do.
    expect((await exportIt(['dotenv', '--output', 'plain.env'])).exitCode).toBe(0);
  });

  it('refuses a work tree where git cannot be asked', async () => {
    execFileSync('git', ['init', '--quiet'], { cwd: folder.path });
    writeFileSync(join(folder.path, '.gitignore'), '*.env\n');
    const env = { ...aws.env(), PATH: '/nonexistent' };
    const run = await exportIt(['dotenv', '--reveal', '--output', 'all.env'], { env });
    expect(run.exitCode).toBe(2);
  });

  it('replaces a file only with --force, and takes its rights from others', async () => {
    writeFileSync(join(folder.path, 'all.env'), 'OLD=1\n', { mode: 0o644 });
    expect((await exportIt(['dotenv', '--reveal', '-o', 'all.env'])).exitCode).toBe(2);
    expect(read('all.env')).toBe('OLD=1\n');
    expect((await exportIt(['dotenv', '--reveal', '-o', 'all.env', '--force'])).exitCode).toBe(0);
    expect(statSync(join(folder.path, 'all.env')).mode & 0o777).toBe(0o600);
  });

  it('lists as JSON where everything is, without a value', async () => {
    const run = await exportIt(['dotenv', '--json', '--reveal', '-o', 'all.env']);
    expect(leaks(run.all)).toEqual([]);
    const { variables } = JSON.parse(run.stdout) as { variables: Array<{ name: string; secret: boolean }> };
    expect(
      variables
        .filter(({ secret }) => !secret)
        .map(({ name }) => name)
        .sort(),
    ).toEqual(Object.keys(PLAIN).sort());
  });

  it('refuses another account than the one that is allowed', async () => {
    const run = await exportIt(['dotenv', '--allowed-account-ids', '210987654321']);
    expect(run.exitCode).toBe(2);
    expect(aws.calls.map(({ operation }) => operation)).toEqual(['GetCallerIdentity']);
  });

  it('says which parameters the role may not read, and leaves their values out', async () => {
    aws.fault({ operation: 'GetParameters', kind: 'access-denied', times: 99 });
    const run = await exportIt(['dotenv']);
    expect(run.exitCode).toBe(0);
    expect(parse(run.stdout)['LOG_LEVEL']).toBe('');
    expect(run.stderr).toContain('LOG_LEVEL');
  });
});

describe('export terraform', () => {
  it('writes no secret value into any file, and reads none', async () => {
    const run = await exportIt(['terraform', '--output', 'infra/papyrus']);
    expect(run.exitCode, run.all).toBe(0);
    const files = readdirSync(join(folder.path, 'infra/papyrus'));
    expect(files.sort()).toEqual([
      'README.md',
      'imports.tf',
      'log-group.tf',
      'parameters.tf',
      'repository.tf',
      'secrets.tf',
      'variables.tf',
      'versions.tf',
    ]);
    expect(leaks(run.all + files.map((name) => read(`infra/papyrus/${name}`)).join('\n'))).toEqual([]);
    for (const value of Object.values(PLAIN))
      expect(read('infra/papyrus/parameters.tf')).toContain(`"${value}"`);
    expect(aws.count(/SecretValue/)).toBe(0);
    const decrypted = aws.calls.filter(({ input }) => input['WithDecryption'] === true);
    expect(decrypted).toEqual([]);
    expect(aws.writes()).toEqual([]);
  });

  it('writes into a folder that holds something only with --force', async () => {
    await folder.put({ 'terraform/mine.tf': '# mine\n' });
    expect((await exportIt(['terraform'])).exitCode).toBe(2);
    expect(readdirSync(join(folder.path, 'terraform'))).toEqual(['mine.tf']);
    expect((await exportIt(['terraform', '--force'])).exitCode).toBe(0);
    expect(read('terraform/mine.tf')).toBe('# mine\n');
  });

  it('fails with the reason where something cannot be read', async () => {
    aws.fault({ operation: 'ListSecrets', kind: 'access-denied', times: 9 });
    const run = await exportIt(['terraform']);
    expect(run.exitCode).toBe(1);
    expect(run.stderr).toContain('secretsmanager:ListSecrets');
    expect(existsSync(join(folder.path, 'terraform'))).toBe(false);
  });
});

/** The exports as child processes: what they write, what they refuse, and that no secret is written without --reveal. */
import { execFileSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { parse } from 'dotenv';
import { afterAll, beforeAll, beforeEach, describe, expect, it, test } from 'vitest';
import { account } from '../action/account.ts';
import { findCanaries } from '../action/leaks.ts';
import { type AwsServer, startAws } from '../servers/aws.ts';
import { type CliOptions, type CliRun, folderWith, runCli } from './run.ts';

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
let folder: string;
// An export changes nothing in the account, so all tests export the same one.
beforeAll(async () => {
  aws = await startAws();
  await aws.reset();
  const run = await account(aws).step({
    mode: 'apply',
    variables: JSON.stringify({ ...PLAIN, ...GREETING }),
    secrets: JSON.stringify(SECRETS),
  });
  expect(run.conclusion, run.log).toBe('success');
});
afterAll(() => aws?.close());
beforeEach(() => {
  folder = folderWith();
  aws.forget();
});

const exportIt = (args: readonly string[], more: CliOptions = {}) =>
  runCli(['export', ...args, '--prefix', P], { folder, env: aws.env(), ...more });
const printed = ({ output, errors }: CliRun) => output + errors;
const leaks = (text: string) => findCanaries('output', text, Object.values(SECRETS));
const read = (name: string) => readFileSync(join(folder, name), 'utf8');

describe('export dotenv', () => {
  it('writes plain values to a pipe, and of secrets only their places', async () => {
    const run = await exportIt(['dotenv']);
    expect(run.code).toBe(0);
    expect(leaks(printed(run))).toEqual([]);
    expect(parse(run.output)).toEqual({
      ...Object.fromEntries(Object.keys({ ...SECRETS, ...GREETING }).map((name) => [name, ''])),
      ...PLAIN,
    });
    expect(run.output).toContain('# Secrets Manager papyrus/prd/db, key password\nDB_PASSWORD=\n');
    expect(run.output).toContain(`# Parameter Store ${P}/TLS_KEY, SecureString\nTLS_KEY=\n`);
    expect(aws.writes()).toEqual([]);
  });

  it('reveals into a file that only its user reads, and the file applied again changes nothing', async () => {
    const run = await exportIt(['dotenv', '--reveal', '--output', 'all.env']);
    expect(run.code, printed(run)).toBe(0);
    expect(leaks(printed(run))).toEqual([]);
    expect(statSync(join(folder, 'all.env')).mode & 0o777).toBe(0o600);
    expect(parse(read('all.env'))).toEqual(ALL);
    const plan = await runCli(['plan', '--prefix', P, '--env-file', 'all.env', '--json'], {
      folder,
      env: aws.env(),
    });
    expect(plan.code, printed(plan)).toBe(0);
    const { changes } = JSON.parse(plan.output) as { changes: Array<{ action: string; fields?: unknown[] }> };
    expect(changes.filter(({ action }) => action !== 'none')).toEqual([]);
  });

  test.each([
    ['is not ignored', '', 2],
    ['is ignored', '*.env\n', 0],
  ])('in a git work tree, a file that %s', async (_, rules, exitCode) => {
    execFileSync('git', ['init', '--quiet'], { cwd: folder });
    writeFileSync(join(folder, '.gitignore'), rules);
    const run = await exportIt(['dotenv', '--reveal', '--output', 'all.env']);
    expect(run.code, printed(run)).toBe(exitCode);
    expect(existsSync(join(folder, 'all.env'))).toBe(exitCode === 0);
    expect(leaks(printed(run))).toEqual([]);
    // Without secrets any file will do.
    if (exitCode === 2) expect((await exportIt(['dotenv', '--output', 'plain.env'])).code).toBe(0);
  });

  it('replaces a file only with --force, and takes its rights from others', async () => {
    writeFileSync(join(folder, 'all.env'), 'OLD=1\n', { mode: 0o644 });
    expect((await exportIt(['dotenv', '--reveal', '-o', 'all.env'])).code).toBe(2);
    expect(read('all.env')).toBe('OLD=1\n');
    expect((await exportIt(['dotenv', '--reveal', '-o', 'all.env', '--force'])).code).toBe(0);
    expect(statSync(join(folder, 'all.env')).mode & 0o777).toBe(0o600);
  });

  it('calls nothing if the file cannot be written', async () => {
    writeFileSync(join(folder, 'all.env'), 'OLD=1\n');
    expect((await exportIt(['dotenv', '-o', 'all.env'])).code).toBe(2);
    expect((await exportIt(['dotenv', '-o', 'nowhere/all.env'])).code).toBe(2);
    expect(aws.calls).toEqual([]);
  });

  it('follows no link that leads nowhere, which could be a work tree', async () => {
    const tree = folderWith();
    execFileSync('git', ['init', '--quiet'], { cwd: tree });
    symlinkSync(join(tree, 'all.env'), join(folder, 'all.env'));
    for (const more of [[], ['--force']])
      expect((await exportIt(['dotenv', '--reveal', '-o', 'all.env', ...more])).code).toBe(2);
    expect(readdirSync(tree)).toEqual(['.git']);
  });

  it('names parameters that the role may not read, and leaves their values out', async () => {
    let isDenied = true;
    aws.fault({ operation: 'GetParameters', kind: 'access-denied', times: 99, when: () => isDenied });
    const run = await exportIt(['dotenv']);
    isDenied = false;
    expect(run.code).toBe(0);
    expect(parse(run.output)['LOG_LEVEL']).toBe('');
    expect(run.errors).toContain('LOG_LEVEL');
  });
});

describe('export terraform', () => {
  it('writes no secret value into any file, and reads none', async () => {
    const run = await exportIt(['terraform', '--output', 'infra/papyrus']);
    expect(run.code, printed(run)).toBe(0);
    const files = readdirSync(join(folder, 'infra/papyrus'));
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
    expect(leaks(printed(run) + files.map((name) => read(`infra/papyrus/${name}`)).join('\n'))).toEqual([]);
    for (const value of Object.values(PLAIN))
      expect(read('infra/papyrus/parameters.tf')).toContain(`"${value}"`);
    expect(aws.count(/SecretValue/)).toBe(0);
    const decrypted = aws.calls.filter(({ input }) => input['WithDecryption'] === true);
    expect(decrypted).toEqual([]);
    expect(aws.writes()).toEqual([]);
  });

  it('writes into a folder that holds something only with --force', async () => {
    mkdirSync(join(folder, 'terraform'));
    writeFileSync(join(folder, 'terraform/mine.tf'), '# mine\n');
    expect((await exportIt(['terraform'])).code).toBe(2);
    expect(readdirSync(join(folder, 'terraform'))).toEqual(['mine.tf']);
    expect((await exportIt(['terraform', '--force'])).code).toBe(0);
    expect(read('terraform/mine.tf')).toBe('# mine\n');
  });
});

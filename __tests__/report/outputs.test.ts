import { mkdtempSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { writeFailureReason } from '../../src/report/early-failure.ts';
import { outputs, writeOutputs } from '../../src/report/outputs.ts';
import { Secret } from '../../src/secret.ts';
import { maskingOf } from '../../src/settings/masks.ts';
import type { Given } from '../asking.ts';
import { OURS, spec } from '../plan/desired-resources.ts';
import { SEED_ENV, SEED_SECRETS } from '../seed.ts';
import { leftBy, runOf } from './runs.ts';

const seed: Given = { inputs: { dotenv: SEED_ENV, tags: 'project=portfolio' } };
const SSM = 'AWS::SSM::Parameter';

describe('the first run', () => {
  const run = runOf(seed);
  const all = outputs(run);

  it.each([
    ['changed', 'true'],
    ['config-changed', 'true'],
    ['drifted', 'true'],
    ['to-create', '12'],
    ['to-update', '0'],
    ['to-delete', '0'],
    ['blocked', '0'],
    ['log-group-name', '/ecs/papyrus'],
    ['log-group-arn', 'arn:aws:logs:us-west-2:123456789012:log-group:/ecs/papyrus'],
    ['repository-name', 'papyrus'],
    ['repository-uri', '123456789012.dkr.ecr.us-west-2.amazonaws.com/papyrus'],
    ['repository-arn', 'arn:aws:ecr:us-west-2:123456789012:repository/papyrus'],
    ['registry-id', '123456789012'],
    ['monthly-cost-usd', '1.20'],
    ['failure-reason', ''],
  ])('%s is %s', (name, value) => {
    expect(all.get(name)).toBe(value);
  });

  it('names places, and no values', () => {
    const parameters = JSON.parse(all.get('parameters') ?? '');
    expect(parameters.LOG_LEVEL).toBe('arn:aws:ssm:us-west-2:123456789012:parameter/papyrus/prd/LOG_LEVEL');
    expect(JSON.parse(all.get('secrets') ?? '').DB_PASSWORD).toMatch(/:password::$/);
    expect(JSON.parse(all.get('task-definition-secrets') ?? '')).toHaveLength(17);
    for (const value of SEED_SECRETS) expect([...all.values()].join()).not.toContain(value);
  });

  it('has no output that a mask would drop (DB_USER=papyrus must not hide every name)', () => {
    const readable = {
      texts: ['/papyrus/prd', 'us-west-2', '/ecs/papyrus', 'papyrus'],
      account: '123456789012',
    };
    for (const { route } of run.desired.destinations) {
      if (route.class === 'plain') continue;
      for (const hidden of maskingOf(route.variable.value, readable).hide)
        for (const [name, value] of all)
          expect(
            hidden.is((text) => value.includes(text)),
            `${name} holds ${route.variable.name}`,
          ).toBe(false);
    }
    expect(maskingOf(new Secret('papyrus'), readable).hide).toEqual([]);
  });
});

describe('later', () => {
  const first = runOf(seed);

  it('a silent run has changed nothing, and reports the same places', () => {
    const all = outputs(runOf(seed, leftBy(first)));
    for (const name of ['changed', 'config-changed', 'drifted']) expect(all.get(name)).toBe('false');
    for (const name of [
      'parameters',
      'secrets',
      'task-definition-secrets',
      'config-fingerprint',
      'log-group-arn',
      'repository-uri',
    ])
      expect(all.get(name)).toBe(outputs(first).get(name));
    expect(all.get('plan-hash')).not.toBe(outputs(first).get('plan-hash'));
  });

  it('a changed tag is a change, and none of the configuration', () => {
    const run = runOf({ inputs: { ...seed.inputs, tags: 'project=other' } }, leftBy(first));
    expect([
      outputs(run).get('changed'),
      outputs(run).get('config-changed'),
      outputs(run).get('to-update'),
    ]).toEqual(['true', 'false', '12']);
  });

  it('a parameter that was created anew for its type is a new configuration, although its version is 1 again', () => {
    const name = '/papyrus/prd/PORT';
    const given = {
      inputs: { variables: 'PORT=2', only: 'parameters', allow: 'change-type' },
      config: 'rules: [{ match: PORT, to: parameter }]',
    };
    const existing = (type: string, value: string | Secret) => ({
      'AWS::SSM::Parameter': new Map([
        [name, spec('AWS::SSM::Parameter', { ...OURS, type, value }, { version: '1' }, name)],
      ]),
    });
    const before = existing('SecureString', new Secret('2'));
    const planned = outputs(runOf({ ...given, inputs: { ...given.inputs, mode: 'plan' } }, before));
    const all = outputs(runOf({ ...given, inputs: { ...given.inputs, mode: 'apply' } }, before));
    expect([all.get('changed'), all.get('config-changed')]).toEqual(['true', 'true']);
    expect(all.get('config-fingerprint')).not.toBe(planned.get('config-fingerprint'));
    const silent = outputs(
      runOf({ ...given, inputs: { ...given.inputs, mode: 'apply' } }, existing('String', new Secret('2'))),
    );
    expect(silent.get('config-changed')).toBe('false');
    expect(silent.get('config-fingerprint')).toBe(all.get('config-fingerprint'));
  });

  it('a new value of a stored version is one of the configuration', () => {
    const observed = {
      [SSM]: new Map([
        [
          '/papyrus/prd/PORT',
          spec(SSM, { ...OURS, value: '1', type: 'String' }, { version: '7', arn: 'arn:x' }),
        ],
      ]),
    };
    const all = outputs(runOf({ inputs: { dotenv: 'PORT=2', only: 'parameters' } }, observed));
    expect([all.get('changed'), all.get('config-changed')]).toEqual(['true', 'true']);
  });
});

describe('written', () => {
  afterEach(() => {
    vi.unstubAllEnvs();
  });

  const folder = () => mkdtempSync(join(tmpdir(), 'outputs-'));
  function written(write: () => void): string {
    const file = join(folder(), 'output');
    vi.stubEnv('GITHUB_OUTPUT', file);
    // The toolkit appends to a file that the runner has made.
    writeFileSync(file, '');
    write();
    return readFileSync(file, 'utf8');
  }

  it('they go to the file of the runner, and the plan into one of its own', () => {
    const temp = folder();
    const run = runOf(seed);
    const text = written(() => writeOutputs(run, temp));
    const [name = ''] = readdirSync(join(temp, 'aws-bootstrap'));
    expect(name).toMatch(/^plan-us-west-2\+papyrus\+prd~[0-9a-f]{12}\.json$/);
    const path = join(temp, 'aws-bootstrap', name);
    expect(JSON.parse(readFileSync(path, 'utf8'))).toEqual(JSON.parse(outputs(run).get('plan') ?? ''));
    expect(text).toContain(path);
    for (const name of outputs(run).keys()) expect(text).toMatch(new RegExp(`^${name}<<ghadelimiter_`, 'm'));
    if (process.platform !== 'win32') expect(statSync(path).mode & 0o077).toBe(0);
    for (const value of SEED_SECRETS) expect(text).not.toContain(value);
  });

  it('there is no file without a folder', () => {
    expect(written(() => writeOutputs(runOf(seed), undefined))).not.toContain('plan-file');
  });

  it('the outputs do not wait for the file', () => {
    const temp = join(folder(), 'file');
    writeFileSync(temp, 'no folder');
    const text = written(() => expect(() => writeOutputs(runOf(seed), temp)).toThrow(/ENOTDIR|EEXIST/));
    for (const name of outputs(runOf(seed)).keys())
      expect(text).toMatch(new RegExp(`^${name}<<ghadelimiter_`, 'm'));
    expect(text).not.toContain('plan-file');
  });

  it.each<[what: string, one: Record<string, string>, other: Record<string, string>]>([
    ['prefixes', { prefix: '/papyrus/prd' }, { prefix: '/papyrus/stg' }],
    ['regions', { region: 'us-west-2' }, { region: 'eu-west-1' }],
    ['prefixes that differ by a hyphen for a slash', { prefix: '/a-b/c' }, { prefix: '/a/b-c' }],
    ['prefixes that differ by depth', { prefix: '/a/b/c' }, { prefix: '/a/b-c' }],
    ['prefixes that differ by a capital', { prefix: '/papyrus/prd' }, { prefix: '/Papyrus/prd' }],
    ['plans of one prefix', { variables: 'A=1' }, { variables: 'A=1\nB=2' }],
    ['long prefixes', { prefix: `/a/${'b'.repeat(300)}` }, { prefix: `/a/${'b'.repeat(301)}` }],
  ])('two %s have two files', (_what, one, other) => {
    const temp = folder();
    const paths = [one, other].map((inputs) => {
      let path = '';
      written(() => {
        path = writeOutputs(runOf({ inputs }), temp).get('plan-file') ?? '';
      });
      return path;
    });
    expect(new Set(paths.map((path) => path.toLowerCase())).size).toBe(2);
    for (const [index, { prefix = '/papyrus/prd' }] of [one, other].entries()) {
      const path = paths[index] ?? '';
      expect(JSON.parse(readFileSync(path, 'utf8')).prefix).toBe(prefix);
      // What Windows and the artifacts of GitHub take.
      expect(basename(path)).toMatch(/^[\w.+~-]{1,200}\.json$/);
    }
  });

  it('a run that ended early has its reason', () => {
    expect(written(() => writeFailureReason('credentials'))).toMatch(
      /^failure-reason<<(\S+)\ncredentials\n\1\n$/,
    );
  });
});

it('the price of a plan is what it would cost, of a check what exists', () => {
  const costOf = (mode: string) =>
    outputs(runOf({ inputs: { mode, dotenv: 'DB_PASSWORD=x1' } })).get('monthly-cost-usd');
  expect(costOf('plan')).toBe('0.40');
  expect(costOf('drift')).toBe('0.00');
  expect(costOf('apply')).toBe('0.40');
});

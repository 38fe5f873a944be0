import { describe, expect, test } from 'vitest';
import { stageForFile } from '../servers/for-file.ts';
import { findLeaks } from './leaks.ts';
import { failed, linesOf, messagesOf, passed } from './outcome.ts';
import type { ActionRun } from './run.ts';
import { dotenv, SEED, type Stage } from './stage.ts';

const stage = await stageForFile();

/** Deterministic noise that no other text holds. */
function noise(length: number, seed: number): string {
  const alphabet = 'ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz23456789';
  let state = seed;
  let text = '';
  while (text.length < length) {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    text += alphabet[(state >> 8) % alphabet.length];
  }
  return text;
}

/** Shapes that get out of logs, masks, quotes and JSON; each a second time as the earlier value in AWS. */
const shapes = (seed: number): Record<string, string> => ({
  PEM: `-----BEGIN PRIVATE KEY-----\n${noise(64, seed)}\n${noise(64, seed + 1)}\n${noise(21, seed + 2)}=\n-----END PRIVATE KEY-----\n`,
  JSON: `{"type":"service_account","private_key":"${noise(24, seed + 3)}","nested":{"a":["${noise(8, seed + 4)}"]}}`,
  URL: `postgres://app:${noise(12, seed + 5)}@db.internal:5432/app?sslmode=require`,
  MASK: `::add-mask::${noise(9, seed + 6)}`,
  COMMAND: `##[error]${noise(9, seed + 7)}`,
  PERCENT: `a%0A%25::error::${noise(9, seed + 8)}`,
  QUOTES: `q"'\`\\${noise(9, seed + 9)}$HOME`,
  UNICODE: `ключ-${noise(5, seed + 10)}-秘密🔑\u2028é`,
  SHORT: seed === 1 ? '§q!' : '¤w?',
  LONG: noise(30_000, seed + 11),
});
const CANARIES = shapes(1);
const OTHERS = shapes(100);
const all = [...Object.values(CANARIES), ...Object.values(OTHERS)];
// The first and last line of a PEM are no secret; the body is.
const needles = all.map((value) => value.replace(/-----(BEGIN|END) PRIVATE KEY-----\n?/g, ''));

/** Half goes to a secret, half to SecureStrings; what is long fits a secret only. */
const CONFIG = `rules:
  - match: [CANARY_PEM, CANARY_JSON, CANARY_QUOTES, CANARY_UNICODE, CANARY_LONG, CANARY_SHORT]
    to: secret/canaries
  - { match: CANARY_*, to: secure-parameter }
`;
const named = (values: Record<string, string>) =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [`CANARY_${name}`, value]));
const files = { '.github/aws-bootstrap.yml': CONFIG };

/** Three ways in: an object of all secrets, bare names with the step's environment, and quoted lines. */
const WAYS: Record<string, Parameters<Stage['act']>> = {
  'toJSON(secrets)': [{ secrets: JSON.stringify({ github_token: 'x', ...named(CANARIES) }) }, { files }],
  'bare names': [{ secrets: Object.keys(named(CANARIES)).join('\n') }, { files, env: named(CANARIES) }],
  'lines of a .env': [
    {
      // Double quotes would turn `\n` into a line end, and the value of all quotes has no form in a .env.
      dotenv: Object.entries(named(CANARIES))
        .filter(([name]) => name !== 'CANARY_QUOTES')
        .map(([name, value]) => `${name}='${value}'\n`)
        .join(''),
    },
    { files },
  ],
};

const disturb = async () => {
  const other = named(OTHERS);
  for (const name of ['URL', 'MASK', 'COMMAND', 'PERCENT'])
    await stage.put(`CANARY_${name}`, other[`CANARY_${name}`] ?? '', 'SecureString');
  await stage.others.secrets.putSecretValue({
    SecretId: 'papyrus/prd/canaries',
    SecretString: JSON.stringify({
      CANARY_PEM: other['CANARY_PEM'],
      CANARY_JSON: JSON.parse(other['CANARY_JSON'] ?? ''),
      CANARY_QUOTES: other['CANARY_QUOTES'],
      foreign: other['CANARY_UNICODE'],
      long: other['CANARY_LONG'],
      short: other['CANARY_SHORT'],
    }),
  });
};

const clean = (run: ActionRun) => expect(findLeaks(run, needles)).toEqual([]);

/** Each line is masked before anything else is printed, what is too short apart. */
function expectMasked(run: ActionRun, names: readonly string[]): void {
  const first = run.lines.findIndex(({ command }) => command?.name !== 'add-mask');
  const masked = new Set(run.lines.slice(0, first).map(({ command }) => command?.data));
  for (const name of names)
    for (const line of (CANARIES[name] ?? '').split('\n'))
      if (line.length >= 4) expect(masked).toContain(line.trim());
  expect(masked).not.toContain(CANARIES['SHORT']);
  expect(messagesOf(run, 'warning', 'CANARY_SHORT')).toHaveLength(1);
  // The password of a URL also on its own.
  expect(masked).toContain(/:([^:@]+)@/.exec(CANARIES['URL'] ?? '')?.[1]);
}

/** All of it is stored as it was given, byte by byte. */
async function expectStored(): Promise<void> {
  const stored = await stage.secret('canaries');
  for (const name of Object.keys(stored)) expect(stored[name]).toBe(named(CANARIES)[name]);
  for (const name of ['URL', 'MASK', 'COMMAND', 'PERCENT'])
    expect((await stage.parameter(`CANARY_${name}`)).value).toBe(CANARIES[name]);
}

test.each(Object.entries(WAYS))(
  'canaries as %s are masked, stored and not printed',
  async (_, [inputs, more]) => {
    await using run = passed(await stage.act({ ...inputs, mode: 'apply' }, more));
    clean(run);
    const names = Object.keys(CANARIES).filter((name) => inputs['dotenv'] === undefined || name !== 'QUOTES');
    expectMasked(run, names);
    await expectStored();
  },
);

test('nothing gets out of plan, drift, a correction, a silent run, and broken answers', async () => {
  const [inputs, more] = WAYS['toJSON(secrets)'] ?? [{}];
  const act = (mode: string, extra: object = {}) => stage.act({ ...inputs, mode }, { ...more, ...extra });
  await using plan = passed(await act('plan'));
  clean(plan);
  passed(await act('apply'));
  await using silent = await act('apply');
  expect(silent.outputs['changed']).toBe('false');
  clean(silent);

  await disturb();
  await using drift = failed(await act('drift'), 'drifted');
  clean(drift);
  await using debugged = await act('plan', { debug: true });
  clean(debugged);
  let isBroken = true;
  const operation = /^(GetParameters|BatchGetSecretValue)$/;
  stage.aws.fault({ operation, times: Number.POSITIVE_INFINITY, kind: 'cut-json', when: () => isBroken });
  await using broken = failed(await act('apply'), 'aws');
  clean(broken);
  isBroken = false;
  await using corrected = passed(await act('apply'));
  clean(corrected);
  expect(await stage.secret('canaries')).toMatchObject({ CANARY_PEM: CANARIES['PEM'] });
  // Eight tries in real time.
}, 120_000);

const secret = noise(20, 500);
test.each<Record<string, string>>([
  { dotenv: `A="${secret}\nB=1\n`, secrets: `${secret}\n`, tags: `${secret}!=1` },
  { dotenv: `A B ${secret}\n`, secrets: `{"A": ${secret}}`, region: `${secret} ${secret}` },
  { dotenv: `A=${secret}\nA=${secret}2\n`, secrets: `{"${secret} x": "y"}`, mode: secret.repeat(3) },
  { dotenv: `A=1\n${secret}`, secrets: `A=x#${secret}`, 'kms-key-id': `${secret} ${secret}` },
  { secrets: `A={{${secret}}}` },
])('nothing gets out of an input that cannot be read, and each is named: %#', async (inputs) => {
  await using run = failed(await stage.act(inputs), 'input');
  for (const name of Object.keys(inputs)) expect(messagesOf(run, 'error', name)).not.toEqual([]);
  expect(findLeaks(run, [secret])).toEqual([]);
  expect(stage.aws.calls).toEqual([]);
});

describe("the seed's case", () => {
  test('rows that are no secret are neither masked nor shown', async () => {
    await stage.others.secrets.createSecret({
      Name: 'papyrus/prd/db',
      SecretString: JSON.stringify({ username: 'someone-else', host: 'host-1.internal' }),
      Tags: [{ Key: 'managed-by', Value: 'aws-bootstrap' }],
    });
    const variables = { ...SEED, DB_USER: 'another-one', DB_HOST: 'host-2.internal' };
    await using run = passed(await stage.act({ dotenv: dotenv(variables) }));
    const hosts = ['host-1.internal', 'host-2.internal', String(SEED['AUTH0_DOMAIN'])];
    const values = ['someone-else', 'another-one', ...hosts];
    for (const value of values) expect(run.masks).not.toContain(value);
    expect(findLeaks(run, values)).toEqual([]);
  });

  test('an account id, a small number and the like are never masked, and no output is lost by them', async () => {
    const values = ['123456789012', '1234', 'true', 'us-west-2', 'prd', '9012'];
    const secrets = values.map((value, index) => `${'ABCDEF'[index]}_TOKEN=${value}\n`).join('');
    await using run = passed(await stage.act({ secrets }));
    expect(run.masks).toEqual([]);
    expect(run.dropped.filter((name) => run.outputs[name] !== '')).toEqual([]);
    // Each one that stays readable is named, also where only AWS showed that the account id holds it.
    const warnings = [...messagesOf(run, 'warning'), ...linesOf(run, 'variables: ')].join('\n');
    for (const letter of 'ABCDEF') expect(warnings).toMatch(new RegExp(`\\b${letter}_TOKEN\\b`));
  });
});

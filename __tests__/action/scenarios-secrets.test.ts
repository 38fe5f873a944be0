import { describe, expect, test } from 'vitest';
import { stageForFile } from '../servers/for-file.ts';
import { findLeaks } from './leaks.ts';
import { passed } from './outcome.ts';
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

/** Shapes that get out of logs, masks, quotes and JSON; each a second time as what stood in AWS before. */
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

describe.each(Object.entries(WAYS))('canaries as %s', (_, [inputs, more]) => {
  const act = (mode: string, extra: object = {}) => stage.act({ ...inputs, mode }, { ...more, ...extra });
  const clean = (run: ActionRun) => expect(findLeaks(run, needles)).toEqual([]);

  test('nothing gets out of plan, apply, a silent run, drift and healing', async () => {
    await using plan = passed(await act('plan'));
    clean(plan);
    await using apply = passed(await act('apply'));
    clean(apply);
    await using silent = await act('apply');
    expect(silent.outputs['changed']).toBe('false');
    clean(silent);
    // All of it stands as it was given, byte by byte.
    const stands = await stage.secret('canaries');
    for (const name of Object.keys(stands)) expect(stands[name]).toBe(named(CANARIES)[name]);
    for (const name of ['URL', 'MASK', 'COMMAND', 'PERCENT'])
      expect((await stage.parameter(`CANARY_${name}`)).value).toBe(CANARIES[name]);

    await disturb();
    await using drift = await act('drift');
    expect(drift.exitCode).toBe(1);
    expect(drift.outputs['drifted']).toBe('true');
    clean(drift);
    await using debugged = await act('plan', { debug: true });
    clean(debugged);
    await using healed = passed(await act('apply'));
    clean(healed);
    expect(await stage.secret('canaries')).toMatchObject({ CANARY_PEM: CANARIES['PEM'] });
  });

  test('each is masked before anything else is printed, line by line', async () => {
    await using run = await act('plan');
    const first = run.lines.findIndex(({ command }) => command?.name !== 'add-mask');
    const masked = new Set(
      run.lines
        .slice(0, first)
        .flatMap(({ command }) => (command?.name === 'add-mask' ? [command.data] : [])),
    );
    const given = Object.entries(CANARIES).filter(
      ([name]) => inputs['dotenv'] === undefined || name !== 'QUOTES',
    );
    for (const [name, value] of given) {
      if (name === 'SHORT') continue;
      for (const line of value.split('\n')) if (line.length >= 4) expect(masked).toContain(line.trim());
    }
    // What is too short to be masked is warned of by its name.
    expect(masked).not.toContain(CANARIES['SHORT']);
    expect(run.annotations.map(({ message }) => message)).toContainEqual(
      expect.stringMatching(/not hidden in the log: CANARY_SHORT/),
    );
    // The password of a URL also where it stands alone.
    expect(masked).toContain(/:([^:@]+)@/.exec(CANARIES['URL'] ?? '')?.[1]);
  });
});

test('nothing gets out when answers are broken', async () => {
  const [inputs, more] = WAYS['toJSON(secrets)'] ?? [{}];
  passed(await stage.act({ ...inputs, mode: 'apply' }, more));
  await disturb();
  const times = Number.POSITIVE_INFINITY;
  stage.aws.fault({ operation: /^(GetParameters|BatchGetSecretValue)$/, times, kind: 'cut-json' });
  await using run = await stage.act({ ...inputs, mode: 'apply' }, more);
  expect(run.exitCode).toBe(1);
  expect(run.log).toContain('5 of 7 resources failed');
  expect(findLeaks(run, needles)).toEqual([]);
  // Eight tries in real time.
}, 120_000);

test('nothing gets out of an input that cannot be read', async () => {
  const secret = noise(20, 500);
  for (const inputs of [
    { dotenv: `A="${secret}\nB=1\n` },
    { dotenv: `A B ${secret}\n` },
    { secrets: `${secret}\n` },
    { secrets: `{"A": ${secret}}` },
    { secrets: `{"${secret} x": "y"}` },
    { secrets: `A=x#${secret}` },
    { secrets: `A={{${secret}}}` },
    { dotenv: `A=${secret}\nA=${secret}2\n` },
    { dotenv: `A=1\n${secret}` },
    { tags: `${secret}!=1` },
    { prefix: secret },
    { mode: secret.repeat(3) },
    { region: `${secret} ${secret}` },
    { 'kms-key-id': `${secret} ${secret}` },
  ] as Record<string, string>[]) {
    await using run = await stage.act(inputs);
    expect([Object.keys(inputs), run.exitCode]).toEqual([Object.keys(inputs), 1]);
    // An input that is no secret may be repeated where it looks like a word.
    if (inputs['prefix'] !== undefined) continue;
    expect([inputs, findLeaks(run, [secret])]).toEqual([inputs, []]);
    expect(stage.aws.calls).toEqual([]);
  }
});

describe("the seed's case", () => {
  test('rows that are no secret are neither masked nor shown', async () => {
    passed(
      await stage.act({ dotenv: dotenv({ ...SEED, DB_USER: 'someone-else', DB_HOST: 'host-1.internal' }) }),
    );
    await using run = passed(
      await stage.act({ dotenv: dotenv({ ...SEED, DB_USER: 'another-one', DB_HOST: 'host-2.internal' }) }),
    );
    for (const value of [
      'someone-else',
      'another-one',
      'host-1.internal',
      'host-2.internal',
      SEED['AUTH0_DOMAIN'],
    ])
      expect(run.masks).not.toContain(value);
    expect(
      findLeaks(run, [
        'someone-else',
        'another-one',
        'host-1.internal',
        'host-2.internal',
        String(SEED['AUTH0_DOMAIN']),
      ]),
    ).toEqual([]);
  });

  test('an account id, a small number and the like are never masked, and no output is lost by them', async () => {
    await using run = await stage.act({
      secrets:
        'A_TOKEN=123456789012\nB_TOKEN=1234\nC_TOKEN=true\nD_TOKEN=us-west-2\nE_TOKEN=prd\nF_TOKEN=9012\n',
    });
    expect(run.exitCode).toBe(0);
    expect(run.masks).toEqual([]);
    expect(run.dropped.filter((name) => run.outputs[name] !== '')).toEqual([]);
    // What stays readable is told of every one, also where only AWS told that the account id holds it.
    for (const name of ['A_TOKEN', 'B_TOKEN', 'C_TOKEN', 'D_TOKEN', 'E_TOKEN', 'F_TOKEN'])
      expect(run.log).toMatch(
        new RegExp(
          `(?:warning\\]${name}: its value is not hidden in the log|variables: not hidden in the log: .*\\b${name}\\b)`,
        ),
      );
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Diagnostics, describe as inWords } from '../../src/settings/diagnostics.ts';
import type { VariableText } from '../../src/settings/variable.ts';
import { readVariables } from '../../src/settings/variables.ts';

/** Texts by their sources, in the order of the run. */
type Texts = Partial<Record<VariableText['source'], VariableText['content']>>;

function read(
  texts: Texts,
  known: readonly string[] = ['DB_USER', 'DB_PASSWORD'],
  env: Record<string, string> = {},
) {
  const notes = new Diagnostics();
  const reading = readVariables(
    Object.entries(texts).map(([source, content]) => ({
      source: source as VariableText['source'],
      content,
      where: `input ${source}`,
    })),
    (name) => known.includes(name),
    (name) => env[name],
    notes,
  );
  return {
    values: reading.variables.map(({ name, value, source }) => [name, value.reveal(), source]),
    untaken: [...reading.untaken],
    raw: reading.raw.map((text) => text.reveal()),
    notices: notes.notices.map(inWords),
    others: reading.otherSecrets.map(({ name, value }) => [name, value.reveal()]),
    emptySecrets: reading.variables.map(({ emptySecret }) => emptySecret),
    faults: notes.errors.map(inWords),
    warnings: notes.warnings.map(inWords),
  };
}

describe('texts together', () => {
  it.each<[what: string, texts: Texts, values: string[][]]>([
    ['none', {}, []],
    [
      'one',
      { variables: 'A=1\nB=2' },
      [
        ['A', '1', 'variables'],
        ['B', '2', 'variables'],
      ],
    ],
    [
      'several',
      { dotenv: 'A=1', variables: 'B=2' },
      [
        ['A', '1', 'dotenv'],
        ['B', '2', 'variables'],
      ],
    ],
    ['bytes', { 'env-file': Buffer.from('A=é') }, [['A', 'é', 'env-file']]],
    ['the same value twice', { dotenv: 'A=1', 'env-file': Buffer.from('A=1') }, [['A', '1', 'dotenv']]],
    ['the same value, once as a secret', { dotenv: 'A=1', secrets: 'A=1' }, [['A', '1', 'secrets']]],
    ['an empty value gives way', { dotenv: 'A=', variables: 'A=1' }, [['A', '1', 'variables']]],
    ['an empty value takes nothing away', { dotenv: 'A=1', variables: 'A=' }, [['A', '1', 'dotenv']]],
    ['an empty secret takes nothing away', { dotenv: 'A=1', secrets: 'A=' }, [['A', '1', 'dotenv']]],
    ['a secret fills an empty value', { dotenv: 'A=', secrets: 'A=1' }, [['A', '1', 'secrets']]],
    ['both are empty: it is a secret', { dotenv: 'A=', secrets: 'A=' }, [['A', '', 'secrets']]],
    ['both are empty, the secret first', { variables: '{"A":""}', secrets: 'A=' }, [['A', '', 'secrets']]],
    ['three places', { dotenv: 'A=1', variables: 'A=', secrets: 'A=1' }, [['A', '1', 'secrets']]],
  ])('%s', (_what, texts, values) => {
    expect(read(texts)).toMatchObject({ values, faults: [] });
  });

  it.each<[what: string, texts: Texts, emptySecrets: (string | undefined)[]]>([
    ['before the value', { secrets: 'A=', variables: '{"A":"1"}' }, ['input secrets line 1']],
    ['behind the value', { dotenv: 'A=1', secrets: 'A=' }, ['input secrets line 1']],
    ['of JSON', { dotenv: 'A=1', secrets: '{"A":""}' }, ['input secrets']],
    ['between two', { dotenv: 'A=', secrets: 'A=', variables: '{"A":"1"}' }, ['input secrets line 1']],
    [
      'of a value that comes twice',
      { dotenv: 'A=1', secrets: 'A=', variables: '{"A":"1"}' },
      ['input secrets line 1'],
    ],
    ['of no value at all', { secrets: 'A=' }, [undefined]],
    ['that is none of secrets', { dotenv: 'A=', secrets: 'A=1' }, [undefined]],
  ])('an empty secret is remembered: %s', (_what, texts, emptySecrets) => {
    expect(read(texts)).toMatchObject({ emptySecrets, faults: [] });
  });

  it('values of secrets that no variable holds are given too, to be hidden', () => {
    expect(
      read({
        dotenv: 'DB_PASSWORD=canary1',
        variables: '{"PLAIN":"x"}',
        secrets: '{"DB_PASSWORD":"canary2","NPM_LOGIN":"canary3","github_token":"canary4","DB_USER":"u"}',
      }).others,
    ).toEqual([
      ['DB_PASSWORD', 'canary2'],
      ['NPM_LOGIN', 'canary3'],
      ['github_token', 'canary4'],
    ]);
  });
});

describe('a JSON object', () => {
  it('of all secrets gives what the table or a rule knows, and names the rest', () => {
    const json = JSON.stringify({ DB_USER: 'u', OTHER: 'x', MORE: 'y', github_token: 'z' });
    expect(read({ secrets: json })).toMatchObject({
      values: [['DB_USER', 'u', 'secrets']],
      untaken: ['OTHER', 'MORE', 'github_token'],
      notices: [expect.stringContaining(': OTHER, MORE, github_token')],
      faults: [],
    });
  });

  it('gives what a .env names, wherever that is', () => {
    const json = JSON.stringify({ PORT: '5000', OTHER: 'x', GITHUB_TOKEN: 'z' });
    for (const texts of [
      { secrets: json, dotenv: 'PORT=' },
      { dotenv: 'PORT=', secrets: json },
    ] satisfies Texts[])
      expect(read(texts)).toMatchObject({
        values: [['PORT', '5000', 'secrets']],
        untaken: ['OTHER', 'GITHUB_TOKEN'],
      });
  });

  it.each(['github_token', 'GITHUB_TOKEN', 'AWS_ACCESS_KEY_ID', 'AWS_REGION', 'aws_secret_access_key'])(
    'of all secrets never gives %s',
    (name) => {
      const json = JSON.stringify({ [name]: 'canary', GitHub_Token: 'x' });
      expect(read({ secrets: json }, [name])).toMatchObject({ values: [], untaken: [name, 'GitHub_Token'] });
    },
  );

  it.each<[what: string, json: string, value: string]>([
    ['a boolean', '{"DB_USER":true}', 'true'],
    ['a number', '{"DB_USER":5432}', '5432'],
    ['a fraction', '{"DB_USER": 1.5 }', '1.5'],
    ['a negative number', '{"DB_USER":-3}', '-3'],
    ['a byte order mark before it', '\uFEFF{"DB_USER":"u"}', 'u'],
    ['white space around it', ' \n {"DB_USER" :\n"u"}\n', 'u'],
    ['an escaped name', '{"DB_\\u0055SER":"u"}', 'u'],
    ['a brace in a value', '{"DB_USER":"{\\"DB_USER\\":1}"}', '{"DB_USER":1}'],
  ])('takes %s', (_what, json, value) => {
    expect(read({ variables: json })).toMatchObject({
      values: [['DB_USER', value, 'variables']],
      faults: [],
    });
  });
});

describe('a mapping of the configuration file', () => {
  it('gives every name that it lists', () => {
    expect(read({ variables: { PORT: 5000, DEBUG: false, NAME: 'papyrus' } })).toMatchObject({
      values: [
        ['PORT', '5000', 'variables'],
        ['DEBUG', 'false', 'variables'],
        ['NAME', 'papyrus', 'variables'],
      ],
    });
  });

  it('makes its names known to a JSON object', () => {
    expect(read({ secrets: '{"PORT":"5000"}', variables: { PORT: '' } })).toMatchObject({
      values: [['PORT', '5000', 'secrets']],
    });
  });
});

describe('a bare NAME', () => {
  const env = { DB_PASSWORD: 'p#"\'$x\n2', EMPTY: '' };

  it.each(['variables', 'secrets'] as const)('in %s takes what the step has, as it is', (source) => {
    expect(read({ [source]: 'DB_PASSWORD\nEMPTY' }, [], env)).toMatchObject({
      values: [
        ['DB_PASSWORD', env.DB_PASSWORD, source],
        ['EMPTY', '', source],
      ],
      faults: [],
    });
  });
});

describe('base64', () => {
  const text = '# the application\nDB_USER=papyrus\nDB_PASSWORD="päss word"\n';
  const standard = Buffer.from(text).toString('base64');
  const wrapped = `${standard.slice(0, 64)}\n${standard.slice(64)}\n`;
  const values = (source: string) => [
    ['DB_USER', 'papyrus', source],
    ['DB_PASSWORD', 'päss word', source],
  ];

  it.each<[what: string, content: string]>([
    ['in the standard alphabet', standard],
    ['without padding', standard.replace(/=+$/, '')],
    ['in the alphabet of URLs', Buffer.from(text).toString('base64url')],
    ['wrapped', wrapped],
    ['wrapped with CR LF', wrapped.replaceAll('\n', '\r\n')],
    ['behind a byte order mark', `\ufeff${standard}`],
  ])('of a .env is decoded: %s', (_what, content) => {
    for (const source of ['dotenv', 'secrets'] as const) {
      const answer = read({ [source]: content });
      expect(answer).toMatchObject({ values: values(source), faults: [] });
      expect(answer.raw).toContain(content);
    }
  });

  it('of a JSON object is decoded', () => {
    const content = Buffer.from('{"STRIPE_API_KEY":"x"}').toString('base64');
    expect(read({ secrets: content })).toMatchObject({ values: [['STRIPE_API_KEY', 'x', 'secrets']] });
  });

  it('of a broken .env is reported by its lines', () => {
    const content = Buffer.from('A=1\nB=canary#1').toString('base64');
    expect(read({ dotenv: content }).faults).toEqual([
      expect.stringMatching(/^input dotenv \(decoded from base64\) line 2: B: a #/),
    ]);
  });

  it('of any .env reads as the .env itself, and nothing of it is printed', () => {
    const line = fc
      .tuple(fc.stringMatching(/^[A-Z_][A-Z0-9_]{0,8}$/), fc.stringMatching(/^[ -&(-~é日]{0,30}$/))
      .map(([key, value]) => `${key}='${value}'`);
    const format = fc.constantFrom<(bytes: Buffer) => string>(
      (bytes) => bytes.toString('base64'),
      (bytes) => bytes.toString('base64url'),
      (bytes) => bytes.toString('base64').replace(/(.{76})/g, '$1\n'),
    );
    fc.assert(
      fc.property(fc.array(line, { minLength: 1 }), format, (lines, formatted) => {
        const content = lines.join('\n');
        const plain = read({ dotenv: content });
        const base64 = formatted(Buffer.from(content));
        const answer = read({ dotenv: base64 });
        expect(answer.values).toEqual(plain.values);
        expect(answer.faults.length).toBe(plain.faults.length);
        expect(JSON.stringify([answer.faults, answer.warnings])).not.toContain(base64);
      }),
    );
  });
});

describe("a JSON object of the user's own", () => {
  it.each(['dotenv', 'variables', 'secrets'] as const)('in %s is taken whole', (source) => {
    const json = JSON.stringify({ STRIPE_API_KEY: 'x', AWS_S3_BUCKET: 'b' });
    expect(read({ [source]: json })).toMatchObject({
      values: [
        ['STRIPE_API_KEY', 'x', source],
        ['AWS_S3_BUCKET', 'b', source],
      ],
      untaken: [],
      notices: [],
      faults: [],
    });
  });

  it('makes its names known to all secrets', () => {
    expect(
      read({ secrets: '{"PORT":"5000","NPM_LOGIN":"x","github_token":"y"}', variables: '{"PORT":""}' }),
    ).toMatchObject({ values: [['PORT', '5000', 'secrets']], untaken: ['NPM_LOGIN', 'github_token'] });
  });

  it('of all secrets a name that no variable would have is counted', () => {
    const { notices, faults } = read({
      secrets: JSON.stringify({ OTHER: 'x', A9F3C04B7E8D2165: 'y', github_token: 'z' }),
    });
    expect(faults).toEqual([]);
    expect(notices).toEqual([expect.stringMatching(/: OTHER, github_token, 1 .*not shown/)]);
  });
});

describe('a bare NAME of a credential', () => {
  it.each([
    'AWS_ACCESS_KEY_ID',
    'AWS_SECRET_ACCESS_KEY',
    'AWS_SESSION_TOKEN',
    'AWS_WEB_IDENTITY_TOKEN_FILE',
    'AWS_CONTAINER_CREDENTIALS_FULL_URI',
    'aws_session_token',
    'ACTIONS_RUNTIME_TOKEN',
    'ACTIONS_ID_TOKEN_REQUEST_TOKEN',
    'GITHUB_TOKEN',
    'RUNNER_TEMP',
    'INPUT_SECRETS',
  ])('%s takes nothing, whoever asks', (name) => {
    for (const source of ['variables', 'secrets'] as const)
      for (const env of [{ [name]: 'canary' }, {}])
        expect(read({ [source]: `A=1\n${name}` }, [name], env)).toMatchObject({
          values: [['A', '1', source]],
          faults: [expect.stringMatching(new RegExp(`line 2: ${name}: .*credential`))],
        });
  });
});

describe('many of a kind', () => {
  const lines = (count: number, line: (at: number) => string) =>
    Array.from({ length: count }, (_, at) => line(at)).join('\n');

  it('is one warning, with the first 20 of its lines', () => {
    const { warnings } = read({ dotenv: lines(30, (at) => `A_${at}=$X\nB_${at}=\`x\``) });
    expect(warnings).toHaveLength(2);
    expect(warnings[0]).toMatch(/^input dotenv: a \$ .*: A_0 \(line 1\), A_1 \(line 3\), .* and 10 more$/);
    expect(warnings[0]).toContain('A_19');
    expect(warnings[0]).not.toContain('A_20');
  });

  it('is fifty errors, and how many more there are', () => {
    const { faults } = read({ dotenv: lines(4_000, (at) => `A_${at}=canary#x`) });
    expect(faults).toHaveLength(51);
    expect(faults[50]).toMatch(/^input dotenv: and 3950 more/);
    expect(read({ secrets: lines(60, (at) => `A_${at}`) }).faults).toHaveLength(51);
    const json = `{${lines(60, (at) => `"A_${at}":null`).replaceAll('\n', ',')}}`;
    expect(read({ variables: json }).faults).toHaveLength(51);
  });
});

describe('whether files of the workspace alone give a value', () => {
  const FILE = { inFile: true } as const;
  const fileOnly = (
    ...texts: Array<readonly [VariableText['source'], VariableText['content'], typeof FILE?]>
  ) => {
    const notes = new Diagnostics();
    const { variables } = readVariables(
      texts.map(([source, content, more]) => ({ source, content, where: source, ...more })),
      () => true,
      () => undefined,
      notes,
    );
    expect(notes.errors).toEqual([]);
    return variables.map((variable) => variable.fileOnly === true);
  };

  it.each<[what: string, texts: Parameters<typeof fileOnly>, expected: boolean]>([
    ['an input', [['dotenv', 'A=1']], false],
    ['a .env', [['env-file', 'A=1', FILE]], true],
    ['the configuration file', [['variables', { A: '1' }, FILE]], true],
    ['JSON in the configuration file', [['variables', '{"A":"1"}', FILE]], true],
    [
      'two files',
      [
        ['env-file', 'A=1', FILE],
        ['variables', 'A=1', FILE],
      ],
      true,
    ],
    [
      'a file, and an input that repeats it',
      [
        ['env-file', 'A=1', FILE],
        ['variables', 'A=1'],
      ],
      false,
    ],
    [
      'an input, and a file that repeats it',
      [
        ['dotenv', 'A=1'],
        ['env-file', 'A=1', FILE],
      ],
      false,
    ],
    [
      'a file, and an input that is empty',
      [
        ['dotenv', 'A='],
        ['env-file', 'A=1', FILE],
      ],
      true,
    ],
    [
      'a file, and an empty secret',
      [
        ['env-file', 'A=1', FILE],
        ['secrets', 'A='],
      ],
      true,
    ],
    [
      'a secret behind an empty file',
      [
        ['env-file', 'A=', FILE],
        ['secrets', 'A=1'],
      ],
      false,
    ],
    [
      'a secret that a file repeats',
      [
        ['env-file', 'A=1', FILE],
        ['secrets', 'A=1'],
      ],
      false,
    ],
  ])('%s', (_what, texts, expected) => {
    expect(fileOnly(...texts)).toEqual([expected]);
  });
});

import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Diagnostics, describe as inWords } from '../../src/settings/diagnostics.ts';
import type { VariableText } from '../../src/settings/variable.ts';
import { readVariables } from '../../src/settings/variables.ts';

type Short = [source: VariableText['source'], content: VariableText['content']];

function read(
  texts: readonly Short[],
  known: readonly string[] = ['DB_USER', 'DB_PASSWORD'],
  env: Record<string, string> = {},
) {
  const notes = new Diagnostics();
  const reading = readVariables(
    texts.map(([source, content]) => ({ source, content, where: `input ${source}` })),
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
  it.each<[what: string, texts: Short[], values: string[][]]>([
    ['none', [], []],
    [
      'one',
      [['variables', 'A=1\nB=2']],
      [
        ['A', '1', 'variables'],
        ['B', '2', 'variables'],
      ],
    ],
    [
      'several',
      [
        ['dotenv', 'A=1'],
        ['variables', 'B=2'],
      ],
      [
        ['A', '1', 'dotenv'],
        ['B', '2', 'variables'],
      ],
    ],
    ['bytes', [['env-file', Buffer.from('A=é')]], [['A', 'é', 'env-file']]],
    [
      'the same value twice',
      [
        ['dotenv', 'A=1'],
        ['env-file', Buffer.from('A=1')],
      ],
      [['A', '1', 'dotenv']],
    ],
    [
      'the same value, once as a secret',
      [
        ['dotenv', 'A=1'],
        ['secrets', 'A=1'],
      ],
      [['A', '1', 'secrets']],
    ],
    [
      'an empty value gives way',
      [
        ['dotenv', 'A='],
        ['variables', 'A=1'],
      ],
      [['A', '1', 'variables']],
    ],
    [
      'an empty value takes nothing away',
      [
        ['dotenv', 'A=1'],
        ['variables', 'A='],
      ],
      [['A', '1', 'dotenv']],
    ],
    [
      'an empty secret takes nothing away',
      [
        ['dotenv', 'A=1'],
        ['secrets', 'A='],
      ],
      [['A', '1', 'dotenv']],
    ],
    [
      'a secret fills an empty value',
      [
        ['dotenv', 'A='],
        ['secrets', 'A=1'],
      ],
      [['A', '1', 'secrets']],
    ],
    [
      'both are empty: it is a secret',
      [
        ['dotenv', 'A='],
        ['secrets', 'A='],
      ],
      [['A', '', 'secrets']],
    ],
    [
      'both are empty, the secret first',
      [
        ['variables', '{"A":""}'],
        ['secrets', 'A='],
      ],
      [['A', '', 'secrets']],
    ],
    [
      'three places',
      [
        ['dotenv', 'A=1'],
        ['variables', 'A='],
        ['secrets', 'A=1'],
      ],
      [['A', '1', 'secrets']],
    ],
  ])('%s', (_what, texts, values) => {
    expect(read(texts)).toMatchObject({ values, faults: [] });
  });

  it.each<[what: string, texts: Short[], emptySecrets: (string | undefined)[]]>([
    [
      'before the value',
      [
        ['secrets', 'A='],
        ['variables', '{"A":"1"}'],
      ],
      ['input secrets line 1'],
    ],
    [
      'behind the value',
      [
        ['dotenv', 'A=1'],
        ['secrets', 'A='],
      ],
      ['input secrets line 1'],
    ],
    [
      'of JSON',
      [
        ['dotenv', 'A=1'],
        ['secrets', '{"A":""}'],
      ],
      ['input secrets'],
    ],
    [
      'between two',
      [
        ['dotenv', 'A='],
        ['secrets', 'A='],
        ['variables', '{"A":"1"}'],
      ],
      ['input secrets line 1'],
    ],
    [
      'of a value that stands twice',
      [
        ['dotenv', 'A=1'],
        ['secrets', 'A='],
        ['variables', '{"A":"1"}'],
      ],
      ['input secrets line 1'],
    ],
    ['of no value at all', [['secrets', 'A=']], [undefined]],
    [
      'that is none of secrets',
      [
        ['dotenv', 'A='],
        ['secrets', 'A=1'],
      ],
      [undefined],
    ],
  ])('an empty secret is remembered: %s', (_what, texts, emptySecrets) => {
    expect(read(texts)).toMatchObject({ emptySecrets, faults: [] });
  });

  it('values of secrets that no variable holds are given too, to be hidden', () => {
    expect(
      read([
        ['dotenv', 'DB_PASSWORD=canary1'],
        ['variables', '{"PLAIN":"x"}'],
        ['secrets', '{"DB_PASSWORD":"canary2","NPM_LOGIN":"canary3","github_token":"canary4","DB_USER":"u"}'],
      ]).others,
    ).toEqual([
      ['DB_PASSWORD', 'canary2'],
      ['NPM_LOGIN', 'canary3'],
      ['github_token', 'canary4'],
    ]);
  });

  it('two values of one name are a fault with both places, and no value', () => {
    const { faults } = read([
      ['dotenv', 'B=0\nA=canary1'],
      ['variables', 'A=canary2'],
    ]);
    expect(faults).toEqual([
      'input variables line 1: A: it has another value in input dotenv line 2; keep one of the two',
    ]);
  });

  it('a place without lines is told without one', () => {
    const { faults } = read([
      ['variables', { A: 'canary1' }],
      ['secrets', 'A=canary2'],
      ['secrets', '{"A":"canary3"}'],
    ]);
    expect(faults).toEqual([
      'input secrets line 1: A: it has another value in input variables; keep one of the two',
      'input secrets: A: it has another value in input variables; keep one of the two',
    ]);
  });
});

describe('a JSON object', () => {
  it('of all secrets gives what the table or a rule knows, and names the rest', () => {
    const json = JSON.stringify({ DB_USER: 'u', OTHER: 'x', MORE: 'y', github_token: 'z' });
    expect(read([['secrets', json]])).toMatchObject({
      values: [['DB_USER', 'u', 'secrets']],
      untaken: ['OTHER', 'MORE', 'github_token'],
      notices: [expect.stringContaining(': OTHER, MORE, github_token')],
      faults: [],
    });
  });

  it('gives what a .env names, wherever that stands', () => {
    const json = JSON.stringify({ PORT: '5000', OTHER: 'x', GITHUB_TOKEN: 'z' });
    for (const texts of [
      [
        ['secrets', json],
        ['dotenv', 'PORT='],
      ],
      [
        ['dotenv', 'PORT='],
        ['secrets', json],
      ],
    ] satisfies Short[][])
      expect(read(texts)).toMatchObject({
        values: [['PORT', '5000', 'secrets']],
        untaken: ['OTHER', 'GITHUB_TOKEN'],
      });
  });

  it.each(['github_token', 'GITHUB_TOKEN', 'AWS_ACCESS_KEY_ID', 'AWS_REGION', 'aws_secret_access_key'])(
    'of all secrets never gives %s',
    (name) => {
      const json = JSON.stringify({ [name]: 'canary', GitHub_Token: 'x' });
      expect(read([['secrets', json]], [name])).toMatchObject({
        values: [],
        untaken: [name, 'GitHub_Token'],
      });
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
    expect(read([['variables', json]])).toMatchObject({
      values: [['DB_USER', value, 'variables']],
      faults: [],
    });
  });

  it.each<[what: string, json: string, fault: string]>([
    [
      'a number that loses a zero',
      '{"DB_USER":1.50}',
      'DB_USER: its value is not a text; put it into quotes',
    ],
    [
      'a number that loses its fraction',
      '{"DB_USER":7.0,"B":"7"}',
      'DB_USER: its value is not a text; put it into quotes',
    ],
    ['an exponent', '{"DB_USER":1e3}', 'DB_USER: its value is not a text; put it into quotes'],
    [
      'a rounded number',
      '{"DB_USER":12345678901234567890}',
      'DB_USER: its value is not a text; put it into quotes',
    ],
    ['null', '{"DB_USER":null}', 'DB_USER: its value is not a text; put it into quotes'],
    ['an object', '{"DB_USER":{"canary":1}}', 'DB_USER: its value is not a text; put it into quotes'],
    ['a list', '{"DB_USER":["canary"]}', 'DB_USER: its value is not a text; put it into quotes'],
    [
      'a key that stands twice',
      '{"DB_USER":"canary","DB_USER":"canary2"}',
      'DB_USER: duplicate key in the JSON object; keep one',
    ],
    [
      'a key that is no name',
      '{"canary value":"x"}',
      '(a key that is no name): this is not the name of a variable; use letters, digits and _, not beginning with a digit',
    ],
    [
      'what only begins like JSON',
      '{canary',
      'it begins with "{" but is not a JSON object; pass toJSON(secrets), or KEY=value lines',
    ],
  ])('refuses %s', (_what, json, fault) => {
    expect(read([['secrets', json]]).faults).toEqual([`input secrets: ${fault}`]);
  });
});

describe('a mapping of the configuration file', () => {
  it('gives every name that it lists', () => {
    expect(read([['variables', { PORT: 5000, DEBUG: false, NAME: 'papyrus' }]])).toMatchObject({
      values: [
        ['PORT', '5000', 'variables'],
        ['DEBUG', 'false', 'variables'],
        ['NAME', 'papyrus', 'variables'],
      ],
    });
  });

  it('makes its names known to a JSON object', () => {
    expect(
      read([
        ['secrets', '{"PORT":"5000"}'],
        ['variables', { PORT: '' }],
      ]),
    ).toMatchObject({
      values: [['PORT', '5000', 'secrets']],
    });
  });

  it('refuses what is no name', () => {
    expect(read([['variables', { '1A': 'x' }]]).faults[0]).toMatch(
      /no name\): this is not the name of a variable/,
    );
  });
});

describe('a bare NAME', () => {
  const env = { DB_PASSWORD: 'p#"\'$x\n2', EMPTY: '' };

  it.each(['variables', 'secrets'] as const)('in %s takes what the step has, as it is', (source) => {
    expect(read([[source, 'DB_PASSWORD\nEMPTY']], [], env)).toMatchObject({
      values: [
        ['DB_PASSWORD', env.DB_PASSWORD, source],
        ['EMPTY', '', source],
      ],
      faults: [],
    });
  });

  it('that the step does not have is a fault', () => {
    expect(read([['variables', 'PORT']]).faults).toEqual([
      'input variables line 1: PORT: this is a bare name, and the step has no such environment variable; set it under "env:", or write NAME=value',
    ]);
  });

  it('in secrets is not repeated, since it may be a piece of a value', () => {
    expect(read([['secrets', 'canary']]).faults[0]).not.toContain('canary');
  });

  it.each(['dotenv', 'env-file'] as const)('is no line of a %s', (source) => {
    expect(read([[source, 'DB_PASSWORD']], [], env)).toMatchObject({
      values: [],
      faults: [expect.stringMatching(/line 1: this line has no =/)],
    });
  });
});

describe('a text that is broken', () => {
  it('gives no variable, and no further names', () => {
    const answer = read([
      ['dotenv', 'A=1\nCANARY="x\nB=2'],
      ['variables', 'C=3'],
    ]);
    expect(answer.values).toEqual([['C', '3', 'variables']]);
    expect(answer.faults).toHaveLength(1);
  });

  it.each(['dotenv', 'env-file', 'variables', 'secrets'] as const)(
    'in %s is one with a # glued to a value',
    (source) => {
      expect(read([[source, 'A=canary#1']])).toMatchObject({
        values: [],
        faults: [expect.stringMatching(/line 1: A: a # that is not set apart/)],
      });
    },
  );
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
      const answer = read([[source, content]]);
      expect(answer).toMatchObject({ values: values(source), faults: [] });
      expect(answer.raw).toContain(content);
    }
  });

  it('of a JSON object is decoded', () => {
    const content = Buffer.from('{"STRIPE_API_KEY":"x"}').toString('base64');
    expect(read([['secrets', content]])).toMatchObject({ values: [['STRIPE_API_KEY', 'x', 'secrets']] });
  });

  it('of a broken .env is told by its lines', () => {
    const content = Buffer.from('A=1\nB=canary#1').toString('base64');
    expect(read([['dotenv', content]]).faults).toEqual([
      expect.stringMatching(/^input dotenv \(decoded from base64\) line 2: B: a #/),
    ]);
  });

  it.each(['variables', 'env-file'] as const)('is refused in %s', (source) => {
    const content = source === 'env-file' ? Buffer.from(wrapped) : wrapped;
    const { faults, raw, variables } = { variables: [], ...read([[source, content]]) };
    expect(faults).toEqual([expect.stringMatching(/^input [a-z-]+: this is base64, .*dotenv and secrets/)]);
    expect(raw).toContain(wrapped);
    expect(variables).toEqual([]);
  });

  it.each<[what: string, bytes: Buffer, told: RegExp]>([
    ['gzip', gzipSync(text), /gzip/],
    ['UTF-16 with a mark', Buffer.from(`\ufeff${text}`, 'utf16le'), /UTF-16/],
    ['UTF-16 without one', Buffer.from(text, 'utf16le'), /UTF-16/],
    ['UTF-16 the other way round', Buffer.from(text, 'utf16le').swap16(), /UTF-16/],
    ['a zip archive', Buffer.from('PK\x03\x04 canary canary'), /zip/],
    ['what is encrypted', Buffer.from('Salted__canarycanary'), /openssl/],
    ['a key', createHash('sha512').update('canary').digest(), /no \.env/],
    ['base64', Buffer.from(standard), /no \.env/],
  ])('of %s is refused by place and kind alone', (_what, bytes, told) => {
    for (const source of ['dotenv', 'secrets'] as const)
      for (const content of [
        bytes.toString('base64'),
        bytes.toString('base64').replace(/(.{64})/g, '$1\n'),
      ]) {
        const { faults, values, warnings } = read([[source, content]]);
        expect(faults).toEqual([expect.stringMatching(/^input [a-z]+: this is base64 of /)]);
        expect(faults[0]).toMatch(told);
        expect([...values, ...warnings]).toEqual([]);
      }
  });

  it('is no list of bare names, and no .env', () => {
    const env = { STRIPE_API_KEY: 'x', NPM_TOKEN: 'y' };
    expect(read([['secrets', 'STRIPE_API_KEY\nNPM_TOKEN']], [], env)).toMatchObject({ faults: [], raw: [] });
    for (const content of ['PORT=', 'SECRETS=', 'A=QT0x', 'DATABASE_URLS='])
      expect(read([['dotenv', content]])).toMatchObject({ faults: [], raw: [] });
  });

  it('of any .env reads as the .env itself, and nothing of it is told', () => {
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
        const plain = read([['dotenv', content]]);
        const base64 = formatted(Buffer.from(content));
        const answer = read([['dotenv', base64]]);
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
    expect(read([[source, json]])).toMatchObject({
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
      read([
        ['secrets', '{"PORT":"5000","NPM_LOGIN":"x","github_token":"y"}'],
        ['variables', '{"PORT":""}'],
      ]),
    ).toMatchObject({ values: [['PORT', '5000', 'secrets']], untaken: ['NPM_LOGIN', 'github_token'] });
  });

  it('refuses a key that is a value, and tells nothing of it', () => {
    for (const key of ['x9QbcDe4Fg5Hi6Jk7Lm8No', 'N'.repeat(129)]) {
      const { faults } = read([['secrets', JSON.stringify({ [key]: 'canary' })]]);
      expect(faults).toEqual([expect.stringMatching(/no name\): this is not the name of a variable/)]);
      expect(faults[0]).not.toMatch(/x9Q|NNN|canary/);
    }
  });

  it('of all secrets a name that no variable would have is counted', () => {
    const { notices, faults } = read([
      ['secrets', JSON.stringify({ OTHER: 'x', A9F3C04B7E8D2165: 'y', github_token: 'z' })],
    ]);
    expect(faults).toEqual([]);
    expect(notices).toEqual([expect.stringMatching(/: OTHER, github_token, 1 that are not shown/)]);
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
        expect(read([[source, `A=1\n${name}`]], [name], env)).toMatchObject({
          values: [['A', '1', source]],
          faults: [expect.stringMatching(new RegExp(`line 2: ${name}: .*credential`))],
        });
  });

  it.each(['AWS_REGION', 'AWS_S3_BUCKET', 'GITHUB_SHA'])('%s is none', (name) => {
    expect(read([['variables', name]], [], { [name]: 'x' })).toMatchObject({
      values: [[name, 'x', 'variables']],
      faults: [],
    });
  });

  it('may be written with a value', () => {
    expect(read([['secrets', 'AWS_ACCESS_KEY_ID=x']])).toMatchObject({ faults: [] });
  });

  it('what may be a piece of a value is not told', () => {
    expect(read([['variables', 'hunter']]).faults).toEqual([
      expect.stringMatching(/^input variables line 1: this is a bare name/),
    ]);
  });
});

describe('many of a kind', () => {
  const lines = (count: number, line: (at: number) => string) =>
    Array.from({ length: count }, (_, at) => line(at)).join('\n');

  it('is one warning, with the first 20 of its lines', () => {
    const { warnings } = read([['dotenv', lines(30, (at) => `A_${at}=$X\nB_${at}=\`x\``)]]);
    expect(warnings).toHaveLength(2);
    expect(warnings[0]).toMatch(/^input dotenv: a \$ .*: A_0 \(line 1\), A_1 \(line 3\), .* and 10 more$/);
    expect(warnings[0]).toContain('A_19');
    expect(warnings[0]).not.toContain('A_20');
  });

  it('is fifty errors, and how many more there are', () => {
    const { faults } = read([['dotenv', lines(40_000, (at) => `A_${at}=canary#x`)]]);
    expect(faults).toHaveLength(51);
    expect(faults[50]).toMatch(/^input dotenv: and 39950 more: a #/);
    expect(read([['secrets', lines(60, (at) => `A_${at}`)]]).faults).toHaveLength(51);
    const json = `{${lines(60, (at) => `"A_${at}":null`).replaceAll('\n', ',')}}`;
    expect(read([['variables', json]]).faults).toHaveLength(51);
  });

  it('of a megabyte is told in a few kilobytes', () => {
    const { faults, warnings } = read([['dotenv', lines(60_000, (at) => `A.${at}: $\{X}`)]]);
    expect(JSON.stringify([faults, warnings]).length).toBeLessThan(5_000);
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

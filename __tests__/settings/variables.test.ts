import { describe, expect, it } from 'vitest';
import { describe as inWords, Notes } from '../../src/settings/fault.ts';
import { readVariables, type VariableText } from '../../src/settings/variables.ts';

type Short = [source: VariableText['source'], content: VariableText['content']];

function read(
  texts: readonly Short[],
  known: readonly string[] = ['DB_USER', 'DB_PASSWORD'],
  env: Record<string, string> = {},
) {
  const notes = new Notes();
  const reading = readVariables(
    texts.map(([source, content]) => ({ source, content, where: `input ${source}` })),
    (name) => known.includes(name),
    (name) => env[name],
    notes,
  );
  return {
    values: reading.variables.map(({ name, value, source }) => [name, value.reveal(), source]),
    ignored: reading.ignored,
    others: reading.otherSecrets.map(({ name, value }) => [name, value.reveal()]),
    emptySecrets: reading.variables.map(({ emptySecret }) => emptySecret),
    faults: notes.faults.map(inWords),
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
  it('gives what the table or a rule knows, and counts the rest', () => {
    const json = JSON.stringify({ DB_USER: 'u', OTHER: 'x', MORE: 'y' });
    expect(read([['secrets', json]])).toMatchObject({
      values: [['DB_USER', 'u', 'secrets']],
      ignored: 2,
      faults: [],
    });
  });

  it('gives what a .env names, wherever that stands', () => {
    const json = JSON.stringify({ PORT: '5000', OTHER: 'x' });
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
      expect(read(texts)).toMatchObject({ values: [['PORT', '5000', 'secrets']], ignored: 1 });
  });

  it.each(['github_token', 'GITHUB_TOKEN', 'AWS_ACCESS_KEY_ID', 'AWS_REGION', 'aws_secret_access_key'])(
    'never gives %s',
    (name) => {
      const json = JSON.stringify({ [name]: 'canary' });
      expect(read([['secrets', json]], [name])).toMatchObject({ values: [], ignored: 1 });
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
      'DB_USER: this key stands twice in the JSON object; keep one',
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
      ignored: 0,
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
      ignored: 0,
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

  it('in secrets is one with a # glued to a value', () => {
    expect(read([['secrets', 'A=canary#1']]).faults[0]).toMatch(/line 1: A: a # that is not set apart/);
    expect(read([['variables', 'A=canary#1']])).toMatchObject({
      faults: [],
      warnings: [expect.stringMatching(/#/)],
    });
  });
});

describe('whether files of the workspace alone give a value', () => {
  const FILE = { inFile: true } as const;
  const fileOnly = (
    ...texts: Array<readonly [VariableText['source'], VariableText['content'], typeof FILE?]>
  ) => {
    const notes = new Notes();
    const { variables } = readVariables(
      texts.map(([source, content, more]) => ({ source, content, where: source, ...more })),
      () => true,
      () => undefined,
      notes,
    );
    expect(notes.faults).toEqual([]);
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

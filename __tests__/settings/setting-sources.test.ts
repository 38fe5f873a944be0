import { describe, expect, it, test } from 'vitest';
import { type ConfigFile, readConfig } from '../../src/settings/config.ts';
import { Diagnostics } from '../../src/settings/diagnostics.ts';
import { ParseError } from '../../src/settings/parse.ts';
import { mayHaveDocuments, SettingSources } from '../../src/settings/setting-sources.ts';

const FILE = [
  'region: file',
  'prefer: ssm',
  'environments:',
  '  stg:',
  '    region: stage',
  '  prd/eu:',
  '    region: eu',
].join('\n');

function layers(inputs: Record<string, string>, yaml: string | undefined = FILE) {
  const notes = new Diagnostics();
  const file = yaml === undefined ? undefined : readConfig(yaml, 'c.yml', notes);
  return { notes, layers: new SettingSources(new Map(Object.entries(inputs)), file, notes) };
}

describe('precedence', () => {
  it.each<[what: string, inputs: Record<string, string>, environment: string | undefined, value: unknown]>([
    ['the input is first', { region: 'input' }, 'stg', 'input'],
    ['then the environment', {}, 'stg', 'stage'],
    ['an environment of two segments', {}, 'prd/eu', 'eu'],
    ['then the file', {}, 'prd', 'file'],
    ['the file where no environment is chosen', {}, undefined, 'file'],
    ['an empty input is not given', { region: '' }, 'stg', 'stage'],
    ['nor is a blank one', { region: ' \n' }, 'stg', 'stage'],
    ['no environment by a word of JavaScript', {}, 'constructor', 'file'],
  ])('%s', (_what, inputs, environment, value) => {
    const { layers: asked } = layers(inputs);
    if (environment !== undefined) asked.choose(environment);
    expect(asked.get('region')?.value).toBe(value);
  });

  it('what environments share leaves their layer out', () => {
    const { layers: asked } = layers({});
    asked.choose('stg');
    expect(asked.get('region', true)?.value).toBe('file');
    expect(asked.inEnvironment('region')?.value).toBe('stage');
    expect(asked.inEnvironment('prefer')).toBeUndefined();
  });

  it('nothing asked is the fallback', () => {
    const { layers: asked } = layers({}, '{}');
    expect(asked.get('region')).toBeUndefined();
    expect(asked.read('region', 'x', String)).toBe('x');
    expect(asked.get('__proto__')).toBeUndefined();
    expect(asked.get('toString')).toBeUndefined();
  });
});

describe('its place', () => {
  it('an input by its name', () => {
    expect(layers({ region: 'a' }).layers.get('region')).toMatchObject({ where: 'input region' });
  });

  it('a setting of the file by its line', () => {
    expect(layers({}).layers.get('prefer')).toEqual({ value: 'ssm', where: 'c.yml', file: 'c.yml', line: 2 });
  });

  it('a setting of an environment by its own line', () => {
    const { layers: asked } = layers({});
    asked.choose('stg');
    expect(asked.get('region')).toMatchObject({ file: 'c.yml', line: 5 });
  });
});

describe('what is unclear', () => {
  const refuse = () => {
    throw new ParseError('write it otherwise');
  };

  it('of an input is a fault with its name', () => {
    const { layers: asked, notes } = layers({ region: 'a' });
    expect(asked.read('region', 'fallback', refuse)).toBe('fallback');
    expect(notes.errors).toEqual([
      { where: 'input region', file: undefined, line: undefined, key: undefined, text: 'write it otherwise' },
    ]);
  });

  it('of the file is a fault with line and key', () => {
    const { layers: asked, notes } = layers({});
    asked.read('prefer', 'fallback', refuse);
    expect(notes.errors).toEqual([
      { where: 'c.yml', file: 'c.yml', line: 2, key: 'prefer', text: 'write it otherwise' },
    ]);
  });

  it('is reported once, however often it is read', () => {
    const { layers: asked, notes } = layers({});
    asked.read('prefer', 'fallback', refuse);
    asked.read('prefer', 'fallback', refuse);
    expect(notes.errors).toHaveLength(1);
  });

  it('lets other errors through', () => {
    const { layers: asked } = layers({ region: 'a' });
    expect(() =>
      asked.read('region', '', () => {
        throw new RangeError('x');
      }),
    ).toThrow(RangeError);
  });
});

/** The runner passes every input, also those that are not given. */
const inputs = (given: Record<string, string>) =>
  new Map(Object.entries({ 'lifecycle-policy': '', 'task-definition': ' \n', ...given }));

test.each<[given: Record<string, string>, file: ConfigFile | undefined, expected: boolean]>([
  [{}, undefined, false],
  [{ 'lifecycle-policy': 'keep-last:3' }, undefined, true],
  [{ 'task-definition': 'ecs/task.json' }, undefined, true],
  [{ 'expect-plan': '0'.repeat(64) }, undefined, true],
  [{}, {} as ConfigFile, true],
])(
  'the readers of documents are loaded only where one may be given: %j, file %j',
  (given, file, expected) => {
    expect(mayHaveDocuments(inputs(given), file)).toBe(expected);
  },
);

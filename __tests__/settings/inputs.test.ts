import { mkdirSync, mkdtempSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { Diagnostics, describe as inWords } from '../../src/settings/diagnostics.ts';
import {
  INPUTS,
  readAwsFiles,
  readConfigFile,
  readEnvironment,
  readInputs,
  readRunner,
  readVariableTexts,
} from '../../src/settings/inputs.ts';
import { readText } from '../../src/settings/workspace-file.ts';
import { runner, workspace } from '../asking.ts';
import { CANARY, unfit } from '../refusals/row.ts';

const MIB = 1024 * 1024;

/** A workspace with all that it may hold, and a folder beside it. */
function place() {
  const outside = mkdtempSync(join(tmpdir(), 'outside-'));
  writeFileSync(join(outside, 'secret.env'), 'A=1');
  const folder = workspace({
    '.env': 'A=1',
    'deploy/prd.env': 'A=é',
    'a name with blanks.env': 'A=1',
    'bom.env': '\uFEFFA=1',
    'latin.env': Buffer.from([0x41, 0x3d, 0xe9]),
    'full.env': 'x'.repeat(MIB),
    'large.env': 'x'.repeat(MIB + 1),
    'empty.env': '',
  });
  symlinkSync(join(folder, '.env'), join(folder, 'inside-link.env'));
  symlinkSync(join(outside, 'secret.env'), join(folder, 'outside-link.env'));
  symlinkSync(outside, join(folder, 'outside-folder'));
  symlinkSync(join(folder, 'nothing'), join(folder, 'broken-link.env'));
  symlinkSync(join(folder, 'loop'), join(folder, 'loop'));
  mkdirSync(join(`${folder}-neighbour`));
  writeFileSync(join(`${folder}-neighbour`, '.env'), 'A=1');
  return { folder, outside };
}
const { folder, outside } = place();
const run = runner(folder);

describe('a file is read', () => {
  it.each([
    ['.env', 'A=1'],
    ['./deploy/../.env', 'A=1'],
    ['deploy/prd.env', 'A=é'],
    ['a name with blanks.env', 'A=1'],
    ['bom.env', 'A=1'],
    ['inside-link.env', 'A=1'],
    ['empty.env', ''],
    [join(folder, '.env'), 'A=1'],
  ])('%s', (path, text) => {
    expect(readText(path, run)).toBe(text);
  });

  it('up to 1 MiB', () => {
    expect(readText('full.env', run)).toHaveLength(MIB);
  });

  it("from the runner's temporary folder", () => {
    expect(readText(join(outside, 'secret.env'), runner(folder, { temp: outside }))).toBe('A=1');
  });

  it('also where the temporary folder is not there', () => {
    expect(readText('.env', runner(folder, { temp: join(folder, 'no-such-folder') }))).toBe('A=1');
  });
});

describe('the configuration file', () => {
  const none = new Map<string, string>();

  it('may be absent if no input names it', async () => {
    const notes = new Diagnostics();
    expect(await readConfigFile(none, runner(workspace()), notes)).toBeUndefined();
    expect(notes.errors).toEqual([]);
  });

  it('is found at its place', async () => {
    const notes = new Diagnostics();
    const found = await readConfigFile(
      none,
      runner(workspace({ '.github/aws-bootstrap.yml': 'mode: plan' })),
      notes,
    );
    expect(found).toMatchObject({ path: '.github/aws-bootstrap.yml', config: { mode: 'plan' } });
  });

  it.each(['.github/aws-bootstrap.yaml', 'aws-bootstrap.yml', 'aws-bootstrap.yaml'])(
    '%s is not read, and the right name is reported',
    async (path) => {
      const notes = new Diagnostics();
      const at = runner(workspace({ [path]: 'mode: plan' }));
      expect(await readConfigFile(none, at, notes)).toBeUndefined();
      expect(notes.warnings).toEqual([
        { where: path, text: expect.stringContaining('.github/aws-bootstrap.yml') },
      ]);
      // Named, it is read, and beside the right one it is of no concern.
      const named = new Diagnostics();
      expect(await readConfigFile(new Map([['config', path]]), at, named)).toMatchObject({ path });
      expect(named.warnings).toEqual([]);
      const both = runner(workspace({ [path]: 'mode: plan', '.github/aws-bootstrap.yml': 'mode: drift' }));
      expect(await readConfigFile(none, both, named)).toMatchObject({ config: { mode: 'drift' } });
      expect(named.warnings).toEqual([]);
    },
  );

  it('is the one that is named', async () => {
    const files = { '.github/aws-bootstrap.yml': 'mode: plan', 'other.yml': 'mode: drift' };
    const found = await readConfigFile(
      new Map([['config', ' other.yml\n']]),
      runner(workspace(files)),
      new Diagnostics(),
    );
    expect(found).toMatchObject({ path: 'other.yml', config: { mode: 'drift' } });
  });

  it.each([
    [
      'a folder',
      (root: string) => mkdirSync(join(root, '.github/aws-bootstrap.yml'), { recursive: true }),
      /plain file/,
    ],
    [
      'a broken link',
      (root: string) => {
        mkdirSync(join(root, '.github'));
        symlinkSync(join(root, 'nothing'), join(root, '.github/aws-bootstrap.yml'));
      },
      /no file/,
    ],
    [
      'a link to a file outside',
      (root: string) => {
        mkdirSync(join(root, '.github'));
        symlinkSync(join(outside, 'secret.env'), join(root, '.github/aws-bootstrap.yml'));
      },
      /outside/,
    ],
  ])('is %s: that is reported, not passed over', async (_what, make, why) => {
    const root = workspace();
    make(root);
    const notes = new Diagnostics();
    await readConfigFile(none, runner(root), notes);
    expect(notes.errors.map(inWords).join()).toMatch(why);
  });

  it.each<[what: string, config: string, key: RegExp]>([
    ['that does not exist', 'deploy.yml', /\bdeploy\.yml\b/],
    ['whose path is a value', CANARY, /this name/],
    ['outside', '/etc/hostname', /outside/],
    ['that is a folder', '.github', /plain file/],
    ['whose text is given for its path', `mode: plan\ntags: { a: ${CANARY} }`, /the path/],
  ])('%s is an error at the input, without a value', async (_what, config, key) => {
    const notes = new Diagnostics();
    await readConfigFile(new Map([['config', config]]), runner(workspace({ '.github/x': '' })), notes);
    expect(notes.errors.map(inWords)).toEqual([expect.stringMatching(key)]);
    expect(notes.errors).toMatchObject([{ where: 'input config' }]);
    expect(unfit(notes.errors.map(inWords))).toEqual([]);
  });

  it('has a plain file where its folder would be: then there is none', async () => {
    const notes = new Diagnostics();
    expect(await readConfigFile(none, runner(workspace({ '.github': 'x' })), notes)).toBeUndefined();
    expect(notes.errors).toEqual([]);
  });
});

describe('texts that hold variables', () => {
  const from = (
    inputs: Record<string, string>,
    settings: Partial<Parameters<typeof readVariableTexts>[1]> = {},
  ) => {
    const notes = new Diagnostics();
    const texts = readVariableTexts(
      new Map(Object.entries(inputs)),
      { envFiles: [], envFilesAsked: undefined, variables: undefined, ...settings },
      run,
      notes,
    );
    return { texts, faults: notes.errors.map(inWords), notes };
  };

  it('come in their order: dotenv, files, variables, secrets', () => {
    const { texts } = from(
      { secrets: 'S=1', dotenv: 'D=1', variables: 'V=1' },
      { envFiles: ['.env', 'deploy/prd.env'], variables: { value: 'V=1', where: 'input variables' } },
    );
    expect(texts.map(({ source, where }) => [source, where])).toEqual([
      ['dotenv', 'input dotenv'],
      ['env-file', '.env'],
      ['env-file', 'deploy/prd.env'],
      ['variables', 'input variables'],
      ['secrets', 'input secrets'],
    ]);
  });

  it('are not trimmed', () => {
    expect(from({ secrets: 'A="x "\n ' }).texts[0]?.content).toBe('A="x "\n ');
  });

  it('are left out where they are blank', () => {
    expect(from({ secrets: ' \n', dotenv: '' }).texts).toEqual([]);
  });

  it('that cannot be read are errors of the input that names them, all at once', () => {
    expect(from({}, { envFiles: ['missing.env', 'latin.env', 'large.env'] }).faults).toEqual([
      expect.stringMatching(/^input env-file: .*\bmissing\.env/),
      expect.stringMatching(/^input env-file: large\.env /),
    ]);
    const asked = { value: 'missing.env', where: 'c.yml', file: 'c.yml', line: 3 };
    expect(from({}, { envFiles: ['missing.env'], envFilesAsked: asked }).faults).toEqual([
      expect.stringMatching(/^c\.yml line 3: env-file: /),
    ]);
  });

  it('of the configuration file are read as a text or as a mapping', () => {
    const place = { where: 'c.yml', file: 'c.yml', line: 2 };
    expect(from({}, { variables: { value: 'A=1', ...place } }).texts).toEqual([
      { source: 'variables', content: 'A=1', where: 'c.yml variables', inFile: true },
    ]);
    expect(from({}, { variables: { value: { A: 1 }, ...place } }).texts).toEqual([
      { source: 'variables', content: { A: 1 }, where: 'c.yml', file: 'c.yml', inFile: true },
    ]);
  });
});

describe("the runner's environment", () => {
  afterEach(() => {
    vi.unstubAllEnvs();
  });

  it('gives inputs as they are, all of them', () => {
    vi.stubEnv('INPUT_PREFIX', ' /papyrus/prd ');
    vi.stubEnv('INPUT_ENV-FILE', 'a\nb');
    vi.stubEnv('INPUT_SECRETS', 'A=1 \n');
    const inputs = readInputs();
    expect([...inputs.keys()]).toEqual([...INPUTS]);
    expect(inputs.get('prefix')).toBe(' /papyrus/prd ');
    expect(inputs.get('env-file')).toBe('a\nb');
    expect(inputs.get('secrets')).toBe('A=1 \n');
    expect(inputs.get('mode')).toBe('');
  });

  it('gives the region, by either name', () => {
    vi.stubEnv('AWS_REGION', '');
    vi.stubEnv('AWS_DEFAULT_REGION', 'eu-west-1');
    expect(readRunner().region).toBe('eu-west-1');
    vi.stubEnv('AWS_REGION', 'ap-northeast-1');
    expect(readRunner().region).toBe('ap-northeast-1');
    vi.stubEnv('AWS_REGION', '');
    vi.stubEnv('AWS_DEFAULT_REGION', '');
    expect(readRunner().region).toBeUndefined();
  });

  it('gives the run', () => {
    vi.stubEnv('GITHUB_EVENT_NAME', 'pull_request');
    vi.stubEnv('GITHUB_REPOSITORY', 'o/r');
    vi.stubEnv('GITHUB_SHA', 'abc');
    vi.stubEnv('GITHUB_RUN_ID', '7');
    vi.stubEnv('GITHUB_WORKSPACE', '/w');
    vi.stubEnv('RUNNER_TEMP', '/t');
    vi.stubEnv('GITHUB_STEP_SUMMARY', '/s');
    expect(readRunner()).toMatchObject({
      event: 'pull_request',
      repository: 'o/r',
      sha: 'abc',
      runId: '7',
      workspace: '/w',
      temp: '/t',
      hasSummary: true,
    });
    vi.stubEnv('GITHUB_STEP_SUMMARY', '');
    vi.stubEnv('RUNNER_TEMP', '');
    expect(readRunner()).toMatchObject({ hasSummary: false, temp: undefined });
  });

  it('gives a variable of the step, the empty one too', () => {
    vi.stubEnv('PAPYRUS_X', '');
    expect(readEnvironment('PAPYRUS_X')).toBe('');
    expect(readEnvironment('PAPYRUS_MISSING')).toBeUndefined();
  });

  it('gives the AWS files that it names, and otherwise those of the home folder', () => {
    const home = workspace({ '.aws/config': '[default]', named: '[profile x]' });
    vi.stubEnv('HOME', home);
    vi.stubEnv('USERPROFILE', home);
    vi.stubEnv('AWS_CONFIG_FILE', '');
    vi.stubEnv('AWS_SHARED_CREDENTIALS_FILE', '');
    expect(readAwsFiles()).toEqual({ config: '[default]', credentials: undefined });
    vi.stubEnv('AWS_CONFIG_FILE', join(home, 'named'));
    expect(readAwsFiles().config).toBe('[profile x]');
  });
});

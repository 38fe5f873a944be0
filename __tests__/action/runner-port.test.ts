import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseCommands } from './commands.ts';
import { parseOutputs } from './files.ts';
import { findCanaries, findLeaks } from './leaks.ts';
import { Masker } from './masker.ts';
import { type ActionOptions, runAction } from './run.ts';

describe('masker', () => {
  const cases: [what: string, secrets: string[], text: string, shown: string][] = [
    ['a value', ['s3cret'], 'a s3cret b', 'a *** b'],
    ['one character, too', ['1'], '2112', '2***2'],
    ['overlapping values as one', ['abcd', 'cdef'], 'xabcdefx', 'x***x'],
    ['touching values as one', ['abc', 'def'], 'xabcdefx', 'x***x'],
    ['a value that overlaps itself', ['aba'], 'xababax', 'x***x'],
    ['each line, trimmed', ['one\r\n  two \rthree'], 'one/two/three', '***/***/***'],
    ['base64', ['s3cret-value'], Buffer.from('s3cret-value').toString('base64'), '***'],
    ['base64 behind bytes', ['s3cret-valu1'], Buffer.from('abcs3cret-valu1').toString('base64'), 'YWJj***'],
    ['JSON', ['a"b\\c'], JSON.stringify('a"b\\c'), '"***"'],
    ['a line end in JSON', ['first1\nsecond'], '"first1\\nsecond"', '"***"'],
    ['an expression', ["it's"], "'it''s'", "'***'"],
    ['a quoted argument', ['a"b'], 'a\\"b', '***'],
    ['a URI by RFC 3986', ['pass word!(1)'], 'pass%20word%21%281%29', '***'],
    ['no URI by JavaScript', ['pass word!'], encodeURIComponent('pass word!'), 'pass%20word!'],
    ['XML', ['<a & "b">'], '&lt;a &amp; &quot;b&quot;&gt;', '***'],
    ['what is in quotes', ['"quoted-value"'], 'quoted-value', '***'],
    ['not what is in short quotes', ['"short"'], 'short', 'short'],
    ['both sides of an ampersand', ['secret1&secret2'], 'secret1&-secret2', '***-***'],
    ['no hex', ['s3cret'], Buffer.from('s3cret').toString('hex'), '733363726574'],
    ['no base64url', ['>>>???>>>'], Buffer.from('>>>???>>>').toString('base64url'), 'Pj4-Pz8_Pj4-'],
  ];

  it.each(cases)('masks %s', (_, secrets, text, shown) => {
    const masker = new Masker(secrets);
    expect(masker.mask(text)).toBe(shown);
    expect(masker.holds(text)).toBe(shown !== text);
  });

  it('registers the value and its lines, and refuses what is blank', () => {
    const masker = new Masker();
    expect(masker.add(' \r\n ')).toBe(false);
    expect(masker.add('{\n  "a": 1\n}')).toBe(true);
    expect(masker.values).toEqual(['{\n  "a": 1\n}', '{', '"a": 1', '}']);
  });
});

describe('commands', () => {
  it('masks from the line on, and not before', () => {
    const { log, masks } = parseCommands('s3cret\n::add-mask::s3cret\ns3cret\n');
    expect(log).toBe('s3cret\n***\n');
    expect(masks).toEqual(['s3cret']);
  });

  it('unescapes what is masked', () => {
    const { masks, log } = parseCommands('::add-mask::a%25b%0Asecond\nsecond and a%b\n');
    expect(masks).toEqual(['a%b\nsecond']);
    expect(log).toBe('*** and ***\n');
  });

  const executed: [line: string, name: string, properties: Record<string, string>, data: string][] = [
    ['::warning::text', 'warning', {}, 'text'],
    ['  \t::warning::text', 'warning', {}, 'text'],
    ['\u00a0::warning::text', 'warning', {}, 'text'],
    [
      '::error file=a.ts,line=3,title=x%2Cy%3Az%0Aw::text%0Amore%2C',
      'error',
      { file: 'a.ts', line: '3', title: 'x,y:z\nw' },
      'text\nmore%2C',
    ],
    ['::error file=,line==3,nothing,title=a=b::x', 'error', { line: '3', title: 'a=b' }, 'x'],
    ['::error file=a,FILE=b::x', 'error', { file: 'b' }, 'x'],
    ['::notice::a::b', 'notice', {}, 'a::b'],
    ['::notice::%250A', 'notice', {}, '%0A'],
    ['::notice:\u200b:text', 'notice', {}, ':text'],
    ['##[warning]text', 'warning', {}, 'text'],
    ['somewhere ##[error file=a;line=2]text%5D%3B', 'error', { file: 'a', line: '2' }, 'text];'],
    ['::unknown ##[error]x::y', 'error', {}, 'x::y'],
  ];

  it.each(executed)('executes %j', (line, name, properties, data) => {
    expect(parseCommands(line).executed).toEqual([{ name, properties, data }]);
  });
});

describe('file commands', () => {
  const outputs: [what: string, text: string, pairs: Record<string, string>][] = [
    ['pairs', 'a=1\nb=2=3\n', { a: '1', b: '2=3' }],
    ['an empty value', 'a=\n\nb=', { a: '', b: '' }],
    ['a heredoc', 'a<<X\none\n\ntwo=2\nX\nb=1\n', { a: 'one\n\ntwo=2', b: '1' }],
    ['a heredoc with one empty line', 'a<<X\n\nX\n', { a: '' }],
    ['`<<` behind `=`', 'a=b<<c\n', { a: 'b<<c' }],
    ['`=` behind `<<`', 'a<<b=c\n1\nb=c\n', { a: '1' }],
    ['the last of two, under the first name', 'Name=1\nname=2\n', { Name: '2' }],
    ['a byte order mark', '\ufeffa=1\n', { a: '1' }],
    ['__proto__', '__proto__=1\n', Object.fromEntries([['__proto__', '1']])],
  ];

  it.each(outputs)('reads %s', (_, text, pairs) => {
    const result = parseOutputs(text);
    expect(result.error).toBeUndefined();
    expect([...result.pairs]).toEqual(Object.entries(pairs));
  });
});

describe('a run', () => {
  let folder: string;
  let count = 0;

  const MANIFEST = `
name: port
inputs:
  mode: { default: auto }
  env-file: { description: dashes stay }
  two words: { default: '' }
  flag: { default: true }
  old: { deprecationMessage: use mode }
  github-token: { default: '\${{ github.token }}' }
  where: { default: '\${{ github.repository }}!' }
outputs:
  declared: { description: x }
runs: { using: node20, main: dist/index.js }
`;

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'runner-port-'));
    mkdirSync(join(folder, 'action'));
    writeFileSync(join(folder, 'action', 'action.yml'), MANIFEST);
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  /** Runs a script of the test as if it were the bundle. */
  const run = (script: string, options: ActionOptions = {}) => {
    const entry = join(folder, 'action', `script-${++count}.cjs`);
    writeFileSync(entry, `const fs = require('node:fs');\nconst env = process.env;\n${script}`);
    return runAction({ manifest: join(folder, 'action', 'action.yml'), entry, ...options });
  };
  const PRINT_ENV = 'console.log(JSON.stringify(env))';
  const environment = (stdout: string) => JSON.parse(stdout) as Record<string, string>;

  it('gives inputs as the runner does', async () => {
    await using result = await run(PRINT_ENV, {
      inputs: { 'Env-File': '.env', mode: '' },
      token: 'ghs_token',
    });
    const env = environment(result.stdout);
    expect(Object.fromEntries(Object.entries(env).filter(([name]) => name.startsWith('INPUT_')))).toEqual({
      'INPUT_ENV-FILE': '.env',
      INPUT_MODE: '',
      INPUT_TWO_WORDS: '',
      INPUT_FLAG: 'true',
      INPUT_OLD: '',
      'INPUT_GITHUB-TOKEN': 'ghs_token',
      INPUT_WHERE: 'papyrus/demo!',
    });
    expect(result.log).not.toContain('ghs_token');
    expect(result.conclusion).toBe('success');
  });

  it('reads outputs, and drops what a later job would not get', async () => {
    await using result = await run(`
      console.log('::add-mask::s3cret');
      fs.appendFileSync(env.GITHUB_OUTPUT, 'declared=arn\\nempty=\\nholding<<E\\na s3cret\\nmore\\nE\\n');
      fs.appendFileSync(env.GITHUB_ENV, 'A=1\\n');
      fs.appendFileSync(env.GITHUB_PATH, '/opt\\n');
      fs.appendFileSync(env.GITHUB_STATE, 's=2\\n');
      fs.appendFileSync(env.GITHUB_STEP_SUMMARY, '# s3cret');
    `);
    expect(result.outputs).toEqual({ declared: 'arn', empty: '', holding: 'a s3cret\nmore' });
    expect(result.outputsOfJob).toEqual({ declared: 'arn' });
    expect(result.dropped).toEqual(['empty', 'holding']);
    expect(result.undeclared).toEqual(['empty', 'holding']);
    expect(result).toMatchObject({
      masks: ['s3cret'],
      env: { A: '1' },
      paths: ['/opt'],
      state: { s: '2' },
      summary: '# ***\n',
      rawSummary: '# s3cret',
      left: [],
      written: [],
    });
  });

  it('understands what @actions/core writes', async () => {
    const core = import.meta.resolve('@actions/core');
    await using result = await run(`import(${JSON.stringify(core)}).then(async (core) => {
      core.setSecret('50%\\r\\nsecond: line, end');
      core.setOutput('declared', 'one\\n\\n=two<<x\\n');
      core.setOutput('json', { a: [1] });
      core.exportVariable('A', 'x=y');
      core.saveState('s', 'é');
      core.addPath('/opt/bin');
      core.warning('100%\\nsecond: line, end', { title: 'a: b, c%', file: 'x.ts', startLine: 3 });
      await core.group('Title', async () => core.info(core.getInput('mode') + ' 50%'));
      await core.summary.addRaw('second: line, end').write();
      core.setFailed('over');
    })`);
    expect(result).toMatchObject({
      exitCode: 1,
      conclusion: 'failure',
      masks: ['50%\r\nsecond: line, end'],
      outputs: { declared: 'one\n\n=two<<x\n', json: '{"a":[1]}' },
      env: { A: 'x=y' },
      state: { s: 'é' },
      paths: ['/opt/bin'],
      summary: '***\n',
      annotations: [
        {
          level: 'warning',
          message: '100%\n***',
          properties: { title: 'a: b, c%', file: 'x.ts', line: '3' },
        },
        { level: 'error', message: 'over' },
      ],
    });
    expect(result.log).toBe('##[warning]100%\n***\n##[group]Title\nauto ***\n##[endgroup]\n##[error]over\n');
    expect(result.commands.unknown).toEqual([]);
  });

  describe('leaks', () => {
    const CANARIES = ['canary<1>"%value', 'first canary line\nsecond canary line\n}', 'third-canary-ÿ>>?'];

    it('finds none where all is masked', async () => {
      await using result = await run(`
        console.log('::add-mask::canary<1>"%25value');
        console.error('::add-mask::third-canary-\\u00ff>>?');
        console.log('} is fine, and so is a first line');
      `);
      expect(findLeaks(result, CANARIES)).toEqual([]);
    });

    const [first = '', second = '', third = ''] = CANARIES;
    const write = (file: string, text: string) => `fs.appendFileSync(env.${file}, ${JSON.stringify(text)})`;
    const print = (text: string) => `console.log(${JSON.stringify(text)})`;
    const leaks: [sink: string, canary: number, form: string, script: string][] = [
      ['stdout', 0, 'plain', print(`x${first}x`)],
      ['stdout', 1, 'a line', print('the second canary line')],
      // Though it is masked.
      ['stdout', 2, 'plain', print(`::add-mask::third-canary-ÿ>>?\n${third}`)],
      ['stdout', 0, 'plain, base64', print(Buffer.from(first).toString('base64'))],
      ['stdout', 0, 'plain, hex', print(Buffer.from(first).toString('hex'))],
      ['stdout', 0, 'plain, URI', print(encodeURIComponent(first))],
      ['stdout', 1, 'plain, JSON', print(JSON.stringify(second))],
      ['command error', 0, 'plain', print('::error title=canary<1>"%25value::x')],
      // HTML and Markdown.
      ['summary', 0, 'plain', write('GITHUB_STEP_SUMMARY', '<td>canary&lt;1&gt;&quot;%value</td>')],
      ['summary', 2, 'plain', write('GITHUB_STEP_SUMMARY', 'third\\-canary\\-ÿ\\>\\>?')],
      ['output o', 0, 'plain', write('GITHUB_OUTPUT', `o=${first}\n`)],
      ['output «canary 2»', 2, 'plain', write('GITHUB_OUTPUT', `${third}=1\n`)],
      ['env E', 0, 'plain', write('GITHUB_ENV', `E=${first}\n`)],
      ['temp f', 1, 'plain', `fs.writeFileSync(env.RUNNER_TEMP + '/f', ${JSON.stringify(second)})`],
      ['workspace g', 1, 'plain', `fs.writeFileSync('g', ${JSON.stringify(second)})`],
    ];
    const found = async (script: string) => {
      await using result = await run(script);
      const all = findLeaks(result, CANARIES);
      for (const leak of all) {
        expect(leak).toMatch(/«canary \d»/);
        for (const part of [first, ...second.split('\n').slice(0, 2), third])
          expect(leak).not.toContain(part);
      }
      return all;
    };

    it('finds each sink and each form', async () => {
      const all = await found(leaks.map(([, , , script]) => script).join(';\n'));
      const headings = all.map((leak) => leak.split('): ')[0]);
      const expected = leaks.map(([sink, canary, form]) => `${sink}: canary ${canary} (${form}`);
      expect(headings).toEqual(expect.arrayContaining(expected));
    });

    it('finds the add-mask of stopped commands', async () => {
      const all = await found(print(`::stop-commands::t-1\n::add-mask::${third}`));
      expect(all.some((leak) => leak.startsWith('stdout: canary 2 ('))).toBe(true);
    });

    it('judges any text', () => {
      expect(findCanaries('comment', `before ${third} after`, CANARIES)).toEqual([
        'comment: canary 2 (plain): "before «canary 2» after"',
      ]);
    });
  });
});

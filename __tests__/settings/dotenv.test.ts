import { parse } from 'dotenv';
import { describe, expect, it } from 'vitest';
import { inWords } from '../../src/settings/diagnostics.ts';
import { type DotenvOptions, type LineNote, readDotenv } from '../../src/settings/dotenv.ts';

/** What the reader has to tell, short: `fault 3 KEY closing quote`. */
function tell(text: string | Uint8Array, options?: DotenvOptions): string[] {
  const { faults, warnings } = readDotenv(text, options);
  const show = (kind: string) => (note: LineNote) =>
    [kind, note.line, note.key ?? '-', inWords(note)].join(' ');
  return [...faults.map(show('fault')), ...warnings.map(show('warning'))];
}

function pairs(text: string | Uint8Array, options?: DotenvOptions): [string, string][] {
  return readDotenv(text, options).entries.map(({ key, value }) => [key, value]);
}

// Read as dotenv reads them, and nothing to tell.
const PLAIN: [what: string, text: string, variables: Record<string, string>][] = [
  ['nothing', '', {}],
  ['blank lines', '\n \n\t\n', {}],
  ['comments only', '# PORT=1\n   # it\'s "so"\n', {}],
  ['one line without an end', 'PORT=5000', { PORT: '5000' }],
  ['spaces around everything', '  PORT \t=  5000  \t', { PORT: '5000' }],
  ['an empty value', 'EMPTY=', { EMPTY: '' }],
  ['an empty value before another line', 'EMPTY=\nPORT=1', { EMPTY: '', PORT: '1' }],
  ['an empty value with a space before =', 'EMPTY =\n\nPORT=1', { EMPTY: '', PORT: '1' }],
  ['an empty value before a comment line', 'EMPTY=\n# "x"\nPORT=1', { EMPTY: '', PORT: '1' }],
  ['an empty value with a comment', 'EMPTY= # later', { EMPTY: '' }],
  ['empty quotes', `A=""\nB=''`, { A: '', B: '' }],
  ['a value with spaces', 'TITLE=one two  three', { TITLE: 'one two  three' }],
  ['a value with =', 'QUERY=a=1&b=2', { QUERY: 'a=1&b=2' }],
  ['a = in quotes', 'A="="', { A: '=' }],
  ['a value that begins with =', 'A==b', { A: '=b' }],
  ['a value with colons', 'URL=postgres://db:5432/app', { URL: 'postgres://db:5432/app' }],
  ['export', 'export PORT=1', { PORT: '1' }],
  ['export and two blanks', 'export  PORT=1', { PORT: '1' }],
  ['export and a tab', '\texport\tPORT = 1', { PORT: '1' }],
  ['a variable named export', 'export=1', { export: '1' }],
  ['export of a variable named export', 'export export=1', { export: '1' }],
  ['export as a part of a name', 'exported=1', { exported: '1' }],
  ['a name of one letter, one of underscores', 'a=1\n__=2', { a: '1', __: '2' }],
  ['names that objects have', 'constructor=1\ntoString=2', { constructor: '1', toString: '2' }],
  ['double quotes', 'A=" kept "', { A: ' kept ' }],
  ['single quotes', "A=' kept '", { A: ' kept ' }],
  ['a quote of another kind inside', `A="it's"\nB='say "so"'`, { A: "it's", B: 'say "so"' }],
  ['inner quotes without quotes', `RUN=serve --name "x" --who=it's`, { RUN: `serve --name "x" --who=it's` }],
  ['a comment behind quotes', `A="b" # it's "so"`, { A: 'b' }],
  ['a comment behind no quotes', 'A=b # c', { A: 'b' }],
  ['quotes in a comment', `A=b # it's "so"`, { A: 'b' }],
  ['an apostrophe before a comment', `A=it's # c`, { A: "it's" }],
  ['a second # in a comment', 'A=b # c#d', { A: 'b' }],
  ['a # in quotes', `A="b#c"\nB='#'`, { A: 'b#c', B: '#' }],
  ['spaces behind quotes', 'A="b"  \t\nB=1', { A: 'b', B: '1' }],
  ['two lines in quotes', 'A="one\ntwo"\nB=1', { A: 'one\ntwo', B: '1' }],
  ['blank and comment-like lines in quotes', "A='one\n\n# two\n'\nB=1", { A: 'one\n\n# two\n', B: '1' }],
  [
    'base64 that ends in = over lines',
    'A="-----BEGIN X-----\nabcd\nef==\n-----END X-----"',
    { A: '-----BEGIN X-----\nabcd\nef==\n-----END X-----' },
  ],
  [
    'a short key',
    'A=-----BEGIN X----- abcd -----END X-----',
    { A: '-----BEGIN X----- abcd -----END X-----' },
  ],
  ['\\n and \\r in double quotes', 'A="one\\ntwo\\r"', { A: 'one\ntwo\r' }],
  ['\\n in other quotes and in none', "A='a\\nb'\nC=a\\nb", { A: 'a\\nb', C: 'a\\nb' }],
  ['a lone backslash in double quotes', 'A="\\d+"', { A: '\\d+' }],
  ['backslashes without quotes', 'A=C:\\dir\\\\file', { A: 'C:\\dir\\\\file' }],
  ['a backslash in single quotes', "A='b\\tc'", { A: 'b\\tc' }],
  ['$ in single quotes', `A='$HOME \${HOME}'`, { A: `$HOME \${HOME}` }],
  ['$ before no name', 'A=5$ $. $', { A: '5$ $. $' }],
  ['CR LF', 'A=1\r\nB="x\r\ny"\r\n', { A: '1', B: 'x\ny' }],
  ['a byte order mark', '\ufeffA=1\nB=2', { A: '1', B: '2' }],
  ['a byte order mark before a comment', '\ufeff# c\nA=1', { A: '1' }],
  ['white space that is not ASCII before a name', '\u00a0A\u00a0=1\n\fB=2', { A: '1', B: '2' }],
  ['letters of the world', 'A=žluťoučký 🐎\nB="日本\u2028語"', { A: 'žluťoučký 🐎', B: '日本\u2028語' }],
  ['a no-break space inside a value', 'A=b\u00a0c', { A: 'b\u00a0c' }],
];

// Read as dotenv reads them, with one warning.
const WARNED: [text: string, line: number, key: string, message: RegExp, value: string][] = [
  ['A: b', 1, 'A', /colon/, 'b'],
  ['export A:\tb', 1, 'A', /colon/, 'b'],
  ['A: =b', 1, 'A', /colon/, '=b'],
  ['\nA: ', 2, 'A', /colon/, ''],
  ['a.b=1', 1, 'a.b', /dot or dash/, '1'],
  ['X=1\na-b=1', 2, 'a-b', /dot or dash/, '1'],
  ['A=$HOME/x', 1, 'A', /\$ /, '$HOME/x'],
  [`A="\${HOME}"`, 1, 'A', /\$ /, `\${HOME}`],
  ['A=p$$w', 1, 'A', /\$ /, 'p$$w'],
  ['A="p$1"', 1, 'A', /\$ /, 'p$1'],
  ["A=$'x'", 1, 'A', /\$ /, "$'x'"],
  ['A=$(date)', 1, 'A', /\$ /, '$(date)'],
  ['A=a`date`', 1, 'A', /as a command/, 'a`date`'],
  ['A="a`date`"', 1, 'A', /as a command/, 'a`date`'],
  ['A=` "both" \'kinds\' `', 1, 'A', /Compose/, ` "both" 'kinds' `],
  ['A=``', 1, 'A', /Compose/, ''],
  ['A=`# a\\nb`', 1, 'A', /Compose/, '# a\\nb'],
  ['A=`{\n  "a": 1\n}`', 1, 'A', /Compose/, '{\n  "a": 1\n}'],
  ['B=1\nA=1 # try A_B=1, or C_D=2', 2, 'A', /comment/, '1'],
  ['A=b\\', 1, 'A', /backslash at the end/, 'b\\'],
  ['A=b\\ # c', 1, 'A', /backslash at the end/, 'b\\'],
  ['A="b\\"c"', 1, 'A', /backslash is kept/, 'b\\"c'],
  ["A='b\\'c'", 1, 'A', /backslash is kept/, "b\\'c"],
  ['A="b\\tc"', 1, 'A', /backslash is kept/, 'b\\tc'],
  ['A="b\\\\nc"', 1, 'A', /backslash is kept/, 'b\\\nc'],
  ['A="say \\" # x"', 1, 'A', /backslash is kept/, 'say \\" # x'],
  ['A="one\nB=two\nC=three"', 1, 'A', /closes in line 3/, 'one\nB=two\nC=three'],
  ['A="one\nTWO=2"', 1, 'A', /closes in line 2/, 'one\nTWO=2'],
  ['A="one\nexport  B=2"', 1, 'A', /closes in line 2/, 'one\nexport  B=2'],
  ['A=\u00a0b', 1, 'A', /unusual space/, 'b'],
  ['A=b\f', 1, 'A', /unusual space/, 'b'],
  ['A=b\ufeff # c', 1, 'A', /unusual space/, 'b'],
  ['A=b\nA="b"', 2, 'A', /same value.*line 1/, 'b'],
];

const FAULTY: [text: string, line: number, key: string, message: RegExp, options?: DotenvOptions][] = [
  ['A="b', 1, 'A', /never closed/],
  ["X=1\nA='b\nB=c", 2, 'A', /never closed/],
  ['A=`', 1, 'A', /never closed/],
  ['A="b\\"c', 1, 'A', /never closed/],
  ['A="b" c', 1, 'A', /text follows the closing quote/],
  ['A="b" "c"', 1, 'A', /text follows the closing quote/],
  ['A="""', 1, 'A', /text follows the closing quote/],
  ['A="{"a":1}"', 1, 'A', /another kind of quotes/],
  ["A='it's'", 1, 'A', /text follows the closing quote/],
  ['A="b\n\nC="d"', 1, 'A', /closes in line 3/],
  ['A="C:\\dir\\"', 1, 'A', /the backslash before the last quote/],
  ["A='C:\\' # c\nB='x'", 1, 'A', /the backslash before the last quote/],
  ['A="C:\\"\n#"\nB=c', 1, 'A', /the backslash before the last quote/],
  ['WORD', 1, '-', /no =/],
  ['export A', 1, '-', /no =/],
  ['A # B=c', 1, '-', /no =/],
  ['A:b', 1, '-', /no =/],
  ['A : b', 1, '-', /no =/],
  ['A:', 1, '-', /no =/],
  ['A:\nB=c', 1, '-', /no =/],
  ['export\nA=b', 1, '-', /no =/],
  ['A "b"', 1, '-', /no =/],
  ['A=\n"b"', 2, '-', /begins with a quote/],
  ["A=\n\n# c\n 'b'", 4, '-', /begins with a quote/],
  ['A=b\n=c', 2, '-', /invalid name before the =/],
  ['A B=c', 1, '-', /invalid name before the =/],
  ['A B=c # d', 1, '-', /invalid name before the =/],
  ['É=b', 1, '-', /invalid name before the =/],
  ['"A"=b', 1, '-', /invalid name before the =/],
  ['1A=b', 1, '-', /invalid name before the =/],
  ['-=b', 1, '-', /invalid name before the =/],
  ['.env=b', 1, '-', /invalid name before the =/],
  ['A B="x\ny"\nC=1', 1, '-', /invalid name before the =/],
  ['A=b\nX=1\nA=c', 3, 'A', /another value.*line 1/],
  ['A=b\0', 1, 'A', /NUL/],
  ['A=1\nB="x\ny\0"', 2, 'B', /NUL/],
  ['A=b\u2028C=d', 1, 'A', /line separator/],
  ['A\u2029=b', 1, 'A', /line separator/],
  ['A="b"\u2028', 1, 'A', /line separator/],
  ['# c\u2028A=b', 1, '-', /line separator/],
  ['A=-----BEGIN X-----\nMIIabc\nab==\n-----END X-----\nB=1', 1, 'A', /not in quotes/],
  ['A=-----BEGIN X-----\nMIIabc', 1, 'A', /not in quotes/],
  ['A=-----BEGIN X-----\nMIIabc', 1, 'A', /not in quotes/, { bareNames: true }],
  ['A=b#c', 1, 'A', /a # .*quotes/],
  ['A=b#', 1, 'A', /a # /],
  ['COLOR=#fff', 1, 'COLOR', /"#fff"/],
  ['EMPTY=# later', 1, 'EMPTY', /a # /],
  ['URL=https://x.test/?a=1#top', 1, 'URL', /a # /],
  ['A=#c', 1, 'A', /a # /],
  ['A="b"#c', 1, 'A', /a # /],
  ['A=b "c # d"', 1, 'A', /a # /],
  ['A:b', 1, '-', /NAME alone/, { bareNames: true }],
  ['A B', 1, '-', /no =/, { bareNames: true }],
  ['A#b', 1, '-', /no =/, { bareNames: true }],
  ['a.b', 1, '-', /no =/, { bareNames: true }],
  ['A\nA=b', 2, 'A', /another value/, { bareNames: true }],
  ['A=\nA', 2, 'A', /another value/, { bareNames: true }],
];

describe('readDotenv', () => {
  it.each(PLAIN)('reads %s', (_, text, variables) => {
    const entries = Object.entries(variables);
    expect(tell(text)).toEqual([]);
    expect(pairs(text)).toEqual(entries);
    expect(Object.entries(parse(text))).toEqual(entries);
  });

  it.each(WARNED)('warns of %j', (text, line, key, message, value) => {
    const { faults, warnings, entries } = readDotenv(text);
    expect(faults).toEqual([]);
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toMatchObject({ line, key });
    expect(tell(text)).toEqual([expect.stringMatching(message)]);
    expect(entries.find((entry) => entry.key === key)?.value).toBe(value);
    expect(pairs(text)).toEqual(Object.entries(parse(text)));
  });

  it.each(FAULTY)('refuses %j', (text, line, key, message, options) => {
    const { faults } = readDotenv(text, options);
    // Strictly: a fault of no variable has no key, not one that is undefined.
    expect(faults.map(({ text: _, detail: __, ...place }) => place)).toStrictEqual([
      { line, ...(key !== '-' && { key }) },
    ]);
    expect(faults.map(inWords)).toEqual([expect.stringMatching(message)]);
  });

  it('reports where quotes close only if that is in another line', () => {
    expect(readDotenv('A="b" c').faults).toEqual([{ line: 1, key: 'A', text: expect.any(String) }]);
  });

  it('reports all errors at once, each with its line', () => {
    const text = 'A=1\nWORD\nB="x" y\n\nC="one\ntwo"\nA=2\n1=1\nD="open\nE=1';
    expect(tell(text).map((note) => note.split(' ', 3).join(' '))).toEqual([
      'fault 2 -',
      'fault 3 B',
      'fault 7 A',
      'fault 8 -',
      'fault 9 D',
    ]);
    expect(readDotenv(text).entries).toEqual([
      { key: 'A', value: '1', line: 1 },
      { key: 'C', value: 'one\ntwo', line: 5 },
    ]);
  });

  it('reports all warnings in the order of the lines', () => {
    expect(tell('a.b=1\nB=$X\nC=1\rD=2\nE=`b`').map((note) => note.split(' ', 3).join(' '))).toEqual([
      'warning 1 a.b',
      'warning 2 B',
      'warning 3 -',
      'warning 5 E',
    ]);
  });

  it('reads on behind a quote that a backslash keeps from closing', () => {
    expect(pairs('A="C:\\"\nB="x"\nC=1')).toEqual([
      ['B', 'x'],
      ['C', '1'],
    ]);
  });

  it('reads on behind a key that is not in quotes, and takes none of its lines for names', () => {
    const text = 'A=-----BEGIN X-----\nMIIabc\nab==\n-----END X-----\nB=1';
    expect(pairs(text, { bareNames: true })).toEqual([['B', '1']]);
  });

  it('keeps a variable named __proto__', () => {
    expect(readDotenv('__proto__=x\nA=1')).toEqual({
      entries: [
        { key: '__proto__', value: 'x', line: 1 },
        { key: 'A', value: '1', line: 2 },
      ],
      faults: [],
      warnings: [],
    });
  });

  it('takes a CR alone for a line break, and tells it once', () => {
    expect(pairs('A=1\nB=2\rC=3\rD=4')).toEqual([
      ['A', '1'],
      ['B', '2'],
      ['C', '3'],
      ['D', '4'],
    ]);
    expect(tell('A=1\n\rB=2')).toEqual([expect.stringMatching(/^warning 2 - .*carriage return/)]);
    expect(tell('A=1\nB=2\rC=3\rD=4')).toEqual([expect.stringMatching(/^warning 2 - .*carriage return/)]);
  });

  it('takes bare names where they are asked for', () => {
    const reading = readDotenv('DB_PASSWORD\n  TOKEN  # from the job\nA=1\nTOKEN', { bareNames: true });
    expect(reading.entries).toEqual([
      { key: 'DB_PASSWORD', value: '', line: 1, bare: true },
      { key: 'TOKEN', value: '', line: 2, bare: true },
      { key: 'A', value: '1', line: 3 },
    ]);
    expect(reading.faults).toEqual([]);
    expect(reading.warnings).toMatchObject([{ line: 4, key: 'TOKEN', detail: 'first in line 2' }]);
  });

  it('does not refuse a # that is set apart or quoted', () => {
    expect(tell('A=b #c\nB="b#c"\nC= # c')).toEqual([]);
  });

  it.each([
    ['A=`$(date)`', [/Compose/, /\$ /]],
    ['A=`b\\`c`', [/Compose/, /backslash is kept/]],
  ])('warns of %j for both of its causes', (text, message) => {
    expect(tell(text)).toEqual(message.map((one) => expect.stringMatching(one)));
    expect(pairs(text)).toEqual(Object.entries(parse(text)));
  });

  it('gives one warning a cause, several on a line', () => {
    expect(tell('a.b: $X#$Y#z').length).toBe(4);
  });
});

// What is written as a value by people who know what they do.
const VALUES = [
  'JAVA_OPTS=-Xmx1g -Dfoo=bar -DX=y',
  'OTEL_RESOURCE_ATTRIBUTES=service.name=a,deployment.environment=c',
  'DSN=host=db user=x dbname=y sslmode=require',
  'GUNICORN_CMD_ARGS=--bind=0.0.0.0 --workers=2',
  'URL=https://x.test/?A=1&B=2&c_d=3',
  'RUN=NODE_ENV=production node server.js',
  'ODBC=DRIVER={x};SERVER=db;UID=sa;PWD=x',
  'QUERY=A == B AND C>=1',
  'DIR=C:\\new\\red',
  'FORMAT=%(levelname)s msg=%(message)s',
];

describe('line breaks that were lost', () => {
  it.each(VALUES)('%s is a value', (text) => {
    expect(readDotenv(text)).toMatchObject({
      faults: [],
      entries: [{ value: text.slice(text.indexOf('=') + 1) }],
    });
  });

  it.each<[text: string, key?: string]>([
    ['LOG_LEVEL=info DB_USER=papyrus DB_PASSWORD=x', 'LOG_LEVEL'],
    ['LOG_LEVEL=info\\nDB_USER=papyrus', 'LOG_LEVEL'],
    ['LOG_LEVEL=info\\r\\ndb_user=papyrus', 'LOG_LEVEL'],
    ['A= DB_USER=papyrus', 'A'],
    ['A=\\nDB_USER=papyrus', 'A'],
    ['A=1 export db_user=papyrus', 'A'],
    ['A=1 ConnectionStrings__Default=x', 'A'],
    ['PORT = 1 DB_USER = x', 'PORT'],
    ['PORT=1\tDB_USER="x y"', 'PORT'],
    ['PORT: 1 DB_USER: x', 'PORT'],
    ['PORT=1 DB_USER=x # and a comment', 'PORT'],
    ['PORT=1 # the port DB_USER=x', 'PORT'],
    ['PORT=1 # the port DB_USER=x\n', 'PORT'],
    ['PORT="1" # the port DB_USER=x', 'PORT'],
    ['# the port PORT=1 DB_USER=x'],
    ['# the port PORT=1'],
    ['# PORT=1 DB_USER=x'],
    ['# the port\\nPORT=1'],
    ['# Ports PORT=1\n\n# Database DB_USER=x\n'],
  ])('%j is refused', (text, key) => {
    const { faults } = readDotenv(text);
    expect(faults.length).toBeGreaterThan(0);
    for (const fault of faults) {
      expect(fault.key).toBe(key);
      expect(inWords(fault)).toMatch(/line breaks/);
      expect(inWords(fault)).not.toMatch(/papyrus|DB_USER/i);
    }
  });

  it('are not looked for between quotes', () => {
    expect(readDotenv('A="x DB_USER=y"\nB=\'x DB_USER=y\'').faults).toEqual([]);
  });

  it.each(['# PORT=1\n#DB_USER=x', 'PORT=1 # was PORT=2', '# see FOO=1\nPORT=1', 'PORT=1 # or X=1\nA=1'])(
    'a comment may hold an assignment: %j',
    (text) => {
      expect(tell(text)).toEqual([]);
    },
  );
});

describe('what is no name', () => {
  const first = 'q3Zk9vT1xWm8Rb2LcYp5Hd7NsJf4GaKe6UtQoVi0XzBrCwMnEyPhDlSgFjAuTkOq';

  it.each<[what: string, text: string, options?: DotenvOptions]>([
    ['the end of a key of openssl', `KEY=${first}\nx9QbcDe4Fg5Hi6Jk7Lm8No==`],
    ['the end of a key, short', `KEY=${first}\nx9Q=`],
    ['the end of a key, in capitals', `KEY=${first}\nABC=`],
    ['the end of a key, with blanks behind it', `KEY=${first}\nx9Q=  `],
    ['the end of a key, without padding', `KEY=${first}\nx9QbcDe4Fg5H`, { bareNames: true }],
    ['the end of a key, alone', 'A=1\nx9QbcDe4Fg5Hi6Jk7Lm8No=='],
    ['padding', 'A=1\nab=='],
    ['a piece of a key', 'A=1\nx9QbcDe4Fg5Hi6Jk7Lm8No=1'],
    ['a piece of a key in hex', 'A=1\na9f3c04b7e8d2165=1'],
    ['a bare piece of a key', 'A=1\nx9QbcDe4Fg5Hi6Jk7Lm8No', { bareNames: true }],
    ['a token', 'A=1\nxoxb-123456789012-abcdefGHIJ='],
    ['an access key', 'A=1\nAKIAIOSFODNN7EXAMPLE='],
    ['a name of 129 characters', `A=1\n${'N'.repeat(129)}=1`],
    ['a name of base64 for URLs', 'A=1\nx9Q-cDe4_g5Hi-Jk7Lm8No_a1B2c=1'],
  ])('is reported by line and length: %s', (_what, text, options) => {
    const { faults, warnings, entries } = readDotenv(text, options);
    const last = text.split('\n')[1]?.trim() ?? '';
    expect(faults).toStrictEqual([
      { line: 2, text: expect.any(String), detail: `a line of ${last.length} characters` },
    ]);
    expect(warnings).toEqual([]);
    expect(entries.map(({ line }) => line)).toEqual([1]);
    expect(JSON.stringify(faults)).not.toContain(last.slice(0, 4));
  });

  it.each([
    'oauth2ClientSecret',
    'Auth0ClientIdOfTheApplication2',
    'APPINSIGHTS_INSTRUMENTATIONKEY',
    'ConnectionStrings__Default',
    'X509_CERT_V3_SHA256_FINGERPRINT',
    'S3_BUCKET_2_EU_WEST_1',
    'NEXT_PUBLIC_GA4_ID_2024',
    'AzureWebJobsStorage',
    'OAuth2TokenURLV1',
    'base64EncodedKey',
    'N'.repeat(128),
  ])('%s is one', (name) => {
    expect(tell(`${name}=1`)).toEqual([]);
    expect(tell(`${name}=`)).toEqual([]);
  });

  it.each([
    ['an empty variable in capitals', `KEY=${first}\nSENTRY_DSN=\nPORT=`],
    ['an empty variable behind a blank line', `KEY=${first}\n\nABC=`],
    ['an empty variable behind a comment', `KEY=${first} # of the API\nABC=`],
    ['an empty variable behind quotes', `KEY="${first}"\nABC=`],
    ['an empty variable behind hex', `KEY=${'a9f3'.repeat(16)}\nABC=`],
    ['a bare name', `KEY=${first}\nNPM_TOKEN`],
  ])('behind a long value is %s', (_what, text) => {
    expect(readDotenv(text, { bareNames: true }).faults).toEqual([]);
  });
});

describe('readDotenv, given bytes', () => {
  const utf8 = new TextEncoder();

  it('reads UTF-8, with a byte order mark or without', () => {
    expect(pairs(utf8.encode('\ufeffA=é'))).toEqual([['A', 'é']]);
    expect(pairs(utf8.encode('A=é'))).toEqual([['A', 'é']]);
    expect(tell(utf8.encode('A=\ufffd'))).toEqual([]);
  });

  it('names every line that is not UTF-8, and what else is wrong', () => {
    const bytes = Buffer.from('A=\xe9\r\nB=1\r\nWORD\rC="x\n\xff"\n', 'latin1');
    expect(tell(bytes).map((note) => note.split(' ', 3).join(' '))).toEqual([
      'fault 1 -',
      'fault 3 -',
      'fault 5 -',
      'warning 3 -',
    ]);
  });

  it.each<[what: string, bytes: number[], lines: number[]]>([
    ['in the last line, which does not end', [0x41, 0x3d, 0x31, 0x0a, 0x42, 0x3d, 0xe9], [2]],
    ['in the only line', [0x41, 0x3d, 0xe9], [1]],
    ['in a line behind one that ends in a letter of two bytes', [0xc3, 0xa9, 0x0a, 0x41, 0x0a, 0xe9], [3]],
    ['behind a CR alone', [0x41, 0x0d, 0xe9, 0x0d, 0x0a, 0x41], [2]],
    ['where a letter of two bytes is torn by a line break', [0x41, 0xc3, 0x0a, 0xa9], [1, 2]],
  ])('names the line of bytes that are not UTF-8: %s', (_what, bytes, lines) => {
    const { faults } = readDotenv(Uint8Array.from(bytes));
    expect(faults.filter(({ text }) => /UTF-8/.test(text))).toEqual(
      lines.map((line) => ({
        line,
        text: 'this line holds bytes that are not UTF-8; save the file as UTF-8',
      })),
    );
  });

  it.each([
    [0xff, 0x3d],
    [0xfe, 0x3d],
    [0x41, 0xfe],
    [0x41, 0xff],
    [0xff, 0xff],
    [0xfe, 0xfe],
  ])('takes half a mark of UTF-16 (%i %i) for none', (...mark) => {
    expect(tell(Uint8Array.from([...mark, 0x31]))[0]).toBe(
      'fault 1 - this line holds bytes that are not UTF-8; save the file as UTF-8',
    );
  });

  it.each([Buffer.from('\ufeffA=1\nB=2', 'utf16le'), Buffer.from('\ufeffA=1\nB=2', 'utf16le').swap16()])(
    'names UTF-16',
    (bytes) => {
      expect(tell(bytes)).toEqual([expect.stringMatching(/^fault 1 - .*UTF-16.*UTF-8/)]);
    },
  );
});

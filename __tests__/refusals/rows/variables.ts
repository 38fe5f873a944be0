import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { CANARY, input, type Row, row } from '../row.ts';

/** The text of a `.env`, JSON objects, bare names. */
export const VARIABLES: readonly Row[] = [
  [
    'two values',
    { inputs: { dotenv: `DB_USER=${CANARY}`, variables: 'DB_USER=x' } },
    /^input variables line 1: DB_USER:/,
    /keep one/,
  ],
  row('two values in one text', 'dotenv line 2: A', `A=${CANARY}\nA=x`, /remove one/),
  row('an open quote', 'secrets line 1: A', `A="${CANARY}`, /close it/),
  row('a line without =', 'dotenv line 2', `A=1\n${CANARY} x`, /write NAME=value/),
  row('text behind a quote', 'dotenv line 1: A', `A="x" ${CANARY}`, /the text/),
  row('a name with a blank', 'dotenv line 1', 'A B=x', /letters, digits/),
  row('a name with a digit first', 'dotenv line 1', `1A=${CANARY}`, /letters, digits/),
  row(
    'a key in several lines',
    'secrets line 1: K',
    `K=-----BEGIN PRIVATE KEY-----\n${CANARY}\n-----END PRIVATE KEY-----`,
    /quotes around/,
  ),
  row('a NUL', 'dotenv line 1: A', `A=${CANARY}\0`, /delete it/),
  row('a # in a secret', 'secrets line 1: A', `A=${CANARY}#x`, /into quotes/),
  row('a bare name that is not there', 'secrets line 1', CANARY, /write NAME=value/),
  row('a bare name of variables', 'variables line 1: PORT', 'PORT', /it under "env:"/),
  row('broken JSON', 'secrets', `{"A":"${CANARY}"`, /pass toJSON\(secrets\)/),
  row('JSON with a key twice', 'secrets: DB_USER', `{"DB_USER":"${CANARY}","DB_USER":"x"}`, /keep one/),
  row('JSON with an object', 'secrets: DB_USER', `{"DB_USER":{"a":"${CANARY}"}}`, /into quotes/),
  row('JSON with a rounded number', 'variables: DB_USER', '{"DB_USER":12345678901234567890}', /into quotes/),
  row('JSON with a key that is a value', 'secrets', `{"${CANARY} x":"y"}`, /letters, digits/),
  row('text without a name', 'dotenv line 1', `=${CANARY}`, /before the =; use letters/),
  row('an expression of a shell', 'dotenv line 1', `export A B=${CANARY}`, /before the =; use letters/),
  row('a function of a shell', 'dotenv line 1', 'f() { echo x; }', /has no =/),
  row('a section of INI', 'dotenv line 1', '[database]\nA=1', /has no =/),
  row('a quote in front of a line', 'dotenv line 2', `A=1\n"${CANARY}"`, /begins on/),
  row('a backslash before the closing quote', 'dotenv line 1: A', `A="${CANARY}\\"`, /the backslash/),
  row('a separator of lines that no editor shows', 'dotenv line 1: A', `A=${CANARY}\u2028B=1`, /delete it/),
  row('a separator in a comment', 'dotenv line 1', `# ${CANARY}\u2029\nA=1`, /delete it/),
  row('a quote that closes lines below', 'dotenv line 1: A', `A="x\n${CANARY}" y`, /in line 2/),
  row('a # behind a quote in a secret', 'secrets line 1: A', `A="${CANARY}"#x`, /into quotes/),
  row(
    'a certificate in several lines',
    'dotenv line 1: K',
    `K=-----BEGIN CERTIFICATE-----\n${CANARY}`,
    /quotes around/,
  ),
  row('a name in capitals and hyphens of HTTP', 'dotenv line 1', `X HEADER: ${CANARY}`, /has no =/),
  row('HTML for a .env', 'dotenv line 1', '<!DOCTYPE html>\n<html></html>', /has no =/),
  ['a NUL in a name', input('dotenv', `A\0B=${CANARY}`), /^input dotenv line 1/, /delete it/],
  row('a bare name in a .env', 'dotenv line 1', 'PORT', /has no =/),
  [
    'two values of one file and one input',
    { inputs: { dotenv: `PORT=${CANARY}`, 'env-file': 'a.env' }, files: { 'a.env': 'PORT=2' } },
    /^a\.env line 1: PORT:/,
    /keep one/,
  ],
  [
    'two values of two files',
    { inputs: { 'env-file': 'a.env, b.env' }, files: { 'a.env': `X=1\nPORT=${CANARY}`, 'b.env': 'PORT=2' } },
    /^b\.env line 1: PORT: .* a\.env line 2;/,
    /keep one/,
  ],
  [
    'two values of the file and an input',
    { inputs: { dotenv: `PORT=${CANARY}` }, config: 'variables: { PORT: 5 }' },
    /aws-bootstrap\.yml: PORT:/,
    /keep one/,
  ],
  [
    'two values of two bare names',
    { inputs: { dotenv: 'PORT=1', variables: 'PORT' }, env: { PORT: CANARY } },
    /^input variables line 1: PORT:/,
    /keep one/,
  ],
];

const STEP = { [CANARY]: CANARY, AWS_SECRET_ACCESS_KEY: CANARY, PORT: CANARY };
const KEY = createHash('sha512').update(CANARY).digest('base64');

const base64 = (what: string, bytes: string | Buffer, place: string, remedy: RegExp): Row => [
  `base64 of ${what}`,
  input('dotenv', Buffer.from(bytes).toString('base64')),
  new RegExp(`^input dotenv: this is base64 of ${place}`),
  remedy,
];

/** What is not as it was written: without its line breaks, wrapped, cut at a #, in base64. */
export const TEXTS: readonly Row[] = [
  row('a # in a .env', 'dotenv line 1: A', `A=${CANARY}#x`, /into quotes/),
  [
    'a # in a file',
    { inputs: { 'env-file': 'a.env' }, files: { 'a.env': `B=1\nCOLOR=#${CANARY}` } },
    /^a\.env line 2: COLOR:/,
    /space before/,
  ],
  row('a # in variables', 'variables line 1: A', `A="x"#${CANARY}`, /space before/),
  [
    'a # in the configuration file',
    { config: `variables: |\n  A=${CANARY}#x` },
    /aws-bootstrap\.yml variables line 1: A:/,
    /space before/,
  ],
  row(
    'a .env that lost its line breaks',
    'dotenv line 1: LOG_LEVEL',
    `LOG_LEVEL=info DB_USER=papyrus DB_PASSWORD=${CANARY}`,
    /line breaks/,
  ),
  [
    'a file that lost its line breaks',
    { inputs: { 'env-file': 'a.env' }, files: { 'a.env': `PORT=1 DB_PASSWORD="${CANARY}"` } },
    /^a\.env line 1: PORT:/,
    /keep them/,
  ],
  row('\\n for line breaks', 'secrets line 1: A', `A=x\\nB=${CANARY}`, /no \\n .*line break/),
  [
    'variables of the configuration file that lost their line breaks',
    { config: `variables: >\n  A=${CANARY}\n  B=x` },
    /aws-bootstrap\.yml variables line 1: A:/,
    /"\|" instead of ">"/,
  ],
  [
    'a .env that became one comment',
    input('dotenv', `# database DB_PASSWORD=${CANARY}`),
    /^input dotenv line 1: this comment/,
    /line breaks/,
  ],
  row('tags that became one comment', 'tags', `# tags a=b c=${CANARY}`, /line breaks/),
  row('tags in one line', 'tags', `project=portfolio owner=${CANARY}`, /one KEY=.*each line/),
  row('a list that became one comment', 'env-file', `# files ${CANARY}.env`, /one comment/),
  [
    'a key that openssl wrapped',
    input('dotenv', `A=${KEY.slice(0, 64)}\n${KEY.slice(64)}`),
    /^input dotenv line 2: this/,
    /openssl -A/,
  ],
  [
    'a piece of a key for a name',
    input('dotenv', `A=1\n${CANARY.replaceAll('-', '')}aB3cD4eF5=x`),
    /^input dotenv line 2: invalid name/,
    /a key/,
  ],
  [
    'a piece of a key for a name in JSON',
    input('secrets', `{"${CANARY.replaceAll('-', '')}aB3cD4eF5":"x"}`),
    /^input secrets: \(a key that is no name\)/,
    /a key/,
  ],
  base64('gzip', gzipSync(`A=${CANARY}`), 'a gzip', /a \.env/),
  base64('a zip archive', `PK\x03\x04 ${CANARY}`, 'a zip', /a \.env/),
  base64('what openssl encrypts', `Salted__${CANARY}`, 'what openssl', /a \.env/),
  [
    'base64 of UTF-16',
    input('secrets', Buffer.from(`A=${CANARY}`, 'utf16le').toString('base64')),
    /^input secrets: this is base64 of UTF-16/,
    /or base64 of it/,
  ],
  [
    'base64 in variables',
    input('variables', Buffer.from(`A=${CANARY}`).toString('base64')),
    /^input variables: this is base64/,
    /base64 -d/,
  ],
  ['a key alone', input('dotenv', KEY), /^input dotenv: this is base64 of no/, /a \.env/],
  [
    'a broken .env in base64',
    input('dotenv', Buffer.from(`A=1\nB="${CANARY}`).toString('base64')),
    /^input dotenv \(decoded from base64\) line 2: B:/,
    /close it/,
  ],
  [
    'a bare name of a credential',
    { inputs: { secrets: 'AWS_SECRET_ACCESS_KEY' }, env: STEP },
    /^input secrets line 1: AWS_SECRET_ACCESS_KEY:/,
    /line out/,
  ],
  [
    'a bare name of the runner',
    { inputs: { variables: 'ACTIONS_RUNTIME_TOKEN' } },
    /^input variables line 1: ACTIONS_RUNTIME_TOKEN:/,
    /the application/,
  ],
  [
    'a bare name in the configuration file',
    { config: 'variables: |\n  A=1\n  PORT', env: STEP },
    /aws-bootstrap\.yml variables line 2: PORT:/,
    /input variables/,
  ],
];

/** JSON objects, such as toJSON(secrets). */
export const JSON_OBJECTS: readonly Row[] = [
  row('JSON that ends too late', 'secrets', `{"DB_USER":"${CANARY}"} x`, /pass toJSON\(secrets\)/),
  row('JSON with a comment', 'secrets', `{"DB_USER":"${CANARY}" // x\n}`, /pass toJSON\(secrets\)/),
  row('JSON in single quotes', 'secrets', `{'DB_USER':'${CANARY}'}`, /pass toJSON\(secrets\)/),
  row('JSON with a comma at its end', 'secrets', `{"DB_USER":"${CANARY}",}`, /pass toJSON\(secrets\)/),
  row('JSON with a line break in a text', 'secrets', `{"DB_USER":"${CANARY}\n"}`, /pass toJSON\(secrets\)/),
  row('a JSON list', 'secrets line 1', `["${CANARY}"]`, /write NAME=value/),
  row('a JSON text', 'secrets line 1', `"${CANARY}"`, /a quote/),
  row('the JSON null', 'secrets line 1', 'null', /write NAME=value/),
  row('JSON with a null', 'secrets: DB_USER', '{"DB_USER":null}', /into quotes/),
  row('JSON with a list', 'secrets: DB_USER', `{"DB_USER":["${CANARY}"]}`, /into quotes/),
  row('JSON with a number 1.10', 'variables: DB_USER', '{"DB_USER":1.10}', /into quotes/),
  row('JSON with a number past all numbers', 'variables: DB_USER', '{"DB_USER":1e999}', /into quotes/),
  row('JSON with minus zero', 'variables: DB_USER', '{"DB_USER":-0}', /into quotes/),
  row('JSON with __proto__', 'secrets: __proto__', `{"__proto__":{"DB_USER":"${CANARY}"}}`, /into quotes/),
  row(
    'JSON with a constructor',
    'secrets: constructor',
    `{"constructor":{"prototype":{"A":"${CANARY}"}}}`,
    /into quotes/,
  ),
  row('JSON with an escape', 'secrets: DB_USER', `{"DB_USER":"${CANARY}","DB\\u005fUSER":"x"}`, /keep one/),
  row('JSON with an empty key', 'secrets', `{"":"${CANARY}"}`, /letters, digits/),
  row('JSON with a key of two lines', 'secrets', `{"A\\nB":"${CANARY}"}`, /letters, digits/),
  row(
    'JSON with a command of the runner for a key',
    'secrets',
    `{"::add-mask::x":"${CANARY}"}`,
    /letters, digits/,
  ),
  row('JSON with a NUL', 'secrets: DB_USER', `{"DB_USER":"${CANARY}\\u0000"}`, /delete it/),
  row('JSON with half of a pair', 'secrets: DB_USER', `{"DB_USER":"${CANARY}\\ud83d"}`, /delete it/),
  row('JSON in JSON', 'variables: env', `{"env":{"DB_USER":"${CANARY}"}}`, /into quotes/),
];

import { describe, expect, it } from 'vitest';
import { ask, type Given } from './asking.ts';

/** Stands wherever a secret may stand: no fault may hold it, nor a part of it. */
const CANARY = 'Kanari3nv0gel-4711-Xq';
const PIECES = [CANARY, 'Kanari3', '4711-Xq', 'nv0gel'];

type Row = [what: string, given: Given, place: RegExp, remedy: RegExp];

const input = (name: string, value: string): Given => ({ inputs: { [name]: value } });
const rule = (match: string, to: string, more = '') => `rules:\n  - match: ${match}\n    to: ${to}\n${more}`;
const long = (bytes: number) => `${CANARY}${'x'.repeat(bytes - CANARY.length)}`;
const policy = (text: string): Given => ({
  inputs: { 'lifecycle-policy': 'p.json' },
  files: { 'p.json': text },
});
const levels = (count: number) => '/a'.repeat(count);

const PREFIXES: Row[] = [
  ['no prefix', input('prefix', ''), /^input prefix:/, /give \/APPLICATION\/ENVIRONMENT/],
  ['no slash', input('prefix', 'papyrus/prd'), /^input prefix:/, /start it with a slash/],
  ['one segment', input('prefix', '/papyrus'), /^input prefix:/, /needs two segments/],
  ['a slash at the end', input('prefix', '/papyrus/prd/'), /^input prefix:/, /leave the slash/],
  ['an empty segment', input('prefix', '/papyrus//prd'), /^input prefix:/, /two slashes/],
  ['a blank inside', input('prefix', `/papyrus/${CANARY} x`), /^input prefix:/, /only letters/],
  ['umlauts', input('prefix', '/papyrus/prüf'), /^input prefix:/, /only letters/],
  ['a line break', input('prefix', '/papyrus/prd\n/x/y'), /^input prefix:/, /only letters/],
  ['braces', input('prefix', '/papyrus/{environment}'), /^input prefix:/, /only letters/],
  ['the reserved word aws', input('prefix', '/aws/prd'), /^input prefix:/, /choose another first segment/],
  ['the reserved word SSM', input('prefix', '/SSM/prd'), /^input prefix:/, /choose another first segment/],
  ['what begins with aws', input('prefix', '/awsome/prd'), /^input prefix:/, /choose another first segment/],
  ['16 levels', input('prefix', levels(15)), /^input prefix:/, /use fewer segments/],
  [
    'a prefix of the file',
    { inputs: { prefix: '' }, config: 'mode: plan\nprefix: papyrus' },
    /^\.github\/aws-bootstrap\.yml line 2: prefix:/,
    /start it with a slash/,
  ],
  [
    'a capital letter that ECR refuses',
    input('prefix', '/Papyrus/prd'),
    /^input repository:/,
    /set repository to another name/,
  ],
];

const SETTINGS: Row[] = [
  ['a mode', input('mode', CANARY), /^input mode:/, /none of auto, plan, apply, drift/],
  ['a mode in capitals', input('mode', 'Plan'), /^input mode:/, /did you mean plan\?/],
  ['an event', { event: 'pull_request_target' }, /^input mode:/, /use pull_request$/],
  ['a region', input('region', CANARY), /^input region:/, /write it like us-west-2/],
  ['a zone for a region', input('region', 'us-west-2a'), /^input region:/, /write it like us-west-2/],
  ['an ambient region', { region: `${CANARY}/x` }, /^AWS_REGION:/, /write it like us-west-2/],
  ['a part', input('only', `secrets, ${CANARY}`), /^input only:/, /none of log-group, parameters/],
  ['a list of no parts', input('only', ' , '), /^input only:/, /it takes log-group, parameters/],
  ['a store', input('prefer', 'vault'), /^input prefer:/, /none of secrets-manager, ssm/],
  ['what empty means', input('on-empty', 'ignore'), /^input on-empty:/, /none of auto, skip, fail/],
  ['a key', input('kms-key-id', `${CANARY} x`), /^input kms-key-id:/, /alias\/NAME/],
  ['a log group', input('log-group', '/ecs/a#b'), /^input log-group:/, /"#" cannot stand/],
  ['a log group with a blank', input('log-group', `/ecs/${CANARY} x`), /^input log-group:/, /only letters/],
  ['a reserved log group', input('log-group', 'aws/x'), /^input log-group:/, /reserved/],
  ['a long log group', input('log-group', long(513)), /^input log-group:/, /1 to 512/],
  [
    'a word to fill in',
    input('log-group', '/ecs/{app}'),
    /^input log-group:/,
    /"\{app\}" is not known; \{application\}/,
  ],
  ['days', input('log-retention-days', '10'), /^input log-retention-days:/, /nearest is 7/],
  ['zero days', input('log-retention-days', '0'), /^input log-retention-days:/, /nearest is 1/],
  [
    'a word for days',
    input('log-retention-days', CANARY),
    /^input log-retention-days:/,
    /a number of days, or never/,
  ],
  [
    'a fraction of a day',
    input('log-retention-days', '1.5'),
    /^input log-retention-days:/,
    /a number of days, or never/,
  ],
  ['a repository', input('repository', 'a'), /^input repository:/, /2 to 256/],
  ['a repository with two dots', input('repository', 'a..b'), /^input repository:/, /lower-case letters/],
  ['a repository in capitals', input('repository', 'Web'), /^input repository:/, /set repository: web/],
  [
    'a URI of another region',
    input('repository', '123456789012.dkr.ecr.eu-west-1.amazonaws.com/papyrus'),
    /^input repository:/,
    /of the region eu-west-1, this run is in us-west-2/,
  ],
  ['a mutability', input('image-tag-mutability', CANARY), /^input image-tag-mutability:/, /none of MUTABLE/],
  [
    'exclusions without their word',
    input('image-tag-mutability', 'MUTABLE: a'),
    /^input image-tag-mutability:/,
    /MUTABLE_WITH_EXCLUSION/,
  ],
  [
    'six exclusions',
    input('image-tag-mutability', 'MUTABLE_WITH_EXCLUSION: a,b,c,d,e,f'),
    /^input image-tag-mutability:/,
    /5 exclusion/,
  ],
  [
    'three wildcards',
    input('image-tag-mutability', 'MUTABLE_WITH_EXCLUSION: *a*b*'),
    /^input image-tag-mutability:/,
    /two "\*"/,
  ],
  ['an account id', input('allowed-account-ids', '1234'), /^input allowed-account-ids:/, /12 digits/],
  [
    'a list of no accounts',
    input('allowed-account-ids', '# none'),
    /^input allowed-account-ids:/,
    /name the accounts/,
  ],
  ['a consent', input('allow', `loosen, ${CANARY}`), /^input allow:/, /none of shorten-retention/],
  ['a boolean', input('adopt', 'yes'), /^input adopt:/, /write true or false/],
  ['another boolean', input('fail-on-drift', CANARY), /^input fail-on-drift:/, /write true or false/],
  ['keep-last:0', input('lifecycle-policy', 'keep-last:0'), /^input lifecycle-policy:/, /at least one/],
  ['keep-last', input('lifecycle-policy', 'keep-last=5'), /^input lifecycle-policy:/, /keep-last:N/],
  [
    'a policy that is not there',
    input('lifecycle-policy', 'missing.json'),
    /^input lifecycle-policy:/,
    /actions\/checkout/,
  ],
  [
    'a policy itself for its path',
    input('lifecycle-policy', `{"rules": "=${CANARY}"}`),
    /^input lifecycle-policy:/,
    /not the path of a file/,
  ],
  [
    'a policy that is no JSON',
    policy(`{${CANARY}`),
    /^input lifecycle-policy:/,
    /write a lifecycle policy, or use keep-last/,
  ],
  ['a policy without rules', policy('{}'), /^input lifecycle-policy:/, /"rules"/],
  ['a short policy', policy('{"rules":[{}]}'), /^input lifecycle-policy:/, /from 100 characters/],
  [
    'a long policy',
    policy(`{"rules":[{"description":"${long(31_000)}"}]}`),
    /^input lifecycle-policy:/,
    /at most 30,720/,
  ],
];

const TAGS: Row[] = [
  ['a tag without =', input('tags', CANARY), /^input tags:/, /write KEY=value/],
  ['a tag without a key', input('tags', `=${CANARY}`), /^input tags:/, /needs a key/],
  ['a reserved tag', input('tags', `aws:x=${CANARY}`), /^input tags:/, /choose another/],
  ['our own tag', input('tags', `managed-by=${CANARY}`), /^input tags:/, /choose another/],
  ['a long key', input('tags', `${long(129)}=x`), /^input tags:/, /128/],
  ['a long value', input('tags', `a=${long(257)}`), /^input tags: the tag "a":/, /256/],
  ['a tag with a comma', input('tags', `a=${CANARY},b`), /^input tags: the tag "a":/, /allows letters/],
  ['a tag twice', input('tags', `a=${CANARY}\na=x`), /^input tags: the tag "a"/, /keep one/],
  [
    '50 tags',
    input('tags', Array.from({ length: 50 }, (_, at) => `k${at}=v`).join('\n')),
    /^input tags:/,
    /50 tags/,
  ],
];

const VARIABLES: Row[] = [
  [
    'two values',
    { inputs: { dotenv: `DB_USER=${CANARY}`, variables: 'DB_USER=x' } },
    /^input variables line 1: DB_USER:/,
    /keep one/,
  ],
  [
    'two values in one text',
    input('dotenv', `A=${CANARY}\nA=x`),
    /^input dotenv line 2: A:/,
    /remove one of the two/,
  ],
  ['an open quote', input('secrets', `A="${CANARY}`), /^input secrets line 1: A:/, /close it/],
  ['a line without =', input('dotenv', `A=1\n${CANARY} x`), /^input dotenv line 2:/, /write NAME=value/],
  ['text behind a quote', input('dotenv', `A="x" ${CANARY}`), /^input dotenv line 1: A:/, /remove the text/],
  ['a name with a blank', input('dotenv', 'A B=x'), /^input dotenv line 1:/, /use letters, digits and _/],
  [
    'a name with a digit first',
    input('dotenv', `1A=${CANARY}`),
    /^input dotenv line 1:/,
    /use letters, digits and _/,
  ],
  [
    'a key in several lines',
    input('secrets', `K=-----BEGIN PRIVATE KEY-----\n${CANARY}\n-----END PRIVATE KEY-----`),
    /^input secrets line 1: K:/,
    /double quotes around all/,
  ],
  ['a NUL', input('dotenv', `A=${CANARY}\0`), /^input dotenv line 1: A:/, /delete it/],
  [
    'a # in a secret',
    input('secrets', `A=${CANARY}#x`),
    /^input secrets line 1: A:/,
    /put the value into quotes/,
  ],
  ['a bare name that is not there', input('secrets', CANARY), /^input secrets line 1:/, /write NAME=value/],
  [
    'a bare name of variables',
    input('variables', 'PORT'),
    /^input variables line 1: PORT:/,
    /set it under "env:"/,
  ],
  ['broken JSON', input('secrets', `{"A":"${CANARY}"`), /^input secrets:/, /pass toJSON\(secrets\)/],
  [
    'JSON with a key twice',
    input('secrets', `{"DB_USER":"${CANARY}","DB_USER":"x"}`),
    /^input secrets: DB_USER:/,
    /keep one/,
  ],
  [
    'JSON with an object',
    input('secrets', `{"DB_USER":{"a":"${CANARY}"}}`),
    /^input secrets: DB_USER:/,
    /put it into quotes/,
  ],
  [
    'JSON with a rounded number',
    input('variables', '{"DB_USER":12345678901234567890}'),
    /^input variables: DB_USER:/,
    /put it into quotes/,
  ],
  [
    'JSON with a key that is a value',
    input('secrets', `{"${CANARY} x":"y"}`),
    /^input secrets:/,
    /use letters, digits and _/,
  ],
  ['a file that is not there', input('env-file', 'prd.env'), /^input env-file:/, /actions\/checkout/],
  [
    'the text of a file for its path',
    input('env-file', `A=${CANARY}`),
    /^input env-file:/,
    /goes into the input dotenv/,
  ],
  [
    'a file outside',
    input('env-file', '../../../../../../../../../../etc/hostname'),
    /^input env-file:/,
    /outside of the workspace/,
  ],
  [
    'a file in UTF-16',
    { inputs: { 'env-file': 'a.env' }, files: { 'a.env': Buffer.from(`\uFEFFA=${CANARY}`, 'utf16le') } },
    /^a\.env line 1:/,
    /save it as UTF-8/,
  ],
  [
    'a file in Latin-1',
    { inputs: { 'env-file': 'a.env' }, files: { 'a.env': Buffer.from(`B=1\nA=${CANARY}é`, 'latin1') } },
    /^a\.env line 2:/,
    /save the file as UTF-8/,
  ],
  [
    'a large file',
    { inputs: { 'env-file': 'a.env' }, files: { 'a.env': `A=${long(1_100_000)}` } },
    /^input env-file:/,
    /larger than 1 MiB/,
  ],
];

const PLACES: Row[] = [
  [
    'braces in a parameter',
    input('dotenv', `A="${CANARY} {{x}}"`),
    /^input dotenv line 1: A:/,
    /add the rule \{ match: A, to: secret\/app \}/,
  ],
  [
    'braces of SSM',
    input('dotenv', `B=1\nA="{{ssm:${CANARY}}}"`),
    /^input dotenv line 2: A:/,
    /add the rule/,
  ],
  [
    '8193 bytes',
    input('dotenv', `A=${long(8193)}`),
    /^input dotenv line 1: A:/,
    /8193 bytes are more than the 8192.*add the rule/,
  ],
  [
    'bytes, not characters',
    input('dotenv', `A=${'é'.repeat(4097)}`),
    /^input dotenv line 1: A:/,
    /8194 bytes/,
  ],
  [
    '4097 bytes in the Standard tier',
    { inputs: { dotenv: `A=${long(4097)}` }, config: 'parameter-tier: Standard' },
    /^input dotenv line 1: A:/,
    /4096 that a parameter of the Standard tier holds; add the rule/,
  ],
  [
    'braces by a rule',
    { inputs: { variables: `A={{${CANARY}}}` }, config: rule('A', 'parameter') },
    /^input variables line 1: A:/,
    /add the rule/,
  ],
  [
    'a secret of more than 64 KB',
    { inputs: { dotenv: `DB_USER=${long(40_000)}\nDB_PASSWORD=${long(30_000)}` } },
    /^the secret: papyrus\/prd\/db:/,
    /the largest are DB_USER, DB_PASSWORD: send them to another bundle by a rule/,
  ],
  [
    'a secret that is too large only as JSON',
    { inputs: { secrets: JSON.stringify({ DB_PASSWORD: `${CANARY}${'"'.repeat(33_000)}` }) } },
    /^the secret: papyrus\/prd\/db:/,
    /send them to another bundle/,
  ],
  [
    'an empty secret in apply',
    input('secrets', 'DB_PASSWORD='),
    /^input secrets line 1: DB_PASSWORD:/,
    /on-empty: skip/,
  ],
  [
    'an empty value where that fails',
    { inputs: { dotenv: 'PORT=', 'on-empty': 'fail', mode: 'plan' } },
    /^input dotenv line 1: PORT:/,
    /leave the variable out/,
  ],
  [
    'two variables in one place',
    { inputs: { dotenv: `A_X=${CANARY}\nA_Y=x` }, config: rule('A_*', 'secret/a', '    key: k') },
    /^input dotenv line 2: A_Y:/,
    /give one of the two another key or rule/,
  ],
  [
    'two variables in one parameter',
    { inputs: { dotenv: `A=1\nB=${CANARY}` }, config: rule('B', 'parameter', '    key: A') },
    /^input dotenv line 2: B:/,
    /another key or rule/,
  ],
  [
    'a long name',
    input('dotenv', `${'N'.repeat(1000)}=${CANARY}`),
    /^input dotenv line 1: N+:/,
    /shorten the prefix or the name/,
  ],
  [
    'a bundle whose name is too long',
    { inputs: { dotenv: 'A=1' }, config: rule('A', `secret/${'b'.repeat(505)}`) },
    /^the secret: papyrus\/prd\/b+:/,
    /512 characters/,
  ],
  [
    'a bundle like an ARN',
    { config: rule('A', 'secret/db-abcdef') },
    /^\.github\/aws-bootstrap\.yml line 3: rules\.0\.to:/,
    /rename it/,
  ],
  [
    'a rule to nowhere',
    { config: rule('A', CANARY) },
    /line 3: rules\.0\.to:/,
    /secret\/BUNDLE, parameter, secure-parameter or ignore/,
  ],
  [
    'a key that ECS would cut',
    { config: rule('A', 'secret/a', `    key: "a:${CANARY}"`) },
    /line 4: rules\.0\.key:/,
    /only letters/,
  ],
  [
    'an entry of ignore',
    { config: `ignore: ["${CANARY}"]` },
    /line 1: ignore:/,
    /an entry is parameter:NAME/,
  ],
  [
    'a field of ignore',
    { config: 'ignore: ["log-group:days"]' },
    /line 1: ignore:/,
    /a log-group has retention, class, tags/,
  ],
  [
    'a setting that environments share',
    { config: 'environments:\n  prd:\n    log-retention-days: 7' },
    /line 3: log-retention-days:/,
    /put \{environment\} into its name/,
  ],
];

const FILES: Row[] = [
  [
    'no YAML',
    { config: `a: [${CANARY}` },
    /^\.github\/aws-bootstrap\.yml line 1:/,
    /not the YAML that is meant/,
  ],
  ['a key twice', { config: `mode: plan\nmode: ${CANARY}` }, /line 2:/, /duplicate key/],
  [
    'an unknown setting',
    { config: `retention: ${CANARY}` },
    /line 1:/,
    /there is no setting called "retention"/,
  ],
  [
    'an unknown setting that is a value',
    { config: `${CANARY}: x` },
    /line 1:/,
    /there is no setting called this value/,
  ],
  [
    'a secret in a committed file',
    { config: `secrets:\n  A: ${CANARY}` },
    /line 2:/,
    /give them as the inputs "secrets" or "dotenv"/,
  ],
  ['a setting of the wrong shape', { config: `adopt: ${CANARY}` }, /line 1: adopt:/, /true or false/],
  ['an alias', { config: `tags: &a { x: ${CANARY} }\nvariables: *a` }, /line 2:/, /write it out/],
  [
    'an account id without quotes',
    { config: 'allowed-account-ids: [123456789012]' },
    /line 1: allowed-account-ids:/,
    /put numbers into quotes/,
  ],
  ['a number that loses its end', { config: 'variables: { V: 1.10 }' }, /line 1:/, /put it into quotes/],
  [
    'a variable of the file with braces',
    { config: `variables: { A: "${CANARY} {{x}}" }` },
    /^\.github\/aws-bootstrap\.yml: A:/,
    /add the rule/,
  ],
  [
    'a text of variables in the file',
    { config: `variables: |\n  A="${CANARY}` },
    /^\.github\/aws-bootstrap\.yml variables line 1: A:/,
    /close it/,
  ],
];

const ROWS = [...PREFIXES, ...SETTINGS, ...TAGS, ...VARIABLES, ...PLACES, ...FILES];

describe('bad input is refused, with its place and a remedy, and without a value', () => {
  it.each(ROWS)('%s', (_what, given, place, remedy) => {
    const { faults, warnings, notices } = ask(given);
    expect(faults.filter((fault) => place.test(fault) && remedy.test(fault))).toHaveLength(1);
    const told = [...faults, ...warnings, ...notices].join('\n');
    for (const piece of PIECES) expect(told).not.toContain(piece);
    for (const fault of faults) expect(fault).not.toMatch(/undefined|\[object|NaN| at .*:\d+:\d+/);
  });

  it('in one row of faults, where everything is wrong', () => {
    const inputs = Object.assign({}, ...ROWS.slice(15, 40).map(([, given]) => given.inputs ?? {}));
    expect(ask({ inputs }).faults.length).toBeGreaterThan(10);
  });

  it('by at least 80 rows', () => {
    expect(new Set(ROWS.map(([what]) => what)).size).toBe(ROWS.length);
    expect(ROWS.length).toBeGreaterThanOrEqual(80);
  });
});

describe('good input is not', () => {
  it.each<[what: string, given: Given]>([
    ['the seed alone', {}],
    ['14 segments', { inputs: { prefix: levels(14), repository: 'papyrus' } }],
    ['8192 bytes', input('dotenv', `A=${long(8192)}`)],
    ['8193 bytes in a bundle', { inputs: { dotenv: `A=${long(8193)}` }, config: rule('A', 'secret/app') }],
    ['braces in a bundle', { inputs: { dotenv: 'A={{x}}' }, config: rule('A', 'secret/app') }],
    ['braces that are ignored', { inputs: { dotenv: 'A={{x}}' }, config: rule('A', 'ignore') }],
    ['one brace', input('dotenv', 'A={x}')],
    ['64 KB in a secret', { inputs: { dotenv: `DB_PASSWORD=${long(65_536 - '{"password":""}'.length)}` } }],
    ['an empty secret in plan', { inputs: { secrets: 'DB_PASSWORD=', mode: 'plan' } }],
    ['an empty setting in apply', input('dotenv', 'PORT=')],
    ['an empty secret that is skipped', { inputs: { secrets: 'DB_PASSWORD=', 'on-empty': 'skip' } }],
    ['49 tags', input('tags', Array.from({ length: 49 }, (_, at) => `k${at}=v`).join('\n'))],
    ['no variables', { inputs: { dotenv: '# nothing\n' } }],
  ])('%s', (_what, given) => {
    expect(ask(given).faults).toEqual([]);
  });

  it('one byte more than 64 KB is', () => {
    expect(
      ask({ inputs: { dotenv: `DB_PASSWORD=${long(65_537 - '{"password":""}'.length)}` } }).faults,
    ).toHaveLength(1);
  });
});

import { marked } from 'marked';
import { describe, expect, it } from 'vitest';
import { AwsError } from '../../src/clients/errors.ts';
import type { Change } from '../../src/model/change.ts';
import type { Outcome } from '../../src/model/outcome.ts';
import { faultSummary } from '../../src/report/end.ts';
import { summary } from '../../src/report/summary.ts';
import type { Given } from '../asking.ts';
import { sdkError } from '../clients/clock.ts';
import { OURS, spec } from '../plan/wishes.ts';
import { SEED_ENV, SEED_SECRETS } from '../seed.ts';
import { leftBy, runOf } from './runs.ts';

const seed: Given = { inputs: { dotenv: SEED_ENV } };
const LOG = 'AWS::Logs::LogGroup';
const SSM = 'AWS::SSM::Parameter';
const SM = 'AWS::SecretsManager::Secret';

/** Cells of the rows below a heading. */
function table(text: string, heading: string): string[][] {
  const part = text.split('\n\n').find((_, index, parts) => parts[index - 1] === heading) ?? '';
  return part.split('\n').map((line) =>
    line
      .split(/(?<!\\)\|/)
      .slice(1, -1)
      .map((cell) => cell.trim().replaceAll('&nbsp;', ' ')),
  );
}

describe('the headline', () => {
  it.each<[what: string, given: Given, applied: boolean, line: string]>([
    ['a first apply', seed, false, '## ✅ apply: `/papyrus/prd` in us-west-2: 12 changed'],
    ['a silent apply', seed, true, '## ✅ apply: `/papyrus/prd` in us-west-2: nothing had to change'],
    [
      'a plan',
      { inputs: { ...seed.inputs, mode: 'plan' } },
      false,
      '## 📝 plan: `/papyrus/prd` in us-west-2: 12 to create',
    ],
    [
      'a plan where all stands',
      { inputs: { ...seed.inputs, mode: 'plan' } },
      true,
      '## ✅ plan: `/papyrus/prd` in us-west-2: nothing to change',
    ],
    [
      'drift',
      { inputs: { ...seed.inputs, mode: 'drift' } },
      false,
      '## ❌ drift: `/papyrus/prd` in us-west-2: 12 missing',
    ],
    [
      'drift that may be',
      { inputs: { ...seed.inputs, mode: 'drift', 'fail-on-drift': 'false' } },
      false,
      '## 📝 drift: `/papyrus/prd` in us-west-2: 12 missing',
    ],
  ])('of %s', (_what, given, applied, line) => {
    expect(summary(runOf(given, applied ? leftBy(runOf(seed)) : {})).split('\n')[0]).toBe(line);
  });

  it('counts what is blocked and what failed', () => {
    const observed = {
      [LOG]: new Map([['/ecs/papyrus', spec(LOG, { ...OURS, retention: 30, class: 'STANDARD' })]]),
    };
    const run = runOf({ inputs: { dotenv: 'A=1\nB=2' } }, observed, { '/papyrus/prd/A': new Error('odd') });
    const text = summary(run);
    expect(text.split('\n')[0]).toBe(
      '## ❌ apply: `/papyrus/prd` in us-west-2: 2 changed, 1 blocked, 1 failed',
    );
    expect(text).toContain('> [!CAUTION]\n> 1 of 4 failed: /papyrus/prd/A;');
  });
});

describe('the resources', () => {
  it('stand with what changed', () => {
    const observed = {
      [LOG]: new Map([['/ecs/papyrus', spec(LOG, { ...OURS, retention: 30, class: 'STANDARD' })]]),
      [SSM]: new Map([
        ['/papyrus/prd/PORT', spec(SSM, { ...OURS, value: '1', type: 'String' })],
        ['/papyrus/prd/HOST', spec(SSM, { ...OURS, value: 'h', type: 'String' }, {}, '/papyrus/prd/HOST')],
      ]),
    };
    const run = runOf({ inputs: { dotenv: 'PORT=2\nHOST=h\nNEW=n', repository: 'none' } }, observed);
    const text = summary(run);
    expect(table(text, '### Checklist').map((cells) => cells.slice(0, 2).join(' '))).toEqual([
      ' Resource',
      '--- ---',
      '⛔ blocked log group',
      '✅ stands parameter',
      '🆕 created parameter',
      '✏️ changed parameter',
    ]);
    expect(table(text, '### Changes').slice(2)).toEqual([
      [
        '⛔ blocked',
        'log group `/ecs/papyrus`',
        'a shorter retention deletes logs that stand (to allow it: allow: shorten-retention)',
        '',
        '',
      ],
      ['', '', 'retention', '30', '1'],
      ['✅ done', 'parameter `/papyrus/prd/PORT`', 'value', '1', '2'],
      ['✅ done', 'parameter `/papyrus/prd/NEW`', 'all', '', 'value: n, type: String'],
    ]);
  });

  it('that failed stand with the remedy', () => {
    const error = new AwsError(
      sdkError('AccessDeniedException', 400, { message: 'canary' }),
      'ssm:PutParameter',
      '/papyrus/prd/A',
      true,
    );
    const text = summary(
      runOf({ inputs: { dotenv: 'A=1', only: 'parameters' } }, {}, { '/papyrus/prd/A': error }),
    );
    expect(table(text, '### Changes')[2]?.join(' ')).toMatch(
      /❌ failed .*the role may not ssm:PutParameter\. What to do: add to the role's policy: \{"Effect"/,
    );
    expect(text).not.toContain('canary');
  });

  it('that failed by a mistake of ours tell the kind, and not the words, which may be a value', () => {
    const error = new RangeError('canary');
    const text = summary(runOf({ inputs: { dotenv: 'A=1' } }, {}, { '/papyrus/prd/A': error }));
    expect(text).toContain('something unexpected happened (RangeError); please report it');
    expect(text).not.toContain('canary');
  });
});

describe('the variables', () => {
  it('stand with their place and the reason', () => {
    const rows = table(summary(runOf(seed)), '### Variables');
    expect(rows[0]).toEqual(['Variable', 'Goes to', 'As', 'Because']);
    expect(rows).toHaveLength(2 + 18);
    expect(rows).toContainEqual([
      '`DB_PASSWORD`',
      '`papyrus/prd/db` key `password`',
      'JSON secret',
      'database password',
    ]);
    expect(rows).toContainEqual([
      '`AUTH0_DOMAIN`',
      '`papyrus/prd/auth0` key `domain`',
      'JSON secret',
      'setting of the sign-in',
    ]);
    expect(rows).toContainEqual([
      '`AUTH0_DOMAIN`',
      '`/papyrus/prd/AUTH0_DOMAIN`',
      'String',
      'setting of the sign-in',
    ]);
    expect(rows).toContainEqual([
      '`SMTP_PASSWORD`',
      '`/papyrus/prd/SMTP_PASSWORD`',
      'SecureString',
      'secret: its name says PASSWORD',
    ]);
    expect(rows).toContainEqual(['`LOG_LEVEL`', '`/papyrus/prd/LOG_LEVEL`', 'String', 'plain: words']);
  });

  it('that are empty say so, and claim no type that nothing settles', () => {
    const config = 'rules: [{ match: HOST, to: parameter }]';
    const text = summary(runOf({ inputs: { dotenv: 'PORT=\nHOST=\nSMTP_PASSWORD=' }, config }));
    expect(table(text, '### Variables').slice(2)).toEqual([
      [
        '`PORT`',
        '`/papyrus/prd/PORT`',
        'as it stands',
        'plain: its value is empty; empty here, left as it is',
      ],
      ['`HOST`', '`/papyrus/prd/HOST`', 'String', 'rule "HOST"; empty here, left as it is'],
      [
        '`SMTP_PASSWORD`',
        '`/papyrus/prd/SMTP_PASSWORD`',
        'SecureString',
        'secret: its name says PASSWORD; empty here, left as it is',
      ],
    ]);
  });

  it('are no table where there are none', () => {
    expect(summary(runOf({}))).not.toContain('### Variables');
  });
});

describe('what is to know', () => {
  it('warnings, notices, names that were left out, what the rooms told', () => {
    const given: Given = {
      inputs: { secrets: '{"OTHER":"x","DB_USER":"y","github_token":"z"}', dotenv: 'A_TOKEN=x\nB="$X"' },
      config: 'rules: [{ match: DB_USER, to: parameter }]',
    };
    const text = summary({ ...runOf(given), told: ['papyrus: somebody else wrote it'] });
    const [, told = ''] = text.split('### To know');
    const remarks = (told.split('###')[0] ?? '').split('\n').filter((line) => line.startsWith('- '));
    expect(remarks).toEqual([
      expect.stringMatching(/^- input dotenv line 2: B: a \\\$ before a name/),
      expect.stringMatching(
        /^- input secrets: DB_USER: given as a secret, and the rule "DB_USER" stores it as a plain String/,
      ),
      expect.stringMatching(/^- input secrets: names .*: OTHER, github\\?_token$/),
      '- papyrus: somebody else wrote it',
    ]);
  });

  it('the price and the calls', () => {
    expect(summary(runOf(seed)).trimEnd().split('\n').at(-1)).toBe(
      '<sub>3 secrets: $1.20 a month. 12 calls to AWS in this run (secretsmanager 4, ssm 8; 0.000020 dollars for those to Secrets Manager). Standard parameters are free.</sub>',
    );
  });
});

describe('the price', () => {
  const large = (name: string) => `${name}=${'x '.repeat(2500)}x`;

  it.each<[what: string, dotenv: string, line: string]>([
    ['nothing', '', '0 secrets: $0.00 a month.'],
    ['one of each', `DB_PASSWORD=x\n${large('A')}`, '1 secret, 1 advanced parameter: $0.45 a month.'],
    [
      'several',
      `${SEED_ENV}\n${large('A')}\n${large('B')}`,
      '3 secrets, 2 advanced parameters: $1.30 a month.',
    ],
  ])('of %s', (_what, dotenv, line) => {
    const text = summary(runOf({ inputs: { dotenv } }));
    expect(text).toContain(`<sub>${line} `);
  });
});

describe('what to do next', () => {
  const denied = new AwsError(sdkError('AccessDeniedException', 400), 'ssm:PutParameter', '/x', true);
  const refused = (inputs = {}) =>
    runOf({ inputs: { dotenv: 'A=1', ...inputs } }, {}, { '/papyrus/prd/A': denied });

  it('after AccessDenied is the policy, which stands below where it is asked for', () => {
    expect(summary(refused())).toContain('see the whole policy that this configuration needs with');
    expect(summary(refused())).not.toContain('### IAM policies');
    const asked = summary(refused({ 'iam-policies': 'true' }));
    expect(asked).toContain('give the role the policy below');
    expect(asked).toContain('### IAM policies of this configuration');
  });

  it('is nothing that cannot be written: the policies need the ARN of the caller', () => {
    const run = refused({ 'iam-policies': 'true' });
    expect(summary({ ...run, caller: { account: '', arn: '' } })).not.toContain('### IAM policies');
  });

  it.each([
    [['db'], 'restores the secret; parameters'],
    [['db', 'auth0'], 'restores the 2 secrets; parameters'],
  ])('after a destroy of the secrets %o is how they come back', (names, words) => {
    const run = runOf({ inputs: { mode: 'destroy', confirm: '/papyrus/prd' } });
    const outcomes = names.map((name): Outcome => {
      const standing = spec(SM, OURS, {}, `papyrus/prd/${name}`);
      const change: Change = {
        ...{ id: name, kind: SM, name: standing.name, action: 'delete', differences: [], notes: [] },
        ...{ desired: standing, observed: standing },
      };
      return { change, result: 'done', stands: undefined };
    });
    expect(summary({ ...run, outcomes })).toContain(`for 30 days \`mode: apply\` ${words}`);
  });
});

describe('nothing in it', () => {
  it("is one of the seed's secrets, old or new", () => {
    const old = SEED_ENV.replaceAll('Kanari', 'Kolibri');
    const run = runOf(seed, leftBy(runOf({ inputs: { dotenv: old } })));
    const text = summary(run);
    for (const secret of SEED_SECRETS) {
      expect(text).not.toContain(secret);
      expect(text).not.toContain(secret.replace('Kanari', 'Kolibri'));
    }
    expect(text).toContain('| key:password | a value | another value |');
  });

  it('is markup of others', () => {
    const evil = '<img src=x>|@octocat [x](https://evil.example) `#1`';
    const observed = {
      [SSM]: new Map([
        ['/papyrus/prd/PORT', spec(SSM, { ...OURS, value: evil, type: 'String', 'tag:a': evil })],
      ]),
      [SM]: new Map([['papyrus/prd/db', spec(SM, { ...OURS, [`key:${evil}`]: 'x' })]]),
    };
    const text = summary(runOf({ inputs: { dotenv: 'PORT=2\nDB_USER=u', tags: 'a=b' } }, observed));
    const html = String(marked.parse(text));
    expect(html).not.toContain('<img');
    expect(html).not.toContain('href="https://evil');
    // What is left of it stands in code, where GitHub makes neither links nor mentions.
    const outside = text.replace(/(`+)(?!`).*?[^`]\1(?!`)/g, '');
    expect(outside).not.toMatch(/@octocat|https:\/\/evil|(?<!\\)\[x(?<!\\)\]/);
    expect(table(text, '### Checklist').every((cells) => cells.length === 4)).toBe(true);
    expect(table(text, '### Changes').every((cells) => cells.length === 5)).toBe(true);
  });
});

describe('a large one', () => {
  it('keeps below 1 MiB, with its headings and what is left out counted', () => {
    const names = Array.from({ length: 9000 }, (_, index) => `VARIABLE_WITH_A_LONG_NAME_${index}`);
    const text = summary(
      runOf({ inputs: { dotenv: names.map((name) => `${name}=1`).join('\n'), mode: 'plan' } }),
    );
    expect(Buffer.byteLength(text)).toBeLessThan(1024 * 1024);
    expect(text).toContain('### Checklist');
    expect(text).toContain('### Variables');
    expect(text).toMatch(/… and \d+ more/);
    expect(text).toContain('calls to AWS in this run');
  });
});

describe('a run whose input is wrong', () => {
  it('has every fault in a line', () => {
    expect(
      faultSummary([
        { where: 'input tags', text: 'a <b> | c' },
        { where: '.env', file: '.env', line: 3, key: 'A_B', text: 'x' },
      ]),
    ).toBe(
      '## ❌ The input is wrong: nothing was read or written\n\n- input tags: a &lt;b&gt; \\| c\n- .env line 3: A_B: x\n',
    );
  });
});

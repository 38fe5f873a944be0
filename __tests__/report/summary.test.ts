import { marked } from 'marked';
import { describe, expect, it } from 'vitest';
import { AwsError } from '../../src/clients/errors.ts';
import type { Change } from '../../src/model/change.ts';
import type { Outcome } from '../../src/model/outcome.ts';
import { Unreadable } from '../../src/model/spec.ts';
import { inputErrorSummary } from '../../src/report/early-failure.ts';
import { folds, steps } from '../../src/report/messages.ts';
import { summary } from '../../src/report/summary.ts';
import type { Given } from '../asking.ts';
import { sdkError } from '../clients/clock.ts';
import { OURS, spec } from '../plan/desired-resources.ts';
import { SEED_ENV, SEED_SECRETS } from '../seed.ts';
import { leftBy, runOf } from './runs.ts';

const seed: Given = { inputs: { dotenv: SEED_ENV } };
const LOG = 'AWS::Logs::LogGroup';
const SSM = 'AWS::SSM::Parameter';
const SM = 'AWS::SecretsManager::Secret';

/** The lines of the fold whose line holds this. */
function fold(text: string, line: string): string[] {
  const found = text.split('<details>').find((part) => part.split('</summary>')[0]?.includes(line)) ?? '';
  return found.split('</details>')[0]?.split('\n') ?? [];
}

describe('the headline', () => {
  it.each<[what: string, given: Given, applied: boolean, line: string]>([
    ['a first apply', seed, false, '## ✅ 12 created'],
    ['a silent apply', seed, true, '## ✅ No changes: 12 resources match the configuration'],
    ['a plan', { inputs: { ...seed.inputs, mode: 'plan' } }, false, '## 📝 Plan: 12 to create'],
    [
      'a plan without a change',
      { inputs: { ...seed.inputs, mode: 'plan' } },
      true,
      '## ✅ No changes: 12 resources match the configuration',
    ],
    ['drift', { inputs: { ...seed.inputs, mode: 'drift' } }, false, '## 🔶 12 of 12 resources drifted'],
    ['no drift', { inputs: { ...seed.inputs, mode: 'drift' } }, true, '## ✅ No drift in 12 resources'],
  ])('of %s', (_what, given, applied, line) => {
    expect(summary(runOf(given, applied ? leftBy(runOf(seed)) : {})).split('\n')[0]).toBe(line);
  });

  it('counts what is blocked and what failed', () => {
    const observed = {
      [LOG]: new Map([['/ecs/papyrus', spec(LOG, { ...OURS, retention: 30, class: 'STANDARD' })]]),
    };
    const run = runOf({ inputs: { dotenv: 'A=1\nB=2' } }, observed, { '/papyrus/prd/A': new Error('odd') });
    expect(summary(run).split('\n')[0]).toBe('## ❌ 1 of 4 resources failed, 2 created, 1 blocked');
  });

  it('has one line below it: where, by which run and commit, and what was asked of AWS', () => {
    const origin = {
      runUrl: 'https://x/runs/1',
      runNumber: '42',
      commit: '0123456789',
      commitUrl: 'https://x/c',
    };
    expect(summary(runOf({ inputs: { mode: 'plan' } }), origin).split('\n')[2]).toBe(
      '**papyrus / prd** · us-west-2 · `123456789012` · [run #42](https://x/runs/1) · [`0123456`](https://x/c) · 12 API calls, nothing written',
    );
  });
});

describe('the resources', () => {
  it('that differ are one table, what needs the reader first', () => {
    const observed = {
      [LOG]: new Map([['/ecs/papyrus', spec(LOG, { ...OURS, retention: 30, class: 'STANDARD' })]]),
      [SSM]: new Map([
        ['/papyrus/prd/PORT', spec(SSM, { ...OURS, value: '1', type: 'String' })],
        ['/papyrus/prd/HOST', spec(SSM, { ...OURS, value: 'h', type: 'String' }, {}, '/papyrus/prd/HOST')],
      ]),
    };
    const run = runOf({ inputs: { dotenv: 'PORT=2\nHOST=h\nNEW=n', repository: 'none' } }, observed);
    const text = summary(run);
    const cells = text
      .split('\n')
      .slice(text.split('\n').indexOf('| Resource | Before | Configured |') + 2)
      .filter((line, index, all) => line.startsWith('|') && all.indexOf('') > index)
      .map((line) => line.replace(/\[(`?.*?`?)\]\([^)]*\)/, '$1'));
    expect(cells).toEqual([
      '| **Log group** `/ecs/papyrus` | ⛔ blocked | a shorter retention deletes existing logs, to allow it: `allow: shorten-retention` |',
      '| &emsp;retention | 30 days | **1 day** |',
      '| **Parameter** `PORT` |  |  |',
      '| &emsp;value | `1` | **`2`** |',
      '| **Parameter** `NEW` | 🆕 created | String, `n` |',
    ]);
    const rows = fold(text, 'Checklist').filter((line) => line.startsWith('|'));
    expect(rows.map((row) => row.split(' | ')[0]?.slice(2))).toEqual([
      'State',
      '---',
      '⛔ blocked',
      '✅ unchanged',
      '🆕 created',
      '✏️ updated',
    ]);
  });

  it('that are many of one row each are folded but for the first', () => {
    const names = Array.from({ length: 60 }, (_, n) => `A${n}_PORT=1`).join('\n');
    const text = summary(runOf({ inputs: { dotenv: names, mode: 'plan', only: 'parameters' } }));
    const [shown = '', folded = ''] = text.split(
      '<details><summary>🆕 Also to create – 50 parameters</summary>',
    );
    expect(shown.match(/🆕 to create/g)).toHaveLength(10);
    expect(folded.match(/🆕 to create/g)).toHaveLength(50);
  });
});

describe('the variables', () => {
  const rowsOf = (given: Given) =>
    fold(summary(runOf(given)), 'variable')
      .filter((line) => line.startsWith('|'))
      .map((line) =>
        line
          .replaceAll(/<\/?code>/g, '`')
          .replaceAll('<wbr>', '')
          .replace(/&#(\d+);/g, (_, n) => String.fromCodePoint(Number(n))),
      );

  it('are listed with their place and the reason', () => {
    const rows = rowsOf(seed);
    expect(rows).toHaveLength(2 + 18);
    expect(rows).toContain('| `DB_PASSWORD` | secret `papyrus/prd/db` key `password` | database password |');
    expect(rows).toContain(
      '| `AUTH0_DOMAIN` | secret `papyrus/prd/auth0` key `domain` | setting of the sign-in |',
    );
    expect(rows).toContain('| `AUTH0_DOMAIN` | String parameter | setting of the sign-in |');
    expect(rows).toContain('| `SMTP_PASSWORD` | SecureString parameter | secret: its name says PASSWORD |');
  });

  it('that are empty say so, and claim no type that nothing settles', () => {
    const config = 'rules: [{ match: HOST, to: parameter }]';
    expect(rowsOf({ inputs: { dotenv: 'PORT=\nHOST=\nSMTP_PASSWORD=' }, config }).slice(2)).toEqual([
      '| `PORT` | existing parameter | plain: its value is empty; empty here, left as it is |',
      '| `HOST` | String parameter | rule "HOST"; empty here, left as it is |',
      '| `SMTP_PASSWORD` | SecureString parameter | secret: its name says PASSWORD; empty here, left as it is |',
    ]);
  });
});

describe('notes', () => {
  it('are warnings, notices, names that were left out, and what providers reported', () => {
    const given: Given = {
      inputs: { secrets: '{"OTHER":"x","DB_USER":"y","github_token":"z"}', dotenv: 'A_TOKEN=x\nB="$X"' },
      config: 'rules: [{ match: DB_USER, to: parameter }]',
    };
    const rows = fold(summary({ ...runOf(given), notices: ['papyrus: another writer'] }), 'notes').filter(
      (line) => line.startsWith('- '),
    );
    expect(rows).toEqual([
      expect.stringMatching(/^- input dotenv line 2: B:/),
      expect.stringMatching(/^- input secrets: DB_USER:/),
      expect.stringMatching(/^- input secrets: names .*: OTHER, github\\?_token$/),
      '- papyrus: another writer',
    ]);
  });
});

describe('the price', () => {
  const large = (name: string) => `${name}=${'x '.repeat(2500)}x`;

  it.each<[what: string, dotenv: string, line: string]>([
    ['nothing', '', '$0.00 a month – 0 secrets'],
    ['one of each', `DB_PASSWORD=x\n${large('A')}`, '$0.45 a month – 1 secret, 1 advanced parameter;'],
    [
      'several',
      `${SEED_ENV}\n${large('A')}\n${large('B')}`,
      '$1.30 a month – 3 secrets, 2 advanced parameters;',
    ],
  ])('of %s', (_what, dotenv, line) => {
    expect(summary(runOf({ inputs: { dotenv } }))).toContain(`<summary>💵 ${line}`);
  });

  it('is not known of what could not be read', () => {
    const observed = { [SM]: new Map([['papyrus/prd/db', new Unreadable(new Error('x'))]]) };
    expect(summary(runOf({ inputs: { dotenv: 'DB_PASSWORD=x' } }, observed))).toContain(folds.priceUnknown);
  });

  it('is beside the calls', () => {
    expect(fold(summary(runOf(seed)), 'a month').join('\n')).toContain(
      '12 AWS calls in this run (secretsmanager 4, ssm 8)',
    );
  });
});

describe('what to do', () => {
  const denied = new AwsError(sdkError('AccessDeniedException', 400), 'ssm:PutParameter', '/x', true);
  const refused = (inputs = {}) =>
    runOf({ inputs: { dotenv: 'A=1', ...inputs } }, {}, { '/papyrus/prd/A': denied });

  it('after AccessDenied is the statement, and the policy where it is asked for', () => {
    expect(summary(refused())).toContain(steps.policies.split('`')[1]);
    expect(summary(refused())).not.toContain(folds.policies);
    expect(summary(refused({ 'iam-policies': 'true' }))).toContain(folds.policies);
  });

  it('is nothing that cannot be written: the policies need the ARN of the caller', () => {
    const run = refused({ 'iam-policies': 'true' });
    expect(summary({ ...run, caller: { account: '', arn: '' } })).not.toContain(folds.policies);
  });

  it.each([[['db']], [['db', 'auth0']]])(
    'after a destroy of the secrets %o is how they come back',
    (names) => {
      const run = runOf({ inputs: { mode: 'destroy', confirm: '/papyrus/prd' } });
      const outcomes = names.map((name): Outcome => {
        const existing = spec(SM, OURS, {}, `papyrus/prd/${name}`);
        const change: Change = {
          ...{ id: name, kind: SM, name: existing.name, action: 'delete', differences: [], notes: [] },
          ...{ desired: existing, observed: existing },
        };
        return { change, result: 'done', after: undefined };
      });
      expect(summary({ ...run, outcomes })).toContain(steps.restorable(names.length, 30).split(':')[0]);
    },
  );
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
    expect(text).toContain('| &emsp;key `password` | hidden value | **another hidden value** |');
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
    // What is left of it is in code, where GitHub makes neither links nor mentions.
    const outside = text.replace(/<code>.*?<\/code>|(`+)(?!`).*?[^`]\1(?!`)/g, '');
    expect(outside).not.toMatch(/@octocat|https:\/\/evil|(?<!\\)\[x(?<!\\)\]/);
    for (const table of html.split('<table>').slice(1)) {
      const [head = '', body = ''] = (table.split('</table>')[0] ?? '').split('</thead>');
      const width = head.match(/<th>/g)?.length;
      expect(
        body
          .split('</tr>')
          .slice(0, -1)
          .map((row) => row.match(/<td>/g)?.length),
      ).toEqual(
        body
          .split('</tr>')
          .slice(0, -1)
          .map(() => width),
      );
    }
  });
});

describe('a large one', () => {
  it('keeps below 1 MiB, with its headings and what is left out counted', () => {
    const names = Array.from(
      { length: 2500 },
      (_, index) => `${'VARIABLE_WITH_A_LONG_NAME_'.repeat(4)}${index}`,
    );
    const text = summary(
      runOf({ inputs: { dotenv: names.map((name) => `${name}=1`).join('\n'), mode: 'plan' } }),
    );
    expect(Buffer.byteLength(text)).toBeLessThan(1024 * 1024);
    expect(text).toContain('2500 variables');
    expect(text).toMatch(/… and \d+ more/);
    expect(text).toContain('AWS calls in this run');
    expect(text.match(/<details>/g)?.length).toBe(text.match(/<\/details>/g)?.length);
  });
});

describe('a run whose input is wrong', () => {
  it('has a row for each error, those of one place together', () => {
    const text = inputErrorSummary([
      { where: '.env', file: '.env', line: 12, key: 'C', text: 'z' },
      { where: 'input tags', text: 'a <b> | c' },
      { where: '.env', file: '.env', line: 3, key: 'A_B', text: 'x' },
    ]);
    expect(text).toContain('❌ 3 input errors: nothing was read or written');
    expect(text.split('\n').filter((line) => line.startsWith('|'))).toEqual([
      '| Where | What to fix |',
      '| --- | --- |',
      '| `.env` line 3 | `A_B`: x |',
      '| `.env` line 12 | `C`: z |',
      '| `input tags` | a &lt;b&gt; \\| c |',
    ]);
  });
});

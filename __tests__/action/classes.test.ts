/** What is encrypted stays hidden and encrypted, whatever a later run guesses: runs in sequence, through the bundle. */
import { readFileSync } from 'node:fs';
import { GetParameterHistoryCommand } from '@aws-sdk/client-ssm';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { GitHubServer } from '../servers/github.ts';
import { findCanaries, findLeaks } from './leaks.ts';
import type { ActionRun } from './run.ts';
import { fieldsOf, openOf, openStage, rowOf, type Stage } from './stage.ts';

let stage: Stage;
let github: GitHubServer;
beforeAll(async () => {
  [stage, github] = await Promise.all([openStage(), GitHubServer.start()]);
});
afterAll(async () => {
  await stage?.[Symbol.asyncDispose]();
  await github?.[Symbol.asyncDispose]();
});
beforeEach(async () => {
  await stage.aws.reset();
  github.reset();
});

const only = { only: 'parameters, secrets' };
const CONFIG = '.github/aws-bootstrap.yml';
const P = '/papyrus/prd';

/** Everything that leaves the run: log, summary, outputs and files among them, and what GitHub was sent. */
function expectHidden(run: ActionRun, values: string[]): void {
  expect(findLeaks(run, values)).toEqual([]);
  const file = run.outputs['plan-file'];
  expect(file).toBeTruthy();
  expect(findCanaries('plan-file', readFileSync(file ?? '', 'utf8'), values)).toEqual([]);
  for (const { raw } of github.calls) expect(findCanaries('a call to GitHub', raw, values)).toEqual([]);
}

/** A pull request within a private repository, whose comment may show values. */
function onPullRequest(): Parameters<Stage['act']>[1] {
  const repository = { full_name: 'papyrus/demo', private: true, visibility: 'private' };
  const payload = {
    number: 7,
    repository,
    pull_request: {
      number: 7,
      head: { ref: 'x', repo: repository },
      base: { ref: 'main', repo: repository },
    },
  };
  return {
    token: github.token,
    event: { name: 'pull_request', payload },
    env: { GITHUB_API_URL: github.url },
  };
}

describe('a parameter that a rule has encrypted', () => {
  const OLD = 'qv17-old';
  const NEW = 'zx82-new';
  const rule = { [CONFIG]: 'rules: [{ match: LICENSE, to: secure-parameter }]\n' };
  /** In this order; each is planned first, then applied. */
  const steps: ReadonlyArray<readonly [name: string, inputs: Record<string, string>, isRuled: boolean]> = [
    ['is rotated', { dotenv: `LICENSE=${NEW}` }, true],
    ['loses the rule', { dotenv: `LICENSE=${NEW}` }, false],
    ['comes by secrets', { secrets: `LICENSE=${NEW}` }, false],
    ['comes by dotenv again', { dotenv: `LICENSE=${NEW}` }, false],
    ['is rotated without a rule', { dotenv: `LICENSE=${OLD}` }, false],
    ['comes by variables, rotated', { variables: `LICENSE=${NEW}` }, false],
  ];

  test('is neither printed nor made plain, whatever comes and goes', async () => {
    await using first = await stage.act({ ...only, dotenv: `LICENSE=${OLD}` }, { files: rule });
    expect(first.exitCode, first.log).toBe(0);
    expectHidden(first, [OLD]);
    for (const [name, inputs, isRuled] of steps) {
      const files: Record<string, string> = isRuled ? rule : {};
      for (const mode of ['plan', 'drift', 'apply']) {
        const fails = mode === 'drift' && name.includes('rotated');
        await using run = await stage.act({ ...only, ...inputs, mode }, { files });
        expect([name, mode, run.exitCode, run.outputs['blocked']], run.log).toEqual([
          name,
          mode,
          fails ? 1 : 0,
          '0',
        ]);
        expectHidden(run, [OLD, NEW]);
      }
      const value = Object.values(inputs)[0]?.slice('LICENSE='.length);
      expect([name, await stage.parameter('LICENSE')]).toEqual([name, { value, type: 'SecureString' }]);
    }
  });

  test('is hidden also where its new value is evidently harmless', async () => {
    await using first = await stage.act(
      { ...only, dotenv: 'GREETING=orchard' },
      {
        files: { [CONFIG]: 'rules: [{ match: GREETING, to: secure-parameter }]\n' },
      },
    );
    expect(first.exitCode, first.log).toBe(0);
    for (const mode of ['plan', 'apply']) {
      await using run = await stage.act({ ...only, dotenv: 'GREETING=lighthouse', mode });
      expect(run.exitCode, run.log).toBe(0);
      expectHidden(run, ['orchard', 'lighthouse']);
      // Reports tell the type that it has, not the one that a new parameter would get.
      expect(rowOf(run, '| `GREETING` |')).toContain('| SecureString parameter |');
      expect(run.summary).not.toContain('Parameter Store: String');
    }
    expect(await stage.parameter('GREETING')).toEqual({ value: 'lighthouse', type: 'SecureString' });
  });

  test('becomes plain by a rule together with change-type', async () => {
    const plain = { files: { [CONFIG]: 'rules: [{ match: LICENSE, to: parameter }]\n' } };
    await using first = await stage.act({ ...only, dotenv: `LICENSE=${OLD}` }, { files: rule });
    expect(first.exitCode, first.log).toBe(0);
    await using blocked = await stage.act({ ...only, dotenv: `LICENSE=${NEW}` }, plain);
    expect(blocked.outputs['failure-reason']).toBe('blocked');
    expectHidden(blocked, [OLD, NEW]);
    expect((await stage.parameter('LICENSE')).type).toBe('SecureString');
    await using allowed = await stage.act({ ...only, dotenv: `LICENSE=${NEW}`, allow: 'change-type' }, plain);
    expect(allowed.exitCode, allowed.log).toBe(0);
    expectHidden(allowed, [OLD]);
    expect(await stage.parameter('LICENSE')).toEqual({ value: NEW, type: 'String' });
  });
});

describe('a parameter that exists', () => {
  const inputs = { ...only, dotenv: 'ORDER_CHANNEL=mail' };

  test('as a SecureString of others with an equal value is adopted as it is', async () => {
    await stage.put('ORDER_CHANNEL', 'mail', 'SecureString');
    await using plan = await stage.act({ ...inputs, mode: 'plan' });
    expect(plan.exitCode, plan.log).toBe(0);
    await using run = await stage.act(inputs);
    expect([run.exitCode, run.outputs['blocked']], run.log).toEqual([0, '0']);
    for (const each of [plan, run]) {
      expect(each.log).not.toContain('change-type');
      expect(each.rawSummary).not.toContain('change-type');
      expect(Object.keys(fieldsOf(each, `${P}/ORDER_CHANNEL`))).toEqual(['tag:managed-by']);
    }
    expect(await stage.parameter('ORDER_CHANNEL')).toEqual({ value: 'mail', type: 'SecureString' });
    await using again = await stage.act(inputs);
    expect(again.outputs['changed']).toBe('false');
  });

  test('as a String of ours becomes a SecureString in place once its value is undecided', async () => {
    await using first = await stage.act(inputs);
    expect(first.exitCode, first.log).toBe(0);
    expect((await stage.parameter('ORDER_CHANNEL')).type).toBe('String');
    const opaque = 'qv17x-Zk3w9';
    await using run = await stage.act({ ...only, dotenv: `ORDER_CHANNEL=${opaque}` });
    expect(run.exitCode, run.log).toBe(0);
    expectHidden(run, [opaque]);
    for (const text of [run.log, run.rawSummary]) expect(text).toMatch(/rotate/);
    expect(await stage.parameter('ORDER_CHANNEL')).toEqual({ value: opaque, type: 'SecureString' });
    // In place: made anew, it would have lost its history.
    const { Parameters = [] } = await stage.others.ssm.send(
      new GetParameterHistoryCommand({ Name: `${P}/ORDER_CHANNEL` }),
    );
    expect(Parameters.map(({ Type }) => Type)).toEqual(['String', 'SecureString']);
  });

  test('as a String of others keeps its type with a value that is undecided', async () => {
    const opaque = 'qv17x-Zk3w9';
    await stage.put('ORDER_CHANNEL', 'mail');
    await using run = await stage.act({ ...only, dotenv: `ORDER_CHANNEL=${opaque}` });
    expect([run.exitCode, run.outputs['blocked']], run.log).toEqual([0, '0']);
    expectHidden(run, [opaque]);
    expect(await stage.parameter('ORDER_CHANNEL')).toEqual({ value: opaque, type: 'String' });
    await using again = await stage.act({ ...only, dotenv: `ORDER_CHANNEL=${opaque}` });
    expect([again.exitCode, again.outputs['changed']]).toEqual([0, 'false']);
    expectHidden(again, [opaque]);
  });
});

describe('on a pull request', () => {
  test('a rule that is mistyped shows nothing of what is a key of a secret', async () => {
    // By name and value both are plain.
    const values = ['orchard', 'lighthouse'];
    const [old = '', other = ''] = values;
    const files = (pattern: string) => ({
      [CONFIG]: `rules: [{ match: "${pattern}", to: secret/recovery }]\n`,
    });
    await using main = await stage.act(
      { ...only, dotenv: `RECOVERY_PLACE=${old}` },
      {
        files: files('RECOVERY_*'),
      },
    );
    expect(main.exitCode, main.log).toBe(0);
    for (const value of [old, other]) {
      await using run = await stage.act(
        { ...only, dotenv: `RECOVERY_PLACE=${value}` },
        { ...onPullRequest(), files: files('RECOVRY_*') },
      );
      expect(run.exitCode, run.log).toBe(0);
      expect(openOf(run)).toMatchObject({ [`${P}/RECOVERY_PLACE`]: 'create' });
      expect(github.comments).toHaveLength(1);
      expectHidden(run, values);
      expect(stage.aws.writes()).toEqual([]);
    }
    // Nor where the same mistake gets to the branch.
    await using merged = await stage.act(
      { ...only, dotenv: `RECOVERY_PLACE=${other}` },
      {
        files: files('RECOVRY_*'),
      },
    );
    expect(merged.exitCode, merged.log).toBe(0);
    expectHidden(merged, values);
    expect((await stage.parameter('RECOVERY_PLACE')).type).toBe('SecureString');
  });

  test('a value of dotenv is printed only where it is a String already', async () => {
    await using main = await stage.act({ ...only, dotenv: 'GREETING=orchard' });
    expect(main.exitCode, main.log).toBe(0);
    await using run = await stage.act(
      { ...only, dotenv: 'GREETING=lighthouse\nFAREWELL=harbour' },
      onPullRequest(),
    );
    expect(run.exitCode, run.log).toBe(0);
    expectHidden(run, ['harbour']);
    expect(fieldsOf(run, `${P}/GREETING`)).toEqual({ value: 'orchard → lighthouse' });
    expect(fieldsOf(run, `${P}/FAREWELL`, 'create')['value']).toBe('null → ***');
    for (const text of [run.log, run.rawSummary, github.comments[0]?.body])
      expect(text).toContain('lighthouse');
  });
});

test('a database without its password costs nothing: three parameters, no secret', async () => {
  const dotenv = 'DB_USER=papyrus\nDB_HOST=db.internal\nDB_NAME=papyrus';
  for (const mode of ['plan', 'apply']) {
    await using run = await stage.act({ ...only, dotenv, mode });
    expect(run.exitCode, run.log).toBe(0);
    expect(run.outputs['monthly-cost-usd']).toBe('0.00');
    expect(openOf(run)).toEqual({
      [`${P}/DB_HOST`]: 'create',
      [`${P}/DB_NAME`]: 'create',
      [`${P}/DB_USER`]: 'create',
    });
  }
  for (const name of ['DB_HOST', 'DB_NAME', 'DB_USER'])
    expect([name, (await stage.parameter(name)).type]).toEqual([name, 'String']);
});

describe('dotenv as base64', () => {
  const text = 'LOG_LEVEL=info\nPAGE_SIZE=20\nDB_PASSWORD=Kanari-db-1234\n';
  const encoded = Buffer.from(text).toString('base64');

  test.each([
    ['on one line', encoded],
    ['wrapped', encoded.replace(/.{40}/g, '$&\n')],
  ])('is the same as the text that it encodes: %s', async (_, dotenv) => {
    await using plain = await stage.act({ ...only, dotenv: text, mode: 'plan' });
    await using run = await stage.act({ ...only, dotenv, mode: 'plan' });
    expect(run.exitCode, run.log).toBe(0);
    expect(openOf(run)).toEqual(openOf(plain));
    expect(run.outputs['plan-hash']).toBe(plain.outputs['plan-hash']);
    expectHidden(run, [...dotenv.split('\n').filter((line) => line !== ''), 'Kanari-db-1234']);
    expect(run.masks).toEqual(expect.arrayContaining(['Kanari-db-1234']));
    await using applied = await stage.act({ ...only, dotenv });
    expect(applied.exitCode, applied.log).toBe(0);
    expect(await stage.parameter('PAGE_SIZE')).toEqual({ value: '20', type: 'String' });
    expect(await stage.secret('db')).toEqual({ password: 'Kanari-db-1234' });
  });

  test('of something else is refused, with nothing of it told', async () => {
    const other = Buffer.from('no variables here, only a sentence of words').toString('base64');
    await using run = await stage.act({ ...only, dotenv: other });
    expect([run.exitCode, run.outputs['failure-reason']]).toEqual([1, 'input']);
    expect(findLeaks(run, [other])).toEqual([]);
    expect(stage.aws.calls).toEqual([]);
  });
});

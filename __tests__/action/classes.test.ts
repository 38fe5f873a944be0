/** What is encrypted stays hidden and encrypted, whatever a later run guesses: runs in sequence, through the bundle. */
import { readFileSync } from 'node:fs';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { stageForFile } from '../servers/for-file.ts';
import { GitHubServer } from '../servers/github.ts';
import { pullRequest } from './bench.ts';
import { findCanaries, findLeaks } from './leaks.ts';
import { passed } from './outcome.ts';
import type { ActionRun } from './run.ts';
import { openOf, type Stage } from './stage.ts';

const stage = await stageForFile();
const github = await GitHubServer.start();
afterAll(() => github[Symbol.asyncDispose]());
beforeEach(() => github.reset());

const only = { only: 'parameters, secrets' };
const CONFIG = '.github/aws-bootstrap.yml';
const P = '/papyrus/prd';
const OURS = [{ Key: 'managed-by', Value: 'aws-bootstrap' }];

/** Everything that leaves the run: log, summary, outputs and files among them, and what GitHub was sent. */
function expectHidden(run: ActionRun, values: string[]): void {
  expect(findLeaks(run, values)).toEqual([]);
  const file = run.outputs['plan-file'];
  expect(file).toBeTruthy();
  expect(findCanaries('plan-file', readFileSync(file ?? '', 'utf8'), values)).toEqual([]);
  for (const { raw } of github.calls) expect(findCanaries('a call to GitHub', raw, values)).toEqual([]);
}

/** A pull request within a private repository, whose comment may show values. */
const onPullRequest = (): Parameters<Stage['act']>[1] => ({
  token: github.token,
  event: pullRequest(),
  env: { GITHUB_API_URL: github.url },
});

describe('a parameter that a rule has encrypted', () => {
  const OLD = 'qv17-old';
  const NEW = 'zx82-new';
  const rule = { [CONFIG]: 'rules: [{ match: LICENSE, to: secure-parameter }]\n' };
  /** In this order; each is checked first, then applied. */
  const steps: ReadonlyArray<readonly [name: string, inputs: Record<string, string>, isRuled: boolean]> = [
    ['is rotated', { dotenv: `LICENSE=${NEW}` }, true],
    ['loses the rule', { dotenv: `LICENSE=${NEW}` }, false],
    ['comes by secrets', { secrets: `LICENSE=${NEW}` }, false],
    ['comes by dotenv again', { dotenv: `LICENSE=${NEW}` }, false],
    ['is rotated without a rule', { dotenv: `LICENSE=${OLD}` }, false],
    ['comes by variables, rotated', { variables: `LICENSE=${NEW}` }, false],
  ];

  test('is neither printed nor stored in plain, whatever later runs give', async () => {
    await using first = passed(await stage.act({ ...only, dotenv: `LICENSE=${OLD}` }, { files: rule }));
    expectHidden(first, [OLD]);
    for (const [name, inputs, isRuled] of steps) {
      const files: Record<string, string> = isRuled ? rule : {};
      for (const mode of ['drift', 'apply']) {
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
});

describe('on a pull request', () => {
  test('a rule that is mistyped shows nothing of what is a key of a secret', async () => {
    // By name and value both are plain.
    const values = ['orchard', 'lighthouse'];
    const [old = '', other = ''] = values;
    const files = (pattern: string) => ({
      [CONFIG]: `rules: [{ match: "${pattern}", to: secret/recovery }]\n`,
    });
    await stage.others.secrets.createSecret({
      Name: 'papyrus/prd/recovery',
      SecretString: JSON.stringify({ RECOVERY_PLACE: old }),
      Tags: OURS,
    });
    for (const value of [old, other]) {
      await using run = passed(
        await stage.act(
          { ...only, dotenv: `RECOVERY_PLACE=${value}` },
          { ...onPullRequest(), files: files('RECOVRY_*') },
        ),
      );
      expect(openOf(run)).toMatchObject({ [`${P}/RECOVERY_PLACE`]: 'create' });
      expect(github.comments).toHaveLength(1);
      expectHidden(run, values);
      expect(stage.aws.writes()).toEqual([]);
    }
    // Nor where the same mistake gets to the branch.
    await using merged = passed(
      await stage.act({ ...only, dotenv: `RECOVERY_PLACE=${other}` }, { files: files('RECOVRY_*') }),
    );
    expectHidden(merged, values);
    expect((await stage.parameter('RECOVERY_PLACE')).type).toBe('SecureString');
  });
});

test('a String that this action created becomes a SecureString in place once its value is undecided', async () => {
  const Name = `${P}/ORDER_CHANNEL`;
  await stage.others.ssm.putParameter({ Name, Value: 'mail', Type: 'String', Tags: OURS });
  const opaque = 'qv17x-Zk3w9';
  await using run = passed(await stage.act({ ...only, dotenv: `ORDER_CHANNEL=${opaque}` }));
  expectHidden(run, [opaque]);
  for (const text of [run.log, run.rawSummary]) expect(text).toMatch(/rotate/);
  expect(await stage.parameter('ORDER_CHANNEL')).toEqual({ value: opaque, type: 'SecureString' });
  // In place: made anew, it would have lost its history.
  const { Parameters = [] } = await stage.others.ssm.getParameterHistory({ Name });
  expect(Parameters.map(({ Type }) => Type)).toEqual(['String', 'SecureString']);
});

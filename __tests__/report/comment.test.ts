/** The words of the comment: values and accounts only where no stranger reads, and never longer than GitHub takes. */
import { describe, expect, it } from 'vitest';
import { type CommentPlace, commentText } from '../../src/report/comment.ts';
import { NO_ORIGIN } from '../../src/report/run.ts';
import { OURS, spec } from '../plan/desired-resources.ts';
import { runOf } from './runs.ts';

const SSM = 'AWS::SSM::Parameter';
const PORT = '/papyrus/prd/PORT';
const COMMIT = '0a1b2c3d4e5f60718293a4b5c6d7e8f901234567';
const RUN = 'https://github.example/papyrus/demo/actions/runs/7';
const place = (isPublic: boolean, more: Partial<CommentPlace> = {}): CommentPlace => ({
  event: { pullRequest: { number: 7, fromFork: false, head: COMMIT }, isPublic },
  origin: { ...NO_ORIGIN, commit: COMMIT, runUrl: RUN },
  ...more,
});
const observed = {
  [SSM]: new Map([
    [
      PORT,
      spec(
        SSM,
        { ...OURS, type: 'String', value: '4711' },
        { version: '3', arn: `arn:aws:ssm:us-west-2:123456789012:parameter${PORT}` },
        PORT,
      ),
    ],
  ]),
};
const run = () => runOf({ inputs: { mode: 'plan', variables: 'PORT=4712', only: 'parameters' } }, observed);

describe('the comment', () => {
  it('has old and new values in the colours of a diff, where the repository is not public', () => {
    const text = commentText(run(), place(false));
    expect(text).toContain('```diff\n  parameter PORT\n-   value: 4711\n+   value: 4712\n```');
    expect(text).toContain('`0a1b2c3`');
  });

  it('has neither values nor the account where strangers read', () => {
    const text = commentText(run(), place(true));
    expect(text).toContain('| &emsp;value | hidden value | **another hidden value** |');
    expect(text).not.toMatch(/471[12]|123456789012/);
  });

  it('says that it is outdated where the pull request is at another commit', () => {
    expect(commentText(run(), place(false, { head: 'f'.repeat(40) }))).toContain('`fffffff`');
    expect(commentText(run(), place(false, { head: COMMIT }))).not.toContain('outdated');
    expect(commentText(run(), place(false))).not.toContain('outdated');
  });

  it.each([false, true])(
    'is never longer than GitHub takes, and leaves out what matters least first: public %s',
    (isPublic) => {
      const names = Array.from({ length: 700 }, (_, n) => `VARIABLE_WITH_A_LONG_NAME_${n}_PORT=${n}`);
      const inputs = { mode: 'plan', variables: names.join('\n'), only: 'parameters' };
      const text = commentText(runOf({ inputs }), place(isPublic));
      expect(text.length).toBeLessThan(65_536);
      expect(text).toMatch(/\d+ rows left out/);
      expect(text).toContain(`](${RUN})`);
      expect(text).toContain('`plan-file`');
      // The changes are whole, and the reasons of the variables are not.
      expect(text.match(/VARIABLE_WITH_A_LONG_NAME_\d+_PORT \(String/g)?.length ?? 700).toBe(700);
      expect(text.match(/<details>/g)?.length).toBe(text.match(/<\/details>/g)?.length);
      expect((text.match(/^```/gm)?.length ?? 0) % 2).toBe(0);
    },
  );
});

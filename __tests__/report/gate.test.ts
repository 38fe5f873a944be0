/** Nothing that is known to be hidden leaves by a way that the runner does not mask. */
import { describe, expect, it } from 'vitest';
import { planDocument, planHash } from '../../src/plan/plan-document.ts';
import { commentText } from '../../src/report/comment.ts';
import { findingsHash, issueText } from '../../src/report/drift-issue.ts';
import { openGate, shownOutcomes, shownPlan } from '../../src/report/gate.ts';
import { outputs } from '../../src/report/outputs.ts';
import type { Run } from '../../src/report/run.ts';
import { summary } from '../../src/report/summary.ts';
import { Secret } from '../../src/secret.ts';
import { formsOf } from '../../src/settings/mask-forms.ts';
import { Masks } from '../../src/settings/masks.ts';
import { OURS } from '../plan/desired-resources.ts';
import { runOf } from './runs.ts';

const PASSWORD = `li*ve_p|ss"w'o<r>d&1/x!`;
const NAME = '/papyrus/prd/GREETING';
const PRIVATE = { isPublic: false, pullRequest: undefined };

/** A parameter that held the text until now, in a run that read the password. */
function runWith(text: string, more: Partial<Run> = {}): Run {
  const observed = {
    'AWS::SSM::Parameter': new Map([
      [
        NAME,
        {
          name: NAME,
          fields: { ...OURS, value: text, type: 'String', tier: 'Standard' },
          metadata: { version: '7' },
        },
      ],
    ]),
  };
  const run = runOf({ inputs: { mode: 'drift', dotenv: 'GREETING=hello', only: 'parameters' } }, observed);
  const masks = new Masks(() => {}, []);
  const gate = openGate(masks);
  // AWS tells it after the gate is open.
  masks.hide(new Secret(PASSWORD), 'papyrus/prd/db:password');
  return {
    ...run,
    gate,
    plan: shownPlan(run.plan, gate),
    outcomes: shownOutcomes(run.outcomes, gate),
    ...more,
  };
}

const leaving = (run: Run): Record<string, string> => ({
  comment: commentText(run, { event: PRIVATE }),
  issue: issueText(run, PRIVATE),
  summary: summary(run),
  ...Object.fromEntries(outputs(run)),
});

describe('a secret that AWS returned, inside the old value of another parameter', () => {
  const inBasic = Buffer.from(`user:${PASSWORD}`).toString('base64');

  it('is hidden in a note before an escape writes it, whatever is beside it', () => {
    const secret = 'live(p@ssword1';
    const masks = new Masks(() => {}, []);
    const gate = openGate(masks);
    masks.hide(new Secret(secret), 'papyrus/prd/db:password');
    const [change] = runWith('x').plan;
    if (change === undefined) throw new Error('there is no change');
    const note = `http:${secret}er`;
    const [shown] = shownPlan([{ ...change, notes: [note], blocked: { reason: note } }], gate);
    expect([shown?.notes, shown?.blocked]).toEqual([['http:***er'], { reason: 'http:***er' }]);
  });

  it.each([...formsOf(PASSWORD), `Basic ${inBasic}`].map((form) => [form]))('as %s', (form) => {
    const run = runWith(`before ${form} behind`);
    for (const [where, text] of Object.entries(leaving(run))) {
      expect(text, where).not.toContain('before');
      expect(text, where).not.toContain('behind');
    }
    // What it becomes is shown all the same.
    expect(JSON.parse(String(outputs(run).get('plan'))).changes[0].fields).toContainEqual({
      field: 'value',
      from: '***',
      to: 'hello',
    });
  });

  it('hides nothing where there is nothing', () => {
    const run = runWith('before and behind');
    for (const where of ['comment', 'issue', 'summary', 'plan'])
      expect(leaving(run)[where], where).toContain('before and behind');
  });
});

describe('whatever else is reported', () => {
  const notes = [`the password ${PASSWORD} was found`];

  it('is scrubbed, also as Markdown escapes it', () => {
    const text = summary(runWith('x', { notices: notes }));
    expect(text).toContain('the password \\*\\*\\*');
    expect(text).not.toContain('ss"w');
    expect(text).not.toMatch(/li\\?\*ve/);
  });

  it('notes, reasons and names of a plan are, and it stays JSON', () => {
    const run = runWith('x');
    const [change] = run.plan;
    if (change === undefined) throw new Error('no change');
    const spoiled = {
      ...change,
      name: `${NAME}/${PASSWORD}`,
      notes,
      blocked: { reason: `it holds ${PASSWORD}` },
      differences: [{ field: `key:${PASSWORD}`, from: undefined, to: 'x' }],
    };
    const json = String(outputs({ ...run, plan: [spoiled] }).get('plan'));
    const [read] = JSON.parse(json).changes;
    expect(read).toMatchObject({
      name: `${NAME}/***`,
      notes: ['the password *** was found'],
      reason: 'it holds ***',
      fields: [{ field: 'key:***' }],
    });
  });
});

it('the hash is that of the document that is shown, so that who was given it finds the same', () => {
  const run = runWith(`before ${PASSWORD}`);
  const document = JSON.parse(String(outputs(run).get('plan')));
  expect(planHash(document)).toBe(outputs(run).get('plan-hash'));
  expect(planHash(planDocument(run.settings, run.plan, run.gate, run.binding))).toBe(planHash(document));
});

it('the findings of an issue are the same, whichever hidden text is there', () => {
  expect(findingsHash(runWith(`a ${PASSWORD}`))).toBe(findingsHash(runWith(`b ${PASSWORD}`)));
});

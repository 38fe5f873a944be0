/** What AWS showed to be a secret leaves by no way that the runner does not mask, through the bundle. */
import { readFileSync } from 'node:fs';
import { beforeEach, expect, it } from 'vitest';
import { connect } from '../servers/clients.ts';
import { githubForFile } from '../servers/for-file.ts';
import { pullRequest, step } from './bench.ts';
import { passed } from './outcome.ts';
import { stateAfter } from './replay.ts';
import type { ActionRun } from './run.ts';

const LIVE = `li*ve_pass"w'o<r>d&1/x!`;
const NAME = 'GREETING';
const dotenv = (password: string, greeting: string) => `DB_PASSWORD='${password}'\n${NAME}=${greeting}`;

const { aws, github } = await githubForFile();
// A double quote ends no value of single quotes, so the password has none of those.
const PASSWORD = LIVE.replaceAll("'", '');
beforeEach(stateAfter(aws, () => step(aws, undefined, { mode: 'apply', dotenv: dotenv(PASSWORD, 'hello') })));
/** The other forms are those of `settings/mask-forms.test.ts`. */
const FORMS: ReadonlyArray<[form: string, text: string]> = [
  ['raw', PASSWORD],
  ['Basic', `Basic ${Buffer.from(`user:${PASSWORD}`).toString('base64')}`],
];

/** Somebody copied the live password into a parameter that everybody may read. */
function leak(text: string) {
  return connect(aws.motoUrl).ssm.putParameter({
    Name: `/papyrus/prd/${NAME}`,
    Value: `before ${text} behind`,
    Type: 'String',
    Overwrite: true,
  });
}

function expectNothing(run: ActionRun) {
  const ways = {
    plan: run.outputs['plan'] ?? '',
    'plan-file': readFileSync(run.outputs['plan-file'] ?? '', 'utf8'),
    summary: run.rawSummary,
    comment: github.comments.map(({ body }) => body).join(),
    issue: github.calls.map(({ raw }) => raw).join(),
  };
  for (const [way, text] of Object.entries(ways))
    for (const piece of ['ve_pass', 'before', 'behind']) expect(text, way).not.toContain(piece);
  expect(JSON.parse(ways.plan).changes).toContainEqual(
    expect.objectContaining({ fields: [{ field: 'value', from: '***', to: 'hello' }] }),
  );
}

it.each(FORMS)('in a plan of a pull request that rotates it: %s', async (_form, text) => {
  await leak(text);
  const run = passed(
    await step(aws, github, { dotenv: dotenv('quite-another-1', 'hello') }, { event: pullRequest() }),
  );
  expect(github.comments).toHaveLength(1);
  expectNothing(run);
});

it('in a check for drift that keeps an issue', async () => {
  await leak(PASSWORD);
  const run = await step(
    aws,
    github,
    { mode: 'drift', dotenv: dotenv('quite-another-1', 'hello'), 'drift-issue': 'true' },
    { event: { name: 'schedule' } },
  );
  expect(run.outputs['failure-reason'], run.log).toBe('drifted');
  expect(github.calls.some(({ raw }) => raw.includes('aws-bootstrap drift'))).toBe(true);
  expectNothing(run);
});

/** What still costs money when a destroy is over. */
import { expect, it } from 'vitest';
import type { Change } from '../../src/model/change.ts';
import type { Fields } from '../../src/model/fields.ts';
import type { Outcome } from '../../src/model/outcome.ts';
import type { Kind, Metadata } from '../../src/model/spec.ts';
import { leftovers } from '../../src/report/price.ts';
import { OURS, spec } from '../plan/desired-resources.ts';
import { runOf } from './runs.ts';

const LOG = 'AWS::Logs::LogGroup';
const SSM = 'AWS::SSM::Parameter';
const SM = 'AWS::SecretsManager::Secret';
const ECR = 'AWS::ECR::Repository';

function outcome(
  kind: Kind,
  more: { fields?: Fields; metadata?: Metadata; result?: Outcome['result'] } & Partial<
    Omit<Change, 'kind'>
  > = {},
): Outcome {
  const { fields = OURS, metadata, result = 'unchanged', ...rest } = more;
  const observed = spec(kind, fields, metadata);
  const change = {
    ...{ id: kind, kind, name: observed.name, action: 'none', desired: observed, observed: observed },
    ...{ differences: [], notes: [], ...rest },
  } as Change;
  return { change, result, after: observed };
}
const { settings } = runOf({ inputs: { mode: 'destroy' } });
const NOTHING = 'nothing that costs money is left of /papyrus/prd';

it.each<[what: string, one: Outcome, line: string]>([
  ['a secret', outcome(SM), 'secret papyrus/prd/db: $0.40 a month'],
  [
    'a secret that stays',
    outcome(SM, { action: 'delete', result: 'failed' }),
    'secret papyrus/prd/db: $0.40 a month',
  ],
  [
    'a secret of others',
    outcome(SM, { unwanted: true, observed: undefined }),
    'secret papyrus/prd/db (not ours): $0.40 a month',
  ],
  [
    'an advanced parameter',
    outcome(SSM, { fields: { ...OURS, tier: 'Advanced' } }),
    'parameter /papyrus/prd/PORT: $0.05 a month',
  ],
  [
    'a log group',
    outcome(LOG, { metadata: { storedBytes: 4096 } }),
    'log group /ecs/papyrus: $0.03 a month for each GB of logs (4096 bytes now)',
  ],
  ['a log group of unknown size', outcome(LOG), 'log group /ecs/papyrus: $0.03 a month for each GB of logs'],
  ['a repository', outcome(ECR), 'repository papyrus: $0.10 a month for each GB of images'],
  [
    'what could not be read',
    outcome(LOG, { action: 'blocked', unreadable: { error: new Error('x') } }),
    'log group /ecs/papyrus: it could not be read, so its cost is not known',
  ],
])('%s does', (_what, one, line) => {
  expect(leftovers(settings, [one])).toEqual([`still costs money: ${line}`]);
});

it.each<[what: string, one: Outcome]>([
  ['a deleted secret', outcome(SM, { action: 'delete', result: 'done' })],
  ['a secret that would be deleted', outcome(SM, { action: 'delete', result: 'planned' })],
  ['a standard parameter', outcome(SSM)],
  ['an application of Auth0', outcome('Auth0::Application')],
])('%s does not', (_what, one) => {
  expect(leftovers(settings, [one])).toEqual([
    `${NOTHING}; secrets that wait for their deletion cost nothing`,
  ]);
});

it('a run that did not look everywhere says so', () => {
  const { settings: partial } = runOf({ inputs: { mode: 'destroy', only: 'parameters' } });
  expect(leftovers(partial, [])).toEqual([
    expect.stringContaining(`${NOTHING}, as far as this run looked (only)`),
  ]);
});

/** Every state that a report can have, made by the code that makes it in a run: rendered by scripts/screens.ts, measured by a test. */
import { AwsError } from '../../src/clients/errors.ts';
import type { Change } from '../../src/model/change.ts';
import type { Outcome } from '../../src/model/outcome.ts';
import type { Spec } from '../../src/model/spec.ts';
import { unapplied } from '../../src/plan/apply.ts';
import { refusalOf, unconfirmed } from '../../src/plan/approval.ts';
import { destroy } from '../../src/plan/destroy.ts';
import type { Observed } from '../../src/plan/plan.ts';
import { commentText } from '../../src/report/comment.ts';
import { issueText } from '../../src/report/drift-issue.ts';
import { inputErrorSummary } from '../../src/report/early-failure.ts';
import type { Run } from '../../src/report/run.ts';
import { summary } from '../../src/report/summary.ts';
import { failureOf } from '../../src/run-failure.ts';
import type { Given } from '../asking.ts';
import { sdkError } from '../clients/clock.ts';
import { ARTICLE_ENV } from '../seed.ts';
import { leftBy, NOTHING_HIDDEN, runOf } from './runs.ts';

const LOG = 'AWS::Logs::LogGroup';
const SSM = 'AWS::SSM::Parameter';
const SM = 'AWS::SecretsManager::Secret';
const ECR = 'AWS::ECR::Repository';
const P = '/papyrus/prd';

/** The article's variables and six more: 15 resources with log group and repository. */
const FIFTEEN = `${ARTICLE_ENV}
GUNICORN_BIND=0.0.0.0:5000
LOG_LEVEL=info
CACHE_TTL=300
PUBLIC_URL=https://papyrus.example.com
FEATURE_SEARCH=true`;

const many = (count: number) =>
  Array.from({ length: count }, (_, n) => `SERVICE_${String(n + 1).padStart(3, '0')}_WORKERS=${n}`).join(
    '\n',
  );

const apply = (dotenv: string, more: Given['inputs'] = {}): Given => ({ inputs: { dotenv, ...more } });
const inMode = (mode: string, dotenv: string, more: Given['inputs'] = {}): Given =>
  apply(dotenv, { mode, ...more });

const PLACE = {
  event: { pullRequest: { number: 7, fromFork: false, head: '0a1b2c3' }, isPublic: false },
  origin: {
    runUrl: 'https://github.com/papyrus/papyrus/actions/runs/42',
    runNumber: '42',
    commit: '0a1b2c3d4e5f60718293a4b5c6d7e8f901234567',
    commitUrl: 'https://github.com/papyrus/papyrus/commit/0a1b2c3d4e5f60718293a4b5c6d7e8f901234567',
  },
};

/** @returns what exists, with fields of some resources changed by another writer */
function changed(
  observed: Observed,
  changes: ReadonlyArray<
    readonly [kind: Change['kind'], name: string, fields: Spec['fields'] | 'gone', Spec['metadata']?]
  >,
): Observed {
  const copy: Record<string, Map<string, Spec>> = {};
  for (const [kind, specs] of Object.entries(observed))
    copy[kind] = new Map(specs as ReadonlyMap<string, Spec>);
  for (const [kind, name, fields, more] of changes) {
    const before = copy[kind]?.get(name);
    if (before === undefined) throw new TypeError(`${name} does not exist`);
    if (fields === 'gone') copy[kind]?.delete(name);
    else
      copy[kind]?.set(name, {
        ...before,
        fields: { ...before.fields, ...fields },
        metadata: { ...before.metadata, version: '3', ...more },
      });
  }
  return copy;
}

const applied = () => leftBy(runOf(apply(FIFTEEN)));

const drifted = () =>
  changed(applied(), [
    [LOG, '/ecs/papyrus', { retention: 30 }],
    [
      SSM,
      `${P}/GUNICORN_WORKERS`,
      { value: '9' },
      {
        modifiedBy: 'arn:aws:sts::123456789012:assumed-role/admin/alice',
        modifiedAt: '2026-11-28T09:14:05.000Z',
      },
    ],
    [SSM, `${P}/LOG_LEVEL`, 'gone'],
    [SM, 'papyrus/prd/flask', { 'key:secret_key': undefined }],
  ]);

const denied = (operation: string, resource: string) =>
  new AwsError(
    sdkError('AccessDeniedException', 400, {
      message: `User: arn:aws:sts::123456789012:assumed-role/deployer/run is not authorized to perform: ${operation} on resource: arn:aws:ssm:us-west-2:123456789012:parameter${resource} because no identity-based policy allows the ${operation} action`,
    }),
    operation,
    resource,
    true,
  );

function accessDenied(): Run {
  const names = many(40)
    .split('\n')
    .map((line) => `${P}/${line.split('=')[0]}`);
  return runOf(
    apply(many(40)),
    {},
    Object.fromEntries(names.map((name) => [name, denied('ssm:PutParameter', name)])),
  );
}

function partlyFailed(): Run {
  return runOf(
    apply(FIFTEEN),
    {},
    {
      [`${P}/LOG_LEVEL`]: denied('ssm:PutParameter', `${P}/LOG_LEVEL`),
      [`${P}/PUBLIC_URL`]: denied('ssm:PutParameter', `${P}/PUBLIC_URL`),
      'papyrus/prd/db': new AwsError(
        sdkError('LimitExceededException', 400),
        'secretsmanager:CreateSecret',
        'papyrus/prd/db',
        true,
      ),
      '/ecs/papyrus': new AwsError(sdkError('TimeoutError'), 'logs:CreateLogGroup', '/ecs/papyrus', false),
    },
  );
}

function blocked(): Run {
  return runOf(
    apply(FIFTEEN),
    changed(drifted(), [[SM, 'papyrus/prd/db', {}, { ownedBy: 'the CloudFormation stack papyrus-db' }]]),
  );
}

function destroyed(writes: boolean): Run {
  const run = runOf(inMode('destroy', '', writes ? { confirm: P } : {}));
  const existing = applied();
  const unconfigured = [SSM, SM] as const;
  const plan = destroy({
    found: {
      unconfigured: unconfigured.flatMap((kind) =>
        [...(existing[kind]?.values() ?? [])].map(
          (one) => ({ kind, spec: one, owner: 'created', isRead: true }) as never,
        ),
      ),
      failures: [],
    },
    shared: {
      [LOG]: { name: '/ecs/papyrus', exclusive: false, existing: existing[LOG]?.get('/ecs/papyrus') },
      [ECR]: { name: 'papyrus', exclusive: false, existing: existing[ECR]?.get('papyrus') },
    },
    region: 'us-west-2',
    neighbours: [],
    auth0: undefined,
    callback: { name: `${P}/AUTH0_CALLBACK_URL`, unreadable: undefined },
    allow: new Set(),
    ignore: [],
    recoveryDays: 30,
  });
  const outcomes = unapplied(plan).map(
    (outcome): Outcome =>
      writes && outcome.result === 'planned'
        ? { change: outcome.change, result: 'done', after: undefined }
        : outcome,
  );
  return {
    ...run,
    plan,
    outcomes,
    written: outcomes.filter(({ result }) => result === 'done').length,
    failure: unconfirmed(run.settings) ?? failureOf(run.settings, plan, outcomes, []),
  };
}

function expiredApproval(): Run {
  const approved = JSON.stringify({
    version: 1,
    prefix: P,
    region: 'us-west-2',
    changes: [{ kind: SSM, name: `${P}/LOG_LEVEL`, action: 'create', fields: [] }],
  });
  const run = runOf(inMode('plan', FIFTEEN), drifted());
  const { settings } = runOf(apply(FIFTEEN, { 'expect-plan': approved }), drifted());
  const refused = refusalOf(settings, run.plan, NOTHING_HIDDEN);
  return { ...run, settings, outcomes: unapplied(run.plan), refusal: refused?.lines ?? [], failure: refused };
}

function planOfTwelve(): Run {
  const existing = leftBy(runOf(apply(many(198))));
  const names = Array.from(
    { length: 12 },
    (_, n) => `${P}/SERVICE_${String(n * 7 + 1).padStart(3, '0')}_WORKERS`,
  );
  return runOf(
    inMode('plan', many(198)),
    changed(
      existing,
      names.map((name) => [SSM, name, { value: '99' }] as const),
    ),
  );
}

const INPUT_ERRORS = [
  { where: 'input tags', text: '"team papyrus" is no tag: write name=value, one a line' },
  {
    where: '.env',
    file: '.env',
    line: 3,
    key: 'DB_PASSWORD',
    text: 'an unquoted # touches the value: put the value into quotes',
  },
  {
    where: '.env',
    file: '.env',
    line: 9,
    key: 'GUNICORN_WORKERS',
    text: 'given twice with different values (line 4)',
  },
  {
    where: '.github/aws-bootstrap.yml',
    file: '.github/aws-bootstrap.yml',
    line: 12,
    key: 'rules',
    text: 'to: must be one of parameter, secure-parameter, secret, ignore',
  },
  { where: 'input retention-days', text: '2 is not one of 1, 3, 5, 7, 14, 30, 60, 90' },
  { where: 'input prefix', text: '/aws is reserved by Parameter Store' },
  { where: 'input repository', text: 'upper-case letters are not allowed in a repository name' },
  { where: 'input mode', text: '"aply" is not a mode; did you mean apply?' },
];

/** Markdown by state; the states that the issue gives a height to have it beside. */
export const STATES: Readonly<Record<string, { readonly markdown: () => string; readonly most?: number }>> = {
  'plan-first': { markdown: () => summary(runOf(inMode('plan', FIFTEEN)), PLACE.origin) },
  plan: { markdown: () => summary(runOf(inMode('plan', FIFTEEN), drifted()), PLACE.origin) },
  'first-apply': { markdown: () => summary(runOf(apply(FIFTEEN)), PLACE.origin), most: 1300 },
  'nothing-changed': { markdown: () => summary(runOf(apply(FIFTEEN), applied()), PLACE.origin), most: 600 },
  drift: { markdown: () => summary(runOf(inMode('drift', FIFTEEN), drifted()), PLACE.origin), most: 1100 },
  'no-drift': {
    markdown: () => summary(runOf(inMode('drift', FIFTEEN), applied()), PLACE.origin),
    most: 600,
  },
  blocked: { markdown: () => summary(blocked(), PLACE.origin) },
  'partly-failed': { markdown: () => summary(partlyFailed(), PLACE.origin), most: 1300 },
  'access-denied': { markdown: () => summary(accessDenied(), PLACE.origin), most: 1000 },
  'input-errors': { markdown: () => inputErrorSummary(INPUT_ERRORS), most: 900 },
  'destroy-unconfirmed': { markdown: () => summary(destroyed(false), PLACE.origin) },
  destroy: { markdown: () => summary(destroyed(true), PLACE.origin) },
  'expired-approval': { markdown: () => summary(expiredApproval(), PLACE.origin) },
  'apply-3': {
    markdown: () => summary(runOf(apply('PORT=1\nLOG_LEVEL=info\nDB_PASSWORD=letmein-please')), PLACE.origin),
  },
  'apply-200': { markdown: () => summary(runOf(apply(many(198))), PLACE.origin) },
  'plan-200': { markdown: () => summary(planOfTwelve(), PLACE.origin), most: 1400 },
  comment: { markdown: () => commentText(runOf(inMode('plan', FIFTEEN), drifted()), PLACE) },
  issue: { markdown: () => issueText(runOf(inMode('drift', FIFTEEN), drifted()), PLACE.event, PLACE.origin) },
};

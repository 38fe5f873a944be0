import { routesByDestination } from '../../src/desired/stored-value.ts';
import { reasonOf } from '../../src/failure.ts';
import type { Change } from '../../src/model/change.ts';
import type { Outcome } from '../../src/model/outcome.ts';
import type { Metadata, Spec } from '../../src/model/spec.ts';
import { unapplied } from '../../src/plan/apply.ts';
import { disclose } from '../../src/plan/disclosure.ts';
import type { Observed } from '../../src/plan/plan.ts';
import { plan } from '../../src/plan/plan.ts';
import { encryptedVariables } from '../../src/plan/settled-type.ts';
import { causesOf } from '../../src/report/causes.ts';
import { openGate } from '../../src/report/gate.ts';
import type { Run } from '../../src/report/run.ts';
import { failureOf } from '../../src/run-failure.ts';
import { Masks } from '../../src/settings/masks.ts';
import { ask, type Given } from '../asking.ts';

/** Of a run that has nothing to hide. */
export const NOTHING_HIDDEN = openGate(new Masks(() => {}, []));

/** What exists after a change. */
export type Answer = (change: Change) => Metadata;

const ACCOUNT = '123456789012';
const SERVICES = {
  'AWS::Logs::LogGroup': 'logs:us-west-2:ACCOUNT:log-group:',
  'AWS::SSM::Parameter': 'ssm:us-west-2:ACCOUNT:parameter',
  'AWS::SecretsManager::Secret': 'secretsmanager:us-west-2:ACCOUNT:secret:',
  'AWS::ECR::Repository': 'ecr:us-west-2:ACCOUNT:repository/',
  'Auth0::Application': '',
  Image: '',
} as const;

/** Facts as AWS tells them. */
export function metadata({ kind, name }: { kind: Change['kind']; name: string }): Metadata {
  const tail = kind === 'AWS::SecretsManager::Secret' ? '-AbCdEf' : '';
  return {
    arn: `arn:aws:${SERVICES[kind].replace('ACCOUNT', ACCOUNT)}${name}${tail}`,
    version: '1',
    ...(kind === 'AWS::ECR::Repository'
      ? { uri: `${ACCOUNT}.dkr.ecr.us-west-2.amazonaws.com/${name}`, registryId: ACCOUNT }
      : {}),
  };
}

/** A run over what exists; in apply every write works, unless its name is in `broken`. */
export function runOf(
  given: Given,
  observed: Observed = {},
  broken: Readonly<Record<string, unknown>> = {},
): Run {
  const { settings, desired, notes } = ask(given);
  const encrypted = encryptedVariables(
    observed['AWS::SecretsManager::Secret']?.values() ?? [],
    [],
    settings.prefer,
  );
  const planned = plan(desired.resources, observed, {
    allow: settings.allow,
    adopt: settings.adopt,
    ignore: settings.ignore,
    callbackParameter: `${settings.prefix}/AUTH0_CALLBACK_URL`,
    isCallbackConfigured: false,
    encrypted,
  });
  const changes = disclose(planned, {
    routes: routesByDestination(desired, settings.prefix),
    encrypted,
    isPullRequest: given.event === 'pull_request',
    secretIn: () => undefined,
  });
  const outcomes = unapplied(changes).map((outcome): Outcome => {
    const { change, result } = outcome;
    if (settings.mode !== 'apply' || result !== 'planned') return outcome;
    const error = broken[change.name];
    if (error !== undefined) return { change, result: 'failed', after: change.observed, error };
    const after: Spec = {
      ...change.desired,
      metadata: { ...change.observed?.metadata, ...metadata(change) },
    };
    return { change, result: 'done', after };
  });
  const caller = { account: ACCOUNT, arn: `arn:aws:sts::${ACCOUNT}:assumed-role/deployer/run` };
  const causes = causesOf(outcomes, { settings, desired, caller }, reasonOf);
  return {
    settings,
    desired,
    plan: changes,
    outcomes,
    notes,
    notices: [],
    caller,
    binding: { account: 'a0b1c2' },
    calls: 12,
    written: outcomes.filter(({ result }) => result === 'done').length,
    callsByService: new Map([
      ['ssm', 8],
      ['secretsmanager', 4],
    ]),
    failure: failureOf(settings, changes, outcomes, causes),
    causes,
    refusal: [],
    gate: NOTHING_HIDDEN,
    repositoryUri: undefined,
    references: undefined,
  };
}

/** What the run left behind, as the next one observes it. */
export function leftBy(run: Run): Observed {
  const found: Record<string, Map<string, Spec>> = {};
  for (const { change, after } of run.outcomes)
    if (after !== undefined) found[change.kind] = (found[change.kind] ?? new Map()).set(change.name, after);
  return found;
}

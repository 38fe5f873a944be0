import assert from 'node:assert/strict';
import { isDeepStrictEqual } from 'node:util';
import { findLeaks } from '../action/leaks.ts';
import { type ActionRun, runAction } from '../action/run.ts';
import type { AwsServer } from '../servers/aws.ts';
import type { Configuration } from './configuration.ts';
import { type Change, type Expected, expected } from './expected.ts';
import type { Reader } from './reader.ts';
import { render } from './rendering.ts';
import { ruleOf } from './routing.ts';
import { type Mode, resolve } from './settings.ts';
import type { State } from './state.ts';
import { type Names, namesOf, seed, stateSeen, tamper } from './world.ts';

export interface World {
  readonly aws: AwsServer;
  readonly reader: Reader;
}
/** What a case has run, and where it went another way than the model says. */
export interface Walk {
  readonly runs: number;
}
export class Deviation extends Error {
  override readonly name = 'Deviation';
}

let count = 0;

/**
 * A configuration from the first run to the last; after each, the account that boto3 reads is the one that the model expects, and the
 * plan has just the changes that it expects.
 * @param isWhole the last three steps too: restore, prune, destroy
 * @throws Deviation with the step, the log and both states
 */
export async function walk(
  configuration: Configuration,
  { aws, reader }: World,
  isWhole: boolean,
): Promise<Walk> {
  count += 1;
  const application = `case${count}`;
  const names = namesOf(application, resolve(configuration, application));
  const canaries = new Set(canariesOf(configuration));
  const seeded = seed(configuration, names);
  let { state } = seeded;
  for (const call of seeded.calls) await reader.call(...call);
  if (state.logGroup?.holdsLogs) aws.storedBytes(names.logGroup ?? '', 1000);
  let runs = 0;

  const step = async (name: string, changed: Configuration, mode: Mode): Promise<Expected> => {
    const settings = resolve(changed, application);
    const prediction = expected(changed, settings, state, mode);
    const { inputs, files } = render(changed, application, mode);
    const key = `KEY${count}STEP${runs}${application}`;
    const run = await runAction({ inputs, files, env: { ...aws.env(), AWS_ACCESS_KEY_ID: key } });
    runs += 1;
    try {
      const seen = stateSeen(await read(reader, names), names);
      assert.deepEqual(comparable(seen), comparable(prediction.state), 'the account');
      const isChanged = !isDeepStrictEqual(prediction.state, state);
      compareRun(run, prediction, mode, isChanged);
      const writes = aws.writes().filter(({ keyId }) => keyId === key);
      if (!isChanged)
        assert.deepEqual(
          writes.map(({ operation }) => operation),
          [],
          'writes',
        );
      assert.deepEqual(findLeaks(run, [...canaries]), [], 'values that are hidden');
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      throw new Deviation(
        [
          `${name} (${mode}): ${message}`,
          `inputs ${JSON.stringify(inputs, undefined, 1)}`,
          ...Object.entries(files).map(([path, text]) => `${path}\n${text}`),
          `before ${JSON.stringify(state, undefined, 1)}`,
          `expected ${JSON.stringify(prediction.changes)}`,
          run.log,
        ].join('\n'),
        { cause: error },
      );
    } finally {
      await run[Symbol.asyncDispose]();
    }
    state = prediction.state;
    return prediction;
  };

  const first = await step('apply', configuration, 'apply');
  const isRestored = first.changes.some(({ fields }) => fields.includes('deletion'));
  const settled = isRestored ? await step('apply to what was restored', configuration, 'apply') : first;
  const second = await step('second apply', configuration, 'apply');
  assert.deepEqual(second.state, settled.state, 'the model itself is not silent');
  for (const one of configuration.tampering) {
    for (const call of tamper(state, one, names)) await reader.call(...call);
    if (state.logGroup === undefined) aws.storedBytes(names.logGroup ?? '', 0);
  }
  await step('drift', configuration, 'drift');
  if (!isWhole) return { runs };
  await step('restore', configuration, 'apply');
  const pruned = withPruning(configuration);
  await step('prune', pruned, 'apply');
  await step('destroy', withDestroy(configuration), 'destroy');
  return { runs };
}

const read = (reader: Reader, { application, logGroup, repository }: Names) =>
  reader.read({
    parameters: `/${application}`,
    secrets: `${application}/`,
    logGroups: logGroup === undefined ? [] : [logGroup],
    repositories: repository === undefined ? [] : [repository],
  });

/** Without what an account does not show. */
function comparable(state: State): object {
  const { logGroup, secrets } = state;
  return {
    ...state,
    secrets: Object.fromEntries(
      Object.entries(secrets).map(([path, one]) => [path, one.isDeleted ? { ...one, value: null } : one]),
    ),
    logGroup: logGroup && { retention: logGroup.retention, tags: logGroup.tags },
  };
}

const KINDS: Readonly<Record<string, string>> = {
  'AWS::Logs::LogGroup': 'log-group',
  'AWS::ECR::Repository': 'repository',
  'AWS::SSM::Parameter': 'parameter',
  'AWS::SecretsManager::Secret': 'secret',
};
interface PlannedChange {
  kind: string;
  name: string;
  action: string;
  fields: { field: string }[];
}

function compareRun(run: ActionRun, prediction: Expected, mode: Mode, isChanged: boolean): void {
  const isBlocked = prediction.changes.some(({ action }) => action === 'blocked');
  const reason = prediction.isFault
    ? 'input'
    : mode === 'drift' && prediction.changes.length > 0
      ? 'drifted'
      : mode !== 'drift' && isBlocked
        ? 'blocked'
        : '';
  assert.equal(run.outputs['failure-reason'] ?? '', reason, `failure-reason\n${run.log}`);
  assert.equal(run.exitCode, reason === '' ? 0 : 1, 'exit code');
  if (prediction.isFault) return;
  const { changes } = JSON.parse(run.outputs['plan'] ?? '') as { changes: PlannedChange[] };
  const planned = changes
    .filter(({ action }) => action !== 'none')
    .map(({ kind, name, action, fields }): Change => {
      const short = KINDS[kind] ?? kind;
      const isNamed = short === 'parameter' || short === 'secret';
      const path = name.replace(/^\//, '').split('/').slice(1).join('/');
      return {
        resource: isNamed ? `${short} ${path}` : short,
        action: action as Change['action'],
        // A key of AWS's own changes with the type that takes one.
        fields:
          action === 'update'
            ? fields
                .map(({ field }) => field)
                .filter((field) => field !== 'key-id')
                .sort()
            : [],
      };
    });
  assert.deepEqual(sorted(joined(planned)), sorted(prediction.changes), 'the plan');
  assert.equal(run.outputs['changed'], String(isChanged), 'the output changed');
}

/** A secret may be changed twice: a key that moved away goes after its new place was written. */
function joined(changes: readonly Change[]): Change[] {
  const all = new Map<string, Change>();
  for (const one of changes) {
    const key = `${one.resource} ${one.action}`;
    const before = all.get(key)?.fields ?? [];
    all.set(key, { ...one, fields: [...before, ...one.fields].sort() });
  }
  return [...all.values()];
}

const sorted = (changes: readonly Change[]): Change[] =>
  changes
    .map((one) => ({ ...one, fields: one.action === 'update' ? one.fields : [] }))
    .sort((a, b) => `${a.resource} ${a.action}`.localeCompare(`${b.resource} ${b.action}`));

/** Values that no output may hold: of what is secret or undecided, and of what only bundles hold. */
function canariesOf({ variables, rules, existing }: Configuration): string[] {
  const hidden = variables.filter(({ name, value, valueKind, source }) => {
    const to = [ruleOf(rules, name)?.to ?? []].flat();
    const isShown =
      to.includes('parameter') ||
      name === 'AUTH0_DOMAIN' ||
      name.startsWith('GUNICORN_') ||
      (valueKind === 'opaque' && source !== 'secrets');
    return (valueKind === 'token' || valueKind === 'opaque') && value.length >= 8 && !isShown;
  });
  const encrypted = existing.parameters.filter(({ type, value }) => type === 'SecureString' && value);
  return [
    ...hidden.map(({ value }) => value),
    ...encrypted.flatMap(({ value }) => value ?? []),
    ...existing.secrets.flatMap(({ keys }) => (keys === 'no object' ? [] : Object.values(keys))),
  ];
}

function withPruning(configuration: Configuration): Configuration {
  const { variables, settings, dropped, pruneMany } = configuration;
  const { allow } = settings;
  const given = allow.input ?? allow.environment ?? allow.file ?? [];
  return {
    ...configuration,
    variables: variables.slice(0, Math.max(1, variables.length - dropped)),
    settings: {
      ...settings,
      prune: { ...settings.prune, input: 'delete' },
      allow: pruneMany ? { ...allow, input: [...given, 'prune-many'] } : allow,
    },
  };
}

function withDestroy(configuration: Configuration): Configuration {
  const { settings, destroyAllow } = configuration;
  if (destroyAllow.length === 0) return configuration;
  return { ...configuration, settings: { ...settings, allow: { ...settings.allow, input: destroyAllow } } };
}

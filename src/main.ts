import type { Connection } from './clients/aws.ts';
import { systemClock } from './clients/clock.ts';
import { AwsError } from './clients/errors.ts';
import type { Caller } from './clients/identity.ts';
import { type Desired, desire } from './desired/desired.ts';
import { route } from './desired/routing.ts';
import { rowOf } from './desired/table.ts';
import { apply, type Outcome, unapplied } from './plan/apply.ts';
import type { Plan } from './plan/change.ts';
import { plan as compare } from './plan/plan.ts';
import { failureOf } from './report/failure.ts';
import * as log from './report/log.ts';
import { writeFailureReason, writeOutputs } from './report/outputs.ts';
import { count } from './report/plan-document.ts';
import type { Run } from './report/run.ts';
import { writeFaultSummary, writeSummary } from './report/summary.ts';
import type { Kind } from './resources/resource.ts';
import type { RoomContext } from './resources/room.ts';
import { InputFaults, Notes } from './settings/fault.ts';
import {
  mask,
  type Runner,
  readConfigFile,
  readEnvironment,
  readInputs,
  readRunner,
  readText,
  readVariableTexts,
} from './settings/inputs.ts';
import { Masks } from './settings/masks.ts';
import { readSettings, type Settings } from './settings/settings.ts';
import { readVariables } from './settings/variables.ts';

/** The whole run: reads what is asked, compares it with what stands, does what is allowed, and tells. Never throws. */
export async function main(): Promise<void> {
  const runner = readRunner();
  try {
    const asked = await ask(runner);
    const run = await converge(asked, runner);
    writeOutputs(run, runner.temp);
    if (runner.hasSummary) await writeSummary(run);
    if (run.failure !== undefined) log.fail(run.failure.text);
  } catch (error) {
    await tellEnd(error, runner);
  }
}

interface Asked {
  readonly settings: Settings;
  readonly desired: Desired;
  readonly notes: Notes;
  readonly masks: Masks;
  readonly ignoredNames: number;
}

/** Everything that is asked for, checked; every fault at once, before the first call. */
async function ask(runner: Runner): Promise<Asked> {
  const notes = new Notes();
  const inputs = readInputs();
  const file = await readConfigFile(inputs, runner, notes);
  const settings = readSettings(
    {
      inputs,
      file,
      event: runner.event,
      ambientRegion: runner.region,
      readText: (path) => readText(path, runner),
    },
    notes,
  );
  const texts = readVariableTexts(inputs, settings, runner, notes);
  const known = (name: string) =>
    rowOf(name) !== undefined || settings.rules.some((rule) => rule.matches(name));
  const { variables, ignored } = readVariables(texts, known, readEnvironment, notes);
  const routes = variables.map((variable) => route(variable, settings, notes));

  // Nothing is printed before every sensitive value is hidden.
  const masks = new Masks(mask, [
    settings.prefix,
    settings.region,
    settings.logGroup?.name ?? '',
    settings.repository?.name ?? '',
  ]);
  for (const { sensitive, variable } of routes) {
    const refused = sensitive ? masks.hide(variable.value) : undefined;
    if (refused !== undefined && variable.value.byteLength > 0)
      notes.warn({
        where: variable.where,
        file: variable.file,
        line: variable.line,
        key: variable.name,
        text: `its value is not hidden in the log: ${refused}`,
      });
  }
  const desired = desire(settings, routes, notes);
  if (notes.faults.length > 0) throw new InputFaults(notes.faults);
  notes.warnings.forEach(log.warning);
  notes.notices.forEach(log.notice);
  return { settings, desired, notes, masks, ignoredNames: ignored };
}

/** Reads what stands, plans, and applies where the mode says so. */
async function converge(
  { settings, desired, notes, masks, ignoredNames }: Asked,
  runner: Runner,
): Promise<Run> {
  // The SDK is loaded only after the input was found right: a refusal costs no second of it.
  const { Calls } = await import('./clients/aws.ts');
  const { identify } = await import('./clients/identity.ts');
  const { openRooms, observe } = await import('./resources/rooms.ts');
  const calls = new Calls(systemClock);
  const told: string[] = [];
  const connection: Connection = {
    region: settings.region,
    readOnly: settings.mode !== 'apply',
    userAgent: userAgent(runner),
    clock: systemClock,
  };
  const places = new Map(
    desired.placements.map(({ name, destination, route }) => [
      destination.store === 'secret' ? `${name}:${destination.key}` : name,
      route,
    ]),
  );
  const context: RoomContext = {
    calls,
    clock: systemClock,
    tags: settings.tags,
    isShown: (parameter) => places.get(parameter)?.shown === true,
    mask: (value, place) => {
      if (places.get(place)?.sensitive !== false) masks.hide(value);
    },
    tell: (text) => {
      told.push(text);
      log.notice({ where: 'apply', text });
    },
  };
  const rooms = openRooms(connection, context, settings.repository?.lifecycle !== undefined);

  const identity = identify(connection, calls).then((caller) => {
    masks.know(caller.account);
    checkAccount(settings, caller);
  });
  // Another account is refused before anything else is read; without such a condition both go together.
  if (settings.allowedAccountIds.length > 0 || settings.repository?.account !== undefined) await identity;
  const observing = observe(rooms, namesOf(desired));
  await identity;
  const plan = compare(desired.wishes, await observing, {
    allow: settings.allow,
    adopt: settings.adopt,
    ignore: settings.ignore,
    callbackParameter: `${settings.prefix}/AUTH0_CALLBACK_URL`,
  });
  if (settings.mode === 'apply') tellLongWait(plan, (writes) => calls.pace('ssm:write').seconds(writes));
  const outcomes = settings.mode === 'apply' ? await apply(plan, rooms, log.outcome) : unapplied(plan);
  if (settings.mode !== 'apply') outcomes.forEach(log.outcome);
  tellResult(settings, plan, outcomes);
  return {
    settings,
    desired,
    plan,
    outcomes,
    notes,
    told,
    ignoredNames,
    calls: calls.made,
    failure: failureOf(settings, plan, outcomes),
  };
}

/** CloudTrail shows it beside each call. */
function userAgent({ repository, sha, runId }: Runner): string {
  return `aws-bootstrap ${repository}@${sha} ${runId}`.replace(/[^\x20-\x7e]/g, '?');
}

function namesOf(desired: Desired): Record<Kind, string[]> {
  const names: Record<Kind, string[]> = {
    'AWS::Logs::LogGroup': [],
    'AWS::SSM::Parameter': [],
    'AWS::SecretsManager::Secret': [],
    'AWS::ECR::Repository': [],
  };
  for (const { kind, spec } of desired.wishes) names[kind].push(spec.name);
  return names;
}

function checkAccount({ allowedAccountIds, repository }: Settings, { account }: Caller): void {
  if (allowedAccountIds.length > 0 && !allowedAccountIds.includes(account))
    throw new InputFaults([
      {
        where: 'input allowed-account-ids',
        text: `the credentials are of the account ${account}, which is not in the list; nothing was read or written`,
      },
    ]);
  if (repository?.account !== undefined && repository.account !== account)
    throw new InputFaults([
      {
        where: 'input repository',
        text: `its URI is of the account ${repository.account}, and the credentials are of ${account}`,
      },
    ]);
}

const LONG_SECONDS = 10;

/** Parameter Store takes about three writes a second. */
function tellLongWait(plan: Plan, secondsOf: (writes: number) => number): void {
  const writes = plan.filter(
    ({ kind, action }) => kind === 'AWS::SSM::Parameter' && (action === 'create' || action === 'update'),
  ).length;
  const seconds = Math.ceil(secondsOf(writes));
  if (seconds >= LONG_SECONDS)
    log.info(
      `${writes} parameters to write: about ${seconds} seconds, since Parameter Store allows 3 writes a second`,
    );
}

function tellResult({ mode }: Settings, plan: Plan, outcomes: readonly Outcome[]): void {
  const { toCreate, toUpdate, toDelete, blocked } = count(plan);
  const done = outcomes.filter(({ result }) => result === 'done').length;
  if (mode === 'apply')
    log.info(
      done === 0 && blocked === 0
        ? `Everything stands as it should: ${plan.length} resources.`
        : `${done} changed, ${blocked} blocked.`,
    );
  else
    log.info(
      `${mode}: ${toCreate} to create, ${toUpdate} to update, ${toDelete} to delete, ${blocked} blocked.`,
    );
}

/** Who has more to mend mends these first. */
const MOST_FAULTS = 100;

/** A run that ended before there was a plan. */
async function tellEnd(error: unknown, runner: Runner): Promise<void> {
  if (error instanceof InputFaults) {
    for (const fault of error.faults.slice(0, MOST_FAULTS)) log.fault(fault);
    if (error.faults.length > MOST_FAULTS) log.info(`… and ${error.faults.length - MOST_FAULTS} more`);
    if (runner.hasSummary) await writeFaultSummary(error.faults.slice(0, MOST_FAULTS));
    writeFailureReason('input');
    log.fail(`${error.message}; nothing was written`);
    return;
  }
  writeFailureReason(error instanceof AwsError ? error.reason : 'internal');
  log.fail(log.errorText(error));
}

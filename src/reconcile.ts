import type { Agent } from 'node:http';
import type { ECRClient } from '@aws-sdk/client-ecr';
import { planAccount } from './account-plan.ts';
import type { Connection, Keys } from './clients/aws.ts';
import { type CallRecord, Calls } from './clients/aws-calls.ts';
import type { Cancellation } from './clients/cancellation.ts';
import { type Clock, systemClock } from './clients/clock.ts';
import { type Caller, chooseKeys, identify } from './clients/identity.ts';
import { contextOf, urlMask } from './context.ts';
import { desiredTags } from './desired/application.ts';
import type { RunView } from './execute.ts';
import type { Specs } from './model/spec.ts';
import type { ProviderContext } from './providers/context.ts';
import type { Provider, Providers } from './providers/provider.ts';
import { Loading, openProviders, type ProviderOptions } from './providers/providers.ts';
import type { RetryPolicy } from './registry/session.ts';
import { warnings } from './report/annotations.ts';
import * as log from './report/log.ts';
import type { Run } from './report/run.ts';
import type { RunInput } from './run-input.ts';
import { InputErrors } from './settings/diagnostics.ts';
import { type Runner, readAwsCredentials, readEnvironment } from './settings/inputs.ts';
import type { Settings } from './settings/settings.ts';

/** Times of a run, which tests replace. */
export interface Timing {
  readonly clock: Clock;
  /** Timeout in milliseconds for AWS, the registry and Auth0; each has its own default. */
  readonly answerMs?: number;
  /** Retries against the registry; it has its own default. */
  readonly retryPolicy?: RetryPolicy;
}

/** Notices of the account that become annotations of a step, beside those of the input. */
const MOST_NOTICES = 5;

/** Observes the account, plans, and applies if the mode says so. */
export async function reconcile(
  runInput: RunInput,
  runner: Runner,
  stop: Cancellation,
  timing: Timing = { clock: systemClock },
  view?: RunView,
): Promise<Run> {
  const { clock } = timing;
  const { settings } = runInput;
  const calls = new Calls(clock, stop, log.isDebug() ? await traceRequests() : undefined);
  const agent = runner.usesProxy
    ? new (await import('./clients/proxy.ts')).ProxyAgent(readEnvironment)
    : undefined;
  const credentials = await readAwsCredentials();
  const keys = chooseKeys(credentials);
  const connection = connectionOf(settings, runner, keys, stop, timing, agent);
  const { notices, notice } = openNotices(settings, view);
  if (keys !== undefined && credentials.profile !== undefined)
    notice(
      `the keys in the environment are used, and AWS_PROFILE (${credentials.profile.name}) is passed over`,
    );
  const context = contextOf(runInput, calls, stop.clock(clock), notice);
  const loading = new Loading();
  const providers = await openAll(runInput, connection, context, { stop, timing, loading });

  const identity = identify(connection, calls).then((caller) => {
    hideAccount(runInput, caller);
    checkAccount(settings, caller);
    return caller;
  });
  // Loaded while AWS answers, even if only the identity is read so far.
  const late = loading.next(() => import('./late.ts'));
  // Another account is refused before anything else is read; without such a condition both go together.
  if (settings.allowedAccountIds.length > 0 || repositoryAccount(settings) !== undefined) await identity;
  const [accountPlan, caller, { execute }] = await Promise.all([
    planAccount(runInput, providers, late),
    identity,
    late,
  ]);
  loading.check();
  return execute(runInput, {
    accountPlan,
    caller,
    providers,
    calls,
    clock,
    event: runner.event,
    notices,
    notice,
    view,
  });
}

interface Notices {
  readonly notices: string[];
  /** Prints a notice and keeps it. */
  readonly notice: (text: string) => void;
}

function openNotices({ mode }: Settings, view: RunView | undefined): Notices {
  const notices: string[] = [];
  const notice = (text: string) => {
    notices.push(text);
    // The log and the summary have all of them; GitHub shows the first ten annotations of a step.
    if (view !== undefined || notices.length <= MOST_NOTICES) log.notice({ where: mode, text });
    else log.info(`${mode}: ${text}`);
  };
  return { notices, notice };
}

async function openAll(
  runInput: RunInput,
  connection: Connection,
  context: ProviderContext,
  {
    stop,
    timing,
    loading,
  }: { readonly stop: Cancellation; readonly timing: Timing; readonly loading: Loading },
): Promise<Providers> {
  const { agent } = connection;
  const options = {
    repository: repositoryOptions(runInput.settings),
    recoveryDays: runInput.settings.ownership.recoveryDays,
    auth0: await openAuth0(runInput, context, stop, timing, agent),
    image: await openImageProvider(runInput, context, stop, timing, agent),
  };
  return openProviders(connection, context, options, loading);
}

function connectionOf(
  { region, ownership }: Settings,
  runner: Runner,
  keys: Keys | undefined,
  stop: Cancellation,
  { clock, answerMs }: Timing,
  agent: Agent | undefined,
): Connection {
  return {
    keys,
    region,
    readOnly: !ownership.writes,
    userAgent: userAgent(runner),
    clock,
    agent,
    end: stop.signal,
    ...(answerMs === undefined ? {} : { answerMs }),
  };
}

/**
 * Prints each host and each request in a debug log.
 * @returns a function that prints a call to AWS
 */
async function traceRequests(): Promise<(call: CallRecord) => void> {
  const { callLine, onNewHost, onRequestEnd } = await import('./clients/request-trace.ts');
  onNewHost((host) => log.debug(`connects to ${host}`));
  onRequestEnd(log.debug);
  return (call) => log.debug(callLine(call));
}

/** Values that hold the account id stay readable, and the run warns of each. */
function hideAccount({ masks }: RunInput, { account }: Caller): void {
  warnings(
    [...masks.setAccount(account)].map(([where, reason]) => ({
      where,
      text: `its value is not hidden in the log: ${reason}`,
    })),
  );
}

export function repositoryOptions({ repository, only, mode }: Settings): ProviderOptions['repository'] {
  const isManaged = only.has('repository') && mode !== 'destroy';
  return {
    readsLifecycle: repository?.lifecycle !== undefined,
    readsPolicy: !only.has('repository')
      ? 'never'
      : repository?.pullAccounts === undefined
        ? 'tagged'
        : 'always',
    scan: isManaged ? repository?.scanOnPush : undefined,
  };
}

/** CloudTrail shows it with each call. */
function userAgent({ repository, sha, runId, commandLine }: Runner): string {
  if (commandLine !== undefined) return 'aws-bootstrap terminal';
  return `aws-bootstrap ${repository}@${sha} ${runId}`.replace(/[^\x20-\x7e]/g, '?');
}

async function openAuth0(
  runInput: RunInput,
  context: ProviderContext,
  stop: Cancellation,
  { answerMs }: Timing,
  agent: Agent | undefined,
): Promise<Provider<Specs['Auth0::Application']> | undefined> {
  const { auth0, settings } = runInput;
  if (auth0 === undefined) return undefined;
  const { Auth0Client } = await import('./clients/auth0.ts');
  const { auth0ApplicationProvider } = await import('./providers/auth0-application.ts');
  const client = new Auth0Client({
    ...auth0,
    readOnly: !settings.ownership.writes,
    mask: (token) => context.mask(token, 'the token of Auth0'),
    clock: context.clock,
    cancellation: stop,
    onWritten: () => {
      context.calls.written += 1;
    },
    ...(answerMs === undefined ? {} : { timeoutMs: answerMs }),
    agent,
  });
  return auth0ApplicationProvider(client, { name: auth0.name, id: auth0.applicationId }, urlMask(runInput));
}

async function openImageProvider(
  { settings, image }: RunInput,
  context: ProviderContext,
  stop: Cancellation,
  { answerMs, retryPolicy, clock }: Timing,
  agent: Agent | undefined,
): Promise<((ecr: ECRClient) => Provider<Specs['Image']>) | undefined> {
  const referred = settings.referred?.image;
  if (referred !== undefined) {
    const { firstTag } = await import('./registry/image-name.ts');
    const { taggedImages } = await import('./providers/image-tag.ts');
    const tag = firstTag(referred);
    return tag === undefined ? undefined : (ecr) => taggedImages(ecr, context, tag);
  }
  if (image === undefined || settings.image === undefined) return undefined;
  const { ImageResource } = await import('./providers/image.ts');
  const { formatProgress } = await import('./registry/progress.ts');
  const { tags } = settings.image;
  return (ecr) =>
    new ImageResource({
      ecr,
      calls: context.calls,
      source: image,
      tags: desiredTags(image, tags),
      agentFor: () => agent,
      mask: (secret) => context.mask(secret, 'the token of ECR'),
      onProgress: (progress) => log.progress(`image: ${formatProgress(progress)}`),
      signal: stop.uploadSignal,
      end: stop.signal,
      ...(answerMs === undefined ? {} : { idle: answerMs }),
      ...(retryPolicy === undefined ? {} : { retryPolicy }),
      clock,
    });
}

/** The account in the URI of a repository, whether the run manages or only references it. */
const repositoryAccount = ({ repository, referred }: Settings) =>
  repository?.account ?? referred?.image?.account;

function checkAccount(settings: Settings, { account }: Caller): void {
  const { allowedAccountIds } = settings;
  const expected = repositoryAccount(settings);
  if (allowedAccountIds.length > 0 && !allowedAccountIds.includes(account))
    throw new InputErrors([
      {
        where: 'input allowed-account-ids',
        text: `the credentials are of the account ${account}, which is not in the list; nothing was read or written`,
      },
    ]);
  if (expected !== undefined && expected !== account)
    throw new InputErrors([
      {
        where: 'input repository',
        text: `its URI is of the account ${expected}, and the credentials are of ${account}`,
      },
    ]);
}

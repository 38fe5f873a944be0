import type { Agent } from 'node:http';
import type { ECRClient } from '@aws-sdk/client-ecr';
import { planAccount } from './account-plan.ts';
import type { Connection } from './clients/aws.ts';
import { Calls } from './clients/aws-calls.ts';
import type { Cancellation } from './clients/cancellation.ts';
import { type Clock, systemClock } from './clients/clock.ts';
import { type Caller, chooseKeys, identify } from './clients/identity.ts';
import { contextOf, urlMask } from './context.ts';
import { desiredTags } from './desired/image.ts';
import type { RunView } from './execute.ts';
import type { Specs } from './model/spec.ts';
import type { ProviderContext } from './providers/context.ts';
import type { Provider } from './providers/provider.ts';
import { Loading, openProviders, type ProviderOptions } from './providers/providers.ts';
import type { RetryPolicy } from './registry/session.ts';
import { warnings } from './report/annotations.ts';
import { call } from './report/debug-log.ts';
import * as log from './report/log.ts';
import type { Run } from './report/run.ts';
import type { RunInput } from './run-input.ts';
import { InputErrors } from './settings/diagnostics.ts';
import { type Runner, readAwsCredentials, readEnvironment } from './settings/inputs.ts';
import type { Settings } from './settings/settings.ts';

/** How long a run waits, given from outside so that tests need not. */
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
  const { settings, masks } = runInput;
  if (log.isDebug()) {
    (await import('./clients/request-trace.ts')).onNewHost((host) => log.debug(`connects to ${host}`));
    (await import('./clients/request-trace.ts')).onRequestEnd(log.debug);
  }
  const calls = new Calls(clock, stop, log.isDebug() ? call : undefined);
  const agent = runner.usesProxy
    ? new (await import('./clients/proxy.ts')).ProxyAgent(readEnvironment)
    : undefined;
  const told: string[] = [];
  const credentials = await readAwsCredentials();
  const keys = chooseKeys(credentials);
  const connection: Connection = {
    keys,
    region: settings.region,
    readOnly: !settings.ownership.writes,
    userAgent: userAgent(runner),
    clock,
    agent,
    end: stop.signal,
    ...(timing.answerMs === undefined ? {} : { answerMs: timing.answerMs }),
  };
  const tell = (text: string) => {
    told.push(text);
    // The log and the summary have all of them; GitHub shows the first ten annotations of a step.
    if (view !== undefined || told.length <= MOST_NOTICES) log.notice({ where: settings.mode, text });
    else log.info(`${settings.mode}: ${text}`);
  };
  if (keys !== undefined && credentials.profile !== undefined)
    tell(
      `the keys in the environment are used, and AWS_PROFILE (${credentials.profile.name}) is passed over`,
    );
  const context = contextOf(runInput, calls, stop.clock(clock), tell);
  const loading = new Loading();
  const providers = openProviders(
    connection,
    context,
    {
      repository: repositoryOptions(settings),
      recoveryDays: settings.ownership.recoveryDays,
      auth0: await openAuth0(runInput, context, stop, timing, agent),
      image: await openImageProvider(runInput, context, stop, timing, agent),
    },
    loading,
  );

  const identity = identify(connection, calls).then((caller) => {
    const shown = [...masks.setAccount(caller.account)];
    warnings(
      shown.map(([where, reason]) => ({ where, text: `its value is not hidden in the log: ${reason}` })),
    );
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
    accountPlan: accountPlan,
    caller,
    providers,
    calls,
    clock,
    event: runner.event,
    told,
    tell,
    view,
  });
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

/** CloudTrail shows it beside each call. */
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
  const wanted = repositoryAccount(settings);
  if (allowedAccountIds.length > 0 && !allowedAccountIds.includes(account))
    throw new InputErrors([
      {
        where: 'input allowed-account-ids',
        text: `the credentials are of the account ${account}, which is not in the list; nothing was read or written`,
      },
    ]);
  if (wanted !== undefined && wanted !== account)
    throw new InputErrors([
      {
        where: 'input repository',
        text: `its URI is of the account ${wanted}, and the credentials are of ${account}`,
      },
    ]);
}

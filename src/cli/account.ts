import type { Connection } from '../clients/aws.ts';
import { Calls } from '../clients/aws-calls.ts';
import { Cancellation } from '../clients/cancellation.ts';
import { systemClock } from '../clients/clock.ts';
import { type Caller, chooseKeys, identify } from '../clients/identity.ts';
import type { ProviderContext } from '../providers/context.ts';
import { InputErrors } from '../settings/diagnostics.ts';
import { type Runner, readAwsCredentials, readEnvironment } from '../settings/inputs.ts';
import type { Settings } from '../settings/settings.ts';

/** An AWS account that a command only reads. */
export interface Account {
  readonly connection: Connection;
  readonly calls: Calls;
  readonly context: ProviderContext;
  /** @throws AwsError where the credentials do not work */
  identify(): Promise<Caller>;
}

/**
 * Values are not masked: these commands print only values that they have classified.
 * @throws AwsError where `AWS_PROFILE` names a profile that does not exist
 */
export async function openAccount(
  { region, tags }: Pick<Settings, 'region' | 'tags'>,
  runner: Runner,
): Promise<Account> {
  const stop = new Cancellation();
  const calls = new Calls(systemClock, stop);
  const agent = runner.usesProxy
    ? new (await import('../clients/proxy.ts')).ProxyAgent(readEnvironment)
    : undefined;
  const connection: Connection = {
    keys: chooseKeys(await readAwsCredentials()),
    region,
    readOnly: true,
    userAgent: 'aws-bootstrap terminal',
    clock: systemClock,
    agent,
    end: stop.signal,
  };
  const context: ProviderContext = {
    calls,
    clock: systemClock,
    tags,
    listedPrefix: undefined,
    leavesUnread: true,
    mask: () => {},
    notice: () => {},
  };
  return { connection, calls, context, identify: () => identify(connection, calls) };
}

/** @throws InputErrors where the credentials are of another account than `allowed-account-ids` says */
export function checkAccount({ allowedAccountIds }: Settings, { account }: Caller): void {
  if (allowedAccountIds.length > 0 && !allowedAccountIds.includes(account))
    throw new InputErrors([
      {
        where: 'input allowed-account-ids',
        text: `the credentials are of the account ${account}, which is not in the list`,
      },
    ]);
}

import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { type Calls, type Connection, clientSettings, prepare } from './aws.ts';

export interface Caller {
  readonly account: string;
  readonly arn: string;
}

/** @returns who calls, by GetCallerIdentity, which needs no permission: so it also tells whether the credentials work. */
export async function identify(connection: Connection, calls: Calls): Promise<Caller> {
  const client = prepare(new STSClient(clientSettings(connection)), connection);
  const answer = await calls.send(
    { operation: 'sts:GetCallerIdentity', resource: 'the account', lane: 'sts:read' },
    () => client.send(new GetCallerIdentityCommand({})),
  );
  return { account: answer.Account ?? '', arn: answer.Arn ?? '' };
}

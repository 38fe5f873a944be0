import { DescribeParametersCommand, SSMClient } from '@aws-sdk/client-ssm';
import { type Connection, clientSettings, prepare } from '../clients/aws.ts';
import { type ProviderContext, sender } from './context.ts';

/**
 * Counts the parameters of the Standard tier, of which an account has a quota in each region.
 * @param most is as far as it counts
 */
export async function countParameters(
  connection: Connection,
  context: ProviderContext,
  most: number,
): Promise<number> {
  const client = prepare(new SSMClient(clientSettings(connection)), connection);
  const send = sender(context, 'ssm');
  let count = 0;
  let NextToken: string | undefined;
  do {
    const page = await send('DescribeParameters', 'the parameters of the region', 'ssm:describe', () =>
      client.send(new DescribeParametersCommand({ MaxResults: 50, NextToken })),
    );
    count += (page.Parameters ?? []).filter(({ Tier = 'Standard' }) => Tier === 'Standard').length;
    NextToken = page.NextToken;
  } while (NextToken !== undefined && count <= most);
  return count;
}

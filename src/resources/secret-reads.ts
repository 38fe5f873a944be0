import {
  type APIErrorType,
  BatchGetSecretValueCommand,
  DescribeSecretCommand,
  type DescribeSecretCommandOutput,
  type SecretsManagerClient,
  type SecretValueEntry,
} from '@aws-sdk/client-secrets-manager';
import type { Lane } from '../clients/aws.ts';
import { AwsError } from '../clients/errors.ts';
import { Unreadable } from './resource.ts';
import { chunks, type RoomContext } from './room.ts';

/** How secrets are read in few calls. */
export function secretReads(client: SecretsManagerClient, context: RoomContext) {
  const send = <O>(operation: string, resource: string, lane: Lane, call: () => Promise<O>) =>
    context.calls.send({ operation: `secretsmanager:${operation}`, resource, lane }, call);

  async function describe(name: string): Promise<DescribeSecretCommandOutput | Unreadable | undefined> {
    try {
      return await send('DescribeSecret', name, 'secretsmanager:read', () =>
        client.send(new DescribeSecretCommand({ SecretId: name })),
      );
    } catch (error) {
      const isMissing = error instanceof AwsError && error.code === 'ResourceNotFoundException';
      return isMissing ? undefined : new Unreadable(error);
    }
  }

  async function batchValues(names: readonly string[]): Promise<{
    values: Map<string, SecretValueEntry>;
    errors: APIErrorType[];
    failed: Map<string, unknown>;
  }> {
    const values = new Map<string, SecretValueEntry>();
    const errors: APIErrorType[] = [];
    const failed = new Map<string, unknown>();
    await Promise.all(
      chunks(names, 20).map(async (group) => {
        try {
          let NextToken: string | undefined;
          do {
            const answer = await send('BatchGetSecretValue', group.join(', '), 'secretsmanager:read', () =>
              client.send(new BatchGetSecretValueCommand({ SecretIdList: group, NextToken })),
            );
            for (const entry of answer.SecretValues ?? [])
              if (entry.Name !== undefined) values.set(entry.Name, entry);
            errors.push(...(answer.Errors ?? []));
            NextToken = answer.NextToken;
          } while (NextToken !== undefined);
        } catch (error) {
          for (const name of group) failed.set(name, error);
        }
      }),
    );
    return { values, errors, failed };
  }

  return { describe, batchValues, asError };
}

/** An item of a batch that failed arrives with HTTP 200, without an exception. */
function asError(name: string, error: APIErrorType | undefined): AwsError {
  const code = error?.ErrorCode ?? 'it is in neither list of the answer';
  const cause = Object.assign(new Error(error?.Message ?? 'no answer for this secret'), { name: code });
  return new AwsError(cause, 'secretsmanager:BatchGetSecretValue', name, false);
}

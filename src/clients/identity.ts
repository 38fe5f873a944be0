import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { type Connection, clientSettings, type Keys, prepare } from './aws.ts';
import type { Calls } from './aws-calls.ts';
import { InvalidEndpoint, MalformedCredentials, ProfileNotFound } from './credentials-errors.ts';
import { AwsError } from './errors.ts';

export interface Caller {
  readonly account: string;
  readonly arn: string;
}

/** @returns who calls, by GetCallerIdentity, which needs no permission: so it also checks the credentials. */
export async function identify(connection: Connection, calls: Calls): Promise<Caller> {
  const client = prepare(new STSClient(clientSettings(connection)), connection);
  const answer = await calls.send(
    { operation: 'sts:GetCallerIdentity', resource: 'the account', quota: 'other' },
    () => client.send(new GetCallerIdentityCommand({})),
  );
  return { account: answer.Account ?? '', arn: answer.Arn ?? '' };
}

/** Credentials and endpoints in the environment of the run. */
export interface Environment {
  readonly keys: Keys | undefined;
  readonly profile: { readonly name: string; readonly exists: boolean } | undefined;
  /** Variables with characters that no credential has. */
  readonly malformed: readonly string[];
  /** Variables that hold no URL of an endpoint. */
  readonly invalidEndpoints: readonly string[];
}

/**
 * Keys in the environment are the step's own, and win over the profile that a self-hosted runner names: so do the AWS CLI
 * and boto3, and the SDK for JavaScript does it the other way round. A profile that does not exist is refused, as these
 * do: the SDK would go on to the credentials of the machine.
 * @returns the keys to sign with; undefined where the SDK may look for itself
 * @throws AwsError where the environment cannot be used: the SDK would fail with an error that names no variable
 * @see https://docs.aws.amazon.com/cli/latest/userguide/cli-chap-authentication.html#cli-chap-authentication-precedence
 */
export function chooseKeys({ keys, profile, malformed, invalidEndpoints }: Environment): Keys | undefined {
  if (invalidEndpoints.length > 0) throw unusable(new InvalidEndpoint(invalidEndpoints.join(', ')));
  if (malformed.length > 0) throw unusable(new MalformedCredentials(malformed.join(', ')));
  if (keys === undefined && profile?.exists === false)
    throw unusable(new ProfileNotFound(), `the profile ${profile.name}`);
  return profile === undefined ? undefined : keys;
}

function unusable(cause: Error, resource = 'the account'): AwsError {
  return new AwsError(cause, 'sts:GetCallerIdentity', resource, false);
}

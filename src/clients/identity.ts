import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { type Connection, clientSettings, type Keys, prepare } from './aws.ts';
import type { Calls } from './aws-calls.ts';
import { InvalidEndpoint, MalformedCredentials, ProfileNotFound } from './credentials-errors.ts';
import { AwsError } from './errors.ts';

export interface Caller {
  readonly account: string;
  readonly arn: string;
}

/** @returns the caller, by GetCallerIdentity, which needs no permission and so checks the credentials. */
export async function identify(connection: Connection, calls: Calls): Promise<Caller> {
  const client = prepare(new STSClient(clientSettings(connection)), connection);
  const response = await calls.send(
    { operation: 'sts:GetCallerIdentity', resource: 'the account', quota: 'other' },
    () => client.send(new GetCallerIdentityCommand({})),
  );
  return { account: response.Account ?? '', arn: response.Arn ?? '' };
}

/** Credentials and endpoints in the environment of the run. */
export interface Environment {
  readonly keys: Keys | undefined;
  readonly profile: { readonly name: string; readonly exists: boolean } | undefined;
  /** Variables with characters that no credential has. */
  readonly malformed: readonly string[];
  /** Endpoint variables without a valid URL. */
  readonly invalidEndpoints: readonly string[];
}

/**
 * Keys in the environment are the step's own, and override the profile of a self-hosted runner, as in the AWS CLI and
 * boto3; the SDK for JavaScript prefers the profile. A profile that does not exist is refused, as there: the SDK would
 * use the credentials of the machine.
 * @returns the keys to sign with; undefined to use the SDK's own order
 * @throws AwsError if the environment cannot be used: the SDK would fail with an error that names no variable
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

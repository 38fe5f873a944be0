import {
  DescribeSecretCommand,
  type DescribeSecretCommandOutput,
  GetSecretValueCommand,
  type SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import { isNamed } from '../clients/errors.ts';
import { Unreadable } from '../model/spec.ts';
import { Secret } from '../secret.ts';
import { type ProviderContext, sender } from './context.ts';
import { patiently } from './eventual-consistency.ts';
import { type Content, keyFields, parseSecret, type SecretObject } from './secret-json.ts';
import { versionOf } from './secret-labels.ts';

/** Reads one secret, and keeps its last contents. */
export function secretContents(client: SecretsManagerClient, context: ProviderContext) {
  const send = sender(context, 'secretsmanager');
  /** Values that others put there may be numbers or objects: they are written back as they were. */
  const contents = new Map<string, Content>();

  function parse(name: string, text: string | undefined, version: string | undefined): Content {
    let object: SecretObject | string = new Map();
    if (text === undefined)
      object = version === undefined ? object : 'it holds binary data; choose another bundle';
    else {
      // Masked first, since a log would show the parts of a JSON text.
      object = parseSecret(text);
      if (typeof object === 'string') context.mask(new Secret(text), name);
      else
        for (const [key, value] of Object.entries(keyFields(object)))
          context.mask(value, `${name}:${key.slice('key:'.length)}`);
    }
    return { object, version };
  }

  function remember(name: string, text: string | undefined, version: string | undefined): Content {
    const content = parse(name, text, version);
    contents.set(name, content);
    return content;
  }

  async function describe(name: string): Promise<DescribeSecretCommandOutput | Unreadable | undefined> {
    try {
      return await send('DescribeSecret', name, 'secretsmanager:read', () =>
        client.send(new DescribeSecretCommand({ SecretId: name })),
      );
    } catch (error) {
      return isMissing(error) ? undefined : new Unreadable(error);
    }
  }

  const getValue = (name: string, version?: string) =>
    send(
      'GetSecretValue',
      name,
      'secretsmanager:read',
      () => client.send(new GetSecretValueCommand({ SecretId: name, VersionId: version })),
      { secret: true },
    );

  /** A secret without any value is legal: it describes itself as one in which nothing is current. */
  async function isEmpty(name: string): Promise<boolean> {
    const description = await describe(name);
    return (
      description !== undefined &&
      !(description instanceof Unreadable) &&
      versionOf('AWSCURRENT', description) === undefined
    );
  }

  /**
   * Reads the current value, also while AWS is not consistent after a write or a restore.
   * @param current the current version from a description, if known: then there is a value
   * @throws AwsError where there is a value that still cannot be read after the waits
   */
  async function readValue(name: string, current?: string): Promise<Content> {
    const isEarly = (error: unknown) => isMissing(error) || isMarked(error);
    const answer = await patiently(context, isEarly, async () => {
      try {
        return await getValue(name);
      } catch (error) {
        if (isMissing(error) && current === undefined && (await isEmpty(name))) return undefined;
        throw error;
      }
    });
    return remember(name, answer?.SecretString, answer?.VersionId);
  }

  /** Reads one version from a recent description or list. */
  async function readVersion(name: string, version: string): Promise<Content['object']> {
    const answer = await patiently(context, isMissing, () => getValue(name, version));
    return parse(name, answer.SecretString, answer.VersionId).object;
  }

  /** @returns the last contents of a secret. */
  function contentOf(name: string): Content {
    return contents.get(name) ?? { object: new Map<string, unknown>(), version: undefined };
  }

  /** A later change of the run starts from the written value. */
  function keep(name: string, content: Content): void {
    contents.set(name, content);
  }

  return { remember, describe, getValue, readValue, readVersion, contentOf, keep };
}

function isMissing(error: unknown): boolean {
  return isNamed(error, 'ResourceNotFoundException');
}

/** A just restored secret may respond so, in either wording. */
function isMarked(error: unknown): boolean {
  return (
    isNamed(error, 'InvalidRequestException') &&
    error.cause instanceof Error &&
    /because it was (deleted|marked for deletion)/.test(error.cause.message)
  );
}

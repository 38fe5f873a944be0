import { DescribeKeyCommand, GetKeyPolicyCommand, KMSClient } from '@aws-sdk/client-kms';
import { type Calls, type Connection, clientSettings, prepare } from './aws.ts';
import { isNamed } from './errors.ts';

export interface KmsKey {
  readonly id: string;
  readonly arn: string;
  /** `Enabled`, `Disabled`, `PendingDeletion`, … */
  readonly state: string;
  readonly usage: string;
  readonly spec: string;
}

/** The questions of KMS that `doctor` asks; they change nothing. */
export class Kms {
  readonly #client: KMSClient;
  readonly #calls: Calls;

  constructor(connection: Connection, calls: Calls) {
    this.#client = prepare(new KMSClient(clientSettings(connection)), connection);
    this.#calls = calls;
  }

  /** @returns undefined where there is no such key or alias */
  async key(id: string): Promise<KmsKey | undefined> {
    try {
      const { KeyMetadata } = await this.#calls.send(
        { operation: 'kms:DescribeKey', resource: id, quota: 'other' },
        () => this.#client.send(new DescribeKeyCommand({ KeyId: id })),
      );
      if (KeyMetadata === undefined) return undefined;
      const { KeyId = id, Arn = '', KeyState = '', KeyUsage = '', KeySpec = '' } = KeyMetadata;
      return { id: KeyId, arn: Arn, state: KeyState, usage: KeyUsage, spec: KeySpec };
    } catch (error) {
      if (isNamed(error, 'NotFoundException')) return undefined;
      throw error;
    }
  }

  /** @returns its key policy, as JSON */
  async policy(id: string): Promise<string> {
    const { Policy = '' } = await this.#calls.send(
      { operation: 'kms:GetKeyPolicy', resource: id, quota: 'other' },
      () => this.#client.send(new GetKeyPolicyCommand({ KeyId: id, PolicyName: 'default' })),
    );
    return Policy;
  }
}

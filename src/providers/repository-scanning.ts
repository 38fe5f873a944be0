import {
  type ECRClient,
  GetRegistryScanningConfigurationCommand,
  PutImageScanningConfigurationCommand,
  type RegistryScanningConfiguration,
} from '@aws-sdk/client-ecr';
import { AwsError, isDenied, isNamed } from '../clients/errors.ts';
import type { ProviderContext, Sender } from './context.ts';

/** The desired `scan-on-push`. */
export interface ScanSetting {
  readonly value: boolean;
  /** Whether the user set it. A default yields if it is unknown whether the registry decides. */
  readonly given: boolean;
}

/**
 * Scanning rules of the registry override a repository's own setting: a write of it has no effect and repeats at
 * every run.
 * @see https://docs.aws.amazon.com/AmazonECR/latest/userguide/image-scanning-basic-enabling.html
 */
export class Scanning {
  readonly #client: ECRClient;
  readonly #send: Sender;
  readonly #context: Pick<ProviderContext, 'notice'>;

  constructor(client: ECRClient, send: Sender, context: Pick<ProviderContext, 'notice'>) {
    this.#client = client;
    this.#send = send;
    this.#context = context;
  }

  /** @returns why a differing setting of a repository stays unchanged; undefined if it must be written */
  async overruledBy(name: string, { given }: ScanSetting): Promise<string | undefined> {
    try {
      const answer = await this.#send('GetRegistryScanningConfiguration', name, 'ecr:read', () =>
        this.#client.send(new GetRegistryScanningConfigurationCommand({})),
      );
      return coveringRule(answer.scanningConfiguration, name);
    } catch (error) {
      // In some partitions ECR does not have it.
      if (isNamed(error, 'ValidationException')) return undefined;
      if (!(error instanceof AwsError) || error.reason === 'credentials') throw error;
      if (given) return undefined;
      return isDenied(error)
        ? 'the role may not read the scanning rules of the registry (ecr:GetRegistryScanningConfiguration)'
        : `the scanning rules of the registry could not be read (${error.code})`;
    }
  }

  async scanOnPush(name: string, desired: boolean): Promise<void> {
    const answer = await this.#send('PutImageScanningConfiguration', name, 'ecr:write', () =>
      this.#client.send(
        new PutImageScanningConfigurationCommand({
          repositoryName: name,
          imageScanningConfiguration: { scanOnPush: desired },
        }),
      ),
    );
    if ((answer.imageScanningConfiguration?.scanOnPush ?? desired) !== desired)
      this.#context.notice(
        `${name}: ECR did not accept scan-on-push: ${desired}. The scanning rules of the registry decide. Add "ignore: repository:scan-on-push", or let the role call ecr:GetRegistryScanningConfiguration`,
      );
  }
}

/** @returns text on the rule of the registry that scans images of this repository; undefined without one */
export function coveringRule(
  configuration: RegistryScanningConfiguration | undefined,
  name: string,
): string | undefined {
  const covers = (configuration?.rules ?? []).some(
    ({ scanFrequency, repositoryFilters = [] }) =>
      scanFrequency !== 'MANUAL' && repositoryFilters.some(({ filter }) => matchesFilter(filter ?? '', name)),
  );
  if (!covers) return undefined;
  return configuration?.scanType === 'ENHANCED'
    ? 'enhanced scanning of the registry covers this repository'
    : 'a scanning rule of the registry covers this repository';
}

/**
 * A filter without a wildcard matches every name that contains it.
 * @see https://docs.aws.amazon.com/AmazonECR/latest/userguide/image-scanning-filters.html
 */
function matchesFilter(filter: string, name: string): boolean {
  if (!filter.includes('*')) return name.includes(filter);
  const [head = '', ...rest] = filter.split('*');
  if (!name.startsWith(head)) return false;
  let at = head.length;
  const tail = rest.pop() ?? '';
  for (const part of rest) {
    const found = name.indexOf(part, at);
    if (found < 0) return false;
    at = found + part.length;
  }
  return name.length - tail.length >= at && name.endsWith(tail);
}

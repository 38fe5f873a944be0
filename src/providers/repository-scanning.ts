import {
  type ECRClient,
  GetRegistryScanningConfigurationCommand,
  PutImageScanningConfigurationCommand,
  type RegistryScanningConfiguration,
} from '@aws-sdk/client-ecr';
import { AwsError, isDenied, isNamed } from '../clients/errors.ts';
import type { ProviderContext, sender } from './context.ts';

/** What is configured as `scan-on-push`. */
export interface ScanSetting {
  readonly value: boolean;
  /** A default gives way where nobody knows whether the registry decides. */
  readonly given: boolean;
}

/**
 * Scanning rules of the registry take the place of a repository's own setting, which then changes nothing: whoever writes it
 * writes it at every run.
 * @see https://docs.aws.amazon.com/AmazonECR/latest/userguide/image-scanning-basic-enabling.html
 */
export function scanning(
  client: ECRClient,
  send: ReturnType<typeof sender>,
  context: Pick<ProviderContext, 'notice'>,
) {
  /** @returns why the setting of a repository, which differs, is left as it is; undefined where it is to be written */
  async function overruledBy(name: string, { given }: ScanSetting): Promise<string | undefined> {
    try {
      const answer = await send('GetRegistryScanningConfiguration', name, 'ecr:read', () =>
        client.send(new GetRegistryScanningConfigurationCommand({})),
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

  async function scanOnPush(name: string, wanted: boolean): Promise<void> {
    const answer = await send('PutImageScanningConfiguration', name, 'ecr:write', () =>
      client.send(
        new PutImageScanningConfigurationCommand({
          repositoryName: name,
          imageScanningConfiguration: { scanOnPush: wanted },
        }),
      ),
    );
    if ((answer.imageScanningConfiguration?.scanOnPush ?? wanted) !== wanted)
      context.notice(
        `${name}: ECR did not accept scan-on-push: ${wanted}. The scanning rules of the registry decide. Add "ignore: repository:scan-on-push", or let the role call ecr:GetRegistryScanningConfiguration`,
      );
  }

  return { overruledBy, scanOnPush };
}

/** @returns the rule of the registry that scans images of this repository, in words */
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

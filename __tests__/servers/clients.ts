import { CloudWatchLogs } from '@aws-sdk/client-cloudwatch-logs';
import { ECR } from '@aws-sdk/client-ecr';
import { SecretsManager } from '@aws-sdk/client-secrets-manager';
import { SSM } from '@aws-sdk/client-ssm';

/** The test's own clients of a server. */
export function connect(url: string) {
  const settings = {
    endpoint: url,
    region: 'us-west-2',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  };
  return {
    ssm: new SSM(settings),
    secrets: new SecretsManager(settings),
    logs: new CloudWatchLogs(settings),
    ecr: new ECR(settings),
  };
}
export type Clients = ReturnType<typeof connect>;

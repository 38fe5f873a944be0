import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ACCOUNT, parseRequest, REGION } from '../__tests__/servers/protocol.ts';

/** An empty AWS that answers at once: what is left is the time of who asks. */
export interface EmptyAccount extends AsyncDisposable {
  env(): Record<string, string>;
  /** Called when a call arrives. */
  onCall: (service: string, operation: string) => void;
}

const IDENTITY = `<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult>\
<Arn>arn:aws:sts::${ACCOUNT}:assumed-role/deployer/run</Arn><UserId>AROA:run</UserId><Account>${ACCOUNT}</Account>\
</GetCallerIdentityResult><ResponseMetadata><RequestId>1</RequestId></ResponseMetadata></GetCallerIdentityResponse>`;

const ABSENT = /^Describe(Secret|Repositories)$/;

export async function startEmptyAccount(): Promise<EmptyAccount> {
  const server = createServer(async (incoming, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(chunk);
    const { service, operation, input } = parseRequest(
      incoming.method ?? 'POST',
      incoming.url ?? '/',
      incoming.headers,
      Buffer.concat(chunks),
    );
    account.onCall(service, operation);
    if (service === 'sts') return void response.writeHead(200, { 'content-type': 'text/xml' }).end(IDENTITY);
    const type = { 'content-type': 'application/x-amz-json-1.1' };
    if (ABSENT.test(operation)) {
      const code = service === 'ecr' ? 'RepositoryNotFoundException' : 'ResourceNotFoundException';
      return void response.writeHead(400, type).end(JSON.stringify({ __type: code, message: 'not there' }));
    }
    response.writeHead(200, type).end(JSON.stringify(emptyAnswer(operation, input)));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const account: EmptyAccount = {
    onCall: () => {},
    env: () => ({
      AWS_ENDPOINT_URL: url,
      AWS_ACCESS_KEY_ID: 'test',
      AWS_SECRET_ACCESS_KEY: 'test',
      AWS_REGION: REGION,
      AWS_EC2_METADATA_DISABLED: 'true',
    }),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
  return account;
}

function emptyAnswer(operation: string, input: Readonly<Record<string, unknown>>): object {
  if (operation === 'GetParameters') return { Parameters: [], InvalidParameters: input['Names'] };
  if (operation === 'DescribeParameters') return { Parameters: [] };
  if (operation === 'DescribeLogGroups') return { logGroups: [] };
  if (operation === 'ListSecrets') return { SecretList: [] };
  if (operation === 'BatchGetSecretValue') {
    const names = (input['SecretIdList'] ?? []) as string[];
    const Errors = names.map((SecretId) => ({ SecretId, ErrorCode: 'ResourceNotFoundException' }));
    return { SecretValues: [], Errors };
  }
  return {};
}

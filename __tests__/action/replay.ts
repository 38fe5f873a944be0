import type { AwsServer, Call } from '../servers/aws.ts';
import { REGION, SERVICES } from '../servers/protocol.ts';
import { passed } from './outcome.ts';
import type { ActionRun } from './run.ts';

/**
 * @returns a function that brings an empty account into the state after a run: at first by the run itself, then by the
 * writes that it sent, which costs a fraction of a process
 */
export function stateAfter(aws: AwsServer, run: () => Promise<ActionRun>): () => Promise<void> {
  let writes: readonly Call[] | undefined;
  return async () => {
    if (writes === undefined) {
      aws.forget();
      passed(await run());
      writes = aws.writes();
    } else for (const call of writes) await send(aws.url, call);
    aws.forget();
  };
}

async function send(url: string, { service, operation, input }: Call): Promise<void> {
  const [prefix] = Object.entries(SERVICES).find(([, name]) => name === service) ?? [];
  const answer = await fetch(url, {
    method: 'POST',
    headers: {
      'x-amz-target': `${prefix}.${operation}`,
      'content-type': 'application/x-amz-json-1.1',
      authorization: `AWS4-HMAC-SHA256 Credential=test/20260101/${REGION}/${service}/aws4_request`,
    },
    body: JSON.stringify(input),
  });
  if (!answer.ok) throw new Error(`${operation}: ${await answer.text()}`);
  await answer.arrayBuffer();
}

import { CreateSecretCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { type AwsServer, startAws } from '../__tests__/servers/aws.ts';
import { runOurs } from './ours.ts';
import { median } from './process.ts';
import type { ScaleRow } from './results.ts';
import { listen } from './traffic.ts';

const LATENCY_MS = 60;
/** Reads of Parameter Store a second (AWS General Reference, Systems Manager quotas, default throughput). */
const READS_A_SECOND = 40;
/** Writes of Parameter Store a second after the first ones (its default throughput, as AWS Support tells it). */
const WRITES_A_SECOND = 3;
const WRITES_AT_ONCE = 20;
/** Above this a first apply is left out: AWS takes 3 parameters a second, so 3,000 need a quarter of an hour of waiting. */
export const MOST_APPLIED = 1000;

/**
 * Calls, rounds, time and memory as the number of variables grows; one in ten goes into a secret of its own. Above
 * `MOST_APPLIED` the account is filled behind the action's back. The emulator walks over all parameters at every listing,
 * minutes a run at 3,000: so its answers are kept from a run that is not measured, and served from memory after it.
 */
export async function benchScale(
  rounds: number,
  sizes: readonly number[] = [10, 30, 100, 300, 1000, 3000],
): Promise<ScaleRow[]> {
  const rows: ScaleRow[] = [];
  for (const size of sizes) {
    const aws = await startAws({ latencyMs: LATENCY_MS });
    try {
      rows.push(...(await measure(aws, size, rounds)));
    } finally {
      await aws.close();
    }
  }
  return rows;
}

async function measure(aws: AwsServer, size: number, rounds: number): Promise<ScaleRow[]> {
  const bundles = Math.ceil(size / 10);
  const workspace = workspaceOf(size, bundles);
  const step = (mode: string) => ({
    ...workspace,
    inputs: { prefix: '/papyrus/prd', mode, 'env-file': '.env', config: 'rules.yml' },
  });
  const rows: ScaleRow[] = [];
  const record = async (kind: ScaleRow['kind'], mode: string, times: number, files = workspace.files) => {
    const seconds: number[] = [];
    let peakMiB: number | undefined;
    let traffic: ReturnType<ReturnType<typeof listen>> | undefined;
    for (let time = 0; time < times; time += 1) {
      const heard = listen(aws);
      // Looking at the memory costs a thousandth of a run of a second.
      const taken = await runOurs(aws, { ...step(mode), files }, true);
      traffic = heard();
      seconds.push(taken.seconds);
      peakMiB = Math.max(peakMiB ?? 0, taken.peakMiB ?? 0);
    }
    const {
      calls = 0,
      writes = 0,
      parameterReads = 0,
      parameterWrites = 0,
      rounds: depth = 0,
    } = traffic ?? {};
    rows.push({
      variables: size,
      secrets: bundles,
      kind,
      seconds: median(seconds),
      quotaSeconds:
        parameterReads / READS_A_SECOND + Math.max(0, parameterWrites - WRITES_AT_ONCE) / WRITES_A_SECOND,
      peakMiB,
      calls,
      writes,
      rounds: depth,
    });
  };
  // The emulator loads a service at its first call, which is nobody's time.
  await runOurs(aws, step('plan'));
  await record('plan', 'plan', rounds);
  if (size <= MOST_APPLIED) await record('first apply', 'apply', 1);
  else await fill(aws, size, bundles);
  // Makes what is still missing, where anything was filled in; the second one finds all of it.
  aws.remember();
  for (let time = 0; time < 2; time += 1) await runOurs(aws, step('apply'));
  await record('silent apply', 'apply', rounds);
  const changed = { ...workspace.files, '.env': workspace.files['.env'].replace('V_1=value-1', 'V_1=other') };
  await record('one change', 'apply', 1, changed);
  return rows;
}

function workspaceOf(size: number, bundles: number) {
  const lines: string[] = [];
  for (let i = 0; i < size - bundles; i += 1) lines.push(`V_${i}=value-${i}`);
  for (let i = 0; i < bundles; i += 1) lines.push(`S_${i}=hidden-${i}`);
  const rules = Array.from(
    { length: bundles },
    (_, i) => `  - match: S_${i}\n    to: secret/bundle${i}\n`,
  ).join('');
  return { files: { '.env': lines.join('\n'), 'rules.yml': `rules:\n${rules}` } };
}

/** Makes what an apply would have made, past the proxy and its latency, so that nobody waits for a quota. */
async function fill(aws: AwsServer, size: number, bundles: number): Promise<void> {
  process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] = 'true';
  const settings = {
    endpoint: aws.motoUrl,
    region: 'us-west-2',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  };
  const ssm = new SSMClient(settings);
  const secrets = new SecretsManagerClient(settings);
  const Tags = [{ Key: 'managed-by', Value: 'aws-bootstrap' }];
  for (let i = 0; i < size - bundles; i += 1)
    await ssm.send(
      new PutParameterCommand({
        Name: `/papyrus/prd/V_${i}`,
        Value: `value-${i}`,
        Type: 'String',
        Tier: 'Standard',
        Tags,
      }),
    );
  for (let i = 0; i < bundles; i += 1)
    await secrets.send(
      new CreateSecretCommand({
        Name: `papyrus/prd/bundle${i}`,
        SecretString: JSON.stringify({ [`S_${i}`]: `hidden-${i}` }),
        Tags,
      }),
    );
}

// The quick start of README.md as somebody follows it: each command is pasted into Bash. `aws` is the real one, against the local AWS;
// `gh` and `curl` are programs that record what they are given.
import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { IAM } from '@aws-sdk/client-iam';
import { describe, expect, test } from 'vitest';
import { startAws } from './servers/aws.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const read = (name: string) => readFileSync(join(ROOT, name), 'utf8');
const hasPrograms = ['aws', 'bash'].every((name) => spawnSync(name, ['--version']).status === 0);

const [, quickStart = ''] = read('README.md').split('## Quick start\n');
/** Those before the workflow, which scripts/witness-workflows.ts runs. */
const commands = [...quickStart.matchAll(/^```sh\n(.*?)^```$/gms)].map(([, code = '']) => code).slice(0, 4);

/** Records its arguments and its standard input. `created_at` of the repository is before ids, so no id is printed. */
const GH = `#!/bin/bash
echo "$*" >> gh.log
case "$*" in
  "repo view"*) echo octo/myapp ;;
  *"--jq"*) echo "" ;;
  *"--input -") cat >> gh.log ;;
  "secret set"*) cat > secret.txt ;;
esac
`;

function writeFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'quick-start-'));
  mkdirSync(join(folder, 'bin'));
  writeFileSync(join(folder, '.env'), read('examples/seed.env'));
  writeFileSync(join(folder, 'bin', 'gh'), GH, { mode: 0o755 });
  writeFileSync(
    join(folder, 'bin', 'curl'),
    `#!/bin/bash\necho "$*" > curl.log\ncp '${ROOT}/iam/roles.yml' .\n`,
    { mode: 0o755 },
  );
  writeFileSync(join(folder, 'commands.sh'), commands.join('\n'));
  return folder;
}

async function paste(folder: string, env: NodeJS.ProcessEnv): Promise<string> {
  const child = spawn('bash', ['-e', 'commands.sh'], { cwd: folder, env });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  const code = await new Promise((resolve) => child.once('close', resolve));
  if (code !== 0) throw new Error(`exit code ${code}: ${output}`);
  return output;
}

describe.skipIf(!hasPrograms && process.env['CI'] !== 'true')(
  'the quick start (skipped without `aws` or `bash`)',
  () => {
    test('its commands create the roles and store what the workflow reads', async () => {
      expect(commands).toHaveLength(4);
      await using aws = await startAws();
      const folder = writeFolder();
      const output = await paste(folder, {
        ...process.env,
        ...aws.env(),
        AWS_ENDPOINT_URL: aws.motoUrl,
        PATH: `${join(folder, 'bin')}${delimiter}${process.env['PATH']}`,
      });
      // What the README says one should see.
      expect(output).toMatch(/^octo\/myapp$/m);
      expect(output).toContain('Successfully created/updated stack - myapp-prd-roles');

      const seen = (name: string) => readFileSync(join(folder, name), 'utf8');
      expect(seen('curl.log')).toMatch(/\/v1\/iam\/roles\.yml$/m);
      expect(seen('secret.txt')).toBe(read('examples/seed.env'));
      process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] = 'true';
      const iam = new IAM({
        endpoint: aws.motoUrl,
        region: 'us-west-2',
        credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
      });
      const { Role } = await iam.getRole({ RoleName: 'myapp-deploy' });
      const trust = decodeURIComponent(Role?.AssumeRolePolicyDocument ?? '');
      expect(trust).toContain('"repo:octo/myapp:environment:production"');
      const calls = seen('gh.log').split('\n');
      expect(calls).toContain(`variable set AWS_DEPLOY_ROLE --body ${Role?.Arn}`);
      expect(calls).toContain('variable set AWS_REGION --body us-west-2');
      expect(
        calls.some((call) => /^api -X PUT repos\/octo\/myapp\/environments\/production /.test(call)),
      ).toBe(true);
      expect(calls.some((call) => /deployment-branch-policies -f name=main$/.test(call))).toBe(true);
    });
  },
);

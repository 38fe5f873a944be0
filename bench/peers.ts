import { spawnSync } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { SeedDesired } from './desired.ts';

/**
 * The article's own commands as a script that may be run again: every command, one process each, as it is typed.
 * What exists is written over, since the commands do not compare.
 */
export function cliScript(desired: SeedDesired): string {
  const tag = Object.entries(desired.tags).map(([key, value]) => `Key=${key},Value=${value}`);
  const lines = ['set -euo pipefail', `export AWS_DEFAULT_REGION=${desired.region} AWS_PAGER=`];
  const run = (line: string) => lines.push(`aws ${line} >/dev/null`);
  const unless = (line: string, otherwise: string) =>
    lines.push(`aws ${line} >/dev/null 2>&1 || ${otherwise}`);
  unless(`logs create-log-group --log-group-name ${desired.logGroup}`, 'true');
  run(
    `logs put-retention-policy --log-group-name ${desired.logGroup} --retention-in-days ${desired.retentionDays}`,
  );
  const tags = Object.entries(desired.tags).map(([key, value]) => `${key}=${value}`);
  run(`logs tag-log-group --log-group-name ${desired.logGroup} --tags ${tags.join(',')}`);
  for (const [name, value] of desired.parameters)
    run(`ssm put-parameter --name ${name} --type String --overwrite --value ${quoted(value)}`);
  for (const [name, keys] of desired.secrets) {
    const text = quoted(JSON.stringify(keys));
    unless(
      `secretsmanager create-secret --name ${name} --secret-string ${text} --tags ${tag.join(' ')}`,
      `aws secretsmanager put-secret-value --secret-id ${name} --secret-string ${text} >/dev/null`,
    );
  }
  unless(`ecr create-repository --repository-name ${desired.repository} --tags ${tag.join(' ')}`, 'true');
  return `${lines.join('\n')}\n`;
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

/** The same as a Terraform configuration, in JSON syntax. */
export function terraformConfig(desired: SeedDesired, endpoint: string): string {
  const label = (name: string) => name.replace(/^\W+/, '').replace(/\W+/g, '_');
  const services = ['ssm', 'secretsmanager', 'logs', 'ecr', 'sts', 'iam'];
  return JSON.stringify({
    terraform: { required_providers: { aws: { source: 'hashicorp/aws' } } },
    provider: {
      aws: {
        region: desired.region,
        access_key: 'test',
        secret_key: 'test',
        // A user's real plan makes these two calls; a local AWS has no metadata service to ask.
        skip_metadata_api_check: 'true',
        default_tags: { tags: desired.tags },
        endpoints: Object.fromEntries(services.map((service) => [service, endpoint])),
      },
    },
    resource: {
      aws_cloudwatch_log_group: {
        app: { name: desired.logGroup, retention_in_days: desired.retentionDays },
      },
      aws_ecr_repository: { app: { name: desired.repository, image_tag_mutability: 'MUTABLE' } },
      aws_ssm_parameter: Object.fromEntries(
        [...desired.parameters].map(([name, value]) => [label(name), { name, type: 'String', value }]),
      ),
      aws_secretsmanager_secret: Object.fromEntries(
        [...desired.secrets.keys()].map((name) => [label(name), { name }]),
      ),
      aws_secretsmanager_secret_version: Object.fromEntries(
        [...desired.secrets].map(([name, keys]) => [
          label(name),
          {
            secret_id: `\${aws_secretsmanager_secret.${label(name)}.id}`,
            secret_string: JSON.stringify(keys),
          },
        ]),
      ),
    },
  });
}

/**
 * Prepares a Terraform folder.
 * @returns why it cannot be used here, undefined when it can
 */
export async function initTerraform(
  folder: string,
  desired: SeedDesired,
  endpoint: string,
): Promise<string | undefined> {
  if (versionOf('terraform', ['version']) === undefined) return 'terraform is not installed';
  await writeFile(join(folder, 'main.tf.json'), terraformConfig(desired, endpoint));
  const init = spawnSync('terraform', ['init', '-input=false', '-no-color'], {
    cwd: folder,
    encoding: 'utf8',
    env: { ...process.env, CHECKPOINT_DISABLE: '1' },
  });
  if (init.status === 0) return undefined;
  return `terraform init found no provider (TF_CLI_ARGS_init=-plugin-dir=FOLDER names a local one): ${init.stderr.trim().split('\n').slice(-1)}`;
}

/** @returns the first line of what a program says of its version, undefined where it is not installed */
export function versionOf(program: string, args: readonly string[] = ['--version']): string | undefined {
  const asked = spawnSync(program, [...args], { encoding: 'utf8' });
  return asked.status === 0 ? `${asked.stdout}${asked.stderr}`.trim().split('\n')[0] : undefined;
}

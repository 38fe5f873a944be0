/** Terraform, or OpenTofu, with the configuration that somebody would write for what this action has created. */
import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { buildTerraform } from './terraform-build.ts';

/** What is in the account, in Terraform's own words. */
export interface Resource {
  readonly type: string;
  /** Its name in AWS: that of a secret's version is the secret's. */
  readonly name: string;
  /** What `terraform import` takes. */
  readonly id: string;
  readonly arguments: Readonly<Record<string, unknown>>;
}

/** An object as Terraform's own jsonencode writes it. That spells `<`, `>` and `&` as escapes, which is the same JSON and another text. */
export class Encoded {
  constructor(readonly keys: Readonly<Record<string, string>>) {}
}

/** What Terraform would do to one resource. */
export interface Planned {
  readonly address: string;
  readonly actions: string;
  readonly isImported: boolean;
  /** Names of the arguments that differ; never values. */
  readonly differences: readonly string[];
}

export interface Tool {
  readonly program: string;
  readonly environment: Readonly<Record<string, string>>;
  /** The provider is not at hand: `init` fetches it. */
  readonly needsInit: boolean;
}

/** These are not of AWS, so that no import can read them: how Terraform itself is to delete and to create. */
const OF_TERRAFORM: Readonly<Record<string, readonly string[]>> = {
  aws_secretsmanager_secret: ['recovery_window_in_days', 'force_overwrite_replica_secret'],
};

export const addressOf = ({ type, name }: Pick<Resource, 'type' | 'name'>) =>
  `${type}.r${name.replace(/[^A-Za-z0-9]+/g, '_')}`;

/**
 * The one that TERRAFORM names, with the provider that its `init` finds; else both are built.
 * @throws Error that says what is missing
 */
export async function findTerraform(folder: string): Promise<Tool> {
  const named = process.env['TERRAFORM'];
  const kept = process.env['TF_CLI_CONFIG_FILE'];
  if (named !== undefined && named !== '')
    return {
      program: named,
      environment: kept === undefined ? {} : { TF_CLI_CONFIG_FILE: kept },
      needsInit: true,
    };
  const { tofu, provider } = await buildTerraform();
  const config = join(folder, 'tofu.rc');
  const places = `dev_overrides {\n    "hashicorp/aws" = ${JSON.stringify(provider)}\n  }\n  direct {}`;
  await writeFile(config, `provider_installation {\n  ${places}\n}\n`);
  return { program: tofu, environment: { TF_CLI_CONFIG_FILE: config }, needsInit: false };
}

/** `${` and `%{` begin a template. */
const literal = (value: unknown): unknown => {
  if (typeof value === 'string') return value.replace(/([$%])\{/g, '$1$1{');
  if (Array.isArray(value)) return value.map(literal);
  if (value instanceof Encoded) return `\${jsonencode(${JSON.stringify(literal(value.keys))})}`;
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, literal(one)]));
};

/** In Terraform's JSON syntax. */
export function configurationOf(resources: readonly Resource[]): string {
  const blocks: Record<string, Record<string, unknown>> = {};
  for (const resource of resources) {
    const ignored = OF_TERRAFORM[resource.type];
    blocks[resource.type] = {
      ...blocks[resource.type],
      [addressOf(resource).slice(resource.type.length + 1)]: {
        ...(literal(resource.arguments) as object),
        ...(ignored === undefined ? {} : { lifecycle: { ignore_changes: ignored } }),
      },
    };
  }
  return JSON.stringify({
    terraform: { required_providers: { aws: { source: 'hashicorp/aws', version: '>= 6.0' } } },
    provider: {
      aws: {
        region: 'us-west-2',
        access_key: 'test',
        secret_key: 'test',
        // A local AWS has no metadata service to ask.
        skip_metadata_api_check: 'true',
      },
    },
    resource: blocks,
    import: resources.map((resource) => ({ to: addressOf(resource), id: resource.id })),
  });
}

interface PlanFile {
  readonly resource_changes?: ReadonlyArray<{
    readonly address: string;
    readonly change: {
      readonly actions: readonly string[];
      readonly importing?: unknown;
      readonly before: Readonly<Record<string, unknown>> | null;
      readonly after: Readonly<Record<string, unknown>> | null;
    };
  }>;
}

/** One folder with a configuration and its state. */
export class Terraform {
  constructor(
    readonly tool: Tool,
    readonly folder: string,
    /** Of AWS. The provider takes seconds to judge a block `endpoints`. */
    readonly endpoint: string,
  ) {}

  async configure(resources: readonly Resource[]): Promise<void> {
    await writeFile(join(this.folder, 'main.tf.json'), configurationOf(resources));
    await this.init();
  }

  async init(): Promise<void> {
    if (this.tool.needsInit) await this.run([0], 'init', '-input=false');
  }

  /** As the exit code of `plan` says. */
  async isUpToDate(...args: string[]): Promise<boolean> {
    const { code } = await this.run([0, 2], 'plan', '-input=false', '-detailed-exitcode', ...args);
    return code === 0;
  }

  /** @returns all that `plan` has looked at */
  async plan(...args: string[]): Promise<Planned[]> {
    const file = join(this.folder, 'plan.bin');
    await this.run([0], 'plan', '-input=false', `-out=${file}`, ...args);
    const { text } = await this.run([0], 'show', '-json', file);
    const { resource_changes = [] } = JSON.parse(text) as PlanFile;
    return resource_changes.map(({ address, change }) => ({
      address,
      actions: change.actions.join(' and '),
      isImported: change.importing !== undefined,
      differences: differencesOf(change.before ?? {}, change.after ?? {}),
    }));
  }

  /** Does what the last plan says. */
  async apply(): Promise<void> {
    await this.run([0], 'apply', '-input=false', join(this.folder, 'plan.bin'));
  }

  /** @throws Error with what it prints, where its exit code is another */
  run(codes: readonly number[], command: string, ...args: string[]): Promise<{ code: number; text: string }> {
    const { program, environment } = this.tool;
    const { PATH = '', HOME = '' } = process.env;
    const env = {
      PATH,
      HOME,
      AWS_ENDPOINT_URL: this.endpoint,
      AWS_ACCESS_KEY_ID: 'test',
      AWS_SECRET_ACCESS_KEY: 'test',
      AWS_EC2_METADATA_DISABLED: 'true',
      CHECKPOINT_DISABLE: '1',
      TF_IN_AUTOMATION: '1',
      ...environment,
    };
    const options = { cwd: this.folder, env, maxBuffer: 2 ** 28, timeout: 300_000 };
    const colour = command === 'show' ? [] : ['-no-color'];
    return new Promise((resolve, reject) => {
      execFile(program, [command, ...colour, ...args], options, (error, stdout, stderr) => {
        const code = error === null ? 0 : error.code;
        if (typeof code === 'number' && codes.includes(code)) resolve({ code, text: stdout });
        else reject(new Error(`${program} ${command}: ${stderr.trim() || stdout.trim() || error?.message}`));
      });
    });
  }
}

function differencesOf(
  before: Readonly<Record<string, unknown>>,
  after: Readonly<Record<string, unknown>>,
): string[] {
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  return names.filter((name) => JSON.stringify(before[name]) !== JSON.stringify(after[name])).sort();
}

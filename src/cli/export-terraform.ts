import type {
  ExportedLogGroup,
  ExportedParameter,
  ExportedRepository,
  ExportedSecret,
  Tags,
} from '../model/exported.ts';
import { ADOPTED, CREATED, OWNER_TAG } from '../model/ownership.ts';
import { exportReading } from '../providers/export-reading.ts';
import type { Secret } from '../secret.ts';
import type { Settings } from '../settings/settings.ts';
import { type Account, checkAccount, openAccount } from './account.ts';
import { shellQuote } from './check.ts';
import { EXIT } from './command.ts';
import { checkFolder, writeFolder } from './export-files.ts';
import { isHidden } from './export-variables.ts';
import type { Flags } from './flags.ts';
import { type Block, expression, head, identifierOf, printBlocks, type Value } from './hcl.ts';
import { readRunInputs, readTerminalSettings } from './run-inputs.ts';
import type { Terminal } from './terminal.ts';

const DEFAULT_FOLDER = 'terraform';

/** Writes a folder with which Terraform takes over existing resources. */
export async function run(flags: Flags, terminal: Terminal): Promise<number> {
  const runner = await readRunInputs(flags, terminal, 'plan');
  const settings = await readTerminalSettings(runner);
  const folder = flags.get('output') ?? DEFAULT_FOLDER;
  const replacing = { replaces: flags.switched('force') === true };
  checkFolder(folder, replacing);
  const account = await openAccount(settings, runner);
  terminal.waitFor('reading…');
  const caller = await account.identify();
  checkAccount(settings, caller);
  const { files, imports, omitted } = writeTerraform(await readAll(settings, account, caller.account));
  terminal.progress(undefined);
  if (imports === 0) {
    for (const text of omitted) terminal.say(`Left out: ${text}`);
    terminal.say(`Nothing to import below ${settings.prefix} in ${settings.region}. No file was written.`);
    if (flags.switched('json') === true) terminal.printJson({ folder, files: [], imports, omitted });
    return EXIT.ok;
  }
  writeFolder(folder, files, replacing);
  if (flags.switched('json') === true)
    terminal.printJson({ folder, files: [...files.keys()], imports, omitted });
  else {
    terminal.print(`Wrote ${files.size} files with ${imports} resources to import to ${folder}.`);
    for (const text of omitted) terminal.printIndented(2, `Left out: ${text}`);
    terminal.print('Next:');
    const given = files.has('variables.tf') ? " -var 'secure_values={}'" : '';
    const terraform = `terraform -chdir=${shellQuote(folder)}`;
    terminal.printCommand(`  ${terraform} init && ${terraform} plan${given}`);
  }
  return EXIT.ok;
}

async function readAll(
  settings: Settings,
  { connection, context }: Account,
  account: string,
): Promise<TerraformInput> {
  const { prefix, region, only, logGroup, repository } = settings;
  const read = exportReading(connection, context);
  const [group, images, parameters, secrets] = await Promise.all([
    logGroup === undefined ? undefined : read.logGroup(logGroup.name),
    repository === undefined || !only.has('repository') ? undefined : read.repository(repository.name),
    only.has('parameters') ? read.parameters(prefix) : [],
    only.has('secrets') ? read.secrets(prefix) : [],
  ]);
  return {
    prefix,
    region,
    account,
    logGroup: group,
    repository: images,
    parameters,
    secrets,
    plainValues: plainValues(parameters, settings, await read.values(plainNames(parameters))),
  };
}

const plainNames = (parameters: readonly ExportedParameter[]) =>
  parameters.filter(({ type }) => type !== 'SecureString').map(({ name }) => name);

/** The files contain only values that a run would print. */
function plainValues(
  parameters: readonly ExportedParameter[],
  settings: Settings,
  values: ReadonlyMap<string, Secret>,
): Map<string, Secret> {
  const owners = new Map(
    parameters.map(({ name, tags }) => [name, tags.find(([key]) => key === OWNER_TAG)?.[1]]),
  );
  return new Map(
    [...values].filter(
      ([path, value]) =>
        !isHidden(path.slice(settings.prefix.length + 1), value, settings, owners.get(path) === CREATED),
    ),
  );
}

/** Existing resources that are configured. */
export interface TerraformInput {
  readonly prefix: string;
  readonly region: string;
  readonly account: string;
  readonly logGroup: ExportedLogGroup | undefined;
  readonly repository: ExportedRepository | undefined;
  readonly parameters: readonly ExportedParameter[];
  readonly secrets: readonly ExportedSecret[];
  /** Values that may be written, by the name of the parameter. */
  readonly plainValues: ReadonlyMap<string, Secret>;
}

export interface TerraformFolder {
  /** Text by file name. */
  readonly files: ReadonlyMap<string, string>;
  /** How many resources the folder imports. */
  readonly imports: number;
  /** Omitted resources, each with the reason. */
  readonly omitted: readonly string[];
}

/** One resource with the id that imports it. */
interface Imported {
  readonly block: Block;
  readonly address: string;
  readonly id: string;
}

const VALUES = 'secure_values';

/** Writes a folder that Terraform takes over without changing anything. It holds no secret value. */
export function writeTerraform(input: TerraformInput): TerraformFolder {
  const omitted: string[] = [];
  const isOurs = <T extends { name: string; tags: Tags; ownedBy: string | undefined }>(one: T) =>
    isExported(one, omitted);
  const logGroup =
    input.logGroup !== undefined && hasNoOwner(input.logGroup, omitted) ? [input.logGroup] : [];
  const repository =
    input.repository !== undefined && hasNoOwner(input.repository, omitted) ? [input.repository] : [];
  const parameters = sorted(input.parameters.filter(isOurs));
  const secrets = sorted(input.secrets.filter(isOurs));
  for (const { name } of parameters.filter(({ hasPolicies }) => hasPolicies))
    omitted.push(`the policies of the parameter ${name}, which Terraform does not know`);
  const files = new Map<string, string>();
  const imported: Imported[] = [];
  const put = (file: string, resources: readonly Imported[]) => {
    if (resources.length === 0) return;
    files.set(file, printBlocks(resources.map(({ block }) => block)));
    imported.push(...resources);
  };
  put('log-group.tf', logGroup.map(logGroupOf));
  put(
    'repository.tf',
    repository.flatMap((one) => repositoryOf(one, files)),
  );
  const names = new Set<string>();
  put(
    'parameters.tf',
    parameters.map((one) => parameterOf(one, input, names)),
  );
  const bundles = new Set<string>();
  put(
    'secrets.tf',
    secrets.flatMap((one) => secretOf(one, bundles)),
  );
  const secure = [
    ...parameters.filter(({ name }) => !input.plainValues.has(name)).map(({ name }) => name),
    ...secrets.filter(({ version }) => version !== undefined).map(({ name }) => name),
  ];
  files.set('versions.tf', printBlocks(versionsOf(input)));
  if (secure.length > 0) files.set('variables.tf', printBlocks([variableOf()]));
  if (imported.length > 0)
    files.set(
      'imports.tf',
      printBlocks(
        imported.map(({ address, id }) => ({
          head: 'import',
          attributes: { to: expression(address), id },
        })),
      ),
    );
  const imports = imported.length;
  files.set('README.md', terraformReadme({ ...input, imports, secure, omitted }));
  return { files, imports, omitted };
}

function hasNoOwner(
  { name, ownedBy }: { name: string; ownedBy: string | undefined },
  omitted: string[],
): boolean {
  if (ownedBy !== undefined) omitted.push(`${name}, which belongs to ${ownedBy}`);
  return ownedBy === undefined;
}

/** Resources of others below the prefix are not exported. */
function isExported(
  one: { readonly name: string; readonly tags: Tags; readonly ownedBy: string | undefined },
  omitted: string[],
): boolean {
  if (!hasNoOwner(one, omitted)) return false;
  const owner = one.tags.find(([key]) => key === OWNER_TAG)?.[1];
  const isOurs = owner === CREATED || owner === ADOPTED;
  if (!isOurs) omitted.push(`${one.name}, which has no tag ${OWNER_TAG}`);
  return isOurs;
}

const sorted = <T extends { readonly name: string }>(all: readonly T[]): T[] =>
  [...all].sort((a, b) => (a.name < b.name ? -1 : 1));

/** Tags that begin with `aws:` are AWS's own, and no user can set them. */
function tagsOf(tags: Tags): Value | undefined {
  const own = tags.filter(([key]) => !key.startsWith('aws:')).sort(([a], [b]) => (a < b ? -1 : 1));
  return own.length === 0 ? undefined : Object.fromEntries(own);
}

function versionsOf({ region, account }: TerraformInput): Block[] {
  return [
    {
      head: 'terraform',
      attributes: { required_version: '>= 1.5' },
      blocks: [
        {
          head: 'required_providers',
          attributes: { aws: { source: 'hashicorp/aws', version: '>= 6.0, < 7.0' } },
        },
      ],
    },
    { head: head('provider', 'aws'), attributes: { region, allowed_account_ids: [account] } },
  ];
}

/** It has no default: the user decides at each plan whether Terraform knows values. */
function variableOf(): Block {
  return {
    head: head('variable', VALUES),
    attributes: {
      description:
        'Values of encrypted parameters and secrets by name. Terraform needs one only to create it again; {} gives none.',
      type: expression('map(string)'),
      sensitive: true,
    },
  };
}

/** AWS refuses an empty value, so that nothing is created with a wrong one. */
const secureValue = (name: string) => expression(`lookup(var.${VALUES}, ${JSON.stringify(name)}, "")`);

const ignoring = (...names: readonly string[]): Block => ({
  head: 'lifecycle',
  attributes: { ignore_changes: names.map(expression) },
});

function logGroupOf(group: ExportedLogGroup): Imported {
  const { name, tags, retention, keyId, isProtected } = group;
  return {
    address: 'aws_cloudwatch_log_group.this',
    id: name,
    block: {
      head: head('resource', 'aws_cloudwatch_log_group', 'this'),
      attributes: {
        name,
        retention_in_days: retention ?? 0,
        log_group_class: group.class,
        kms_key_id: keyId,
        deletion_protection_enabled: isProtected ? true : undefined,
        tags: tagsOf(tags),
      },
    },
  };
}

function repositoryOf(repository: ExportedRepository, files: Map<string, string>): Imported[] {
  const { name, lifecycle, policy } = repository;
  const address = 'aws_ecr_repository.this';
  const attached = (type: string, file: string, text: string | undefined): Imported[] => {
    if (text === undefined) return [];
    files.set(file, `${JSON.stringify(JSON.parse(text), null, 2)}\n`);
    return [
      {
        address: `${type}.this`,
        id: name,
        block: {
          head: head('resource', type, 'this'),
          attributes: {
            repository: expression(`${address}.name`),
            policy: expression(`file("\${path.module}/${file}")`),
          },
        },
      },
    ];
  };
  return [
    { address, id: name, block: repositoryBlock(repository) },
    ...attached('aws_ecr_lifecycle_policy', 'lifecycle-policy.json', lifecycle),
    ...attached('aws_ecr_repository_policy', 'repository-policy.json', policy),
  ];
}

function repositoryBlock(repository: ExportedRepository): Block {
  const { name, tags, mutability, exclusions, encryption, keyId, scansOnPush } = repository;
  return {
    head: head('resource', 'aws_ecr_repository', 'this'),
    attributes: { name, image_tag_mutability: mutability, tags: tagsOf(tags) },
    blocks: [
      ...exclusions.map((filter) => ({
        head: 'image_tag_mutability_exclusion_filter',
        attributes: { filter, filter_type: 'WILDCARD' },
      })),
      {
        head: 'encryption_configuration',
        attributes: { encryption_type: encryption, kms_key: encryption === 'AES256' ? undefined : keyId },
      },
      { head: 'image_scanning_configuration', attributes: { scan_on_push: scansOnPush } },
    ],
  };
}

const lastOf = (name: string) => name.slice(name.lastIndexOf('/') + 1);

function parameterOf(parameter: ExportedParameter, input: TerraformInput, taken: Set<string>): Imported {
  const { name, tags, type, tier, keyId, description, allowedPattern, dataType } = parameter;
  const label = identifierOf(lastOf(name), taken);
  const plain = input.plainValues.get(name);
  return {
    address: `aws_ssm_parameter.${label}`,
    id: name,
    block: {
      head: head('resource', 'aws_ssm_parameter', label),
      attributes: {
        name,
        type,
        tier,
        key_id: type === 'SecureString' ? keyId : undefined,
        description,
        allowed_pattern: allowedPattern,
        data_type: dataType === 'text' ? undefined : dataType,
        value: plain?.reveal() ?? secureValue(name),
        tags: tagsOf(tags),
      },
      blocks: plain === undefined ? [ignoring('value')] : [],
    },
  };
}

function secretOf(secret: ExportedSecret, taken: Set<string>): Imported[] {
  const { name, arn, version, tags, description, keyId, replicas } = secret;
  const label = identifierOf(lastOf(name), taken);
  const address = `aws_secretsmanager_secret.${label}`;
  const own: Imported = {
    address,
    id: arn,
    block: {
      head: head('resource', 'aws_secretsmanager_secret', label),
      attributes: {
        name,
        description: description === '' ? undefined : description,
        kms_key_id: keyId,
        tags: tagsOf(tags),
      },
      blocks: [
        ...replicas.map((replica) => ({
          head: 'replica',
          attributes: { region: replica.region, kms_key_id: replica.keyId },
        })),
        // They configure how Terraform creates and deletes, so no import can read them.
        ignoring('recovery_window_in_days', 'force_overwrite_replica_secret'),
      ],
    },
  };
  if (version === undefined) return [own];
  return [
    own,
    {
      address: `aws_secretsmanager_secret_version.${label}`,
      id: `${arn}|${version}`,
      block: {
        head: head('resource', 'aws_secretsmanager_secret_version', label),
        attributes: {
          secret_id: expression(`${address}.id`),
          version_stages: ['AWSCURRENT'],
          secret_string: secureValue(name),
        },
        blocks: [ignoring('secret_string')],
      },
    },
  ];
}

/** Content of the README of an exported folder. */
export interface Contents {
  readonly prefix: string;
  readonly region: string;
  readonly account: string;
  readonly imports: number;
  /** Names of encrypted values. */
  readonly secure: readonly string[];
  readonly omitted: readonly string[];
}

/** @returns ten lines, and one for each omitted resource. */
export function terraformReadme({ prefix, region, account, imports, secure, omitted }: Contents): string {
  const given = secure.length === 0 ? '' : " -var 'secure_values={}'";
  return [
    `# ${prefix} in Terraform`,
    '',
    `Terraform or OpenTofu takes over what aws-bootstrap manages below ${prefix} (account ${account}, ${region}).`,
    `Sign in to that account and run \`terraform init\`, then \`terraform plan${given}\`.`,
    `The plan says ${imports} to import, 0 to add, 0 to change, 0 to destroy. Run \`terraform apply${given}\`, then delete imports.tf.`,
    secure.length === 0
      ? 'No value of this folder is secret.'
      : 'No secret value is in this folder. `secure_values` takes them by name, and only to create a resource again; remove `ignore_changes` to have Terraform write them.',
    "Terraform's state holds the values that it reads. Store it encrypted.",
    'Remove the aws-bootstrap step from your workflows, or change the tag `managed-by`: two tools would undo each other.',
    '',
    omitted.length === 0 ? 'Nothing is left out.' : 'Left out:',
    ...omitted.map((text) => `- ${text}`),
    '',
  ].join('\n');
}

import type {
  ExportedLogGroup,
  ExportedParameter,
  ExportedRepository,
  ExportedSecret,
  Tags,
} from '../model/exported.ts';
import { ADOPTED, MADE, OWNER_TAG } from '../model/ownership.ts';
import type { Secret } from '../secret.ts';
import { type Block, expression, head, identifierOf, printBlocks, type Value } from './hcl.ts';
import { terraformReadme } from './terraform-readme.ts';

/** What exists and is configured. */
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
  /** What exists and is left out, each with the reason. */
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

/** What others created below the prefix stays theirs. */
function isExported(
  one: { readonly name: string; readonly tags: Tags; readonly ownedBy: string | undefined },
  omitted: string[],
): boolean {
  if (!hasNoOwner(one, omitted)) return false;
  const owner = one.tags.find(([key]) => key === OWNER_TAG)?.[1];
  const isOurs = owner === MADE || owner === ADOPTED;
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

/** It has no default: whoever plans says whether Terraform shall know values. */
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
        // They say how Terraform itself creates and deletes, so that no import can read them.
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

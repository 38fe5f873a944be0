import {
  GetParametersCommand,
  type Parameter,
  type ParameterMetadata,
  type SSMClient,
} from '@aws-sdk/client-ssm';
import { AwsError, isDenied } from '../clients/errors.ts';
import { UserFacingError } from '../clients/explanation.ts';
import { ADOPTED, CREATED, OWNER_TAG } from '../model/ownership.ts';
import { type ParameterExtras, type Specs, Unreadable } from '../model/spec.ts';
import { Secret } from '../secret.ts';
import { chunks, type ProviderContext, type Sender, sender } from './context.ts';
import { readUntil } from './eventual-consistency.ts';
import type { ParameterListing, ParameterTags } from './parameter-listing.ts';
import { ownerByTags, tagFields } from './tags.ts';

type ParameterSpec = Specs['AWS::SSM::Parameter'];

/**
 * Reads SSM parameters in batches: values by GetParameters (10 names), tier and key by DescribeParameters, then the tags of
 * those that exist by the same call with tag filters (50 names). Only parameters with other tags are read one by one.
 */
export class ParameterReading {
  readonly #client: SSMClient;
  readonly #context: ProviderContext;
  readonly #listing: ParameterListing;
  readonly #send: Sender;
  readonly #tags: ParameterTags;
  readonly #ours: Array<[string, string]>;
  readonly #adopted: Array<[string, string]>;
  /** Parameters of which only the configured tags are known. */
  readonly #byFilter = new Map<string, ParameterSpec>();
  /** Parameters that the listing does not show yet, or with an older version. */
  readonly #late = new Map<string, Parameter | undefined>();

  constructor(client: SSMClient, context: ProviderContext, listing: ParameterListing, tags: ParameterTags) {
    this.#client = client;
    this.#context = context;
    this.#listing = listing;
    this.#send = sender(context, 'ssm');
    this.#tags = tags;
    this.#ours = [...context.tags, [OWNER_TAG, CREATED]];
    this.#adopted = [...context.tags, [OWNER_TAG, ADOPTED]];
  }

  async getValues(
    names: readonly string[],
  ): Promise<{ found: Map<string, Parameter>; failed: Map<string, unknown> }> {
    const found = new Map<string, Parameter>();
    const failed = new Map<string, unknown>();
    const get = async (group: string[]): Promise<void> => {
      try {
        const answer = await this.#send(
          'GetParameters',
          group.length === 1 ? (group[0] ?? '') : `${group[0]} and ${group.length - 1} more`,
          'ssm:read',
          () => this.#client.send(new GetParametersCommand({ Names: group, WithDecryption: true })),
          { secret: true },
        );
        for (const parameter of answer.Parameters ?? [])
          if (parameter.Name !== undefined) found.set(parameter.Name, parameter);
      } catch (error) {
        // One unreadable name, or one without its key, fails the whole batch: then each is read alone.
        const isOfOne =
          error instanceof AwsError && (error.reason === 'access-denied' || error.reason === 'aws');
        if (group.length > 1 && isOfOne) await Promise.all(group.map((name) => get([name])));
        else for (const name of group) failed.set(name, error);
      }
    };
    await Promise.all(chunks(names, 10).map(get));
    return { found, failed };
  }

  /** Those that carry all these tags. No filter matches an empty value: with one, this way gives no result. */
  async #describeWithTags(
    names: readonly string[],
    tags: ReadonlyArray<readonly [string, string]>,
  ): Promise<ReadonlyMap<string, ParameterMetadata>> {
    return tags.some(([, value]) => value === '') ? new Map() : this.#listing.describe(names, tags);
  }

  /** Tags of parameters without all configured ones: adopted ones by one more filter, the rest one by one. */
  async #tagsOfOthers(names: readonly string[]): Promise<Map<string, Array<[string, string]> | Unreadable>> {
    const found = new Map<string, Array<[string, string]> | Unreadable>();
    if (names.length === 0) return found;
    for (const name of (await this.#describeWithTags(names, this.#adopted)).keys())
      found.set(name, this.#adopted);
    await Promise.all(
      names
        .filter((name) => !found.has(name))
        .map(async (name) =>
          found.set(name, await this.#tags.listTags(name).catch((error: unknown) => new Unreadable(error))),
        ),
    );
    return found;
  }

  #secretOf({ Name = '', Type, Value = '' }: Parameter): Secret {
    const value = new Secret(Value);
    // Its variable may look plain in this run, but the stored value was a secret.
    this.#context.mask(value, Name, Type === 'SecureString');
    return value;
  }

  /** @param parameter undefined if its value may not be read: the listing has type, version and ARN as well */
  #specOf(
    name: string,
    parameter: Parameter | undefined,
    metadata: ParameterMetadata | undefined,
    tags: ReadonlyArray<readonly [string, string]>,
  ): ParameterSpec {
    const { Type, ARN, Version, LastModifiedDate } = parameter ?? metadata ?? {};
    const isListed = !isLate(parameter, metadata);
    return {
      name,
      fields: {
        ...(parameter === undefined ? {} : { value: this.#secretOf(parameter) }),
        type: Type ?? 'String',
        ...(isListed ? { tier: metadata?.Tier ?? 'Standard', 'key-id': metadata?.KeyId } : {}),
        ...tagFields(tags),
      },
      metadata: {
        arn: ARN,
        version: Version === undefined ? undefined : String(Version),
        modifiedBy: metadata?.LastModifiedUser,
        modifiedAt: (LastModifiedDate ?? metadata?.LastModifiedDate)?.toISOString(),
        ownedBy: ownerByTags(tags),
        extras: extrasOf(metadata),
        ...(parameter === undefined ? { unread: true } : {}),
        ...(isListed ? {} : { unlisted: true }),
      },
    };
  }

  async observe(names: readonly string[]): Promise<Map<string, ParameterSpec | Unreadable>> {
    const [values, all] = await Promise.all([
      this.getValues(names),
      this.#listing.metadataOf(names).catch((error: unknown) => new Unreadable(error)),
    ]);
    const allAs = (unreadable: Unreadable) => new Map(names.map((name) => [name, unreadable]));
    if (all instanceof Unreadable) return allAs(all);
    const found = new Map<string, ParameterSpec | Unreadable>();
    const unread = new Set<string>();
    for (const [name, error] of values.failed)
      if (this.#context.leavesUnread && isDenied(error)) unread.add(name);
      else found.set(name, new Unreadable(error));
    // An error does not show whether the parameter exists; the listing does.
    const existing = [...values.found.keys(), ...[...unread].filter((name) => all.has(name))];
    // Read only now, and not at all on the first run: absent parameters have no tags.
    const created = await this.#describeWithTags(existing, this.#ours).catch(
      (error: unknown) => new Unreadable(error),
    );
    if (created instanceof Unreadable) return allAs(created);
    const others = existing.filter((name) => !created.has(name));
    const tags = await this.#tagsOfOthers(others).catch((error: unknown) => new Unreadable(error));
    for (const name of existing) {
      const own = created.has(name) ? this.#ours : tags instanceof Unreadable ? tags : (tags.get(name) ?? []);
      const spec =
        own instanceof Unreadable ? own : this.#specOf(name, values.found.get(name), all.get(name), own);
      found.set(name, spec);
      if (spec instanceof Unreadable) continue;
      if (own === this.#ours || own === this.#adopted) this.#byFilter.set(name, spec);
      if (spec.metadata.unlisted) this.#late.set(name, values.found.get(name));
    }
    return found;
  }

  /** The filter finds parameters with all configured tags, but not their other tags, which may name another owner. */
  async refetch(names: readonly string[]): Promise<ReadonlyMap<string, ParameterSpec | Unreadable>> {
    const [owned, listed] = await Promise.all([
      this.#tags.withOwners(names.flatMap((name) => this.#byFilter.get(name) ?? [])),
      Promise.all(names.filter((name) => this.#late.has(name)).map((name) => this.#waitForListing(name))),
    ]);
    return new Map([...owned, ...listed]);
  }

  /** A write sends the tier and the key that exist, so they have to be known by then. */
  async #waitForListing(name: string): Promise<readonly [string, ParameterSpec | Unreadable]> {
    const parameter = this.#late.get(name);
    try {
      const metadata = await readUntil(
        this.#context,
        async () => (await this.#listing.describe([name], [])).get(name),
        (found) => !isLate(parameter, found),
      );
      if (isLate(parameter, metadata))
        throw new UserFacingError(
          `${name}: Parameter Store does not list its latest version yet, so its tier and key are not known. Run again in a minute`,
          { reason: 'conflict' },
        );
      return [name, this.#specOf(name, parameter, metadata, await this.#tags.listTags(name))];
    } catch (error) {
      return [name, new Unreadable(error)];
    }
  }

  /** Reads one again, without the listings of the run. @returns undefined if it does not exist, or is not listed yet */
  async readAnew(name: string): Promise<ParameterSpec | undefined> {
    const { found, failed } = await this.getValues([name]);
    if (failed.has(name)) throw failed.get(name);
    const parameter = found.get(name);
    if (parameter === undefined) return undefined;
    const [metadata, tags] = await Promise.all([
      this.#listing.describe([name], []),
      this.#tags.listTags(name),
    ]);
    return metadata.has(name) ? this.#specOf(name, parameter, metadata.get(name), tags) : undefined;
  }

  /** @see https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_GetParameters.html (`name:version`) */
  async previousValue({ name, metadata }: ParameterSpec): Promise<Secret | undefined> {
    const version = Number(metadata.version) - 1;
    if (!(version >= 1)) return undefined;
    const answer = await this.#send(
      'GetParameters',
      name,
      'ssm:read',
      () =>
        this.#client.send(new GetParametersCommand({ Names: [`${name}:${version}`], WithDecryption: true })),
      { secret: true },
    );
    const [parameter] = answer.Parameters ?? [];
    return parameter?.Value === undefined ? undefined : this.#secretOf({ ...parameter, Name: name });
  }
}

/** A listing may be older than the value: it lacks new parameters, and shows overwritten versions. */
function isLate(parameter: Parameter | undefined, metadata: ParameterMetadata | undefined): boolean {
  if (parameter === undefined) return false;
  if (metadata?.Version === undefined) return metadata === undefined;
  return metadata.Version < (parameter.Version ?? 0);
}

function extrasOf(metadata: ParameterMetadata | undefined): ParameterExtras | undefined {
  const { Description: description, AllowedPattern: allowedPattern, Policies = [] } = metadata ?? {};
  const policies = Policies.length === 0 ? undefined : Policies.map(({ PolicyText }) => PolicyText);
  const extras = { description, allowedPattern, policies };
  return Object.values(extras).some((extra) => extra !== undefined) ? extras : undefined;
}

import {
  ListSecretVersionIdsCommand,
  PutSecretValueCommand,
  type SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import { isDenied } from '../clients/errors.ts';
import { UserFacingError } from '../clients/explanation.ts';
import type { Difference } from '../model/fields.ts';
import { Unreadable } from '../model/spec.ts';
import { SECRET_BYTES } from '../settings/limits.ts';
import { type ProviderContext, type Sender, sender } from './context.ts';
import { SETTLING_MS } from './eventual-consistency.ts';
import { type Content, mergeKeys, printSecret, type SecretObject } from './secret-json.ts';
import type { SecretContents } from './secret-reading.ts';
import {
  type Description,
  inOrder,
  isListed,
  labelsOf,
  lastAgreed,
  mergeVersions,
  type Origin,
  type Version,
  versionId,
  versionOf,
} from './secret-versions.ts';

/** How often a value is merged again after other writers. */
const ROUNDS = 4;

type Contents = Pick<SecretContents, 'describe' | 'keep' | 'readVersion'>;

/** The base of the next version. */
interface Basis {
  readonly object: SecretObject;
  /** The last version that it holds; undefined if there was none. */
  readonly parent: string | undefined;
  readonly origin: Origin;
  /** All versions that it holds, or was read from. */
  readonly versions: ReadonlySet<string | undefined>;
  /** The current version, if it was read again. */
  readonly current?: { readonly version: string | undefined; readonly text: string } | undefined;
}

/** The versions of the secret that one write has seen. */
interface Known {
  readonly base: string | undefined;
  readonly objects: Map<string, SecretObject | string>;
  /** Why the versions could not be listed. */
  denied?: unknown;
}

/** Writes keys of a secret while others may write it too. */
export class SecretWriter {
  readonly #client: SecretsManagerClient;
  readonly #context: ProviderContext;
  readonly #contents: Contents;
  readonly #rounds: number;
  readonly #send: Sender;
  /** Versions of this run, not of other writers. */
  readonly #written = new Set<string | undefined>();

  /** @param rounds how often at most one change writes */
  constructor(client: SecretsManagerClient, context: ProviderContext, contents: Contents, rounds = ROUNDS) {
    this.#client = client;
    this.#context = context;
    this.#contents = contents;
    this.#rounds = rounds;
    this.#send = sender(context, 'secretsmanager');
  }

  async #put(name: string, text: string, token: string): Promise<string | undefined> {
    const answer = await this.#send(
      'PutSecretValue',
      name,
      'secretsmanager:write',
      () =>
        this.#client.send(
          new PutSecretValueCommand({ SecretId: name, SecretString: text, ClientRequestToken: token }),
        ),
      { secret: true },
    );
    this.#written.add(answer.VersionId);
    return answer.VersionId;
  }

  /**
   * Describes a secret after a write, with retries while the description is older than the write: it lacks the
   * written version, or shows the previous one.
   * @returns undefined if the role may not describe it, or the run is cancelled
   */
  async #describeWritten(
    name: string,
    version: string | undefined,
    { parent, versions }: Basis,
  ): Promise<Description | undefined> {
    let description: Description | undefined;
    for (const wait of [0, ...SETTLING_MS]) {
      if (wait > 0) await this.#context.clock.sleep(wait).catch(() => undefined);
      const answer = await this.#contents.describe(name);
      description = answer instanceof Unreadable ? undefined : answer;
      if (description === undefined) return undefined;
      const current = versionOf('AWSCURRENT', description);
      if (isListed(version, description) && current !== parent) break;
      // A version before the last two has no label any more, and is not described.
      if (current !== undefined && !versions.has(current) && !this.#written.has(current)) break;
    }
    return description;
  }

  /** All versions, those without a label too: of three writers that overtake each other, one has none. */
  async #listVersions(name: string): Promise<Version[]> {
    const found: Version[] = [];
    let NextToken: string | undefined;
    do {
      const page = await this.#send('ListSecretVersionIds', name, 'secretsmanager:read', () =>
        this.#client.send(
          new ListSecretVersionIdsCommand({
            SecretId: name,
            IncludeDeprecated: true,
            MaxResults: 100,
            NextToken,
          }),
        ),
      );
      for (const { VersionId: id, VersionStages: labels = [], CreatedDate } of page.Versions ?? [])
        if (id !== undefined) found.push({ id, labels, created: CreatedDate?.getTime() });
      NextToken = page.NextToken;
    } while (NextToken !== undefined);
    return found;
  }

  /** The versions to merge: as listed, or as described if the list is older than the write. */
  async #versionsOf(
    name: string,
    version: string | undefined,
    description: Description,
    known: Known,
  ): Promise<readonly Version[]> {
    const listed = await this.#listVersions(name).catch((error: unknown) => {
      if (!isDenied(error)) throw error;
      known.denied = error;
      return [];
    });
    const described = labelsOf(description);
    const isFresh = listed.some(({ id }) => id === version);
    const all = new Map(
      listed.map((one) => [one.id, isFresh ? one : { ...one, labels: described[one.id] ?? [] }]),
    );
    const own = [...known.objects.keys()].filter((id) => id !== known.base);
    for (const id of [...Object.keys(described), ...own])
      if (!all.has(id)) all.set(id, { id, labels: described[id] ?? [], created: undefined });
    if (known.base === undefined || listed.some(({ id }) => id === known.base))
      return inOrder([...all.values()]);
    // Without the version that was read, the order of the others is unknown.
    const after = [...all.values()].filter(
      ({ id }) => id !== known.base && (id in described || own.includes(id)),
    );
    return [{ id: known.base, labels: [], created: 0 }, ...inOrder(after)];
  }

  /** Reads and merges the versions of others since the one that was read. */
  async #catchUp(
    name: string,
    version: string | undefined,
    description: Description,
    known: Known,
  ): Promise<Basis> {
    const versions = await this.#versionsOf(name, version, description, known);
    const from = lastAgreed(
      versions,
      versions.findIndex(({ id }) => id === known.base),
    );
    const since = versions.slice(Math.max(from, 0));
    await Promise.all(
      since.map(async ({ id }) => {
        if (!known.objects.has(id)) known.objects.set(id, await this.#contents.readVersion(name, id));
      }),
    );
    const objects = new Map<string, SecretObject>();
    for (const [id, object] of known.objects) if (typeof object !== 'string') objects.set(id, object);
    const current = versions.find(({ labels }) => labels.includes('AWSCURRENT'))?.id;
    const existing = current === undefined ? undefined : known.objects.get(current);
    if (typeof existing === 'string') throw unusable(name, existing);
    return {
      object: mergeVersions(versions, from, objects),
      parent: versions.at(-1)?.id,
      origin: 'merged',
      versions: new Set([known.base, ...since.map(({ id }) => id)]),
      current: existing && { version: current, text: printSecret(existing) },
    };
  }

  /**
   * Writes the keys that differ, on top of the existing ones. There is no compare-and-set: another write in between
   * shows afterwards, if the previous version is not the base of the new one.
   * @returns id of the version that is then current
   * @throws UserFacingError (conflict) where others wrote in each round, and AwsError if their versions may not be
   * listed: their changes may then be lost
   */
  async writeKeys(
    name: string,
    start: Content,
    differences: readonly Difference[],
  ): Promise<string | undefined> {
    if (typeof start.object === 'string') throw unusable(name, start.object);
    const known: Known = { base: start.version, objects: new Map() };
    if (start.version !== undefined) known.objects.set(start.version, start.object);
    let basis: Basis = {
      object: start.object,
      parent: start.version,
      origin: 'raw',
      versions: new Set([start.version]),
    };
    for (let round = 1; ; round++) {
      const object = mergeKeys(basis.object, differences);
      const text = printSecret(object);
      // A later writer may have read these keys before, and then nothing is left to do.
      if (text === basis.current?.text) return this.#settle(name, object, basis.current.version, known);
      this.#check(name, text, round);
      const version = await this.#put(name, text, versionId(basis.parent, basis.origin));
      if (version !== undefined) known.objects.set(version, object);
      const description = await this.#describeWritten(name, version, basis);
      if (description === undefined || this.#isAlone(name, version, description, basis))
        return this.#settle(name, object, version, known);
      this.#context.notice(
        `${name}: another writer changed it in the meantime; it is read again, and the configured keys are merged into it`,
      );
      basis = await this.#catchUp(name, version, description, known);
    }
  }

  /** @throws UserFacingError before a write that would be one too many, or too large */
  #check(name: string, text: string, round: number): void {
    if (round > this.#rounds)
      throw new UserFacingError(
        `${name}: another writer keeps changing this secret; stop it, then run again`,
        { reason: 'conflict' },
      );
    if (Buffer.byteLength(text) > SECRET_BYTES)
      throw new UserFacingError(
        `${name}: with its existing keys it would be larger than the ${SECRET_BYTES} bytes that a secret holds; choose another bundle`,
        { reason: 'input' },
      );
  }

  /** @returns whether the description after a write shows no other writer */
  #isAlone(
    name: string,
    version: string | undefined,
    description: Description,
    { versions }: Basis,
  ): boolean {
    const current = versionOf('AWSCURRENT', description);
    if (current === version && versions.has(versionOf('AWSPREVIOUS', description))) return true;
    // If AWS shows only versions older than this write, there is no sign of another writer.
    const isOlder = versions.has(current) || this.#written.has(current);
    if (!isOlder || isListed(version, description)) return false;
    this.#context.notice(
      `${name}: AWS does not show the write yet, so another writer cannot be ruled out; the next run reads it again`,
    );
    return true;
  }

  #settle(
    name: string,
    object: SecretObject,
    version: string | undefined,
    { denied }: Known,
  ): string | undefined {
    // A second change of the same run (keys are added first, and removed later) starts from here.
    this.#contents.keep(name, { object, version });
    if (denied !== undefined) throw denied;
    return version;
  }
}

function unusable(name: string, why: string): UserFacingError {
  return new UserFacingError(`${name}: ${why}`, { reason: 'blocked' });
}

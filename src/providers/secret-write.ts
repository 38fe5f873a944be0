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
import { type ProviderContext, sender } from './context.ts';
import { SETTLING_MS } from './eventual-consistency.ts';
import { type Content, mergeKeys, printSecret, type SecretObject } from './secret-json.ts';
import type { secretContents } from './secret-reading.ts';
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

type Contents = Pick<ReturnType<typeof secretContents>, 'describe' | 'keep' | 'readVersion'>;

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

/**
 * How keys of a secret are written while others write it too.
 * @param rounds how often at most one change writes
 */
export function secretWriting(
  client: SecretsManagerClient,
  context: ProviderContext,
  { describe, keep, readVersion }: Contents,
  rounds = ROUNDS,
) {
  const send = sender(context, 'secretsmanager');
  /** Versions of this run, not of other writers. */
  const written = new Set<string | undefined>();

  async function put(name: string, text: string, token: string): Promise<string | undefined> {
    const answer = await send(
      'PutSecretValue',
      name,
      'secretsmanager:write',
      () =>
        client.send(
          new PutSecretValueCommand({ SecretId: name, SecretString: text, ClientRequestToken: token }),
        ),
      { secret: true },
    );
    written.add(answer.VersionId);
    return answer.VersionId;
  }

  /**
   * Describes a secret after a write, with retries while the description is older than the write: it lacks the
   * written version, or shows the previous one.
   * @returns undefined if the role may not describe it, or the run is cancelled
   */
  async function describeWritten(
    name: string,
    version: string | undefined,
    { parent, versions }: Basis,
  ): Promise<Description | undefined> {
    let description: Description | undefined;
    for (const wait of [0, ...SETTLING_MS]) {
      if (wait > 0) await context.clock.sleep(wait).catch(() => undefined);
      const answer = await describe(name);
      description = answer instanceof Unreadable ? undefined : answer;
      if (description === undefined) return undefined;
      const current = versionOf('AWSCURRENT', description);
      if (isListed(version, description) && current !== parent) break;
      // A version that two others were written after has no label any more, and is not described.
      if (current !== undefined && !versions.has(current) && !written.has(current)) break;
    }
    return description;
  }

  /** All versions, those without a label too: of three writers that overtake each other, one has none. */
  async function listVersions(name: string): Promise<Version[]> {
    const found: Version[] = [];
    let NextToken: string | undefined;
    do {
      const page = await send('ListSecretVersionIds', name, 'secretsmanager:read', () =>
        client.send(
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
  async function versionsOf(
    name: string,
    version: string | undefined,
    description: Description,
    known: Known,
  ): Promise<readonly Version[]> {
    const listed = await listVersions(name).catch((error: unknown) => {
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
  async function catchUp(
    name: string,
    version: string | undefined,
    description: Description,
    known: Known,
  ): Promise<Basis> {
    const versions = await versionsOf(name, version, description, known);
    const from = lastAgreed(
      versions,
      versions.findIndex(({ id }) => id === known.base),
    );
    const since = versions.slice(Math.max(from, 0));
    await Promise.all(
      since.map(async ({ id }) => {
        if (!known.objects.has(id)) known.objects.set(id, await readVersion(name, id));
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
  return async function writeKeys(
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
    const settle = (object: SecretObject, version: string | undefined) => {
      // A second change of the same run (keys are added first, and removed later) starts from here.
      keep(name, { object, version });
      if (known.denied !== undefined) throw known.denied;
      return version;
    };
    for (let round = 1; ; round++) {
      const object = mergeKeys(basis.object, differences);
      const text = printSecret(object);
      // A later writer may have read these keys before, and then nothing is left to do.
      if (text === basis.current?.text) return settle(object, basis.current.version);
      if (round > rounds)
        throw new UserFacingError(
          `${name}: another writer keeps changing this secret; stop it, then run again`,
          {
            reason: 'conflict',
          },
        );
      if (Buffer.byteLength(text) > SECRET_BYTES)
        throw new UserFacingError(
          `${name}: with its existing keys it would be larger than the ${SECRET_BYTES} bytes that a secret holds; choose another bundle`,
          { reason: 'input' },
        );
      const version = await put(name, text, versionId(basis.parent, basis.origin));
      if (version !== undefined) known.objects.set(version, object);
      const description = await describeWritten(name, version, basis);
      const current = versionOf('AWSCURRENT', description);
      const isSeen = (other: string | undefined) => basis.versions.has(other);
      if (description === undefined) return settle(object, version);
      if (current === version && isSeen(versionOf('AWSPREVIOUS', description)))
        return settle(object, version);
      // If AWS shows only versions older than this write, there is no sign of another writer.
      if ((isSeen(current) || written.has(current)) && !isListed(version, description)) {
        context.notice(
          `${name}: AWS does not show the write yet, so another writer cannot be ruled out; the next run reads it again`,
        );
        return settle(object, version);
      }
      context.notice(
        `${name}: another writer changed it in the meantime; it is read again, and the configured keys are merged into it`,
      );
      basis = await catchUp(name, version, description, known);
    }
  };
}

function unusable(name: string, why: string): UserFacingError {
  return new UserFacingError(`${name}: ${why}`, { reason: 'blocked' });
}

import type { Deletion } from '../kinds/descriptor.ts';
import { KINDS } from '../kinds/kinds.ts';
import type { Change, ChangeOf, Plan } from '../model/change.ts';
import { ABSENT, type Difference } from '../model/fields.ts';
import type { AnyUnconfigured, Findings } from '../model/inventory.ts';
import { ADOPTED, CREATED, OWNER_FIELD } from '../model/ownership.ts';
import {
  fieldOf,
  NAMES,
  SHARED_KINDS,
  type SharedKind,
  type Spec,
  type Specs,
  Unreadable,
} from '../model/spec.ts';
import type { OptInName } from '../settings/choices.ts';
import type { Ignored } from '../settings/rules.ts';
import { isIgnored } from './policy.ts';
import { changeOfUnconfigured, unlisted } from './prune.ts';

/** A resource of the application that this run would delete. */
export interface Shared<K extends SharedKind = SharedKind> {
  readonly name: string;
  /** Its name says that no other environment uses it. */
  readonly exclusive: boolean;
  readonly existing: Specs[K] | Unreadable | undefined;
}

export interface DestroyRequest {
  readonly found: Findings;
  /** The resources of the application. */
  readonly shared: { readonly [K in SharedKind]?: Shared<K> | undefined };
  readonly region: string;
  /** Prefixes of other environments with resources of this action, or why they are unknown. */
  readonly neighbours: readonly string[] | Unreadable;
  /** The URLs to remove from Auth0; undefined if Auth0 stays unchanged. */
  readonly auth0: readonly Change[] | undefined;
  /** The parameter with the URLs that are in Auth0, and whether it could be read. */
  readonly callback: { readonly name: string; readonly unreadable: Unreadable | undefined };
  readonly allow: ReadonlySet<OptInName>;
  readonly ignore: readonly Ignored[];
  readonly recoveryDays: number;
}

/**
 * Plans the deletion of an environment. A protected log group blocks everything else: half of an environment is worse
 * than a whole one.
 *
 *     below the prefix | created: delete; adopted: remove the ownership tag; unmanaged: report
 *     Auth0            | remove the URLs of app-url and AUTH0_CALLBACK_URL, before that parameter is deleted
 *     log group,       | created: delete with the opt-in if its name contains the environment; adopted: remove the
 *     repository       | ownership tag, unless another environment of the application exists
 *
 * A name that environments share is deleted by none of them: one without parameters and secrets of this action leaves
 * no trace, so the last one is unknown, and logs and images cannot be restored.
 */
export function destroy(request: DestroyRequest): Plan {
  const { found, shared, auth0 = [] } = request;
  const plan = [
    ...found.unconfigured.map((resource) => unconfiguredChange(resource, request)),
    ...found.failures.map(unlisted),
    ...auth0,
    ...SHARED_KINDS.flatMap((kind): Change[] => {
      const resource = shared[kind];
      return resource === undefined ? [] : sharedChange(kind, resource, request);
    }),
  ];
  const isProtected = plan.some(
    ({ blocked, observed }) => blocked !== undefined && observed?.metadata.deletionProtected,
  );
  return isProtected ? plan.map(kept) : plan;
}

/** The deletions of a destroy whose log group is not protected. */
function kept<C extends Change>(change: C): C {
  if (change.action === 'none' || change.action === 'blocked') return change;
  const { after: _after, ...rest } = change;
  return {
    ...(rest as C),
    action: 'none',
    desired: change.observed ?? change.desired,
    differences: [],
    notes: ['kept: the log group has deletion protection, so this run deletes nothing'],
  };
}

function unconfiguredChange(resource: AnyUnconfigured, request: DestroyRequest): Change {
  const { kind, spec, owner } = resource;
  if (isIgnored({ kind, name: spec.name }, 'deletion', request.ignore))
    return changeOfUnconfigured(resource, { action: 'keep', notes: ['left as it is (ignore)'] });
  const notes: string[] = [];
  const after: string[] = [];
  if (kind === 'AWS::SecretsManager::Secret' && owner === 'created')
    notes.push(`it can be restored for ${request.recoveryDays} days; an apply until then restores it`);
  if (kind === 'AWS::SSM::Parameter' && spec.name === request.callback.name) {
    const { unreadable } = request.callback;
    if (request.auth0 === undefined)
      notes.push(
        'its URLs stay in Auth0, which is not part of this run: its inputs are missing, or only leaves it out',
      );
    else if (unreadable !== undefined && owner === 'created')
      return {
        id: `${kind} ${spec.name}`,
        kind,
        name: spec.name,
        action: 'blocked',
        desired: spec,
        observed: spec,
        differences: [],
        notes: [],
        unreadable: { error: unreadable.error },
        blocked: { reason: 'it could not be read, and holds the URLs to remove from Auth0' },
      };
    // Without it, the URLs to remove are unknown.
    after.push(...(request.auth0?.map(({ id }) => id) ?? []));
  }
  return changeOfUnconfigured(resource, { action: 'remove', notes, after });
}

function sharedChange<K extends SharedKind>(
  kind: K,
  { name, exclusive, existing }: Shared<K>,
  request: DestroyRequest,
): ChangeOf<K>[] {
  if (existing === undefined) return [];
  const empty = { name, fields: {}, metadata: {} } as Specs[K];
  const base = {
    id: `${kind} ${name}`,
    kind,
    name,
    observed: undefined,
    desired: empty,
    differences: [],
    notes: [],
  };
  const unreadable = (reason: string, { error }: Unreadable): ChangeOf<K>[] => [
    { ...base, action: 'blocked', blocked: { reason }, unreadable: { error } },
  ];
  if (existing instanceof Unreadable) return unreadable('it could not be read', existing);

  const found = { ...base, desired: existing, observed: existing };
  const keep = (note: string): ChangeOf<K>[] => [{ ...found, action: 'none', notes: [`kept: ${note}`] }];
  const consent = NAMES[kind].deletion;
  const { all, command, protectedText, ownFields }: Deletion = KINDS[kind].deletion;
  const owner = existing.fields[OWNER_FIELD];
  if (owner !== CREATED && owner !== ADOPTED) return keep('it has no tag managed-by');
  const { ownedBy } = existing.metadata;
  if (ownedBy !== undefined) return keep(`it belongs to ${ownedBy}`);
  if (isIgnored({ kind, name }, 'deletion', request.ignore)) return keep('left as it is (ignore)');
  const shared = `other environments may use it, since its name does not hold {environment}. An environment without parameters and secrets of ours, and another application with the same name in its settings, cannot be seen. If nobody uses it: ${command(name, request.region)}`;
  // No opt-in deletes what environments share, so none is named.
  if (owner === CREATED && !request.allow.has(consent))
    return keep(exclusive ? `allow: ${consent} deletes it, ${all}` : shared);
  // A requested deletion reports the protection first, before any other obstacle.
  if (owner === CREATED && existing.metadata.deletionProtected && protectedText !== undefined)
    return [{ ...found, action: 'blocked', blocked: { reason: protectedText(name) } }];
  if (!exclusive) {
    if (request.neighbours instanceof Unreadable)
      return unreadable('the action could not check whether other environments use it', request.neighbours);
    if (request.neighbours.length > 0)
      return keep(`other environments of the application exist: ${listed(request.neighbours)}`);
    if (owner === CREATED) return keep(shared);
  }
  if (owner === CREATED) return [{ ...found, action: 'delete', notes: [`deleted ${all}`] }];
  return [
    {
      ...found,
      action: 'update',
      differences: [...withdrawn(ownFields, existing), { field: OWNER_FIELD, from: ADOPTED, to: ABSENT }],
      notes: ['it existed before, so it only loses the tag managed-by'],
    },
  ];
}

/** Fields that this action added to an adopted resource. */
function withdrawn(fields: readonly string[], existing: Spec): Difference[] {
  return fields.flatMap((field) => {
    const from = fieldOf(existing, field);
    return from === undefined ? [] : [{ field, from, to: ABSENT }];
  });
}

function listed(names: readonly string[]): string {
  return names.length > 5 ? `${names.slice(0, 5).join(', ')} and ${names.length - 5} more` : names.join(', ');
}

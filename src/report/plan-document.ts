import { createHash } from 'node:crypto';
import type { Plan } from '../plan/change.ts';
import type { Difference } from '../resources/resource.ts';
import type { Settings } from '../settings/settings.ts';
import { textOf } from './fields.ts';

/** The plan for machines: no secret value stands in it, and no account id. */
export interface PlanDocument {
  readonly version: 1;
  readonly prefix: string;
  readonly region: string;
  readonly changes: ReadonlyArray<{
    readonly kind: string;
    readonly name: string;
    readonly action: string;
    readonly fields: ReadonlyArray<{
      readonly field: string;
      readonly from: string | null;
      readonly to: string | null;
    }>;
    readonly reason?: string;
    readonly consent?: string;
    readonly notes: readonly string[];
  }>;
}

export function planDocument(settings: Settings, plan: Plan): PlanDocument {
  return {
    version: 1,
    prefix: settings.prefix,
    region: settings.region,
    changes: [...plan]
      .sort((a, b) => (a.id < b.id ? -1 : a.id > b.id ? 1 : 0))
      .map(({ kind, name, action, differences, blocked, notes }) => ({
        kind,
        name,
        action,
        fields: differences.map(fieldOf),
        ...(blocked === undefined ? {} : { reason: blocked.reason }),
        ...(blocked?.consent === undefined ? {} : { consent: blocked.consent }),
        notes,
      })),
  };
}

function fieldOf({ field, from, to }: Difference) {
  return { field, from: textOf(from) ?? null, to: textOf(to) ?? null };
}

/**
 * @returns a hash that is equal for the same plan over the same observed versions, made without secret values:
 * it may be shown to everybody
 */
export function planHash(document: PlanDocument, plan: Plan): string {
  const versions = plan
    .map(({ kind, name, observed }) => `${kind} ${name} ${observed?.facts.version ?? ''}`)
    .sort();
  const changes = document.changes.map((change) => JSON.stringify(change)).sort();
  return createHash('sha256')
    .update(JSON.stringify([document.prefix, document.region, changes, versions]))
    .digest('hex');
}

export interface Counts {
  readonly toCreate: number;
  readonly toUpdate: number;
  readonly toDelete: number;
  readonly blocked: number;
}

export function count(plan: Plan): Counts {
  const of = (action: string) =>
    plan.filter((change) => change.action === action && change.unreadable === undefined).length;
  return { toCreate: of('create'), toUpdate: of('update'), toDelete: of('delete'), blocked: of('blocked') };
}

/** @returns whether a wanted change stood open when the run began; blocked ones count. */
export function isDrifted(plan: Plan): boolean {
  const { toCreate, toUpdate, toDelete, blocked } = count(plan);
  return toCreate + toUpdate + toDelete + blocked > 0;
}

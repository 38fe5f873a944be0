import { createHash } from 'node:crypto';
import type { Plan } from '../model/change.ts';
import type { Difference } from '../model/fields.ts';
import { textOf } from '../model/fields.ts';
import type { Scrubber } from '../settings/mask-forms.ts';
import type { Settings } from '../settings/settings.ts';
import type { Binding } from './binding.ts';

/** A field that holds a hidden text is hidden as a whole. */
const SHOWN = '***';

/**
 * The plan for machines. It contains no secret value, and no account id but in the ARN of a KMS key and among
 * `pull-accounts`.
 */
export interface PlanDocument {
  readonly version: 1;
  readonly prefix: string;
  readonly region: string;
  /** Equal for the same account, and not its id. */
  readonly account?: string;
  /** Equal for the same tenant and application. */
  readonly auth0?: string;
  /** Equal for equal hidden values that are not secret. */
  readonly hidden?: { readonly digest: string; readonly fields: readonly string[] };
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
    /** Version of the stored value that was read. */
    readonly standing?: string;
    /** All but its value was compared, since the role may not read that. */
    readonly unread?: true;
    /** Found below the prefix, and not configured. */
    readonly unwanted?: true;
    readonly notes: readonly string[];
  }>;
}

/**
 * @param binding the part of an approval beside the changes
 * @param gate masks hidden values in every text of the document; its fixed words stay. The hash covers the masked
 * text, so that a reader of the document can compute it
 */
export function planDocument(
  settings: Pick<Settings, 'prefix' | 'region'>,
  plan: Plan,
  gate: Pick<Scrubber, 'scrub'>,
  binding?: Binding,
): PlanDocument {
  const { account, auth0, hidden } = binding ?? {};
  const shown = (text: string) => gate.scrub(text);

  return {
    version: 1,
    prefix: settings.prefix,
    region: settings.region,
    ...(account === undefined ? {} : { account }),
    ...(auth0 === undefined ? {} : { auth0 }),
    ...(hidden === undefined ? {} : { hidden }),
    changes: [...plan]
      .sort((a, b) => (a.id < b.id ? -1 : 1))
      .map(({ kind, name, action, observed, differences, blocked, unwanted, notes }) => ({
        kind,
        name: shown(name),
        action,
        fields: differences.map((difference) => fieldOf(difference, shown)),
        ...(blocked === undefined ? {} : { reason: shown(blocked.reason) }),
        ...(blocked?.consent === undefined ? {} : { consent: blocked.consent }),
        ...(observed?.metadata.version === undefined ? {} : { standing: observed.metadata.version }),
        ...(observed?.metadata.unread === true ? { unread: true as const } : {}),
        ...(unwanted === undefined ? {} : { unwanted }),
        notes: notes.map(shown),
      })),
  };
}

function fieldOf({ field, from, to }: Difference, shown: (text: string) => string) {
  const whole = (value: string | undefined) => {
    if (value === undefined) return null;
    return shown(value) === value ? value : SHOWN;
  };
  return { field: shown(field), from: whole(textOf(from)), to: whole(textOf(to)) };
}

/**
 * @returns a hash that is equal for the same plan over the same observed versions, whatever the order of the input,
 * the mode or the words; computed without secret values, so it is safe to publish
 */
export function planHash({ prefix, region, account, auth0, hidden, changes }: PlanDocument): string {
  const effects = changes.flatMap((change) => effectOf(change) ?? []).sort();
  return createHash('sha256')
    .update(JSON.stringify([prefix, region, account ?? '', auth0 ?? '', hidden?.digest ?? '', effects]))
    .digest('hex');
}

/** @returns the effect of one change as text; undefined if it is only reported. */
export function effectOf(change: PlanDocument['changes'][number]): string | undefined {
  const { kind, name, action, fields, consent, standing, unwanted } = change;
  if (unwanted === true && action === 'none') return undefined;
  const sorted = fields.map(({ field, from, to }) => JSON.stringify([field, from, to])).sort();
  return JSON.stringify([kind, name, action, sorted, consent ?? '', standing ?? '']);
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

/** @returns whether a configured change was open when the run began; blocked ones count. */
export function isDrifted(plan: Plan): boolean {
  const { toCreate, toUpdate, toDelete, blocked } = count(plan);
  return toCreate + toUpdate + toDelete + blocked > 0;
}

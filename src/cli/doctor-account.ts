import type { DesiredResource } from '../desired/desired-resource.ts';
import { KINDS } from '../kinds/kinds.ts';
import { ADOPTED, MADE, OWNER_FIELD } from '../model/ownership.ts';
import { fieldOf, type Kind, type Spec, Unreadable } from '../model/spec.ts';
import { STANDARD_PARAMETERS } from '../settings/limits.ts';
import { type Check, doubtful, failed, passed } from './check.ts';

/** One name that the configuration wants, and what exists under it. */
export interface Existing {
  readonly kind: Kind;
  readonly name: string;
  readonly found: Spec | Unreadable;
}

/** Judges whether what exists under the configured names may be written. */
export function checkOwnership(
  desired: ReadonlyArray<Pick<DesiredResource, 'kind'> & { readonly spec: { readonly name: string } }>,
  existing: readonly Existing[],
  adopts: boolean,
): Check[] {
  const checks: Check[] = [];
  const adopted: string[] = [];
  for (const { kind, name, found } of existing) {
    if (found instanceof Unreadable) continue;
    const owner = found.metadata.ownedBy;
    const tag = fieldOf(found, OWNER_FIELD);
    const what = `The ${KINDS[kind].noun} ${name}`;
    if (owner !== undefined)
      checks.push(
        failed(
          'ownership',
          `${what} exists and belongs to ${owner}`,
          'Choose another name or prefix, or leave it out of the configuration with a rule that has to: ignore',
        ),
      );
    else if (found.metadata.unusable !== undefined)
      checks.push(
        failed('ownership', `${what}: ${found.metadata.unusable}`, 'Choose another bundle or prefix'),
      );
    else if (tag !== MADE && tag !== ADOPTED) adopted.push(name);
  }
  if (adopted.length > 0)
    checks.push(
      adopts
        ? doubtful(
            'ownership',
            `${adopted.length} resources exist without the tag managed-by, and apply adopts them: ${adopted.join(', ')}`,
          )
        : failed(
            'ownership',
            `${adopted.length} resources exist without the tag managed-by, and adopt is false: ${adopted.join(', ')}`,
            'Set adopt: true, or choose another prefix',
          ),
    );
  const isClear = checks.every(({ status }) => status === 'ok');
  return isClear && desired.length > 0
    ? [passed('ownership', `All ${desired.length} configured names are free or managed by this tool`)]
    : checks;
}

/** @param added parameters that do not exist yet */
export function checkQuota(existing: number, added: number): Check {
  const room = STANDARD_PARAMETERS - existing;
  const text = `Parameter Store has ${existing > STANDARD_PARAMETERS ? `more than ${STANDARD_PARAMETERS}` : existing} standard parameters in this region, and ${STANDARD_PARAMETERS} are allowed by default`;
  const cure =
    'Move some to the Advanced tier with parameter-tier: Advanced, which costs $0.05 a month each, or ask for a higher quota in the Service Quotas console';
  if (added > room) return failed('quota', `${text}. The configuration adds ${added}`, cure);
  if (room - added < STANDARD_PARAMETERS / 20) return doubtful('quota', text, cure);
  return passed(
    'quota',
    `Parameter Store has room: ${existing} of ${STANDARD_PARAMETERS} standard parameters`,
  );
}

import { isTypeUnknown, type ResolvedDestination } from '../desired/destination.ts';
import type { Plan } from '../model/change.ts';

/**
 * A type that no rule gave is a guess, which yields to what exists.
 * @returns the type that a parameter of the plan gets, as reports tell it; undefined for a key of a secret
 */
export function storedTypes(plan: Plan): (destination: ResolvedDestination) => string | undefined {
  const types = new Map<string, string>();
  for (const { kind, name, desired } of plan)
    if (kind === 'AWS::SSM::Parameter' && typeof desired.fields.type === 'string')
      types.set(name, desired.fields.type);
  return (destination) => {
    const { destination: target, name } = destination;
    if (target.store === 'secret') return undefined;
    return isTypeUnknown(destination) ? 'as it stands' : (types.get(name) ?? target.type);
  };
}

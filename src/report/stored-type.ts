import { isTypeUnknown, type Placement } from '../desired/placement.ts';
import type { Plan } from '../model/change.ts';

/**
 * A type that no rule gave is a guess, which yields to what exists.
 * @returns the type that a parameter of the plan gets, as reports tell it; undefined for a key of a secret
 */
export function storedTypes(plan: Plan): (placement: Placement) => string | undefined {
  const types = new Map<string, string>();
  for (const { kind, name, desired } of plan)
    if (kind === 'AWS::SSM::Parameter' && typeof desired.fields.type === 'string')
      types.set(name, desired.fields.type);
  return (placement) => {
    const { destination, name } = placement;
    if (destination.store === 'secret') return undefined;
    return isTypeUnknown(placement) ? 'as it stands' : (types.get(name) ?? destination.type);
  };
}

import type { Route } from '../desired/routing.ts';
import { classifyStored } from '../desired/stored-value.ts';
import type { Change, ChangeOf, Plan } from '../model/change.ts';
import type { Difference, Field } from '../model/fields.ts';
import { Secret } from '../secret.ts';

/**
 * Decides which values of a plan may be printed. Every value is a `Secret` until it passes here, the only place that reveals
 * one to people: unclassified values stay hidden.
 */
export interface Disclosure {
  /** Routes by the parameter that they lead to. */
  readonly routes: ReadonlyMap<string, Route>;
  /** Variables that are keys of secrets that this action owns. */
  readonly encrypted: ReadonlySet<string>;
  /** Files of the checkout, rules among them, may be a stranger's. */
  readonly isPullRequest: boolean;
  /** @returns the variable whose hidden text a value contains */
  readonly secretIn: (value: Secret) => string | undefined;
}

/** @returns the plan with the values in the clear that may be printed */
export function disclose(plan: Plan, disclosure: Disclosure): Plan {
  return plan.map((change) => {
    if (change.kind !== 'AWS::SSM::Parameter') return change;
    const route = disclosure.routes.get(change.name);
    if (route === undefined || !mayBePrinted(change, route, disclosure)) return change;
    return { ...change, differences: change.differences.map((each) => inTheClear(each, route, disclosure)) };
  });
}

/** @returns new values that are stored encrypted although their variable is plain by itself: they are hidden in the log as well */
export function encryptedValues(plan: Plan): ReadonlyArray<readonly [name: string, value: Secret]> {
  return plan.flatMap((change) => {
    const { name, differences } = change;
    if (!isEncrypted(change)) return [];
    return differences.flatMap(({ field, to }) =>
      field === 'value' && to instanceof Secret ? [[name, to] as const] : [],
    );
  });
}

/** @returns whether a parameter's value is stored encrypted, before the change or after it. */
export function isEncrypted({ kind, observed, desired }: Change): boolean {
  if (kind !== 'AWS::SSM::Parameter') return false;
  return observed?.fields.type === 'SecureString' || desired.fields.type === 'SecureString';
}

function mayBePrinted(
  change: ChangeOf<'AWS::SSM::Parameter'>,
  route: Route,
  { encrypted, isPullRequest }: Disclosure,
): boolean {
  const { variable, shown } = route;
  if (!shown || isEncrypted(change) || encrypted.has(variable.name)) return false;
  // A pull request that removes or mistypes a rule would make the value plain there.
  const isGivenAsHidden = variable.source === 'dotenv' || variable.source === 'secrets';
  return !(isPullRequest && isGivenAsHidden && change.observed?.fields.type !== 'String');
}

function inTheClear(difference: Difference, route: Route, { secretIn }: Disclosure): Difference {
  if (difference.field !== 'value') return difference;
  const clear = (value: Field, isPlain: (value: Secret) => boolean): Field =>
    value instanceof Secret && isPlain(value) && secretIn(value) === undefined ? value.disclosed() : value;
  return {
    ...difference,
    // The previous value may be the leak that this change corrects.
    from: clear(difference.from, (value) => classifyStored(route, value) === 'plain'),
    to: clear(difference.to, () => true),
  };
}

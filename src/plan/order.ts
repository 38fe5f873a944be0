import type { Change, ChangeOf } from '../model/change.ts';
import { ABSENT, type Difference } from '../model/fields.ts';

/**
 * Orders dependent changes. An image comes after its repository. Sign-in works at every moment: new URLs are allowed
 * before the application uses them, and old ones are removed only after that.
 * @param callbackParameter name of the parameter with the callback of the application
 */
export function inOrder(all: readonly Change[], callbackParameter: string): Change[] {
  const changes = all.map((change) => afterRepository(change, all));
  const isCallback = ({ kind, name }: Change) => kind === 'AWS::SSM::Parameter' && name === callbackParameter;
  const unread = changes.find(isUnreadDesired);
  if (unread !== undefined)
    return changes.map((change) =>
      isCallback(change) && change.action !== 'none' ? { ...change, after: [unread.id] } : change,
    );
  const application = changes.find(isUrlUpdate);
  if (application === undefined) return [...changes];
  const [allow, withdraw] = part(application.differences);
  const allowing: ChangeOf<'Auth0::Application'> = { ...application, differences: allow };
  const callbacks = changes.filter(isCallback).map(({ id }) => id);
  const before = allow.length > 0 ? [allowing.id] : [];
  const rest = changes
    .filter((change) => change !== application)
    .map(
      (change): Change => (isCallback(change) && before.length > 0 ? { ...change, after: before } : change),
    );
  if (withdraw.length === 0) return [...rest, allowing];
  const withdrawing: ChangeOf<'Auth0::Application'> = {
    ...application,
    id: `${application.id} withdraw`,
    differences: withdraw,
    notes: before.length > 0 ? [] : application.notes,
    after: [...before, ...callbacks],
  };
  return [...rest, ...(before.length > 0 ? [allowing] : []), withdrawing];
}

/** An image needs the repository that it is pushed to. */
function afterRepository(change: Change, all: readonly Change[]): Change {
  if (change.kind !== 'Image') return change;
  const repository = all.filter(
    ({ kind, name, action }) =>
      kind === 'AWS::ECR::Repository' && name === change.name && action === 'create',
  );
  return repository.length === 0 ? change : { ...change, after: repository.map(({ id }) => id) };
}

function isUrlUpdate(change: Change): change is ChangeOf<'Auth0::Application'> {
  return change.kind === 'Auth0::Application' && change.action === 'update';
}

/** It is unknown whether the URLs are allowed. Writing a callback that Auth0 refuses would break sign-in. */
function isUnreadDesired({ kind, unreadable, desired }: Change): boolean {
  return (
    kind === 'Auth0::Application' && unreadable !== undefined && Object.values(desired.fields).includes(true)
  );
}

function part(differences: readonly Difference[]): [Difference[], Difference[]] {
  return [differences.filter(({ to }) => to !== ABSENT), differences.filter(({ to }) => to === ABSENT)];
}

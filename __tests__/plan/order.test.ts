/** What belongs together comes in an order in which a login works at every moment. */
import { describe, expect, it } from 'vitest';
import type { Change } from '../../src/model/change.ts';
import { ABSENT, type Difference } from '../../src/model/fields.ts';
import type { Kind } from '../../src/model/spec.ts';
import { inOrder } from '../../src/plan/order.ts';

const CALLBACK = '/papyrus/prd/AUTH0_CALLBACK_URL';

function change(
  kind: Kind,
  name: string,
  action: Change['action'],
  differences: readonly Difference[] = [],
): Change {
  const spec = { name, fields: {}, metadata: {} };
  // The kind and its fields go together in every row of the tests; the compiler cannot see that here.
  return {
    id: `${kind} ${name}`,
    kind,
    name,
    action,
    desired: spec,
    observed: spec,
    differences,
    notes: ['a note'],
  } as Change;
}

const add: Difference = { field: 'callback:https://new', from: ABSENT, to: true };
const remove: Difference = { field: 'callback:https://old', from: true, to: ABSENT };
const application = (...differences: Difference[]) =>
  change('Auth0::Application', 'app', 'update', differences);
const callback = change('AWS::SSM::Parameter', CALLBACK, 'update');
const port = change('AWS::SSM::Parameter', '/papyrus/prd/PORT', 'update');
const short = (changes: readonly Change[]) =>
  changes.map(({ id, differences, notes, after }) => [
    id.replace(/^\S+ /, ''),
    differences.map(({ field }) => field),
    notes,
    after,
  ]);
const APPLICATION = 'Auth0::Application app';
const PARAMETER = `AWS::SSM::Parameter ${CALLBACK}`;

describe('the URLs of an application', () => {
  it('that are new are allowed before the callback names them', () => {
    expect(short(inOrder([callback, port, application(add)], CALLBACK))).toEqual([
      [CALLBACK, [], ['a note'], [APPLICATION]],
      ['/papyrus/prd/PORT', [], ['a note'], undefined],
      ['app', [add.field], ['a note'], undefined],
    ]);
  });

  it('that are old go only after the callback names others', () => {
    expect(short(inOrder([application(remove), callback, port], CALLBACK))).toEqual([
      [CALLBACK, [], ['a note'], undefined],
      ['/papyrus/prd/PORT', [], ['a note'], undefined],
      ['app withdraw', [remove.field], ['a note'], [PARAMETER]],
    ]);
  });

  it('that are new and old are in two changes, the callback between them', () => {
    expect(short(inOrder([application(remove, add), callback], CALLBACK))).toEqual([
      [CALLBACK, [], ['a note'], [APPLICATION]],
      ['app', [add.field], ['a note'], undefined],
      ['app withdraw', [remove.field], [], [APPLICATION, PARAMETER]],
    ]);
  });

  it('that go without a callback in this run go at once', () => {
    expect(short(inOrder([application(remove)], CALLBACK))).toEqual([
      ['app withdraw', [remove.field], ['a note'], []],
    ]);
  });

  it.each(['none', 'blocked', 'create'] as const)('that are not updated (%s) order nothing', (action) => {
    const still = change('Auth0::Application', 'app', action, [remove]);
    expect(inOrder([callback, still], CALLBACK)).toEqual([callback, still]);
  });

  it('do not wait for a secret of the same name, nor it for them', () => {
    const secret = change('AWS::SecretsManager::Secret', CALLBACK, 'update');
    expect(
      short(inOrder([secret, application(add, remove)], CALLBACK)).map(([, , , after]) => after),
    ).toEqual([undefined, undefined, [APPLICATION]]);
  });

  it('that another kind updates are no URLs', () => {
    const group = change('AWS::Logs::LogGroup', '/ecs/papyrus', 'update', [remove]);
    expect(inOrder([group, callback], CALLBACK)).toEqual([group, callback]);
  });
});

describe('an application that could not be read', () => {
  /** A change that could not be read, and what is configured for it. */
  const unread = (kind: Kind, to: Difference['to'] = true): Change => {
    const blocked = change(kind, 'app', 'blocked');
    const desired = { ...blocked.desired, fields: { [add.field]: to } };
    return { ...blocked, desired, unreadable: { error: new Error('denied') } } as Change;
  };
  const afters = (changes: readonly Change[]) =>
    inOrder(changes, CALLBACK).map(({ id, after }) => [id.replace(/^\S+ /, ''), after]);

  it('holds back the callback that it shall allow, and nothing else', () => {
    expect(afters([port, callback, unread('Auth0::Application')])).toEqual([
      ['/papyrus/prd/PORT', undefined],
      [CALLBACK, [APPLICATION]],
      ['app', undefined],
    ]);
  });

  it.each(['create', 'update', 'blocked'] as const)(
    'holds it back where it is to be changed: %s',
    (action) => {
      const waiting = change('AWS::SSM::Parameter', CALLBACK, action);
      expect(inOrder([waiting, unread('Auth0::Application')], CALLBACK)[0]).toEqual({
        ...waiting,
        after: [APPLICATION],
      });
    },
  );

  it.each<[what: string, beside: () => Change]>([
    ['whose URLs are only taken out', () => unread('Auth0::Application', ABSENT)],
    ['of another kind', () => unread('AWS::Logs::LogGroup')],
    [
      'that was read',
      () => ({ ...unread('Auth0::Application'), action: 'none', unreadable: undefined }) as Change,
    ],
  ])('is no reason to wait where it is one %s', (_what, beside) => {
    const changes = [callback, beside()];
    expect(inOrder(changes, CALLBACK)).toEqual(changes);
  });

  it('holds back no callback that is as configured', () => {
    const changes = [change('AWS::SSM::Parameter', CALLBACK, 'none'), unread('Auth0::Application')];
    expect(inOrder(changes, CALLBACK)).toEqual(changes);
  });
});

describe('an image', () => {
  const image = change('Image', 'papyrus', 'create');
  const repository = (name: string, action: Change['action']) => change('AWS::ECR::Repository', name, action);

  it('comes after the repository that is created for it', () => {
    const made = repository('papyrus', 'create');
    expect(inOrder([image, made], '')).toEqual([{ ...image, after: [made.id] }, made]);
  });

  it.each([
    ['exists', repository('papyrus', 'update')],
    ['is blocked', repository('papyrus', 'blocked')],
    ['is another', repository('other', 'create')],
    ['is no repository', change('AWS::Logs::LogGroup', 'papyrus', 'create')],
  ])('waits for none that %s', (_what, beside) => {
    expect(inOrder([image, beside], '')).toEqual([image, beside]);
  });

  it('alone is what waits', () => {
    const group = change('AWS::Logs::LogGroup', 'papyrus', 'create');
    const made = repository('papyrus', 'create');
    expect(inOrder([group, made], '')).toEqual([group, made]);
  });
});

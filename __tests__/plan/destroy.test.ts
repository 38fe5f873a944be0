/** What destroy does to each thing, in full; which action it takes is in ownership.test.ts. */
import { describe, expect, it } from 'vitest';
import type { Change } from '../../src/model/change.ts';
import { ABSENT } from '../../src/model/fields.ts';
import type { AnyUnconfigured } from '../../src/model/inventory.ts';
import { Unreadable } from '../../src/model/spec.ts';
import { type DestroyRequest, destroy } from '../../src/plan/destroy.ts';
import { P, parameter, secret } from './orphans.ts';

type Request = Partial<DestroyRequest> & {
  readonly logGroup?: DestroyRequest['shared']['AWS::Logs::LogGroup'];
  readonly repository?: DestroyRequest['shared']['AWS::ECR::Repository'];
};

describe('what destroy does', () => {
  const made = { 'tag:managed-by': 'aws-bootstrap' };
  const adopted = { 'tag:managed-by': 'aws-bootstrap:adopted' };
  const CALLBACK = `${P}/AUTH0_CALLBACK_URL`;
  const application: Change = {
    id: 'application',
    kind: 'Auth0::Application',
    name: 'app',
    action: 'update',
    desired: { name: 'app', fields: {}, metadata: {} },
    observed: undefined,
    differences: [],
    notes: [],
  };
  const of = ({ logGroup, repository, ...request }: Request) =>
    destroy({
      found: { unconfigured: [], failures: [] },
      shared: { 'AWS::Logs::LogGroup': logGroup, 'AWS::ECR::Repository': repository },
      region: 'us-west-2',
      neighbours: [],
      auth0: undefined,
      callback: { name: CALLBACK, unreadable: undefined },
      allow: new Set(),
      ignore: [],
      recoveryDays: 14,
      ...request,
    });
  const found = (...unconfigured: AnyUnconfigured[]) => ({ found: { unconfigured, failures: [] } });
  const repository = (fields: object, metadata = {}, exclusive = false) => ({
    repository: {
      name: 'papyrus',
      exclusive,
      existing: { name: 'papyrus', fields: { ...fields }, metadata },
    },
  });
  const everything = new Set(['delete-repository', 'delete-log-group'] as const);

  it('comes in the order in which it is reported', () => {
    const denied = {
      kind: 'AWS::SecretsManager::Secret' as const,
      path: 'papyrus/prd',
      error: new Error('no'),
    };
    const changes = of({
      found: { unconfigured: [parameter('A', 'created')], failures: [denied] },
      auth0: [application],
      logGroup: {
        name: '/ecs/papyrus',
        exclusive: true,
        existing: { name: '/ecs/papyrus', fields: made, metadata: {} },
      },
      ...repository(made, {}, true),
      allow: everything,
    });
    expect(changes.map(({ name, action }) => [name, action])).toEqual([
      [`${P}/A`, 'delete'],
      ['papyrus/prd/*', 'blocked'],
      ['app', 'update'],
      ['/ecs/papyrus', 'delete'],
      ['papyrus', 'delete'],
    ]);
    expect(changes.slice(3).map(({ id, notes }) => [id, notes])).toEqual([
      ['AWS::Logs::LogGroup /ecs/papyrus', ['deleted with all its logs']],
      ['AWS::ECR::Repository papyrus', ['deleted with all its images']],
    ]);
  });

  describe('a log group with deletion protection', () => {
    const logGroup = (fields: object, metadata: object = { deletionProtected: true }) => ({
      logGroup: {
        name: '/ecs/papyrus',
        exclusive: true,
        existing: { name: '/ecs/papyrus', fields: { ...fields }, metadata },
      },
    });
    const rest = {
      ...found(parameter('A', 'created'), parameter('B', 'adopted'), secret('db', 'created', ['k'])),
      auth0: [application],
      ...repository(made),
    };

    it('is blocked with the command that lifts it, and nothing else is taken away', () => {
      const changes = of({ ...rest, ...logGroup(made), allow: everything });
      expect(changes.map(({ name, action }) => [name, action])).toEqual([
        [`${P}/A`, 'none'],
        [`${P}/B`, 'none'],
        ['papyrus/prd/db', 'none'],
        ['app', 'none'],
        ['/ecs/papyrus', 'blocked'],
        ['papyrus', 'none'],
      ]);
      const [first] = changes;
      expect([first?.differences, first?.after]).toEqual([[], undefined]);
      expect(first?.notes).toEqual([expect.stringMatching(/^kept: .*deletion protection/)]);
      expect(changes[4]?.blocked?.reason).toContain(
        'aws logs put-log-group-deletion-protection --log-group-identifier /ecs/papyrus --no-deletion-protection-enabled',
      );
      expect(changes[4]?.blocked?.consent).toBeUndefined();
    });

    it('leaves each resource as it was found, and what stays anyway with its own reason', () => {
      const observed = { name: 'app', fields: { name: 'papyrus' }, metadata: {} };
      const ignore = [{ resource: 'parameter' as const, name: () => true, field: () => true }];
      const changes = of({
        ...found(parameter('A', 'created')),
        auth0: [application, { ...application, observed } as Change],
        ...logGroup(made),
        allow: everything,
        ignore,
      });
      expect(changes[0]?.notes).toEqual(['left as it is (ignore)']);
      expect(changes.slice(1, 3).map(({ desired }) => desired)).toEqual([application.desired, observed]);
    });

    it.each([
      ['it stays anyway, without the opt-in', { ...logGroup(made), allow: new Set<never>() }],
      ['it is adopted, and only loses our tag', { ...logGroup(adopted), allow: everything }],
      ['it is not protected', { ...logGroup(made, {}), allow: everything }],
    ])('holds up nothing where %s', (_what, request) => {
      const actions = of({ ...rest, ...request }).map(({ action }) => action);
      expect(actions).toContain('delete');
      expect(actions).not.toContain('blocked');
    });
  });

  it('to a secret can be undone for some days, and to a parameter it cannot', () => {
    const [one, two, three] = of(
      found(secret('db', 'created', ['k']), parameter('A', 'created'), secret('x', 'adopted', ['k'])),
    );
    expect(one?.notes).toEqual(['it can be restored for 14 days; an apply until then restores it']);
    expect(two?.notes).toEqual([]);
    expect(three?.notes).toEqual(['it existed before, so it only loses the tag managed-by']);
    expect([one?.after, two?.after]).toEqual([undefined, undefined]);
  });

  it('leaves what is ignored', () => {
    const ignore = [
      {
        resource: 'parameter' as const,
        name: (name: string) => name === 'A',
        field: (field: string) => field === 'deletion',
      },
      { resource: 'repository' as const, name: () => true, field: (field: string) => field === 'deletion' },
    ];
    const changes = of({
      ...found(parameter('A', 'created'), parameter('B', 'created')),
      ...repository(made),
      allow: everything,
      ignore,
    });
    expect(changes.map(({ name, action, notes }) => [name, action, notes])).toEqual([
      [`${P}/A`, 'none', ['left as it is (ignore)']],
      [`${P}/B`, 'delete', []],
      ['papyrus', 'none', ['kept: left as it is (ignore)']],
    ]);
  });

  it('takes URLs out of Auth0 before the parameter goes that names them', () => {
    const [change, other] = of({
      ...found(parameter('AUTH0_CALLBACK_URL', 'created'), parameter('A', 'created')),
      auth0: [application],
    });
    expect(change).toMatchObject({ action: 'delete', after: ['application'], notes: [] });
    expect(other?.after).toBeUndefined();
  });

  it('says where the URLs stay in Auth0', () => {
    const [change] = of(found(parameter('AUTH0_CALLBACK_URL', 'created')));
    expect(change).toMatchObject({
      action: 'delete',
      notes: [
        'its URLs stay in Auth0, which is not part of this run: its inputs are missing, or only leaves it out',
      ],
    });
    expect(change?.after).toBeUndefined();
  });

  it('keeps the parameter that names the URLs where it could not be read', () => {
    const error = new Error('denied');
    const unread = { callback: { name: CALLBACK, unreadable: new Unreadable(error) }, auth0: [application] };
    const ours = parameter('AUTH0_CALLBACK_URL', 'created');
    expect(of({ ...unread, ...found(ours) })[0]).toEqual({
      id: `AWS::SSM::Parameter ${CALLBACK}`,
      kind: 'AWS::SSM::Parameter',
      name: CALLBACK,
      action: 'blocked',
      desired: ours.spec,
      observed: ours.spec,
      differences: [],
      notes: [],
      blocked: { reason: 'it could not be read, and holds the URLs to remove from Auth0' },
      unreadable: { error },
    });
    expect(of({ ...unread, ...found(parameter('AUTH0_CALLBACK_URL', 'adopted')) })[0]?.action).toBe('update');
    const named = {
      ...secret('s', 'created', ['k']),
      spec: { name: CALLBACK, fields: {}, metadata: {} },
    } as AnyUnconfigured;
    expect(of({ ...unread, ...found(named) })[0]).toMatchObject({ action: 'delete' });
  });

  it.each<[what: string, request: Request, notes: string[]]>([
    ['is not ours', repository({ 'tag:managed-by': 'terraform' }), ['kept: it has no tag managed-by']],
    ['has a stack', repository(adopted, { ownedBy: 'the stack web' }), ['kept: it belongs to the stack web']],
    [
      'has no opt-in',
      repository(made, {}, true),
      ['kept: allow: delete-repository deletes it, with all its images'],
    ],
    [
      'has no opt-in, which would not delete what environments share',
      repository(made),
      [expect.not.stringContaining('allow:')] as string[],
    ],
    [
      'others use',
      { ...repository(adopted), neighbours: ['/papyrus/stg'] },
      ['kept: other environments of the application exist: /papyrus/stg'],
    ],
    [
      'five others use',
      { ...repository(adopted), neighbours: ['/p/a', '/p/b', '/p/c', '/p/d', '/p/e'] },
      ['kept: other environments of the application exist: /p/a, /p/b, /p/c, /p/d, /p/e'],
    ],
    [
      'many others use',
      { ...repository(adopted), neighbours: ['/p/a', '/p/b', '/p/c', '/p/d', '/p/e', '/p/f', '/p/g'] },
      ['kept: other environments of the application exist: /p/a, /p/b, /p/c, /p/d, /p/e and 2 more'],
    ],
  ])('keeps a repository that %s', (_what, request, notes) => {
    expect(of(request)[0]).toMatchObject({
      action: 'none',
      notes,
      differences: [],
      observed: { name: 'papyrus' },
    });
  });

  it('keeps what environments may share, says what cannot be known, and how to delete it by hand', () => {
    const logGroup = {
      name: '/ecs/papyrus',
      exclusive: false,
      existing: { name: '/ecs/papyrus', fields: made, metadata: {} },
    };
    const request = { logGroup, ...repository(made) };
    const changes = of({ ...request, allow: everything });
    // The opt-in would delete neither, so nothing says that it would.
    expect(of(request).map(({ notes }) => notes)).toEqual(changes.map(({ notes }) => notes));
    expect(changes.map(({ action }) => action)).toEqual(['none', 'none']);
    const commands = [
      'aws logs delete-log-group --region us-west-2 --log-group-name /ecs/papyrus',
      'aws ecr delete-repository --region us-west-2 --force --repository-name papyrus',
    ];
    for (const { notes } of changes) expect(notes).toEqual([expect.stringContaining('{environment}')]);
    expect(changes.map(({ notes }) => notes.join())).toEqual(
      commands.map((command) => expect.stringContaining(command)),
    );
  });

  it('says nothing of what does not exist', () => {
    expect(of({ logGroup: { name: '/ecs/papyrus', exclusive: true, existing: undefined } })).toEqual([]);
  });

  it('takes our statement of the policy back from an adopted repository', () => {
    const [change] = of(
      repository({
        ...adopted,
        'pull-accounts': '111122223333',
        'tag:aws-bootstrap:pull-accounts': 'granted',
      }),
    );
    expect(change?.differences.map(({ field, to }) => [field, to])).toEqual([
      ['pull-accounts', ABSENT],
      ['tag:aws-bootstrap:pull-accounts', ABSENT],
      ['tag:managed-by', ABSENT],
    ]);
  });

  it('takes only our tag off what was adopted', () => {
    expect(of(repository(adopted))[0]).toMatchObject({
      action: 'update',
      differences: [{ field: 'tag:managed-by', from: 'aws-bootstrap:adopted', to: ABSENT }],
      notes: ['it existed before, so it only loses the tag managed-by'],
    });
  });

  it('is blocked where something could not be read, with the error for the end', () => {
    const error = new Error('denied');
    const logGroup = { name: '/ecs/papyrus', exclusive: false, existing: new Unreadable(error) };
    expect(of({ logGroup })).toEqual([
      {
        id: 'AWS::Logs::LogGroup /ecs/papyrus',
        kind: 'AWS::Logs::LogGroup',
        name: '/ecs/papyrus',
        action: 'blocked',
        observed: undefined,
        desired: { name: '/ecs/papyrus', fields: {}, metadata: {} },
        differences: [],
        notes: [],
        blocked: { reason: 'it could not be read' },
        unreadable: { error },
      },
    ]);
    expect(of({ ...repository(adopted), neighbours: new Unreadable(error) })[0]).toMatchObject({
      action: 'blocked',
      observed: undefined,
      blocked: { reason: 'the action could not check whether other environments use it' },
      unreadable: { error },
    });
    expect(of({ ...repository(adopted, {}, true), neighbours: new Unreadable(error) })[0]?.action).toBe(
      'update',
    );
  });
});

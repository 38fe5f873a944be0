import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { routesByDestination } from '../../src/desired/stored-value.ts';
import type { Change } from '../../src/model/change.ts';
import { ABSENT } from '../../src/model/fields.ts';
import { Unreadable } from '../../src/model/spec.ts';
import { disclose } from '../../src/plan/disclosure.ts';
import type { Observed } from '../../src/plan/plan.ts';
import { plan } from '../../src/plan/plan.ts';
import { count, isDrifted, planDocument, planHash } from '../../src/plan/plan-document.ts';
import { Secret } from '../../src/secret.ts';
import { ask, type Given } from '../asking.ts';
import { leftBy, NOTHING_HIDDEN, runOf } from '../report/runs.ts';
import { SEED_ENV, SEED_SECRETS } from '../seed.ts';
import { changeOf } from './changes.ts';
import { LENIENT, OURS, spec } from './desired-resources.ts';

const LOG = 'AWS::Logs::LogGroup';
const SSM = 'AWS::SSM::Parameter';
const seed: Given = { inputs: { dotenv: SEED_ENV, mode: 'plan' } };
const document = (run: ReturnType<typeof runOf>) => planDocument(run.settings, run.plan, NOTHING_HIDDEN);
const hash = (run: ReturnType<typeof runOf>) => planHash(document(run));

describe('the plan for machines', () => {
  it('says what is to be done', () => {
    const run = runOf(
      {
        inputs: { dotenv: 'PORT=2', mode: 'plan', only: 'log-group, parameters', 'log-retention-days': '7' },
      },
      {
        [LOG]: new Map([['/ecs/papyrus', spec(LOG, { ...OURS, retention: 30, class: 'STANDARD' })]]),
        [SSM]: new Map([['/papyrus/prd/PORT', spec(SSM, { ...OURS, value: '1', type: 'String' })]]),
      },
    );
    expect(document(run)).toStrictEqual({
      version: 1,
      prefix: '/papyrus/prd',
      region: 'us-west-2',
      changes: [
        {
          kind: LOG,
          name: '/ecs/papyrus',
          action: 'blocked',
          fields: [{ field: 'retention', from: '30', to: '7' }],
          reason: 'a shorter retention deletes existing logs',
          consent: 'shorten-retention',
          notes: [],
        },
        {
          kind: SSM,
          name: '/papyrus/prd/PORT',
          action: 'update',
          fields: [{ field: 'value', from: '1', to: '2' }],
          notes: [],
        },
      ],
    });
  });

  const PLACE = { prefix: '/p/e', region: 'us-west-2' };
  const changesIn = (plan: readonly Change[], gate: { scrub(text: string): string } = NOTHING_HIDDEN) =>
    planDocument(PLACE, plan, gate).changes;

  it('lists resources in one order, and leaves the plan in its own', () => {
    const [a, b, c] = ['/p/e/A', '/p/e/B', '/p/e/C'].map((name) => changeOf(SSM, { name }));
    if (a === undefined || b === undefined || c === undefined) throw new Error('three changes are made');
    const given = [b, c, a];
    expect(changesIn(given).map(({ name }) => name)).toEqual(['/p/e/A', '/p/e/B', '/p/e/C']);
    expect(given).toEqual([b, c, a]);
  });

  it('marks what was found only, and what was compared without its value', () => {
    const entry = { kind: SSM, name: '/papyrus/prd/PORT', action: 'none', fields: [], notes: [] };
    expect(
      changesIn([changeOf(SSM, { unwanted: true, metadata: { unread: true, version: '4' } })]),
    ).toStrictEqual([{ ...entry, standing: '4', unread: true, unwanted: true }]);
    expect(changesIn([changeOf(SSM, { metadata: {} })])).toStrictEqual([entry]);
  });

  it('masks hidden texts wherever they are, and a value that holds one as a whole', () => {
    const gate = { scrub: (text: string) => text.replaceAll('canary', '***') };
    const change = changeOf(SSM, {
      name: '/p/e/canary',
      action: 'blocked',
      differences: [
        { field: 'tag:canary', from: ABSENT, to: 'a canary' },
        { field: 'tag:b', from: 'canary', to: 'another' },
        { field: 'value', from: new Secret('x'), to: ABSENT },
      ],
      blocked: { reason: 'the canary' },
      notes: ['one canary', 'none'],
    });
    expect(changesIn([change], gate)).toStrictEqual([
      {
        kind: SSM,
        name: '/p/e/***',
        action: 'blocked',
        fields: [
          { field: 'tag:***', from: null, to: '***' },
          { field: 'tag:b', from: '***', to: 'another' },
          { field: 'value', from: '***', to: null },
        ],
        reason: 'the ***',
        notes: ['one ***', 'none'],
      },
    ]);
  });

  it("holds none of the seed's secrets, and none of its values that are not shown", () => {
    const text = JSON.stringify(document(runOf(seed)));
    for (const secret of [
      ...SEED_SECRETS,
      'db.internal.example',
      'postgres_admin',
      'aBcDeFgHiJkL',
      'papyrus.eu.auth0.example',
    ])
      expect(text).not.toContain(secret);
    expect(text).toContain('http://0.0.0.0:5000/callback');
  });

  it('never holds a sensitive value, wherever it comes from and goes to', () => {
    const canary = fc.stringMatching(/^[A-Z][a-z]{4}Qz[0-9]{8}$/);
    const names = fc.constantFrom(
      'DB_PASSWORD',
      'DB_USER',
      'AUTH0_DOMAIN',
      'PORT',
      'A_TOKEN',
      'GUNICORN_X',
      'AUTH0_CALLBACK_URL',
    );
    const rules = fc.constantFrom(
      undefined,
      'parameter',
      'secure-parameter',
      'secret/app',
      '[secret/app, parameter]',
    );
    fc.assert(
      fc.property(
        names,
        canary,
        canary,
        fc.constantFrom('secrets', 'dotenv', 'variables'),
        rules,
        (name, value, old, source, to) => {
          const { settings, desired, routes, faults } = ask({
            inputs: { [source]: `${name}=${value}`, mode: 'plan' },
            ...(to === undefined ? {} : { config: `rules: [{ match: "*", to: ${to} }]` }),
          });
          expect(faults).toEqual([]);
          // What exists holds another value, read as the providers read it.
          const shown = routes[0]?.shown === true;
          const observed = {
            [SSM]: new Map([
              [
                `/papyrus/prd/${name}`,
                spec(SSM, { ...OURS, type: 'String', value: new Secret(old) }, {}, `/papyrus/prd/${name}`),
              ],
            ]),
            'AWS::SecretsManager::Secret': new Map(
              ['db', 'auth0', 'app'].map(
                (bundle) =>
                  [
                    `papyrus/prd/${bundle}`,
                    spec(
                      'AWS::SecretsManager::Secret',
                      { ...OURS, [`key:${name}`]: new Secret(old) },
                      {},
                      `papyrus/prd/${bundle}`,
                    ),
                  ] as const,
              ),
            ),
          };
          const printed = (found: Observed) =>
            disclose(plan(desired.resources, found, LENIENT), {
              routes: routesByDestination(desired, settings.prefix),
              encrypted: new Set(),
              isPullRequest: false,
              secretIn: () => undefined,
            });
          const text = JSON.stringify([
            planDocument(settings, printed(observed), NOTHING_HIDDEN),
            planDocument(settings, printed({}), NOTHING_HIDDEN),
          ]);
          if (routes[0]?.class !== 'plain' || source === 'secrets' || !shown) {
            expect(text).not.toContain(value);
            expect(text).not.toContain(old);
          } else expect(text).toContain(value);
        },
      ),
      { numRuns: 200 },
    );
  });
});

describe('the hash', () => {
  it('is equal for the same plan over the same versions', () => {
    expect(hash(runOf(seed))).toBe(hash(runOf(seed)));
    expect(hash(runOf(seed))).toMatch(/^[0-9a-f]{64}$/);
  });

  it('can be computed from the document by its reader', () => {
    const changes = [
      changeOf(SSM, {
        name: '/p/e/B',
        action: 'update',
        differences: [
          { field: 'value', from: '1', to: '2' },
          { field: 'tag:a', from: ABSENT, to: 'b' },
        ],
        metadata: { version: '4' },
      }),
      changeOf(LOG, { action: 'blocked', blocked: { reason: 'x', consent: 'shorten-retention' } }),
      changeOf(SSM, { name: '/p/e/OLD', action: 'delete', unwanted: true }),
      changeOf(SSM, { name: '/p/e/OTHERS', unwanted: true }),
    ];
    const effects = [
      `["${LOG}","/ecs/papyrus","blocked",[],"shorten-retention",""]`,
      `["${SSM}","/p/e/B","update",["[\\"tag:a\\",null,\\"b\\"]","[\\"value\\",\\"1\\",\\"2\\"]"],"","4"]`,
      `["${SSM}","/p/e/OLD","delete",[],"",""]`,
    ];
    const bindings = [
      [undefined, ['', '', '']],
      [{ account: 'a0b1c2', auth0: '01', hidden: { digest: '02', fields: ['x'] } }, ['a0b1c2', '01', '02']],
    ] as const;
    for (const [binding, held] of bindings) {
      const place = { prefix: '/p/e', region: 'us-west-2' };
      const text = JSON.stringify([place.prefix, place.region, ...held, effects]);
      expect(planHash(planDocument(place, changes, NOTHING_HIDDEN, binding))).toBe(
        createHash('sha256').update(text).digest('hex'),
      );
    }
  });

  it('does not depend on the order of the variables', () => {
    const turned = SEED_ENV.trim().split('\n').reverse().join('\n');
    const run = runOf({ inputs: { dotenv: turned, mode: 'plan', only: 'parameters' } });
    expect(hash(run)).toBe(hash(runOf({ inputs: { dotenv: SEED_ENV, mode: 'plan', only: 'parameters' } })));
  });

  it.each<[what: string, given: Given]>([
    ['another region', { ...seed, region: 'eu-west-1' }],
    ['another prefix', { inputs: { ...seed.inputs, prefix: '/papyrus/stg' } }],
    ['a variable more', { inputs: { ...seed.inputs, variables: 'MORE=1' } }],
    ['another plain value', { inputs: { ...seed.inputs, dotenv: SEED_ENV.replace('info', 'debug') } }],
    ['a tag', { inputs: { ...seed.inputs, tags: 'a=b' } }],
  ])('is another for %s', (_what, given) => {
    expect(hash(runOf(given))).not.toBe(hash(runOf(seed)));
  });

  it('is another over another version', () => {
    const existing = (version: string) => ({
      [SSM]: new Map([
        ['/papyrus/prd/PORT', spec(SSM, { ...OURS, value: '1', type: 'String' }, { version })],
      ]),
    });
    const given: Given = { inputs: { dotenv: 'PORT=2', mode: 'plan' } };
    expect(hash(runOf(given, existing('1')))).not.toBe(hash(runOf(given, existing('2'))));
  });

  it('is computed without secret values: two of them give one hash, which tells nothing', () => {
    const run = (secret: string) => runOf({ inputs: { secrets: `DB_PASSWORD=${secret}`, mode: 'plan' } });
    expect(hash(run('one'))).toBe(hash(run('two')));
  });
});

describe('counts', () => {
  it('what is to be created, updated and blocked', () => {
    const run = runOf(
      { inputs: { dotenv: 'PORT=2\nHOST=h', mode: 'plan', repository: 'none' } },
      {
        [LOG]: new Map([['/ecs/papyrus', spec(LOG, { ...OURS, retention: 30, class: 'STANDARD' })]]),
        [SSM]: new Map([['/papyrus/prd/PORT', spec(SSM, { ...OURS, value: '1', type: 'String' })]]),
      },
    );
    expect(count(run.plan)).toEqual({ toCreate: 1, toUpdate: 1, toDelete: 0, blocked: 1 });
    expect(isDrifted(run.plan)).toBe(true);
  });

  it('nothing where all is as configured', () => {
    const applied = runOf({ inputs: { dotenv: SEED_ENV } });
    const second = runOf(seed, leftBy(applied));
    expect(count(second.plan)).toEqual({ toCreate: 0, toUpdate: 0, toDelete: 0, blocked: 0 });
    expect(isDrifted(second.plan)).toBe(false);
  });

  it.each<[action: Change['action'], counts: Partial<ReturnType<typeof count>>]>([
    ['create', { toCreate: 1 }],
    ['update', { toUpdate: 1 }],
    ['delete', { toDelete: 1 }],
    ['blocked', { blocked: 1 }],
  ])('one with the action %s alone, which is drift', (action, counts) => {
    const changes = [changeOf(SSM, { action }), changeOf(LOG)];
    expect(count(changes)).toEqual({ toCreate: 0, toUpdate: 0, toDelete: 0, blocked: 0, ...counts });
    expect(isDrifted(changes)).toBe(true);
  });

  it('what could not be read is a failure, not drift', () => {
    const run = runOf(
      { inputs: { mode: 'plan', repository: 'none' } },
      { [LOG]: new Map([['/ecs/papyrus', new Unreadable(new Error('x'))]]) },
    );
    expect([count(run.plan).blocked, isDrifted(run.plan)]).toEqual([0, false]);
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { classify } from '../../src/desired/classify.ts';
import { avoidIdleBundles } from '../../src/desired/idle-settings.ts';
import { isUndecided, type Route, type RoutingSettings, route } from '../../src/desired/routing.ts';
import { Secret } from '../../src/secret.ts';
import { readConfig } from '../../src/settings/config.ts';
import { Diagnostics, describe as inWords } from '../../src/settings/diagnostics.ts';
import { readRules } from '../../src/settings/rules.ts';
import type { Source } from '../../src/settings/variable.ts';

const SETTINGS: RoutingSettings = { rules: [], prefer: 'secrets-manager', parameterTier: 'auto' };

function rules(yaml: string): RoutingSettings['rules'] {
  const notes = new Diagnostics();
  const found = readRules(readConfig(`rules: [${yaml}]`, 'c.yml', notes), notes);
  expect(notes.errors).toEqual([]);
  return found;
}

function send(
  name: string,
  value: string,
  source: Source = 'dotenv',
  settings: Partial<RoutingSettings> = {},
) {
  const notes = new Diagnostics();
  const variable = { name, value: new Secret(value), source, where: `input ${source}`, line: 1 };
  const found = route(variable, { ...SETTINGS, ...settings }, notes, classify);
  return {
    found,
    places: places(found),
    faults: notes.errors.map(inWords),
    warnings: notes.warnings.map(inWords),
    notices: notes.notices.map(inWords),
  };
}

const places = ({ destinations }: Route) =>
  destinations.map((place) =>
    place.store === 'secret' ? `${place.bundle}.${place.key}` : `${place.type} ${place.segment}`,
  );

const TOKEN = `ghp_${'aB3'.repeat(12)}`;

describe('without a rule', () => {
  it.each<
    [
      name: string,
      value: string,
      source: Source,
      prefer: 'secrets-manager' | 'ssm',
      places: string[],
      sensitive: boolean,
      shown: boolean,
    ]
  >([
    // the table
    ['DB_PASSWORD', 'x', 'dotenv', 'secrets-manager', ['db.password'], true, false],
    ['DB_PASSWORD', 'x', 'variables', 'ssm', ['db.password'], true, false],
    ['DB_USER', 'x', 'dotenv', 'secrets-manager', ['db.username'], false, false],
    ['DB_USER', 'x', 'dotenv', 'ssm', ['String DB_USER'], false, false],
    ['DB_USER', 'x', 'secrets', 'ssm', ['SecureString DB_USER'], true, false],
    ['DB_USER', 'x', 'secrets', 'secrets-manager', ['db.username'], true, false],
    ['POSTGRES_DB', 'x', 'env-file', 'ssm', ['String POSTGRES_DB'], false, false],
    ['AUTH0_CLIENT_ID', 'x', 'dotenv', 'ssm', ['String AUTH0_CLIENT_ID'], false, false],
    ['AUTH0_DOMAIN', 'x', 'dotenv', 'secrets-manager', ['auth0.domain', 'String AUTH0_DOMAIN'], false, false],
    ['AUTH0_DOMAIN', 'x', 'dotenv', 'ssm', ['String AUTH0_DOMAIN'], false, false],
    [
      'AUTH0_DOMAIN',
      'x',
      'secrets',
      'secrets-manager',
      ['auth0.domain', 'SecureString AUTH0_DOMAIN'],
      true,
      false,
    ],
    [
      'AUTH0_CALLBACK_URL',
      'http://h/c',
      'dotenv',
      'secrets-manager',
      ['String AUTH0_CALLBACK_URL'],
      false,
      true,
    ],
    ['GUNICORN_WORKERS', '2', 'dotenv', 'ssm', ['String GUNICORN_WORKERS'], false, true],
    ['GUNICORN_WORKERS', '2', 'secrets', 'ssm', ['SecureString GUNICORN_WORKERS'], true, false],
    ['FLASK_SECRET_KEY', 'x', 'secrets', 'ssm', ['flask.secret_key'], true, false],
    // rows are exempt from the classification by name, not from what is certain, nor do they show opaque values
    ['GUNICORN_TOKEN', 'x', 'dotenv', 'secrets-manager', ['String GUNICORN_TOKEN'], false, true],
    [
      'GUNICORN_X',
      'kJ8sd7FhsK2lq0ZpW9xYb3Vn',
      'dotenv',
      'secrets-manager',
      ['String GUNICORN_X'],
      true,
      false,
    ],
    ['GUNICORN_X', TOKEN, 'dotenv', 'secrets-manager', ['SecureString GUNICORN_X'], true, false],
    [
      'AUTH0_CALLBACK_URL',
      'http://u:p@h/c',
      'dotenv',
      'secrets-manager',
      ['SecureString AUTH0_CALLBACK_URL'],
      true,
      false,
    ],
    ['DB_HOST', 'postgres://u:p@h/x', 'dotenv', 'ssm', ['SecureString DB_HOST'], true, false],
    ['DB_HOST', 'postgres://u:p@h/x', 'dotenv', 'secrets-manager', ['db.host'], true, false],
    // the class
    ['PORT', '5000', 'dotenv', 'secrets-manager', ['String PORT'], false, true],
    ['PORT', '5000', 'secrets', 'secrets-manager', ['SecureString PORT'], true, false],
    ['SMTP_PASSWORD', 'x', 'variables', 'secrets-manager', ['SecureString SMTP_PASSWORD'], true, false],
    [
      'SENTRY_DSN',
      'https://a:b@sentry/1',
      'dotenv',
      'secrets-manager',
      ['SecureString SENTRY_DSN'],
      true,
      false,
    ],
    ['OTHER', TOKEN, 'dotenv', 'secrets-manager', ['SecureString OTHER'], true, false],
    ['OTHER', 'kJ8sd7FhsK2lq0ZpW9xYb3Vn', 'dotenv', 'secrets-manager', ['SecureString OTHER'], true, false],
    [
      'OTHER',
      '123e4567-e89b-12d3-a456-426614174000',
      'dotenv',
      'secrets-manager',
      ['SecureString OTHER'],
      true,
      false,
    ],
    ['OTHER', 'kJ8sd7FhsK2lq0ZpW9xYb3Vn', 'variables', 'secrets-manager', ['String OTHER'], false, true],
    ['OTHER', TOKEN, 'variables', 'secrets-manager', ['SecureString OTHER'], true, false],
    ['PASSWORD_MIN_LENGTH', '12', 'dotenv', 'secrets-manager', ['String PASSWORD_MIN_LENGTH'], false, true],
    [
      'PASSWORD_MIN_LENGTH',
      'hunter2',
      'dotenv',
      'secrets-manager',
      ['SecureString PASSWORD_MIN_LENGTH'],
      true,
      false,
    ],
    ['SMTP_PASSWORD', '', 'dotenv', 'secrets-manager', ['SecureString SMTP_PASSWORD'], true, false],
    ['EMPTY', '', 'dotenv', 'secrets-manager', ['String EMPTY'], false, true],
  ])('%s=%s of %s, %s', (name, value, source, prefer, expected, sensitive, shown) => {
    const { found, places: actual, faults, warnings } = send(name, value, source, { prefer });
    expect(actual).toEqual(expected);
    expect([found.class !== 'plain', found.shown, found.once]).toEqual([sensitive, shown, false]);
    expect([faults, warnings]).toEqual([[], []]);
  });
});

describe('a rule', () => {
  it.each<
    [
      name: string,
      value: string,
      source: Source,
      rule: string,
      places: string[],
      sensitive: boolean,
      shown: boolean,
    ]
  >([
    ['PORT', '1', 'dotenv', '{ match: PORT, to: secure-parameter }', ['SecureString PORT'], true, false],
    ['PORT', '1', 'dotenv', '{ match: PORT, to: secret/app }', ['app.PORT'], true, false],
    ['PORT', '1', 'dotenv', '{ match: PORT, to: secret/app, key: port }', ['app.port'], true, false],
    ['PORT', '1', 'dotenv', '{ match: PORT, to: parameter, key: port }', ['String port'], false, true],
    [
      'PORT',
      '1',
      'dotenv',
      '{ match: PORT, to: [secret/app, parameter] }',
      ['app.PORT', 'String PORT'],
      true,
      false,
    ],
    ['PORT', '1', 'dotenv', '{ match: PORT, to: ignore }', [], false, false],
    ['SMTP_PASSWORD', 'x', 'dotenv', '{ match: SMTP_PASSWORD, to: ignore }', [], true, false],
    ['DB_USER', 'x', 'dotenv', '{ match: DB_*, to: secret/db }', ['db.username'], true, false],
    ['DB_USER', 'x', 'dotenv', '{ match: DB_*, to: secret/other }', ['other.DB_USER'], true, false],
    ['DB_USER', 'x', 'dotenv', '{ match: DB_*, to: secret/db, key: u }', ['db.u'], true, false],
    ['DB_USER', 'x', 'dotenv', '{ match: DB_*, to: parameter }', ['String DB_USER'], false, false],
    [
      'AUTH0_DOMAIN',
      'x',
      'dotenv',
      '{ match: AUTH0_DOMAIN, to: parameter }',
      ['String AUTH0_DOMAIN'],
      false,
      false,
    ],
    ['DB_PASSWORD', 'x', 'dotenv', '{ match: "*", to: parameter }', ['String DB_PASSWORD'], true, false],
    ['PORT', '1', 'secrets', '{ match: PORT, to: parameter }', ['String PORT'], true, false],
  ])('for %s=%s of %s: %s', (name, value, source, yaml, expected, sensitive, shown) => {
    const { found, places: actual } = send(name, value, source, { rules: rules(yaml) });
    expect(actual).toEqual(expected);
    expect([found.class !== 'plain', found.shown]).toEqual([sensitive, shown]);
  });

  it('is the first that matches', () => {
    const two = rules('{ match: P*, to: secret/a }, { match: PORT, to: parameter }');
    expect(send('PORT', '1', 'dotenv', { rules: two })).toMatchObject({
      places: ['a.PORT'],
      found: { reason: 'rule "P*"' },
    });
    expect(send('HOST', '1', 'dotenv', { rules: two })).toMatchObject({ places: ['String HOST'] });
  });

  it('says so, also where it ignores', () => {
    expect(
      send('PORT', '1', 'dotenv', { rules: rules('{ match: [A, PORT], to: ignore }') }).found.reason,
    ).toContain('rule "A, PORT"');
  });

  it('may be for once', () => {
    expect(
      send('PORT', '1', 'dotenv', { rules: rules('{ match: PORT, to: parameter, write: once }') }).found.once,
    ).toBe(true);
  });

  it.each([
    ['PORT', '1', 'secrets', 'secret'],
    ['DB_PASSWORD', 'x', 'dotenv', 'password'],
    ['OTHER', TOKEN, 'dotenv', 'a token'],
    ['SMTP_PASSWORD', 'x', 'dotenv', 'PASSWORD'],
    ['DB_HOST', 'postgres://u:p@h', 'dotenv', 'a URL'],
  ] as const)('that makes the secret %s=%s of %s plain is warned of', (name, value, source, why) => {
    expect(send(name, value, source, { rules: rules('{ match: "*", to: parameter }') }).warnings).toEqual([
      expect.stringMatching(new RegExp(`^input ${source} line 1: ${name}: .*${why}.*rule "\\*"`)),
    ]);
  });

  it('that keeps it secret is not', () => {
    expect(
      send('PORT', '1', 'secrets', { rules: rules('{ match: "*", to: secure-parameter }') }).warnings,
    ).toEqual([]);
    expect(send('PORT', '1', 'dotenv', { rules: rules('{ match: "*", to: parameter }') }).warnings).toEqual(
      [],
    );
  });
});

describe('the rules that settle what is undecided', () => {
  const value = 'kJ8sd7FhsK2lq0ZpW9xYb3Vn';

  it.each([
    ['parameter', 'plain', true, ['String OTHER']],
    ['secure-parameter', 'secret', false, ['SecureString OTHER']],
  ])('to: %s', (to, expected, shown, destinations) => {
    const after = send('OTHER', value, 'dotenv', { rules: rules(`{ match: [OTHER, MORE], to: ${to} }`) });
    expect(after).toMatchObject({ places: destinations, faults: [], warnings: [], notices: [] });
    expect([after.found.class, after.found.shown]).toEqual([expected, shown]);
  });
});

describe('what no parameter can hold', () => {
  it.each<[what: string, value: string, tier: RoutingSettings['parameterTier'], fault: RegExp | undefined]>([
    ['4096 bytes', 'x'.repeat(4096), 'Standard', undefined],
    [
      '4097 bytes',
      'x'.repeat(4097),
      'Standard',
      /4097 .*more than.* 4096 .*parameter of.* Standard tier holds; .*the rule \{ match: A, to: secret\/app \}/,
    ],
    ['8192 bytes', 'x'.repeat(8192), 'auto', undefined],
    ['8192 bytes', 'é'.repeat(4096), 'Advanced', undefined],
    ['8193 bytes', 'x'.repeat(8193), 'auto', /8193 .*more than.* 8192/],
    ['8194 bytes', 'é'.repeat(4097), 'Intelligent-Tiering', /8194 bytes/],
    ['{{', 'a {{b', 'auto', /that holds "\{\{"; .*the rule/],
    ['{', 'a {b} {', 'auto', undefined],
  ])('%s, %s, %s', (_what, value, parameterTier, fault) => {
    const { faults } = send('A', value, 'dotenv', { parameterTier });
    if (fault === undefined) expect(faults).toEqual([]);
    else expect(faults).toEqual([expect.stringMatching(fault)]);
  });

  it('is no matter for a secret', () => {
    expect(send('DB_PASSWORD', `{{${'x'.repeat(9000)}}}`).faults).toEqual([]);
  });
});

const names = fc.constantFrom(
  'DB_USER',
  'DB_HOST',
  'DB_PASSWORD',
  'AUTH0_DOMAIN',
  'AUTH0_CALLBACK_URL',
  'GUNICORN_X',
  'PORT',
  'A_TOKEN',
  'FLASK_SECRET_KEY',
  'POSTGRES_DB',
);
const prefers = fc.constantFrom('secrets-manager' as const, 'ssm' as const);

describe('for every variable', () => {
  it('what comes from secrets is never a plain String without a rule', () => {
    fc.assert(
      fc.property(
        fc.oneof(names, fc.stringMatching(/^[A-Z][A-Z0-9_]{0,20}$/)),
        fc.string({ unit: 'binary' }),
        prefers,
        (name, value, prefer) => {
          const { found, places: actual } = send(name, value, 'secrets', { prefer });
          expect(found.class !== 'plain').toBe(true);
          expect(found.shown).toBe(false);
          expect(actual.length).toBeGreaterThan(0);
          expect(actual.filter((place) => place.startsWith('String '))).toEqual([]);
        },
      ),
    );
  });

  it('what is sensitive is never shown, and what goes to a secure place is sensitive or a row that is neither', () => {
    fc.assert(
      fc.property(
        names,
        fc.string(),
        fc.constantFrom<Source>('dotenv', 'env-file', 'variables', 'secrets'),
        prefers,
        (name, value, source, prefer) => {
          const { found, places: actual } = send(name, value, source, { prefer });
          expect(found.class !== 'plain' && found.shown).toBe(false);
          if (actual.some((place) => place.startsWith('SecureString ')))
            expect(found.class !== 'plain').toBe(true);
          expect(JSON.stringify(found.destinations)).not.toContain('ABSENT');
        },
      ),
    );
  });

  it('no note holds its value', () => {
    const secret = fc.stringMatching(/^[a-z]{3}Qz[0-9]{6}$/);
    fc.assert(
      fc.property(
        names,
        secret,
        fc.constantFrom('', 'ghp_aaaaaaaaaaaaaaaaaaaaaaaa', 'https://u:', '{{'),
        fc.boolean(),
        (name, value, before, explicit) => {
          const answer = send(
            name,
            `${before}${value}@x`,
            'dotenv',
            explicit ? { rules: rules('{ match: "*", to: parameter }') } : {},
          );
          expect(
            [answer.faults, answer.warnings, answer.notices, answer.found.reason].flat().join(),
          ).not.toContain(value);
        },
      ),
      { numRuns: 60 },
    );
  });
});

describe('a bundle in which nothing is a secret', () => {
  const settle = (given: Record<string, string>, settings: Partial<RoutingSettings> = {}) => {
    const all = { ...SETTINGS, ...settings };
    const notes = new Diagnostics();
    const routes = Object.entries(given).map(([name, value]) =>
      route(
        { name, value: new Secret(value), source: 'dotenv', where: 'input dotenv', line: 1 },
        all,
        notes,
        classify,
      ),
    );
    return avoidIdleBundles(routes, all, notes, classify).flatMap(places);
  };

  it('is not created: its rows are parameters', () => {
    expect(
      settle({ DB_USER: 'papyrus', DB_HOST: 'db.internal', AUTH0_DOMAIN: 'papyrus.eu.auth0.com' }),
    ).toEqual(['String DB_USER', 'String DB_HOST', 'String AUTH0_DOMAIN']);
  });

  it.each<
    [what: string, given: Record<string, string>, settings: Partial<RoutingSettings>, expected: string[]]
  >([
    ['its password', { DB_USER: 'papyrus', DB_PASSWORD: 'x' }, {}, ['db.username', 'db.password']],
    ['an empty password', { DB_USER: 'papyrus', DB_PASSWORD: '' }, {}, ['db.username', 'db.password']],
    [
      'a secret in a row',
      { DB_USER: 'papyrus', DB_HOST: 'postgres://u:p@h' },
      {},
      ['db.username', 'db.host'],
    ],
    [
      'a rule',
      { DB_USER: 'papyrus', OTHER: 'x' },
      { rules: rules('{ match: OTHER, to: secret/db }') },
      ['db.username', 'db.OTHER'],
    ],
  ])('is created for %s', (_what, given, settings, expected) => {
    expect(settle(given, settings)).toEqual(expected);
  });
});

it.each([
  ['GREETING', 'kJ8sd7FhsK2lq0ZpW9xYb3Vn', 'dotenv', true],
  ['GREETING', 'kJ8sd7FhsK2lq0ZpW9xYb3Vn', 'variables', false],
  ['GREETING', 'hello', 'dotenv', false],
  ['SMTP_PASSWORD', 'kJ8sd7FhsK2lq0ZpW9xYb3Vn', 'dotenv', false],
  // The table stores it as String.
  ['GUNICORN_X', 'kJ8sd7FhsK2lq0ZpW9xYb3Vn', 'dotenv', false],
] as const)('%s=%s of %s is encrypted for want of a reason: %s', (name, value, source, isSo) => {
  expect(isUndecided(send(name, value, source).found)).toBe(isSo);
});

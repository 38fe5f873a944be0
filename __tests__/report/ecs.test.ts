import { describe, expect, it } from 'vitest';
import { configFingerprint, type Lookup, references, taskDefinitionSecrets } from '../../src/report/ecs.ts';
import { existingAfter } from '../../src/report/run.ts';
import { Secret } from '../../src/secret.ts';
import type { Given } from '../asking.ts';
import { SEED_ENV } from '../seed.ts';
import { leftBy, runOf } from './runs.ts';

const SSM = 'arn:aws:ssm:us-west-2:123456789012:parameter/papyrus/prd/';
const SM = 'arn:aws:secretsmanager:us-west-2:123456789012:secret:papyrus/prd/';

function of(given: Given, broken: Record<string, unknown> = {}) {
  const run = runOf(given, {}, broken);
  return { destinations: run.desired.destinations, existing: existingAfter(run), run };
}

describe('references', () => {
  const { destinations, existing } = of({ inputs: { dotenv: SEED_ENV } });

  it('to parameters are their ARNs', () => {
    expect(Object.fromEntries(references(destinations, 'AWS::SSM::Parameter', existing))).toEqual({
      AUTH0_DOMAIN: `${SSM}AUTH0_DOMAIN`,
      AUTH0_CALLBACK_URL: `${SSM}AUTH0_CALLBACK_URL`,
      GUNICORN_WORKERS: `${SSM}GUNICORN_WORKERS`,
      GUNICORN_BIND: `${SSM}GUNICORN_BIND`,
      LOG_LEVEL: `${SSM}LOG_LEVEL`,
      SMTP_PASSWORD: `${SSM}SMTP_PASSWORD`,
      REDIS_URL: `${SSM}REDIS_URL`,
    });
  });

  it('to bundles have the key behind the ARN', () => {
    expect(
      Object.fromEntries(references(destinations, 'AWS::SecretsManager::Secret', existing)),
    ).toMatchObject({
      DB_PASSWORD: `${SM}db-AbCdEf:password::`,
      POSTGRES_DB: `${SM}db-AbCdEf:postgres_db::`,
      AUTH0_DOMAIN: `${SM}auth0-AbCdEf:domain::`,
      FLASK_SECRET_KEY: `${SM}flask-AbCdEf:secret_key::`,
    });
  });

  it('are left out where nothing exists, or without that key', () => {
    const failed = of(
      { inputs: { dotenv: SEED_ENV } },
      { 'papyrus/prd/db': new Error('no'), '/papyrus/prd/LOG_LEVEL': new Error('no') },
    );
    const secrets = references(failed.destinations, 'AWS::SecretsManager::Secret', failed.existing);
    expect([...secrets.keys()].sort()).toEqual([
      'AUTH0_CLIENT_ID',
      'AUTH0_CLIENT_SECRET',
      'AUTH0_DOMAIN',
      'FLASK_SECRET_KEY',
    ]);
    expect(references(failed.destinations, 'AWS::SSM::Parameter', failed.existing).has('LOG_LEVEL')).toBe(
      false,
    );
    const empty = of({ inputs: { dotenv: 'DB_PASSWORD=\nDB_USER=x' } });
    expect([...references(empty.destinations, 'AWS::SecretsManager::Secret', empty.existing).keys()]).toEqual(
      ['DB_USER'],
    );
  });

  it('are under the variable’s name, also where a rule names the key', () => {
    const named = of({
      inputs: { dotenv: 'SENTRY_DSN=x' },
      config: 'rules: [{ match: SENTRY_DSN, to: secret/app, key: dsn }]',
    });
    expect(
      Object.fromEntries(references(named.destinations, 'AWS::SecretsManager::Secret', named.existing)),
    ).toEqual({ SENTRY_DSN: `${SM}app-AbCdEf:dsn::` });
  });
});

describe('the secrets of a task definition', () => {
  const { destinations, existing } = of({ inputs: { dotenv: SEED_ENV } });
  const secrets = taskDefinitionSecrets(destinations, existing);

  it('take the parameter where a variable has two places', () => {
    expect(secrets.find(({ name }) => name === 'AUTH0_DOMAIN')).toEqual({
      name: 'AUTH0_DOMAIN',
      valueFrom: `${SSM}AUTH0_DOMAIN`,
    });
  });
});

describe('the fingerprint', () => {
  const given: Given = { inputs: { dotenv: SEED_ENV } };
  const first = of(given);
  const print = configFingerprint(first.destinations, first.existing);

  it('is the same for the same versions', () => {
    const second = runOf(given, leftBy(first.run));
    expect(configFingerprint(second.desired.destinations, existingAfter(second))).toBe(print);
    expect(configFingerprint([...first.destinations].reverse(), first.existing)).toBe(print);
  });

  it('changes with one version', () => {
    const newer: Lookup = (kind, name) => {
      const spec = first.existing(kind, name);
      return name === 'papyrus/prd/db' && spec !== undefined
        ? { ...spec, metadata: { ...spec.metadata, version: '2' } }
        : spec;
    };
    expect(configFingerprint(first.destinations, newer)).not.toBe(print);
  });

  it('does not change with a value, a tag or an ARN alone', () => {
    const other: Lookup = (kind, name) => {
      const spec = first.existing(kind, name);
      return (
        spec && {
          ...spec,
          fields: { ...spec.fields, value: new Secret('other'), 'tag:a': 'b' },
          metadata: { ...spec.metadata, arn: 'arn:other' },
        }
      );
    };
    expect(configFingerprint(first.destinations, other)).toBe(print);
  });
});

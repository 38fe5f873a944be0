import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { Secret } from '../../src/secret.ts';
import {
  type Auth0Given,
  type Auth0Inputs,
  type Auth0Reading,
  readAuth0Domain,
  readAuth0Inputs,
} from '../../src/settings/auth0-inputs.ts';
import { describe as describeFault } from '../../src/settings/diagnostics.ts';

describe('readAuth0Domain', () => {
  it.each([
    ['papyrus.eu.auth0.com', 'https://papyrus.eu.auth0.com'],
    [' Papyrus.EU.auth0.com\n', 'https://papyrus.eu.auth0.com'],
    ['login.example.com', 'https://login.example.com'],
    ['http://127.0.0.1:4010', 'http://127.0.0.1:4010'],
    ['http://127.0.0.1:4010/', 'http://127.0.0.1:4010'],
    ['127.0.0.1:4010', 'http://127.0.0.1:4010'],
    ['http://localhost:4010', 'http://localhost:4010'],
    ['http://[::1]:4010', 'http://[::1]:4010'],
    ['https://localhost:4010', 'https://localhost:4010'],
  ])('reads %j', (text, baseUrl) => {
    expect(readAuth0Domain(text)).toEqual({ baseUrl });
  });

  it('refuses an empty domain', () => {
    expect(readAuth0Domain(' ')).toEqual({ fault: expect.any(String) });
  });
});

describe('readAuth0Inputs', () => {
  const setting = (name: string, value: string | Secret): Auth0Given => ({ name, value });
  const application = (value: string | Secret) => setting('auth0-application-id', value);
  const inDotenv = (name: string, value: string | Secret): Auth0Given => ({
    name,
    value,
    place: { where: '.env', file: '.env', line: 3 },
  });
  const inConfig = (name: string, value: string): Auth0Given => ({
    name,
    value,
    place: { where: 'config.yml', file: 'config.yml', line: 7 },
  });
  const file = (value: string) => inConfig('auth0-domain', value);
  /** As people read them. */
  const messages = ({ faults }: Auth0Reading) => faults.map(describeFault);

  const whole: Auth0Inputs = {
    appUrl: 'http://203.0.113.7:5000',
    hosts: { input: 'papyrus.eu.auth0.com' },
    managementClientId: setting('auth0-management-client-id', 'management-canary'),
    managementClientSecret: new Secret('secret-canary'),
    applicationId: application(new Secret('application-canary')),
  };

  it('gives what the client needs', () => {
    const { access, faults } = readAuth0Inputs(whole);
    expect(faults).toEqual([]);
    expect(access?.baseUrl).toBe('https://papyrus.eu.auth0.com');
    expect(inspect(access)).not.toMatch(/secret-canary|application-canary/);
  });

  it('leaves Auth0 alone where no management input is given', () => {
    expect(readAuth0Inputs({ appUrl: 'https://app.example.com', hosts: {} })).toEqual({ faults: [] });
    expect(
      readAuth0Inputs({ hosts: { file: file('evil.example') }, applicationId: application('x') }),
    ).toEqual({ faults: [] });
  });

  it('names what the errors of the run have to name', () => {
    const names = (changes: Partial<Auth0Inputs>) => readAuth0Inputs({ ...whole, ...changes }).access?.names;
    expect(names({})).toEqual({ domain: 'auth0-domain', application: 'auth0-application-id' });
    expect(
      names({
        hosts: { variable: { ...inDotenv('AUTH0_DOMAIN', 'a.example.com'), fileOnly: false } },
        applicationId: inConfig('auth0-application-id', 'abc'),
      }),
    ).toEqual({
      domain: 'AUTH0_DOMAIN (.env line 3)',
      application: 'auth0-application-id (config.yml line 7)',
    });
  });

  describe('sends the management secret', () => {
    const variable = (value: string | Secret, fileOnly = false) => ({
      variable: { ...inDotenv('AUTH0_DOMAIN', value), fileOnly },
    });
    const baseUrl = (hosts: Auth0Inputs['hosts']) => readAuth0Inputs({ ...whole, hosts }).access?.baseUrl;

    it.each<[string, Auth0Inputs['hosts']]>([
      ['the input', { input: 'Tenant.example.com' }],
      ['the variable of an input', variable('tenant.example.com')],
      ['a secret variable', variable(new Secret('tenant.example.com'))],
      ['the input, with a custom domain', { input: 'tenant.example.com', ...variable('login.example.com') }],
      ['the input, whatever a file says', { input: 'tenant.example.com', ...variable('evil.example', true) }],
      ['the input, which a file repeats', { input: 'tenant.example.com', file: file('TENANT.example.com') }],
      [
        'a variable that a file repeats',
        { file: file('tenant.Example.com'), ...variable('Tenant.example.com') },
      ],
    ])('where %s says', (_, hosts) => {
      expect(baseUrl(hosts)).toBe('https://tenant.example.com');
    });

    it.each<[string, Auth0Inputs['hosts'], RegExp]>([
      ['a committed .env names alone', variable('evil.example', true), /input auth0-domain/],
      ['the configuration file names alone', { file: file('evil.example') }, /input auth0-domain/],
      ['both name', { file: file('evil.example'), ...variable('evil.example', true) }, /input auth0-domain/],
      [
        'the file names beside the variable of an input',
        { file: file('evil.example'), ...variable('tenant.example.com') },
        /another host/,
      ],
      ['a file names', { file: file('evil.example'), input: 'tenant.example.com' }, /another host/],
      ['a broken file names', { file: file('evil.example/x'), input: 'tenant.example.com' }, /another host/],
    ])('never where %s', (_, hosts, message) => {
      const reading = readAuth0Inputs({ ...whole, hosts });
      expect(reading.access).toBeUndefined();
      expect(messages(reading)).toEqual([expect.stringMatching(message)]);
      expect(inspect(reading)).not.toContain('evil');
    });
  });
});

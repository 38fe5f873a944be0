import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { readAuth0Domain } from '../../src/clients/auth0-domain.ts';
import { type Auth0Inputs, readAuth0Inputs } from '../../src/clients/auth0-inputs.ts';
import { Secret } from '../../src/secret.ts';

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

  it.each([
    '',
    'https://papyrus.eu.auth0.com',
    'http://papyrus.eu.auth0.com',
    'papyrus.eu.auth0.com/',
    'papyrus.eu.auth0.com/api/v2',
    'papyrus.eu.auth0.com:443',
    'papyrus.eu.auth0.com?x',
    'user@papyrus.eu.auth0.com',
    'single-label',
    'pap yrus.auth0.com',
    'papyrus..auth0.com',
    'papyrus.auth0.com\r\nHost: evil.example.com',
    'http://127.0.0.1.example.com',
    'http://127.0.0.1:80@evil.example.com',
    'http://localhost.example.com',
    'http://10.0.0.1:4010',
    'http://169.254.169.254',
    '*.auth0.com',
  ])('refuses %j', (text) => {
    const reading = readAuth0Domain(text);
    expect(reading).toHaveProperty('fault');
    if (text !== '') expect(inspect(reading)).not.toContain(text);
  });
});

describe('readAuth0Inputs', () => {
  const whole: Auth0Inputs = {
    appUrl: 'http://203.0.113.7:5000',
    hosts: { input: 'papyrus.eu.auth0.com' },
    managementClientId: 'management-canary',
    managementClientSecret: new Secret('secret-canary'),
    applicationId: new Secret('application-canary'),
  };

  it('gives what the client needs', () => {
    const { access, faults } = readAuth0Inputs(whole);
    expect(faults).toEqual([]);
    expect(access?.baseUrl).toBe('https://papyrus.eu.auth0.com');
    expect(inspect(access)).not.toMatch(/secret-canary|application-canary/);
  });

  it('leaves Auth0 alone where no management input is given', () => {
    expect(readAuth0Inputs({ appUrl: 'https://app.example.com', hosts: {} })).toEqual({ faults: [] });
    expect(readAuth0Inputs({ hosts: { file: 'evil.example' }, applicationId: 'x' })).toEqual({ faults: [] });
  });

  it.each<[string, Partial<Auth0Inputs>, RegExp[]]>([
    ['no app-url', { appUrl: undefined }, [/without app-url/]],
    ['no secret', { managementClientSecret: undefined }, [/auth0-management-client-secret is missing/]],
    ['no id', { managementClientId: undefined }, [/auth0-management-client-id is missing/]],
    ['no domain', { hosts: {} }, [/auth0-domain is missing/]],
    ['no application', { applicationId: undefined }, [/auth0-application-id is missing/]],
    [
      'a domain with a path',
      { hosts: { input: 'papyrus.auth0.com/x' } },
      [/auth0-domain is a host name only/],
    ],
    ['equal ids', { applicationId: 'management-canary' }, [/management client itself/]],
    [
      'equal ids, one of them a secret',
      { applicationId: new Secret(' management-canary ') },
      [/management client/],
    ],
    [
      'everything at once',
      { appUrl: undefined, managementClientId: undefined, hosts: { input: '' }, applicationId: undefined },
      [/client-id is missing/, /without app-url/, /application-id is missing/, /auth0-domain is empty/],
    ],
  ])('tells: %s', (_, changes, expected) => {
    const { access, faults } = readAuth0Inputs({ ...whole, ...changes });
    expect(access).toBeUndefined();
    expect(faults).toEqual(expected.map((pattern) => expect.stringMatching(pattern)));
    expect(faults.join()).not.toContain('canary');
  });

  describe('sends the management secret', () => {
    const variable = (value: string | Secret, fileOnly = false) => ({ variable: { value, fileOnly } });
    const baseUrl = (hosts: Auth0Inputs['hosts']) => readAuth0Inputs({ ...whole, hosts }).access?.baseUrl;

    it.each<[string, Auth0Inputs['hosts']]>([
      ['the input', { input: 'Tenant.example.com' }],
      ['the variable of an input', variable('tenant.example.com')],
      ['a secret variable', variable(new Secret('tenant.example.com'))],
      [
        'the input, where the application has a custom domain',
        { input: 'tenant.example.com', ...variable('login.example.com') },
      ],
      [
        'the input, whatever a file of the workspace says',
        { input: 'tenant.example.com', ...variable('evil.example', true) },
      ],
      [
        'the input, which the configuration file repeats',
        { input: 'tenant.example.com', file: 'TENANT.example.com' },
      ],
      [
        'the variable, which the configuration file repeats',
        { file: 'tenant.Example.com', ...variable('Tenant.example.com') },
      ],
    ])('where %s says', (_, hosts) => {
      expect(baseUrl(hosts)).toBe('https://tenant.example.com');
    });

    it.each<[string, Auth0Inputs['hosts'], RegExp]>([
      ['a committed .env names alone', variable('evil.example', true), /Set the input auth0-domain/],
      ['the configuration file names alone', { file: 'evil.example' }, /Set the input auth0-domain/],
      [
        'both name',
        { file: 'evil.example', ...variable('evil.example', true) },
        /Set the input auth0-domain/,
      ],
      [
        'the file names beside the variable of an input',
        { file: 'evil.example', ...variable('tenant.example.com') },
        /another host/,
      ],
      [
        'the file names beside the input',
        { file: 'evil.example', input: 'tenant.example.com' },
        /another host/,
      ],
      ['a broken file names', { file: 'evil.example/x', input: 'tenant.example.com' }, /another host/],
    ])('never where %s', (_, hosts, message) => {
      const { access, faults } = readAuth0Inputs({ ...whole, hosts });
      expect(access).toBeUndefined();
      expect(faults).toEqual([expect.stringMatching(message)]);
      expect(faults.join()).not.toContain('evil');
    });
  });
});

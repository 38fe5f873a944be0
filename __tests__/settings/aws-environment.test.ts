/** What the environment says of AWS credentials. */
import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { type AwsFiles, readAwsEnvironment } from '../../src/settings/aws-environment.ts';

const read = (env: Record<string, string>, files: Partial<AwsFiles> = {}) =>
  readAwsEnvironment(
    (name) => env[name],
    () => ({ config: undefined, credentials: undefined, ...files }),
  );
const exists = (name: string, files: Partial<AwsFiles>) => read({ AWS_PROFILE: name }, files).profile?.exists;

describe('keys', () => {
  it('are those of the step, and print as nothing', () => {
    const { keys, profile } = read({
      AWS_ACCESS_KEY_ID: 'AKIA',
      AWS_SECRET_ACCESS_KEY: 'secret-canary',
      AWS_SESSION_TOKEN: 'token-canary',
    });
    expect(profile).toBeUndefined();
    expect(keys?.accessKeyId).toBe('AKIA');
    expect(keys?.secretAccessKey.equals('secret-canary')).toBe(true);
    expect(keys?.sessionToken?.equals('token-canary')).toBe(true);
    expect(inspect(keys, { depth: 9 })).not.toContain('canary');
  });

  it('need both halves; a token alone is none', () => {
    for (const env of [
      { AWS_ACCESS_KEY_ID: 'AKIA' },
      { AWS_SECRET_ACCESS_KEY: 'x', AWS_ACCESS_KEY_ID: '' },
      { AWS_SESSION_TOKEN: 't' },
    ])
      expect(read(env as Record<string, string>).keys).toBeUndefined();
    expect(
      read({ AWS_ACCESS_KEY_ID: 'A', AWS_SECRET_ACCESS_KEY: 'b', AWS_SESSION_TOKEN: '' }).keys?.sessionToken,
    ).toBeUndefined();
  });
});

describe('a profile', () => {
  it('is none where the variable is empty, and no file is read for it', () => {
    const reading = readAwsEnvironment(
      () => '',
      () => {
        throw new Error('read');
      },
    );
    expect(reading).toEqual({ keys: undefined, profile: undefined, malformed: [], invalidEndpoints: [] });
  });

  it.each<[string, string, Partial<AwsFiles>, boolean]>([
    ['of the config file', 'dev', { config: '[default]\n[profile dev]\n' }, true],
    ['in quotes, with blanks', 'my dev', { config: '  [ profile "my dev" ]\r\nregion = x' }, true],
    ['of the credentials file', 'dev', { credentials: '[dev]\naws_access_key_id = x' }, true],
    ['named default', 'default', { config: '[default]' }, true],
    ['without its word in the config file', 'dev', { config: '[dev]\n' }, false],
    ['that is a part of another', 'dev', { config: '[profile dev-2]', credentials: '[de]' }, false],
    ['that is a session', 'dev', { config: '[sso-session dev]' }, false],
    ['of no file', 'default', {}, false],
  ])('%s', (_what, name, files, expected) => {
    expect(exists(name, files)).toBe(expected);
  });
});

import { describe, expect, it } from 'vitest';
import { ask } from '../asking.ts';

describe.each(['callback-path', 'logout-path'])('%s', (name) => {
  it.each([
    'callback',
    '//evil.example.com',
    '/a?b',
    '/a#b',
    '/*',
    '/a,/b',
    '/a b',
    '/a/../b',
    '/./a',
    '/ü',
    '/a\\b',
  ])('is not %j, with or without an app-url', (path) => {
    const config = `mode: plan\n${name}: ${JSON.stringify(path)}`;
    for (const inputs of [{}, { 'app-url': 'https://app.example.com' }]) {
      const { faults } = ask({ inputs, config });
      expect(faults).toHaveLength(1);
      expect(faults[0]).toContain(`.github/aws-bootstrap.yml line 2: ${name}: `);
      expect(faults[0]).not.toContain('example.com/');
    }
  });

  it.each(['/', '/auth/callback', '/a%20b', '/a-b_c.d~e'])('may be %j', (path) => {
    const { faults, settings } = ask({ config: `${name}: ${JSON.stringify(path)}` });
    expect(faults).toEqual([]);
    const { auth0 } = settings;
    expect(name === 'callback-path' ? auth0?.callbackPath?.value : auth0?.logoutPath).toBe(path);
  });
});

it('what is wrong with app-url is reported at its place in the file', () => {
  const { faults, warnings } = ask({ config: 'mode: plan\napp-url: http://203.0.113.7/x' });
  expect(faults).toEqual([expect.stringMatching(/^\.github\/aws-bootstrap\.yml line 2: app-url: /)]);
  expect(warnings).toEqual([]);
});

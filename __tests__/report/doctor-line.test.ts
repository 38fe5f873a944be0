import { expect, test } from 'vitest';
import { Auth0Error } from '../../src/clients/auth0-error.ts';
import { AwsError } from '../../src/clients/errors.ts';
import { doctorLine } from '../../src/report/failure.ts';

const target = { prefix: '/papyrus/prd', region: 'us-west-2' };
const named = (name: string) =>
  new AwsError(Object.assign(new Error('x'), { name }), 'sts:GetCallerIdentity', 'the account', false);

test.each([
  ['expired credentials', named('ExpiredToken'), true],
  ['no credentials', named('CredentialsProviderError'), true],
  ['another error of AWS', named('AccessDenied'), false],
  ['credentials of Auth0', new Auth0Error('credentials', 'x'), false],
  ['something else', new TypeError('x'), false],
])('%s: the line is named: %s', (_, error, isNamed) => {
  expect(doctorLine([error], target).includes('doctor --prefix /papyrus/prd')).toBe(isNamed);
});

test('without a prefix there is nothing to look at', () => {
  expect(doctorLine([named('ExpiredToken')], { ...target, prefix: '' })).toBe('');
  expect(doctorLine([named('ExpiredToken')], undefined)).toBe('');
});

import { expect, test } from 'vitest';
import { callLine, publicPath } from '../../src/clients/request-trace.ts';

test.each([
  ['/api/v2/clients/kD3bYxW1vNqPz', '/api/v2/clients/…'],
  ['/oauth/token', '/oauth/token'],
  ['/repos/papyrus/demo/issues/7/comments?per_page=100', '/repos/…/…/issues/…/comments'],
  ['/v2/papyrus/blobs/uploads/9f8e?_state=secret&digest=sha256:00', '/v2/…/blobs/uploads/…'],
  ['', ''],
])('only words of the API are shown of the path %j', (path, shown) => {
  expect(publicPath(path)).toBe(shown);
});

test.each([
  [undefined, 'ssm:PutParameter /a: attempt 2, 13 ms, ok'],
  ['ThrottlingException', 'ssm:PutParameter /a: attempt 2, 13 ms, ThrottlingException'],
])('the line of a call with the error %j', (error, line) => {
  const call = { operation: 'ssm:PutParameter', resource: '/a', attempt: 2, milliseconds: 12.6, error };
  expect(callLine(call)).toBe(line);
});

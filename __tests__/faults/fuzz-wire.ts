import fc from 'fast-check';
import { sha256 } from '../servers/registry-images.ts';
import { CANARY, nearlyRight, reshaped } from './fuzz-texts.ts';

const STATUS = [
  200, 201, 202, 204, 206, 301, 304, 307, 400, 401, 403, 404, 405, 409, 413, 418, 422, 429, 500, 503, 999,
  100, 0,
];
const HEADERS = [
  'content-type: application/json',
  'docker-content-digest: sha256:0',
  `docker-content-digest: ${sha256('x')}`,
  'location: /v2/',
  'location: http://169.254.169.254/latest',
  'location: //\\x',
  'location: http://[::1',
  'retry-after: 1e999',
  'retry-after: -1',
  'retry-after: Thu, 99 Foo',
  'x-ratelimit-remaining: 0',
  'x-ratelimit-reset: 99999999999999',
  'link: <http://169.254.169.254/?page=2>; rel="next"',
  'link: <?page=2>; rel="next"',
  'link: <%%>; rel="next"',
  'content-length: 5',
  'content-length: 99999999999',
  'content-length: -1',
  'transfer-encoding: chunked',
  'content-encoding: gzip',
  'range: 0-x',
  'www-authenticate: Bearer realm="http://169.254.169.254"',
  `x-canary: ${CANARY}`,
];

/** A whole answer as it goes over the wire, at times not even in the grammar of HTTP. */
export function answer(body: fc.Arbitrary<string>): fc.Arbitrary<string> {
  const right = fc
    .tuple(
      fc.oneof(
        { weight: 3, arbitrary: fc.constant(200) },
        { weight: 2, arbitrary: fc.constantFrom(...STATUS) },
      ),
      fc.oneof(fc.constant([]), fc.array(fc.constantFrom(...HEADERS), { maxLength: 3 })),
      body,
    )
    .map(([status, headers, text]) =>
      [`HTTP/1.1 ${status} ${CANARY}`, 'connection: close', ...headers, '', text].join('\r\n'),
    );
  return fc.oneof(
    { weight: 9, arbitrary: right },
    {
      weight: 1,
      arbitrary: nearlyRight(`HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n\r\n{"a":"${CANARY}"}`),
    },
  );
}

/** @returns texts like these documents, which may be no JSON any more */
export const json = (...documents: readonly unknown[]) =>
  fc.oneof(
    ...documents.map((document) => reshaped(document).map((made) => JSON.stringify(made) ?? '')),
    nearlyRight(...documents.map((document) => JSON.stringify(document))),
  );

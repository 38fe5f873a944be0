/** Answers of HTTP servers, given what is nearly one: each is read or refused, soon, and nothing of its body is reported. */

import { once } from 'node:events';
import { Agent } from 'node:http';
import { type AddressInfo, createServer, type Server } from 'node:net';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, it } from 'vitest';
import { Auth0Client } from '../../src/clients/auth0.ts';
import { Auth0Error } from '../../src/clients/auth0-error.ts';
import { GitHub } from '../../src/clients/github.ts';
import { GitHubError } from '../../src/clients/github-error.ts';
import { Authorization } from '../../src/registry/authorization.ts';
import { Distribution } from '../../src/registry/distribution.ts';
import { explain, parseErrors } from '../../src/registry/failure.ts';
import { parseManifest } from '../../src/registry/manifest.ts';
import { Secret } from '../../src/secret.ts';
import { sha256 } from '../servers/registry-images.ts';
import { CANARY, expectOurs, inTime, isReported, RUNS } from './fuzz-texts.ts';
import { answer, json } from './fuzz-wire.ts';

/** Bytes for each request in turn, the last for all that come after. */
let answers: readonly string[] = [];
let asked = 0;
let server: Server;
let origin: URL;

beforeAll(async () => {
  server = createServer((socket) => {
    let head = '';
    socket.on('error', () => {});
    socket.on('data', (bytes) => {
      head += bytes.toString('latin1');
      if (!head.includes('\r\n\r\n')) return;
      head = '';
      const answer = answers[Math.min(asked, answers.length - 1)] ?? '';
      asked += 1;
      socket.end(answer);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  origin = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
});
afterAll(() => server.close());

/** Without a pause between two tries. */
const clock = { now: () => 0, epoch: () => 0, sleep: async () => {}, random: () => 0 };

/** @param given bodies that a server of this kind gives */
async function each(
  given: fc.Arbitrary<readonly string[]>,
  read: () => Promise<unknown>,
  isOurs: (error: unknown) => boolean,
): Promise<void> {
  await fc.assert(
    fc.asyncProperty(given, async (texts) => {
      answers = texts;
      asked = 0;
      try {
        await inTime(read);
      } catch (error) {
        expectOurs(error, isOurs);
      }
    }),
    RUNS,
  );
}

describe('a response of a registry', () => {
  const digest = sha256('x');
  const descriptor = { mediaType: 'application/vnd.oci.image.layer.v1.tar+gzip', digest, size: 1 };
  const manifest = {
    schemaVersion: 2,
    config: { ...descriptor, mediaType: 'application/vnd.oci.image.config.v1+json' },
    layers: [descriptor],
  };
  const refusal = { errors: [{ code: 'DENIED', message: 'no', detail: { a: 1 } }] };
  const agent = new Agent();
  const registry = () =>
    new Distribution({
      authorization: new Authorization(async () => ({ token: new Secret(CANARY), endpoint: origin })),
      repository: 'app',
      agentFor: () => agent,
      retryPolicy: { attempts: 2, firstDelay: 0, longestDelay: 0 },
      idle: 500,
    });
  /** Its own words are reported, so that they hold no canary here: ECR says in them what is wrong. */
  const bare = (texts: readonly string[]) => texts.map((text) => text.replaceAll(CANARY, 'c'));
  const given = fc.array(answer(json(manifest, refusal)), { minLength: 1, maxLength: 3 }).map(bare);
  const isOurs = (error: unknown) =>
    isReported(explain(error, { address: 'host/app', repository: 'app', what: 'the image' } as never));

  it.each<[what: string, read: (registry: Distribution) => Promise<unknown>]>([
    ['about a blob', (client) => client.hasBlob(digest)],
    ['with a blob', (client) => client.getBlob(digest, 1000)],
    ['about a tag', (client) => client.headManifest('v1')],
    [
      'to an upload',
      (client) =>
        client.upload({
          open: async function* () {
            yield Buffer.from('x');
          },
          restartable: true,
          digest,
          size: 1,
        }),
    ],
  ])('%s', (_what, read) => each(given, () => read(registry()), isOurs));

  it('with a manifest or an error list', () =>
    fc.assert(
      fc.property(json(manifest, refusal), (text) => {
        parseErrors(Buffer.from(text));
        try {
          parseManifest(Buffer.from(text), undefined, 'the manifest');
        } catch (error) {
          expectOurs(error, isReported);
        }
      }),
      RUNS,
    ));
});

describe('a response of Auth0', () => {
  const token = `HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n${JSON.stringify({ access_token: 'abc', scope: 'read:clients update:clients' })}`;
  const application = {
    client_id: 'id',
    name: CANARY,
    callbacks: [`https://a/${CANARY}`],
    allowed_logout_urls: [],
    web_origins: ['https://a'],
  };
  const refusal = {
    statusCode: 400,
    error: 'Bad Request',
    message: `${CANARY} is wrong`,
    errorCode: 'invalid_body',
    error_description: CANARY,
  };
  const bodies = json(application, refusal, { access_token: CANARY, scope: 'read:clients', expires_in: 1 });
  const client = () =>
    new Auth0Client({
      baseUrl: origin.origin,
      managementClientId: 'management',
      managementClientSecret: new Secret(CANARY),
      readOnly: false,
      mask: () => {},
      clock,
      timeoutMs: 500,
    });
  const isOurs = (error: unknown) => error instanceof Auth0Error && isReported(error);

  it('to the request for a token', () =>
    each(fc.array(answer(bodies), { minLength: 1, maxLength: 2 }), () => client().readLists('id'), isOurs));

  it('about an application', () =>
    each(
      fc.array(answer(bodies), { minLength: 1, maxLength: 2 }).map((all) => [token, ...all]),
      () => client().readLists('id'),
      isOurs,
    ));

  it('to an update', () =>
    each(
      answer(bodies).map((one) => [token, one]),
      () => client().replaceLists('id', { callbacks: ['https://a'] }),
      isOurs,
    ));
});

describe('a response of GitHub', () => {
  const post = {
    id: 1,
    number: 2,
    body: CANARY,
    state: 'open',
    user: { login: 'github-actions[bot]' },
    pull_request: {},
  };
  const bodies = json(
    [post, post],
    post,
    { message: CANARY, errors: [{ code: CANARY }] },
    { data: { viewer: { login: 'x' } } },
  );
  const given = fc.array(answer(bodies), { minLength: 1, maxLength: 3 });
  const github = () =>
    new GitHub({ apiUrl: origin.origin, repository: 'o/r', token: new Secret(`ghp_${CANARY}`), clock });

  it.each<[what: string, read: (github: GitHub) => Promise<unknown>]>([
    ['with comments', async (client) => client.own(await client.comments(7))],
    ['with issues', (client) => client.issues({ state: 'open' }, 3)],
    ['to a new issue', (client) => client.createIssue({ title: 't', body: 'b', labels: [] })],
    ['about a label', (client) => client.ensureLabel('l', 'c', 'd')],
  ])('%s', (_what, read) =>
    each(
      given,
      () => read(github()),
      (error) => error instanceof GitHubError,
    ),
  );
});

// The second half of the article: the image goes to the repository, the address becomes known, and it is all taken down.
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Auth0Server } from '../../__tests__/servers/auth0.ts';
import type { AwsServer } from '../../__tests__/servers/aws.ts';
import { joinRegistry } from '../../__tests__/servers/aws-images.ts';
import { TestRegistry } from '../../__tests__/servers/registry.ts';
import { makeImage, makeTar, toSaved } from '../../__tests__/servers/registry-images.ts';
import type { Delivery, Scene } from './scene.ts';

const PREFIX = '/papyrus/prd';
const CALLBACK = `${PREFIX}/AUTH0_CALLBACK_URL`;
const ADDRESS = 'http://203.0.113.7:5000';
const TEAMMATE = 'https://staging.example.com';
const MANAGEMENT = { id: 'management-client', secret: 'management-secret-of-the-demo' };

/** Starts a registry, which takes what is pushed, and an Auth0 tenant in which somebody else has URLs, too. */
export async function openDelivery(aws: AwsServer): Promise<Delivery> {
  const registry = await TestRegistry.start();
  joinRegistry(aws, registry);
  const auth0 = await Auth0Server.start({
    applications: [
      {
        client_id: 'papyrus-application',
        name: 'papyrus',
        callbacks: [`${TEAMMATE}/callback`],
        allowed_logout_urls: [`${TEAMMATE}/logout`],
        web_origins: [TEAMMATE],
      },
    ],
    management: MANAGEMENT,
  });
  return {
    registry,
    auth0,
    async [Symbol.asyncDispose]() {
      await registry[Symbol.asyncDispose]();
      await auth0[Symbol.asyncDispose]();
    },
  };
}

/** Writes what `docker save` would: the workspace of the runs. */
export async function writeImage(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  const image = makeImage(['the base of the image', 'its packages', 'the application']);
  await writeFile(join(folder, 'papyrus.tar'), makeTar(toSaved(image, ['papyrus:1.0.0'])));
}

const IMAGE = {
  only: 'repository, image',
  image: 'docker-archive:papyrus.tar',
  'image-tags': '1.0.0, latest',
};

export const DELIVERY: readonly Scene[] = [
  {
    name: 'image',
    title: 'the built image goes to the repository',
    inputs: () => IMAGE,
    expected: {
      exitCode: 0,
      outputs: { changed: 'true', 'to-create': '1', 'repository-name': 'papyrus' },
      logHolds: ['image papyrus created'],
    },
    after: async ({ delivery }) => {
      const tags = [...(delivery.registry.repositories.get('papyrus')?.tags.keys() ?? [])].sort().join(', ');
      return tags === '1.0.0, latest' ? [] : [`the repository has the tags ${tags}`];
    },
  },
  {
    name: 'image-again',
    title: 'the same image once more: not a byte is sent',
    before: async ({ delivery }) => {
      delivery.registry.seen.length = 0;
      return [];
    },
    inputs: () => IMAGE,
    expected: { exitCode: 0, writes: 0, outputs: { changed: 'false' } },
    after: async ({ delivery }) =>
      delivery.registry.seen.some(({ path }) => path.startsWith('/v2')) ? ['the registry was asked'] : [],
  },
  {
    name: 'address',
    title: 'the task runs and has an address: Auth0 and AUTH0_CALLBACK_URL follow',
    inputs: ({ delivery }) => ({
      only: 'auth0',
      dotenv: '',
      'app-url': ADDRESS,
      'auth0-urls': 'follow',
      'auth0-domain': delivery.auth0.url,
      'auth0-application-id': 'papyrus-application',
      'auth0-management-client-id': MANAGEMENT.id,
      'auth0-management-client-secret': MANAGEMENT.secret,
    }),
    expected: {
      exitCode: 0,
      writes: 1,
      mostCalls: 7,
      outputs: { changed: 'true', 'config-changed': 'true' },
      logHolds: [`callback:${ADDRESS}/callback added`],
    },
    after: async ({ account, delivery }) => {
      const { callbacks } = delivery.auth0.application('papyrus-application');
      const value = await account.readParameter(CALLBACK);
      return [
        ...(String(callbacks) === `${TEAMMATE}/callback,${ADDRESS}/callback`
          ? []
          : [`Auth0 allows ${callbacks}`]),
        ...(value === `${ADDRESS}/callback` ? [] : [`${CALLBACK} is ${value}`]),
      ];
    },
  },
  {
    name: 'not-taken-back',
    title: 'the next apply has the callback of the laptop in its .env, and does not take the address back',
    inputs: () => ({ mode: 'apply' }),
    expected: {
      exitCode: 0,
      writes: 0,
      outputs: { changed: 'false', drifted: 'false' },
      logHolds: ['is kept'],
    },
    after: async ({ account }) => {
      const value = await account.readParameter(CALLBACK);
      return value === `${ADDRESS}/callback` ? [] : [`${CALLBACK} is ${value}`];
    },
  },
  {
    name: 'destroy',
    title: 'taken down again: only what other environments may use stays, with the command that deletes it',
    inputs: () => ({
      mode: 'destroy',
      dotenv: '',
      confirm: PREFIX,
      allow: 'delete-log-group, delete-repository',
    }),
    expected: {
      exitCode: 0,
      writes: 'some',
      outputs: { changed: 'true', 'failure-reason': '' },
      logHolds: ['aws logs delete-log-group', 'aws ecr delete-repository'],
    },
    after: async ({ account }) => {
      // Their names do not hold {environment}, so nobody can know that no other environment uses them.
      const isShared = (line: string) => /^(log group|repository) /.test(line);
      return (await account.look())
        .filter((line) => !isShared(line))
        .map((line) => `this still exists: ${line}`);
    },
  },
];

import { readFileSync } from 'node:fs';
import { readDotenv } from '../../src/settings/dotenv.ts';
import { APPLICATION, type Event, type Seen, type Stage } from './stage.ts';

/**
 * The development `.env`, and secrets of forms that are hard to mask: several lines, and signs that commands escape. None holds
 * `::`, at which act, unlike GitHub's runner, takes a command apart.
 */
export const ENV = `${readFileSync('examples/seed.env', 'utf8')}
SIGNING_KEY="-----BEGIN PRIVATE KEY-----
bm90LWEtcmVhbC1rZXktYnV0LWEtbGluZS1vZi1vbmU=
YW5vdGhlci1saW5lLW9mLXdoYXQtaXMtbm8ta2V5LQ==
-----END PRIVATE KEY-----"
WEBHOOK_SECRET='not%25a "real" 100% secret, of a webhook'
`;
export const EXAMPLE_TASK = readFileSync('examples/flask-on-ecs/task-definition.json', 'utf8');
export const PUSH: Event = { name: 'push' };
export const SCHEDULE: Event = { name: 'schedule' };
export const PULL: Event = { name: 'pull_request' };
export const dispatch = (inputs: Readonly<Record<string, string>> = {}): Event => ({
  name: 'workflow_dispatch',
  inputs,
});
export const WORKERS = '/papyrus/prd/GUNICORN_WORKERS';

/** @returns the `.env` with other values, or without a variable. */
export function changed(text: string, values: Readonly<Record<string, string | undefined>>): string {
  return text
    .split('\n')
    .flatMap((line) => {
      const name = line.slice(0, line.indexOf('='));
      if (!(name in values)) return [line];
      return values[name] === undefined ? [] : [`${name}=${values[name]}`];
    })
    .join('\n');
}

/** The `.env` of an application that signs in at the stage's tenant. */
export const envAt = (stage: Stage, text = ENV) =>
  changed(text, { AUTH0_DOMAIN: stage.auth0.url, AUTH0_CLIENT_ID: APPLICATION });

/**
 * @param text the variables that the task gets
 * @returns what the task definition lacks that went to ECS.
 */
export function isDeployed(stage: Stage, seen: Seen, text = ENV, application = 'papyrus'): string[] {
  const given = seen.notes.filter(({ action }) => action.endsWith('amazon-ecs-deploy-task-definition'));
  if (given.length !== 1) return [`deployed ${given.length} times`];
  const definition = given[0]?.taskDefinition as {
    readonly containerDefinitions: ReadonlyArray<{
      readonly image: string;
      readonly secrets: ReadonlyArray<{ readonly name: string }>;
      readonly logConfiguration?: { readonly options: Readonly<Record<string, string>> };
    }>;
  };
  const [container] = definition.containerDefinitions;
  const names = container?.secrets.map(({ name }) => name) ?? [];
  const lacking = readDotenv(text)
    .entries.map(({ key }) => key)
    .filter((key) => !names.includes(key));
  const digests = [...(stage.registry.repositories.get(application)?.manifests.keys() ?? [])];
  const [, digest = ''] = container?.image.split('@') ?? [];
  return [
    ...lacking.map((name) => `the task does not get ${name}`),
    ...(digests.includes(digest) ? [] : [`the image ${container?.image} is not in the registry`]),
    ...(container?.logConfiguration?.options['awslogs-group'] === `/ecs/${application}`
      ? []
      : ['no log group']),
  ];
}

export const ADDRESS = 'http://203.0.113.7:5000';

/** @returns what Auth0 lacks of the three URLs of the address. */
export function hasAddress({ auth0 }: Stage): string[] {
  const { callbacks, allowed_logout_urls, web_origins } = auth0.application(APPLICATION);
  const found = JSON.stringify([callbacks, allowed_logout_urls, web_origins]);
  const expected = JSON.stringify([[`${ADDRESS}/callback`], [`${ADDRESS}/logout`], [ADDRESS]]);
  return found === expected ? [] : [`Auth0 has ${found}`];
}

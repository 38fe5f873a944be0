/** The project in examples/flask-on-ecs. */
import { readFileSync } from 'node:fs';
import type { Play } from './scene.ts';
import { ADDRESS, dispatch, EXAMPLE_TASK, envAt, hasAddress, isDeployed, PUSH } from './scenes-common.ts';

const FOLDER = 'examples/flask-on-ecs';
const ENV = readFileSync(`${FOLDER}/.env.example`, 'utf8');
const VARS = { AWS_ROLE: 'arn:aws:iam::123456789012:role/papyrus-deploy' };

export const EXAMPLE: Readonly<Record<string, Play>> = {
  [`${FOLDER}/.github/workflows/deploy.yml`]: {
    secrets: (stage) => ({
      DOTENV: envAt(stage, ENV),
      AUTH0_MANAGEMENT_CLIENT_ID: stage.auth0.management.id,
      AUTH0_MANAGEMENT_CLIENT_SECRET: stage.auth0.management.secret,
    }),
    vars: VARS,
    files: { Dockerfile: readFileSync(`${FOLDER}/Dockerfile`, 'utf8'), 'task-definition.json': EXAMPLE_TASK },
    scenes: [
      {
        title: 'the first push deploys; there is no address yet',
        event: PUSH,
        expected: { jobs: { deploy: 'succeeded' }, roles: ['papyrus-deploy'], writes: true, summaries: 1 },
        after: (stage, seen) => [
          ...isDeployed(stage, seen, ENV),
          ...(stage.auth0.calls.length === 0 ? [] : ['Auth0 was called']),
        ],
      },
      {
        title: 'with APP_URL: Auth0 gets it, and the service is deployed once more',
        event: dispatch(),
        vars: { ...VARS, APP_URL: ADDRESS },
        expected: { jobs: { deploy: 'succeeded' }, writes: true, summaries: 2 },
        after: (stage, seen) => [
          ...hasAddress(stage),
          ...(seen.notes.filter(({ action }) => action.startsWith('aws ecs ')).length === 2
            ? []
            : ['the service was not deployed again']),
        ],
      },
      {
        title: 'the next push with it changes nothing, and deploys once',
        event: PUSH,
        vars: { ...VARS, APP_URL: ADDRESS },
        expected: { jobs: { deploy: 'succeeded' }, writes: false, summaries: 2 },
        after: (stage, seen) => [
          ...isDeployed(stage, seen, ENV),
          ...(seen.notes.some(({ action }) => action.startsWith('aws ecs '))
            ? ['it was deployed twice']
            : []),
        ],
      },
    ],
  },
};

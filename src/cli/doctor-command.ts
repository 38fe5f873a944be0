import type { Command } from './command.ts';
import { INPUT_FLAGS } from './flags.ts';
import { PROGRAM } from './program.ts';

export const DOCTOR: Command = {
  name: 'doctor',
  summary: 'Find out why the action does not work',
  description:
    'Check credentials, region, account, permissions, the identity provider, the trust of the role, the KMS key, quotas, existing names, the .env and the settings on GitHub. Each line that is not right has a command to paste. Reads only.',
  flags: {
    ...INPUT_FLAGS,
    role: {
      type: 'text',
      placeholder: 'ROLE',
      description:
        'Name or ARN of the role that the workflow assumes. Default: what the workflows say, else APPLICATION-deploy',
    },
    'github-repository': {
      type: 'text',
      placeholder: 'OWNER/NAME',
      description: 'Repository on GitHub. Default: the remote origin of this folder',
    },
    environment: {
      type: 'text',
      placeholder: 'NAME',
      description: 'GitHub environment of the job. Default: what the workflows say, else production',
    },
    branch: {
      type: 'text',
      placeholder: 'NAME',
      description: 'Branch of jobs without an environment. Default: the default branch of the repository',
    },
  },
  examples: [
    ['Check everything', `${PROGRAM} doctor --prefix /myapp/prd --env-file .env`],
    [
      'Check another repository',
      `${PROGRAM} doctor --prefix /myapp/prd --github-repository OWNER/NAME --environment production`,
    ],
    ['List what failed', `${PROGRAM} doctor --json | jq '.checks[] | select(.status == "failure")'`],
  ],
  load: () => import('./doctor.ts'),
};

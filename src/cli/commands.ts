import type { Command } from './command.ts';
import { EXPORT_COMMANDS } from './export-commands.ts';
import { type FlagDescriptor, INPUT_FLAGS } from './flags.ts';
import { PROGRAM } from './program.ts';

export { PROGRAM };

const YES: FlagDescriptor = { type: 'switch', short: 'y', description: 'Apply without asking' };

const loadRun = () => import('./run.ts');

/** Every command, in the order of the help page. */
export const COMMANDS: readonly Command[] = [
  {
    name: 'plan',
    summary: 'Show what apply would change',
    description:
      'Compare the configuration with the AWS account and show what apply would change. Reads only.',
    flags: INPUT_FLAGS,
    examples: [
      ['Preview what a .env would create', `${PROGRAM} plan --env-file .env --prefix /myapp/prd`],
      [
        'Read the .env from another program',
        `sops decrypt prd.env | ${PROGRAM} plan --env-file - --prefix /myapp/prd`,
      ],
      ['Count the changes in a script', `${PROGRAM} plan --json | jq '.changes | length'`],
    ],
    load: async () => ({ run: (await loadRun()).runAs('plan') }),
  },
  {
    name: 'apply',
    summary: 'Create and update what differs',
    description:
      'Create and update the resources that differ from the configuration. Shows the plan first and asks. A second run changes nothing.',
    flags: { ...INPUT_FLAGS, yes: YES },
    examples: [
      ['Review the plan, then apply it', `${PROGRAM} apply --env-file .env --prefix /myapp/prd`],
      ['Apply in a script', `${PROGRAM} apply --env-file .env --prefix /myapp/prd --yes`],
    ],
    load: async () => ({ run: (await loadRun()).runAs('apply') }),
  },
  {
    name: 'drift',
    summary: 'Report what differs from the configuration',
    description:
      'Report the resources that differ from the configuration. Reads only. The exit code is 3 when something drifted, unless --fail-on-drift=false is given.',
    flags: INPUT_FLAGS,
    examples: [['Check for drift', `${PROGRAM} drift --env-file .env --prefix /myapp/prd`]],
    load: async () => ({ run: (await loadRun()).runAs('drift') }),
  },
  {
    name: 'destroy',
    summary: 'Delete what this tool created below a prefix',
    description:
      'Delete the resources below a prefix that aws-bootstrap created, and take its tag off adopted ones. Shows the plan first and asks. Secrets can be restored for 30 days.',
    flags: { ...INPUT_FLAGS, yes: YES },
    examples: [
      ['Review what would be deleted, then delete it', `${PROGRAM} destroy --prefix /myapp/stg`],
      [
        'Delete the log group too',
        `${PROGRAM} destroy --prefix /myapp/stg --log-group '/ecs/{application}-{environment}' --allow delete-log-group`,
      ],
    ],
    load: async () => ({ run: (await loadRun()).runAs('destroy') }),
  },
  ...EXPORT_COMMANDS,
];

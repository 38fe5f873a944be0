import type { Command } from './command.ts';
import { type FlagDescriptor, INPUT_FLAGS } from './flags.ts';
import { PROGRAM } from './program.ts';

/** Inputs that say what is exported. */
const PLACES = [
  'prefix',
  'region',
  'config',
  'allowed-account-ids',
  'only',
  'prefer',
  'log-group',
  'repository',
] as const;

const PLACE_FLAGS: Readonly<Record<string, FlagDescriptor>> = Object.fromEntries(
  PLACES.flatMap((name) => {
    const flag = INPUT_FLAGS[name];
    return flag === undefined ? [] : [[name, flag]];
  }),
);

const FORCE: FlagDescriptor = { type: 'switch', description: 'Replace what exists at --output' };

export const EXPORT_COMMANDS: readonly Command[] = [
  {
    name: 'export dotenv',
    summary: 'Write what AWS stores below a prefix as a .env',
    description:
      'Write the parameters and secrets below a prefix as a .env, sorted by name. Plain values are written. Secrets stay empty, each with a comment that says where it is stored.',
    flags: {
      ...PLACE_FLAGS,
      output: {
        type: 'text',
        short: 'o',
        placeholder: 'FILE',
        description: 'Write to a file that only you can read',
      },
      reveal: {
        type: 'switch',
        description:
          'Write secrets too: to a terminal, or to --output. A file inside a git work tree must be ignored',
      },
      force: FORCE,
    },
    examples: [
      ['Write a .env without secrets', `${PROGRAM} export dotenv --prefix /myapp/prd --output prd.env`],
      [
        'Write all values to a file',
        `${PROGRAM} export dotenv --prefix /myapp/prd --reveal --output ~/prd.env`,
      ],
    ],
    load: () => import('./export-dotenv-command.ts'),
  },
  {
    name: 'export terraform',
    summary: 'Write a folder by which Terraform takes over',
    description:
      'Write Terraform files with import blocks for what exists below a prefix, its log group and its repository. No file holds a secret value. terraform plan then imports everything and changes nothing.',
    flags: {
      ...PLACE_FLAGS,
      output: {
        type: 'text',
        short: 'o',
        placeholder: 'FOLDER',
        description: 'Folder to write. Default: terraform',
      },
      force: FORCE,
    },
    examples: [
      ['Hand over to Terraform', `${PROGRAM} export terraform --prefix /myapp/prd --output infra/myapp`],
    ],
    load: () => import('./export-terraform-command.ts'),
  },
];

// Writes the JSON Schema of the configuration file from the zod schema that checks it; with --check it only compares.
// Descriptions of inputs are those of action.yml, so that they are written once and are no part of the bundle.
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import * as z from 'zod';
import { configSchema } from '../src/settings/config.ts';

const FILE = new URL('../schema/aws-bootstrap.schema.json', import.meta.url);

/** Of what the file alone has: settings at the top, and the keys of a rule and of a bundle. */
const DESCRIPTIONS: Readonly<Record<string, string>> = {
  $schema: 'Address of this schema, for editors',
  'recovery-window-days': 'Days in which a deleted secret can be restored, 7 to 30. Default: 30',
  'callback-path': 'Path of the callback URL. Default: the path of AUTH0_CALLBACK_URL, else /callback',
  'logout-path': 'Path of the logout URL. Default: /logout',
  'deadline-minutes': 'Minutes after which the run starts no new write. Default: 30',
  'parameter-tier': 'Tier of parameters. auto uses Advanced only for values above 4 KB. Default: auto',
  require:
    'Inputs that must not be empty, such as expect-plan and allowed-account-ids. expect-plan and confirm are required only of runs that write',
  rules: 'Where variables go. The first rule that matches a variable replaces the routing table for it',
  match: 'Name or pattern of variables, or a list of them. Patterns take *, ?, [abc] and {a,b}',
  to: 'Destination: secret/BUNDLE, parameter, secure-parameter or ignore, or a list of destinations',
  key: 'JSON key in the secret, or last part of the name of the parameter. Default: the name of the variable',
  write: 'once creates a missing value and never overwrites it. Default: always',
  bundles: 'Settings of secrets, by the name of the bundle',
  'bundles.mode': 'exact removes keys that are not configured. merge keeps them. Default: merge',
  ignore:
    'What the action leaves alone once it exists: parameter:NAME, secret:BUNDLE:key:NAME, log-group:tags. A part may be a pattern',
  environments: 'Settings of one environment. Its name is the part of the prefix after the application',
};

interface Node {
  description?: string;
  readonly properties?: Record<string, Node>;
  readonly items?: Node;
  readonly additionalProperties?: Node | boolean;
}

/** @returns the description of each input, without what holds for the step alone */
function inputDescriptions(): Record<string, string> {
  const manifest: { inputs: Record<string, { description: string }> } = parse(
    readFileSync(new URL('../action.yml', import.meta.url), 'utf8'),
  );
  return Object.fromEntries(
    Object.entries(manifest.inputs).map(([name, { description }]) => [
      name,
      description.replace('. Required, here or in the configuration file', ''),
    ]),
  );
}

/** Gives every property below a node its description. */
function describe(node: Node, descriptions: Readonly<Record<string, string>>, path = ''): void {
  for (const [name, property] of Object.entries(node.properties ?? {})) {
    const description = descriptions[`${path}${name}`] ?? descriptions[name];
    if (description === undefined) throw new Error(`${path}${name} has no description in scripts/schema.ts`);
    property.description = description;
    for (const below of [property, property.items, property.additionalProperties])
      if (typeof below === 'object') describe(below, descriptions, name === 'bundles' ? 'bundles.' : '');
  }
}

/** @returns the schema (draft 7, which editors know) as the text of the committed file. */
export function schemaText(): string {
  const schema = z.toJSONSchema(configSchema, { target: 'draft-7', io: 'input' });
  describe(schema as Node, { ...inputDescriptions(), ...DESCRIPTIONS });
  return `${JSON.stringify({ ...schema, title: 'aws-bootstrap configuration' }, null, 2)}\n`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  if (!process.argv.includes('--check')) writeFileSync(FILE, schemaText());
  else if (readFileSync(FILE, 'utf8') !== schemaText()) {
    console.error('schema/aws-bootstrap.schema.json is out of date; npm run schema, and commit it');
    process.exitCode = 1;
  }
}

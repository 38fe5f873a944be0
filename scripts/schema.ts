// Writes the JSON Schema of the configuration file from the zod schema that checks it; with --check it only compares.
// Settings that are inputs have the descriptions of action.yml.
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import * as z from 'zod';
import { configSchema } from '../src/settings/config.ts';

interface Node {
  properties?: Record<string, Node>;
  items?: Node;
  additionalProperties?: Node | boolean;
  description?: string;
}

const manifest: { readonly inputs: Readonly<Record<string, { readonly description: string }>> } = parse(
  readFileSync(new URL('../action.yml', import.meta.url), 'utf8'),
);

/** What no input says. */
const FILE: Readonly<Record<string, string>> = {
  $schema: 'Address of this schema, for editors',
  'recovery-window-days': 'Days in which you can restore a deleted secret. Default: 30',
  'callback-path': 'Path of the callback URL. Default: the path of AUTH0_CALLBACK_URL, else /callback',
  'logout-path': 'Path of the logout URL. Default: /logout',
  'deadline-minutes': 'Minutes after which the run starts nothing new. Default: 30',
  'parameter-tier': 'Tier of parameters. auto uses Advanced only above 4 KB. Default: auto',
  require: 'Inputs that must not arrive empty. Only runs that write require confirm and expect-plan',
  rules: 'Destinations of variables. The first rule that matches a variable replaces the routing table',
  bundles: 'Settings of single JSON secrets, by the name of the bundle',
  ignore: 'What to leave as it is: parameter:NAME, secret:BUNDLE:key:NAME, log-group:tags',
  environments: 'Settings of one environment, by the part of the prefix after the application',
};
const RULE: Readonly<Record<string, string>> = {
  match: 'Name or pattern of variables, or a list of them',
  to: 'secret/BUNDLE, parameter, secure-parameter, ignore, or a list of destinations',
  key: 'Key in the JSON secret, or last segment of the parameter. Default: the name of the variable',
  write: 'once creates a missing value and never overwrites it. Default: always',
};
const BUNDLE: Readonly<Record<string, string>> = {
  mode: 'exact removes keys that are no longer configured. Default: merge',
};
/** What YAML adds to an input. */
const QUOTED = ['allowed-account-ids', 'pull-accounts'];

function setting(name: string): string | undefined {
  const text = FILE[name] ?? manifest.inputs[name]?.description;
  return QUOTED.includes(name) ? `${text}. Quote the ids: YAML drops a leading zero` : text;
}

/** @throws where a property has no description */
function describe(node: Node | boolean | undefined, textOf: (name: string) => string | undefined): void {
  if (typeof node !== 'object') throw new Error('the schema has another shape');
  for (const [name, property] of Object.entries(node.properties ?? {})) {
    const description = textOf(name);
    if (description === undefined) throw new Error(`scripts/schema.ts has no description of ${name}`);
    property.description = description;
  }
}

/** @returns the schema (draft 7, which editors know) as the text of the committed file. */
export function schemaText(): string {
  const schema = z.toJSONSchema(configSchema, { target: 'draft-7', io: 'input' }) as Node;
  const { rules, bundles, environments } = schema.properties ?? {};
  describe(schema, setting);
  describe(environments?.additionalProperties, setting);
  describe(rules?.items, (name) => RULE[name]);
  describe(bundles?.additionalProperties, (name) => BUNDLE[name]);
  return `${JSON.stringify({ ...schema, title: 'aws-bootstrap configuration' }, null, 2)}\n`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const file = new URL('../schema/aws-bootstrap.schema.json', import.meta.url);
  if (!process.argv.includes('--check')) writeFileSync(file, schemaText());
  else if (readFileSync(file, 'utf8') !== schemaText()) {
    console.error('schema/aws-bootstrap.schema.json is out of date; npm run schema, and commit it');
    process.exitCode = 1;
  }
}

// Writes the generated parts of the documentation: inputs and outputs of action.yml, the routing table, the IAM policies.
// With --check it writes nothing, and fails when a part is out of date.
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import { classify } from '../src/desired/classify.ts';
import { route } from '../src/desired/routing.ts';
import { policiesOf, type Scope } from '../src/report/iam.ts';
import { Secret } from '../src/secret.ts';
import { configSchema } from '../src/settings/config.ts';
import { Diagnostics } from '../src/settings/diagnostics.ts';
import { inputGroups, markdownOf } from './inputs-page.ts';

const path = (name: string) => fileURLToPath(new URL(`../${name}`, import.meta.url));
const read = (name: string) => readFileSync(path(name), 'utf8');

interface Manifest {
  readonly inputs: Readonly<Record<string, { readonly description: string }>>;
  readonly outputs: Readonly<Record<string, { readonly description: string }>>;
}
const manifest: Manifest = parse(read('action.yml'));

interface Type {
  readonly 'allowed-values'?: ReadonlyArray<string | boolean>;
  readonly 'list-item'?: Type;
}
const types: { readonly inputs: Readonly<Record<string, Type>> } = parse(read('action-types.yml'));

/** Names of one word could be words of the text. */
const namesIn = (declared: object) => Object.keys(declared).filter((name) => name.includes('-'));
const choicesOf = (type: Type | undefined): string[] => [
  ...(type?.['allowed-values'] ?? []).map(String),
  ...(type?.['list-item'] === undefined ? [] : choicesOf(type['list-item'])),
];

const table = (header: readonly string[], rows: readonly string[][]) =>
  [header, header.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');

/** The variables of the built-in table. */
const VARIABLES = [
  ['DB_PASSWORD'],
  ['POSTGRES_PASSWORD'],
  ['AUTH0_CLIENT_SECRET'],
  ['FLASK_SECRET_KEY'],
  ['DB_USER', 'DB_NAME', 'DB_HOST', 'POSTGRES_USER', 'POSTGRES_DB'],
  ['AUTH0_CLIENT_ID'],
  ['AUTH0_DOMAIN'],
  ['AUTH0_CALLBACK_URL'],
  ['GUNICORN_WORKERS'],
];

/** Asks the routing itself. */
function routingRow(names: readonly string[]): string[] {
  const placesOf = (prefer: 'secrets-manager' | 'ssm') =>
    names.map((name) => {
      const variable = { name, value: new Secret('x'), source: 'dotenv' as const, where: 'input dotenv' };
      const { destinations, reason } = route(
        variable,
        { rules: [], prefer, parameterTier: 'auto' },
        new Diagnostics(),
        classify,
      );
      const places = destinations.map((place) =>
        place.store === 'secret'
          ? `secret \`${place.bundle}\`, key \`${place.key}\``
          : `${place.type} parameter`,
      );
      return { places: places.join('; and ').replace('String parameter', '`String` parameter'), reason };
    });
  const [first, second] = [placesOf('secrets-manager'), placesOf('ssm')];
  const joined = (texts: readonly string[]) => [...new Set(texts)].join('<br>');
  const before = joined(first.map(({ places }) => places));
  const after = joined(second.map(({ places }) => places));
  return [
    names.map((name) => `\`${name === 'GUNICORN_WORKERS' ? 'GUNICORN_*' : name}\``).join('<br>'),
    before,
    before === after ? 'the same' : after,
    joined(first.map(({ reason }) => reason)),
  ];
}

/** The example of the article, with an image and a lifecycle policy. */
const EXAMPLE: Scope = {
  caller: { account: '123456789012', arn: 'arn:aws:sts::123456789012:assumed-role/deployer/run' },
  settings: {
    mode: 'apply',
    prefix: '/papyrus/prd',
    region: 'us-west-2',
    only: new Set(['parameters', 'secrets']),
    allow: new Set(),
    kmsKeyId: undefined,
    ownership: { prune: 'report' },
    logGroup: { name: '/ecs/papyrus' },
    repository: { name: 'papyrus', lifecycle: '{}', pullAccounts: undefined, kmsKeyId: undefined },
    image: {},
  },
  desired: { destinations: [{ kind: 'AWS::SSM::Parameter' }] },
};

const block = (language: string, text: string) => `\`\`\`${language}\n${text}\n\`\`\``;

type Parts = Readonly<Record<string, () => string>>;

const INPUTS: Parts = {
  inputs: () =>
    inputGroups({
      inputs: manifest.inputs,
      groups: parse(read('docs/inputs.yml')),
      fileKeys: Object.keys(configSchema.shape),
      wordsOf: (input) => [...namesIn(manifest.inputs), ...choicesOf(types.inputs[input])],
    }),
};

const OUTPUTS: Parts = {
  outputs: () =>
    table(
      ['Output', 'Meaning'],
      Object.entries(manifest.outputs).map(([name, { description }]) => [
        `\`${name}\``,
        markdownOf(description, namesIn({ ...manifest.inputs, ...manifest.outputs })),
      ]),
    ),
};

const ROUTING: Parts = {
  routing: () => table(['Variable', 'Goes to', 'With `prefer: ssm`', 'Because'], VARIABLES.map(routingRow)),
};

const POLICIES: Parts = {
  'policy-deploy': () => block('json', JSON.stringify(policiesOf(EXAMPLE)?.deployer, null, 2)),
  'policy-read': () => block('json', JSON.stringify(policiesOf(EXAMPLE)?.reader, null, 2)),
};

/** Replaces the text between `<!-- name -->` and `<!-- /name -->`. */
function filled(file: string, text: string, parts: Parts): string {
  return Object.entries(parts).reduce((before, [name, part]) => {
    const [open, close] = [`<!-- ${name} -->`, `<!-- /${name} -->`];
    const [start, end] = [before.indexOf(open), before.indexOf(close)];
    if (start < 0 || end < start) throw new Error(`${file} has no part ${open} … ${close}`);
    return `${before.slice(0, start + open.length)}\n${part()}\n${before.slice(end)}`;
  }, text);
}

const faults: string[] = [];
for (const [file, parts] of [
  ['docs/inputs.md', INPUTS],
  ['docs/outputs.md', OUTPUTS],
  ['docs/routing.md', ROUTING],
  ['docs/iam-policies.md', POLICIES],
] as const) {
  const before = read(file);
  const after = filled(file, before, parts);
  if (!process.argv.includes('--check')) writeFileSync(path(file), after);
  else if (before !== after) faults.push(`${file} is out of date. Run npm run readme and commit it`);
}
for (const fault of faults) console.error(fault);
process.exitCode = faults.length === 0 ? 0 : 1;

// Writes the generated parts of README.md and docs/iam.md: the tables of action.yml, the routing table, the IAM policies.
// With --check it writes nothing, and fails when a part is out of date or an example is wrong.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parse, parseAllDocuments } from 'yaml';
import { classify } from '../src/desired/classify.ts';
import { route } from '../src/desired/routing.ts';
import { policiesOf } from '../src/report/iam.ts';
import type { Scope } from '../src/report/iam-policy.ts';
import { Secret } from '../src/secret.ts';
import { readConfig } from '../src/settings/config.ts';
import { describe, Notes } from '../src/settings/fault.ts';

const path = (name: string) => fileURLToPath(new URL(`../${name}`, import.meta.url));
const read = (name: string) => readFileSync(path(name), 'utf8');

interface Manifest {
  readonly inputs: Readonly<Record<string, { readonly description: string }>>;
  readonly outputs: Readonly<Record<string, { readonly description: string }>>;
}
const manifest: Manifest = parse(read('action.yml'));

const table = (header: readonly string[], rows: readonly string[][]) =>
  [header, header.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
const prose = (text: string) => text.replace(/[|*<]/g, '\\$&');
/** A default that could be written as it is, not one that is described. */
const isValue = (text: string) => /^\S+$/.test(text) && text !== 'all';

/** `Meaning. Default: value` becomes two cells. */
function inputRow([name, { description }]: [string, { readonly description: string }]): string[] {
  const [, meaning = description, fallback = ''] = /^(.*?)\. Default: (.+)$/s.exec(description) ?? [];
  const required = /\. Required, here or in the configuration file$/;
  return [
    `\`${name}\``,
    prose(meaning.replace(required, '')),
    required.test(meaning)
      ? '**required**, here or in the configuration file'
      : isValue(fallback)
        ? `\`${fallback}\``
        : prose(fallback),
  ];
}

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
        new Notes(),
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
  desired: { placements: [{ kind: 'AWS::SSM::Parameter' }] },
};

const block = (language: string, text: string) => `\`\`\`${language}\n${text}\n\`\`\``;

type Parts = Readonly<Record<string, () => string>>;

const README: Parts = {
  inputs: () => table(['Input', 'Meaning', 'Default'], Object.entries(manifest.inputs).map(inputRow)),
  outputs: () =>
    table(
      ['Output', 'Meaning'],
      Object.entries(manifest.outputs).map(([name, { description }]) => [`\`${name}\``, prose(description)]),
    ),
  routing: () => table(['Variable', 'Goes to', 'With `prefer: ssm`', 'Because'], VARIABLES.map(routingRow)),
};

const POLICIES: Parts = {
  'policy-deploy': () => block('json', JSON.stringify(policiesOf(EXAMPLE)?.deployer, null, 2)),
  'policy-read': () => block('json', JSON.stringify(policiesOf(EXAMPLE)?.reader, null, 2)),
};

/** Replaces what stands between `<!-- name -->` and `<!-- /name -->`. */
function filled(file: string, text: string, parts: Parts): string {
  return Object.entries(parts).reduce((before, [name, part]) => {
    const [open, close] = [`<!-- ${name} -->`, `<!-- /${name} -->`];
    const [start, end] = [before.indexOf(open), before.indexOf(close)];
    if (start < 0 || end < start) throw new Error(`${file} has no part ${open} … ${close}`);
    return `${before.slice(0, start + open.length)}\n${part()}\n${before.slice(end)}`;
  }, text);
}

/** @returns what is wrong with the examples and links. */
function faultsOf(text: string): string[] {
  const faults: string[] = [];
  const line = (at: number) => `README.md line ${text.slice(0, at).split('\n').length}`;
  for (const { index, 1: language, 2: code = '' } of text.matchAll(/^```(\w+)\n(.*?)^```$/gms)) {
    if (language === 'json') {
      try {
        JSON.parse(code);
      } catch {
        faults.push(`${line(index)}: this is not JSON`);
      }
    }
    if (language !== 'yaml') continue;
    if (code.includes('yaml-language-server')) faults.push(...configFaults(code, line(index)));
    for (const document of parseAllDocuments(code)) {
      faults.push(...document.errors.map(({ message }) => `${line(index)}: ${message}`));
      if (document.errors.length === 0)
        faults.push(...unknownInputs(document.toJS()).map((name) => `${line(index)}: no input "${name}"`));
    }
  }
  for (const { index, 1: target = '' } of text.matchAll(/\]\(([^)\s]+)\)/g)) {
    if (/^https?:/.test(target)) continue;
    const [file = '', anchor] = target.split('#');
    if (file !== '' && !existsSync(path(file))) faults.push(`${line(index)}: there is no file ${file}`);
    if (file === '' && anchor !== undefined && !anchorsOf(text).has(anchor))
      faults.push(`${line(index)}: there is no heading #${anchor}`);
  }
  for (const { index, 1: name = '' } of text.matchAll(/`npm run ([\w-]+)/g))
    if (!(name in JSON.parse(read('package.json')).scripts))
      faults.push(`${line(index)}: package.json has no script ${name}`);
  return faults;
}

/** As GitHub makes them. */
function anchorsOf(text: string): Set<string> {
  return new Set(
    [...text.matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
      heading
        .toLowerCase()
        .replace(/[^\p{L}\p{N}\- _]/gu, '')
        .replaceAll(' ', '-'),
    ),
  );
}

function configFaults(code: string, where: string): string[] {
  const notes = new Notes();
  readConfig(code, where, notes);
  return notes.faults.map(describe);
}

/** Every `with:` beside a `uses:` of this action, wherever it stands. */
function unknownInputs(node: unknown): string[] {
  if (typeof node !== 'object' || node === null) return [];
  const { uses, with: given } = node as { uses?: unknown; with?: unknown };
  const own =
    typeof uses === 'string' && uses.startsWith('papyrus/aws-bootstrap@')
      ? Object.keys(given ?? {}).filter((name) => !(name in manifest.inputs))
      : [];
  return [...own, ...Object.values(node).flatMap(unknownInputs)];
}

const faults: string[] = [];
for (const [file, parts] of [
  ['README.md', README],
  ['docs/iam.md', POLICIES],
] as const) {
  const before = read(file);
  const after = filled(file, before, parts);
  if (!process.argv.includes('--check')) writeFileSync(path(file), after);
  else if (before !== after)
    faults.push(`${file}: a generated part is out of date; npm run readme, and commit it`);
}
faults.push(...faultsOf(read('README.md')));
for (const fault of faults) console.error(fault);
process.exitCode = faults.length === 0 ? 0 : 1;

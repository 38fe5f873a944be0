// Code of the documentation can be copied: each language parses, each command exists with its flags, each address is well-formed.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { beforeAll, expect, test } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { type Command, commandsOf, readCode, readMarkdown } from '../scripts/docs-code.ts';
import { COMMANDS } from '../src/cli/commands.ts';
import { COMMON_FLAGS } from '../src/cli/flags.ts';
import { readDotenv } from '../src/settings/dotenv.ts';
import { ensureServiceModels, modelOf } from './servers/service-models.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const code = readCode();
const commands = code.flatMap(commandsOf);

const message = (error: unknown) => (error instanceof Error ? error.message : String(error));

/** Statements of HashiCorp's language: blocks with labels, and attributes; values only as far as their brackets close. */
function hclErrors(text: string): string[] {
  const open: string[] = [];
  for (const [at, line] of text.split('\n').entries()) {
    const bare = line
      .replace(/"(?:[^"\\]|\\.)*"/g, '""')
      .replace(/\s*(#|\/\/).*$/, '')
      .trim();
    const isStatement = /^([a-z_]\w*( ""| [a-z_]\w*)* \{( .*\})?|[a-z_]\w* += .+|[\]}),]+)$/.test(bare);
    const isValue = open.at(-1) === '[' || open.at(-1) === '(';
    if (bare !== '' && !isStatement && !isValue) return [`line ${at + 1} is no statement: ${line}`];
    for (const [bracket] of bare.matchAll(/[[\](){}]/g)) {
      if ('[({'.includes(bracket)) open.push(bracket);
      else if (`${open.pop()}${bracket}` !== { ']': '[]', ')': '()', '}': '{}' }[bracket])
        return [`line ${at + 1}: ${bracket} closes nothing`];
    }
  }
  return open.length === 0 ? [] : [`${open.at(-1)} is not closed`];
}

/** A flow chart: nodes with texts in brackets, and arrows between them. */
function mermaidErrors(text: string): string[] {
  const [head = '', ...lines] = text.trimEnd().split('\n');
  const node = '\\w+(?:\\[[^\\[\\]]+\\])?';
  const chain = new RegExp(`^\\s+${node}(?: (?:-->|-\\.->|==>)(?:\\|[^|]+\\|)? ${node})*$`);
  return [
    ...(/^(flowchart|graph) (LR|TD|TB|RL|BT)$/.test(head) ? [] : [`no flow chart: ${head}`]),
    ...lines.filter((line) => !chain.test(line.replace(/\[\((.*?)\)\]/g, '[$1]'))),
  ];
}

/** What is wrong with code of each language; a page may use no other. */
const PARSERS: Readonly<Record<string, (text: string) => readonly string[]>> = {
  yaml: (text) => parseAllDocuments(text).flatMap(({ errors }) => errors.map(message)),
  json: (text) => {
    try {
      JSON.parse(text);
      return [];
    } catch (error) {
      return [message(error)];
    }
  },
  sh: (text) => {
    const { status, stderr } = spawnSync('bash', ['-n'], { input: text, encoding: 'utf8' });
    return status === 0 ? [] : [stderr];
  },
  ts: (text) =>
    (ts.transpileModule(text, { reportDiagnostics: true }).diagnostics ?? []).map(({ messageText }) =>
      ts.flattenDiagnosticMessageText(messageText, '\n'),
    ),
  hcl: hclErrors,
  mermaid: mermaidErrors,
  dotenv: (text) => readDotenv(text).faults.map(({ line, text: fault }) => `line ${line}: ${fault}`),
  text: () => [],
  '': () => [],
};

test('code of each language parses', () => {
  const used = new Set(code.map(({ language }) => language));
  expect([...used].filter((language) => !(language in PARSERS))).toEqual([]);
  for (const language of ['yaml', 'json', 'sh', 'hcl', 'dotenv']) expect(used).toContain(language);
  const faults = code.flatMap(({ where, language, text }) =>
    (PARSERS[language]?.(text) ?? []).map((fault) => `${where}: ${fault}`),
  );
  expect(faults).toEqual([]);
});

test('the parsers find errors', () => {
  const wrong = {
    yaml: 'a: [',
    json: '{',
    sh: 'for x in',
    ts: 'const =',
    dotenv: 'A="b',
    hcl: 'resource "a" {\n  b\n}',
    mermaid: 'flowchart LR\n  a[b --> c',
  };
  for (const [language, text] of Object.entries(wrong))
    expect(PARSERS[language]?.(text), language).not.toEqual([]);
  expect(hclErrors('a = [\n  1,\n')).not.toEqual([]);
  expect(hclErrors('a = { b = "}" }\nb "c" {\n}\n')).toEqual([]);
});

let data = '';
beforeAll(async () => {
  data = await ensureServiceModels();
});

const GLOBAL = new Set(['region', 'query', 'output', 'profile', 'cli-input-json', 'no-cli-pager', 'filters']);
/** What the AWS CLI has beyond the operations of the services. */
const CUSTOM = /^(cloudformation deploy|ecr get-login-password|sso login|configure( \S+)?|logs tail)$/;
/** Flags that the AWS CLI adds to an operation. */
const ADDED: Readonly<Record<string, readonly string[]>> = {
  'ec2 authorize-security-group-ingress': ['protocol', 'port', 'cidr'],
};
const kebab = (name: string) =>
  name.replaceAll(/(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])/g, '-').toLowerCase();
const flagsOf = (words: readonly string[]) =>
  words.flatMap((word) => /^--([a-z][\w-]*)/.exec(word)?.[1] ?? []);

/** @returns what the AWS CLI would refuse, by the service models that it is made of */
function awsErrors([, service = '', operation = '', ...rest]: readonly string[]): string[] {
  if (CUSTOM.test(`${service} ${operation}`.trim())) return [];
  const { operations, shapes } = modelOf(data, service);
  const [, found] = Object.entries(operations).find(([name]) => kebab(name) === operation) ?? [];
  if (found === undefined) return [`aws ${service} has no ${operation}`];
  const shape = found.input === undefined ? undefined : shapes[found.input.shape];
  const members = shape?.type === 'structure' ? Object.keys(shape.members).map(kebab) : [];
  const known = [...members, ...(ADDED[`${service} ${operation}`] ?? [])];
  return flagsOf(rest)
    .map((flag) => (known.includes(flag) ? flag : flag.replace(/^no-/, '')))
    .filter((flag) => !known.includes(flag) && !GLOBAL.has(flag))
    .map((flag) => `aws ${service} ${operation} has no --${flag}`);
}

/** @returns what our own command line would refuse */
function ownErrors(words: readonly string[]): string[] {
  const given = words.slice(2).filter((word) => word !== '--');
  const command = COMMANDS.find(({ name }) => given.join(' ').startsWith(name));
  if (given[0]?.startsWith('--') || given[0] === 'COMMAND') return [];
  if (command === undefined) return [`there is no command ${given.join(' ')}`];
  const known = [...Object.keys(command.flags), ...Object.keys(COMMON_FLAGS)];
  return flagsOf(given)
    .filter((flag) => !known.includes(flag))
    .map((flag) => `${command.name} has no --${flag}`);
}

const GH =
  /^(api|attestation verify|auth (login|status)|repo (create|view|clone)|secret (set|list)|variable (set|list)|workflow run|run (view|watch|list|rerun))\b/;

function npxErrors(words: readonly string[]): string[] {
  const [, program = '', first = ''] = words;
  if (program === 'github:papyrus/aws-bootstrap') return ownErrors(words);
  if (program === 'tsx') return existsSync(join(ROOT, first)) ? [] : [`there is no ${first}`];
  if (!['vitest', 'biome', 'stryker'].includes(program)) return [`npx ${program}`];
  const files = words.filter((word) => /^(__tests__|src)\//.test(word));
  return files.filter((file) => !existsSync(join(ROOT, file))).map((file) => `there is no ${file}`);
}

const PROGRAMS: Readonly<Record<string, (words: readonly string[]) => readonly string[]>> = {
  aws: awsErrors,
  gh: (words) => (GH.test(words.slice(1).join(' ')) ? [] : [`what is ${words.join(' ')}?`]),
  npx: npxErrors,
};
/** Everyone has them, or the page says where they come from. */
const OTHERS = new Set([
  'cd',
  'curl',
  'chamber',
  'docker',
  'echo',
  'git',
  'jq',
  'npm',
  'sops',
  'terraform',
  'test',
  'true',
]);

/** @returns what is wrong with a command; npm scripts are tested in docs.test.ts */
function errorsOf({ where, words }: Command): string[] {
  const [program = ''] = words;
  const check = PROGRAMS[program];
  if (check !== undefined) return check(words).map((error) => `${where}: ${error}`);
  if (OTHERS.has(program) || existsSync(join(ROOT, program))) return [];
  return [`${where}: what is ${program}?`];
}

test('commands exist, with their flags', () => {
  expect(commands.length).toBeGreaterThan(30);
  expect(commands.flatMap(errorsOf)).toEqual([]);
  for (const words of [
    ['aws', 'ssm', 'put-parameters'],
    ['aws', 'ssm', 'put-parameter', '--nam', 'x'],
    ['npx', 'github:papyrus/aws-bootstrap', 'plan', '--prefx', '/a/b'],
    ['npx', 'tsx', 'scripts/none.ts'],
    ['gh', 'secrets', 'set'],
    ['what'],
  ])
    expect(errorsOf({ where: 'here', words }), words.join(' ')).not.toEqual([]);
});

/** What a page says within a line: `npx github:papyrus/aws-bootstrap …`, `aws ssm …`, `gh …`, whole commands only. */
const inline = Object.entries(readMarkdown()).flatMap(([page, text]) =>
  [...text.replace(/^( *)```.*?^\1```$/gms, '').matchAll(/`((?:aws [a-z0-9-]+|gh [a-z]+|npx) [^`…]*)`/g)].map(
    ([, found = '']) => ({ where: page, language: 'sh', text: found.replaceAll('\\|', '|') }),
  ),
);

test('commands within a line exist, with their flags', () => {
  expect(inline.length).toBeGreaterThan(10);
  expect(inline.flatMap(commandsOf).flatMap(errorsOf)).toEqual([]);
});

const OWN =
  /^https:\/\/(?:github\.com\/papyrus\/aws-bootstrap\/(?:blob|tree)|raw\.githubusercontent\.com\/papyrus\/aws-bootstrap)\/[^/]+\/([^#?]+)/;

test('addresses are well-formed, and those of this repository lead to a file', () => {
  const addresses = Object.entries(readMarkdown()).flatMap(([page, text]) =>
    [...text.matchAll(/\]\((https?:[^)\s]*)\)|(?<![`("'\w=])(https?:\/\/[^\s)<>"'`]+)/g)].map(
      ([, linked, bare = '']) => ({ page, address: linked ?? bare.replace(/[.,;:]+$/, '') }),
    ),
  );
  expect(addresses.length).toBeGreaterThan(20);
  const faults = addresses.filter(({ address }) => {
    // Addresses of a reader's own network.
    if (/^http:\/\/(\d|localhost|<|[\w.-]+\.example\b)/.test(address)) return false;
    if (!URL.canParse(address)) return true;
    const { protocol, hostname } = new URL(address);
    const file = OWN.exec(address)?.[1];
    return (
      protocol !== 'https:' ||
      !/^[\w-]+(\.[\w-]+)+$/.test(hostname) ||
      (file !== undefined && !existsSync(join(ROOT, file)))
    );
  });
  expect(faults).toEqual([]);
});

/** Readers of texts, given what is nearly right: each returns or reports an error, soon, without a value in it. */
import fc from 'fast-check';
import { describe, it } from 'vitest';
import { completeTaskDefinition } from '../../src/report/task-definition.ts';
import { readConfig } from '../../src/settings/config.ts';
import { Diagnostics } from '../../src/settings/diagnostics.ts';
import { DOCUMENTS } from '../../src/settings/documents.ts';
import { readDotenv } from '../../src/settings/dotenv.ts';
import { readExpectation } from '../../src/settings/expectation.ts';
import { globReader } from '../../src/settings/glob.ts';
import { readLifecycle } from '../../src/settings/lifecycle.ts';
import { ParseError } from '../../src/settings/parse.ts';
import { readSettings } from '../../src/settings/settings.ts';
import { readTaskDefinition } from '../../src/settings/task-definition.ts';
import type { VariableText } from '../../src/settings/variable.ts';
import { readVariables } from '../../src/settings/variables.ts';
import { CANARY, expectHarmless, expectOurs, inTime, nearlyRight, RUNS, reshaped } from './fuzz-texts.ts';

const isUnclear = (error: unknown) => error instanceof ParseError;

/** Every case of a reader that throws its errors. */
const each = <T>(cases: fc.Arbitrary<T>, read: (input: T) => unknown) =>
  fc.assert(
    fc.asyncProperty(cases, async (input) => {
      try {
        await inTime(() => read(input));
      } catch (error) {
        expectOurs(error, isUnclear);
      }
    }),
    RUNS,
  );

const DOTENV = [
  `# Flask\nexport DB_HOST=db.internal\nDB_PASSWORD='${CANARY}'\nPORT: 5000\nKEY="-----BEGIN KEY-----\n${CANARY}\n-----END KEY-----"\nLAST=${CANARY} # note\n`,
  `A=1\r\nB="${CANARY}\\n${CANARY}"\r\nC=\`${CANARY}\`\r\nTOKEN=${CANARY}${CANARY}${CANARY}==\r\n`,
  `SECRET=${CANARY}\nNAME\nOTHER=$SECRET\nEMPTY=\nURL=https://u:${CANARY}@host/?a=b#c`,
];
const VARIABLES = {
  DB_HOST: 'db',
  PORT: 5000,
  DEBUG: false,
  DB_PASSWORD: CANARY,
  'app.key': `${CANARY}\n${CANARY}`,
  github_token: CANARY,
  nested: { a: [CANARY] },
};
const JSON_VARIABLES = [JSON.stringify(VARIABLES, null, 2), `{"A":"${CANARY}","A":"${CANARY}x"}`];
const json = (document: unknown, ...texts: readonly string[]) =>
  fc.oneof(
    nearlyRight(JSON.stringify(document), ...texts),
    reshaped(document).map((made) => JSON.stringify(made) ?? ''),
  );

function readAll(source: VariableText['source'], content: VariableText['content']): void {
  const notes = new Diagnostics();
  const known = (name: string) => name.startsWith('DB_');
  const step = (name: string) => (name === 'NAME' ? CANARY : undefined);
  readVariables([{ source, content, where: `input ${source}` }], known, step, notes);
  expectHarmless([notes.errors, notes.warnings, notes.notices]);
}

describe('variables', () => {
  const source = fc.constantFrom(
    'dotenv' as const,
    'env-file' as const,
    'variables' as const,
    'secrets' as const,
  );

  it('of a .env', () =>
    each(fc.tuple(nearlyRight(...DOTENV), fc.boolean(), source), ([text, bareNames, of]) => {
      const { faults, warnings } = readDotenv(text, { bareNames });
      expectHarmless([faults, warnings]);
      readAll(of, text);
      readAll(of, Buffer.from(text));
    }));

  it('of bytes', () =>
    each(fc.tuple(fc.uint8Array({ maxLength: 80 }), source), ([bytes, of]) =>
      readAll(of, Buffer.concat([Buffer.from(`A=${CANARY}\n`), bytes, Buffer.from(`\nB=${CANARY}`)])),
    ));

  it('of JSON', () =>
    each(fc.tuple(json(VARIABLES, ...JSON_VARIABLES), source), ([text, of]) => readAll(of, text)));

  it('of base64', () =>
    each(fc.tuple(nearlyRight(...DOTENV, ...JSON_VARIABLES), source), ([text, of]) =>
      readAll(of, Buffer.from(text).toString('base64')),
    ));
});

const CONFIG = `# yaml-language-server: $schema=x
prefix: /papyrus/prd
mode: plan
allow: [change-type, prune]
tags:
  team: "x"
variables:
  DB_HOST: db.internal
  PEPPER: ${CANARY}
rules:
  - { match: ["DB_*", 'A{B,C}[0-9]?'], to: secret/db }
  - match: LOG_*
    to: parameter
    reason: shown
bundles:
  db: { mode: exact }
ignore:
  - parameter:LOG_LEVEL
  - secret:db:key:*
environments:
  prd:
    log-retention: 30
    env-file: [.env]
`;

it('a configuration file, with the settings and patterns in it', () =>
  each(nearlyRight(CONFIG), (text) => {
    const notes = new Diagnostics();
    const file = readConfig(text, 'c.yml', notes);
    const settings = readSettings(
      {
        inputs: new Map(),
        file,
        fileIsBroken: file === undefined,
        event: 'pull_request',
        ambientRegion: 'us-west-2',
        documents: DOCUMENTS,
        readText: () => CANARY,
      },
      notes,
    );
    for (const rule of settings.rules) rule.matches('A'.repeat(255));
    expectHarmless([notes.errors, notes.warnings, notes.notices]);
  }));

it('a pattern', () => {
  const sign = fc.constantFrom(
    '*',
    '**',
    '?',
    '[',
    ']',
    '{',
    '}',
    ',',
    '!',
    '-',
    '^',
    'a',
    'Z',
    '(',
    '|',
    '\\',
    CANARY,
    '𝒜',
  );
  const pattern = fc.array(sign, { maxLength: 60 }).map((signs) => signs.join(''));
  return each(fc.tuple(pattern, fc.string({ maxLength: 400 })), ([text, name]) => {
    const matches = globReader()(text);
    for (const of of [name, 'a'.repeat(2000), CANARY]) matches(of);
  });
});

const PLAN = {
  version: 1,
  prefix: '/papyrus/prd',
  region: 'us-west-2',
  account: 'x',
  hidden: { digest: CANARY, fields: ['a'] },
  changes: [
    {
      kind: 'AWS::SSM::Parameter',
      name: 'n',
      action: 'update',
      fields: [{ field: 'value', from: CANARY, to: 'b' }],
      notes: [],
    },
  ],
};

it('an approved plan', () =>
  each(fc.tuple(json(PLAN, 'a'.repeat(64), `sha256:${'a'.repeat(64)}`), fc.boolean()), ([text, inFile]) =>
    readExpectation(inFile ? 'plan.json' : text, () => text),
  ));

const TASK = {
  family: 'papyrus',
  containerDefinitions: [
    {
      name: 'app',
      image: 'old',
      environment: [
        { name: 'DB_PASSWORD', value: CANARY },
        { name: 'PORT', value: '5000' },
      ],
      secrets: [{ name: 'A', valueFrom: CANARY }],
      logConfiguration: { logDriver: 'awslogs', options: { 'awslogs-group': 'x' } },
      dockerLabels: { a: 'b' },
    },
  ],
  requiresCompatibilities: ['FARGATE'],
};

it('a task definition, which is completed if it is valid', () =>
  each(
    fc.tuple(json(TASK, JSON.stringify(TASK, null, 2)), fc.constantFrom(undefined, 'app')),
    ([text, container]) => {
      const read = readTaskDefinition('task.json', container, () => text);
      const completed = completeTaskDefinition(read, {
        secrets: [{ name: 'DB_PASSWORD', valueFrom: 'arn' }],
        image: 'new',
        logs: { group: 'g', region: 'r', streamPrefix: 's' },
        fingerprint: 'f',
      });
      JSON.parse(completed);
    },
  ));

const LIFECYCLE = {
  rules: [
    {
      rulePriority: 1,
      description: CANARY,
      selection: { tagStatus: 'untagged', countType: 'imageCountMoreThan', countNumber: 3 },
      action: { type: 'expire' },
    },
  ],
};

it('a lifecycle policy', () => each(json(LIFECYCLE), (text) => readLifecycle('policy.json', () => text)));

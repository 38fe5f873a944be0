import type { Expectation } from './expectation.ts';
import type { Scene } from './scene.ts';

/** A silent run of this `.env`: one call for each batch, three for the secrets, two each for group and repository. */
const SILENT_CALLS = 16;

const SILENT: Expectation = {
  exitCode: 0,
  writes: 0,
  mostCalls: SILENT_CALLS,
  outputs: { changed: 'false', 'config-changed': 'false', drifted: 'false', 'to-update': '0', blocked: '0' },
};

/** kind, name, then what must be read back of it. */
const EXISTING: ReadonlyArray<readonly string[]> = [
  ['log group', '/ecs/papyrus', 'retention 1', 'managed-by=aws-bootstrap, project=portfolio'],
  ['repository', 'papyrus', 'MUTABLE', 'AES256, managed-by=aws-bootstrap, project=portfolio'],
  ['parameter', '/papyrus/prd/AUTH0_CALLBACK_URL', 'String', 'version 1'],
  ['parameter', '/papyrus/prd/AUTH0_DOMAIN', 'String', 'version 1'],
  ['parameter', '/papyrus/prd/GUNICORN_BIND', 'String', 'version 1'],
  ['parameter', '/papyrus/prd/GUNICORN_THREADS', 'String', 'version 1'],
  ['parameter', '/papyrus/prd/GUNICORN_TIMEOUT', 'String', 'version 1'],
  ['parameter', '/papyrus/prd/GUNICORN_WORKERS', 'String', 'version 1'],
  ['parameter', '/papyrus/prd/LOG_LEVEL', 'String', 'version 1'],
  ['parameter', '/papyrus/prd/MAIL_FROM', 'String', 'version 1'],
  ['parameter', '/papyrus/prd/SENTRY_DSN', 'SecureString', 'version 1'],
  ['parameter', '/papyrus/prd/SMTP_PASSWORD', 'SecureString', 'version 1'],
  ['secret', 'papyrus/prd/auth0', 'JSON', 'client_id, client_secret, domain'],
  [
    'secret',
    'papyrus/prd/db',
    'JSON',
    'host, name, password, postgres_db, postgres_password, postgres_user, username',
  ],
  ['secret', 'papyrus/prd/flask', 'JSON', 'secret_key'],
];
const RESOURCES = String(EXISTING.length);

export const SCENES: readonly Scene[] = [
  {
    name: 'plan',
    title: 'plan: what would be made, without a single write',
    inputs: () => ({ mode: 'plan' }),
    expected: {
      exitCode: 0,
      writes: 0,
      outputs: { changed: 'false', drifted: 'true', 'to-create': RESOURCES, 'to-update': '0', blocked: '0' },
      logHolds: ['+ log group /ecs/papyrus', '+ secret papyrus/prd/db', '+ repository papyrus'],
    },
  },
  {
    name: 'apply',
    title: 'apply: it is made',
    inputs: () => ({ mode: 'apply' }),
    expected: {
      exitCode: 0,
      writes: 'some',
      outputs: {
        changed: 'true',
        'config-changed': 'true',
        'to-create': RESOURCES,
        'log-group-name': '/ecs/papyrus',
        'repository-name': 'papyrus',
        'monthly-cost-usd': '1.20',
        'failure-reason': '',
      },
      logHolds: [`${RESOURCES} created`],
    },
  },
  {
    name: 'apply-again',
    title: 'apply again: nothing differs, so nothing is written',
    inputs: () => ({ mode: 'apply' }),
    expected: { ...SILENT, logHolds: [`No changes: ${RESOURCES} resources`] },
  },
  {
    name: 'look',
    title: 'what exists now, read back by another client',
    after: async ({ account }, tell) => {
      const lines = await account.look();
      tell(lines);
      const words = lines.map((line) => line.split(/\s{2,}/).join(' '));
      const expected = EXISTING.map((row) => row.join(' '));
      return [
        ...expected.filter((row) => !words.includes(row)).map((row) => `missing: ${row}`),
        ...words.filter((row) => !expected.includes(row)).map((row) => `unexpected: ${row}`),
      ];
    },
  },
  {
    name: 'drift',
    title: 'somebody changes things by hand; drift finds each of them, and fails',
    before: async ({ account }) => [
      await account.setParameter('/papyrus/prd/GUNICORN_WORKERS', '9'),
      await account.tagRepository('papyrus', 'project', 'something-else'),
      await account.setRetention('/ecs/papyrus', 30),
      await account.deleteSecretKey('papyrus/prd/db', 'password'),
    ],
    inputs: () => ({ mode: 'drift' }),
    expected: {
      exitCode: 1,
      writes: 0,
      outputs: {
        changed: 'false',
        drifted: 'true',
        'to-create': '0',
        'to-update': '4',
        'failure-reason': 'drifted',
      },
      logHolds: [
        'value: "9" → "2"',
        'tag:project: "something-else" → "portfolio"',
        'retention: "30" → "1"',
        'key:password: ',
      ],
    },
  },
  {
    name: 'correct',
    title: 'apply corrects what drifted, and nothing else',
    inputs: () => ({ mode: 'apply' }),
    expected: {
      exitCode: 0,
      writes: 4,
      outputs: {
        changed: 'true',
        'config-changed': 'true',
        'to-update': '4',
        'to-create': '0',
        blocked: '0',
      },
      logHolds: ['4 updated'],
    },
  },
  {
    name: 'drift-again',
    title: 'drift again: clean',
    inputs: () => ({ mode: 'drift' }),
    expected: { ...SILENT, outputs: { ...SILENT.outputs, 'to-create': '0', 'failure-reason': '' } },
  },
];

/** What the action is given, and what somebody who reads the README then expects in the account: written by hand, not computed. */
import { readFileSync } from 'node:fs';
import { Encoded, type Resource } from './terraform.ts';

export interface Scene {
  readonly title: string;
  readonly inputs: Readonly<Record<string, string>>;
  readonly files: Readonly<Record<string, string>>;
  readonly expected: Expected;
}

interface Expected {
  readonly tags: Readonly<Record<string, string>>;
  readonly logGroup: { readonly name: string; readonly arguments: Readonly<Record<string, unknown>> };
  readonly repository: { readonly name: string; readonly arguments: Readonly<Record<string, unknown>> };
  /** As JSON, as somebody has it in a file. */
  readonly lifecycle?: string;
  readonly parameters: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  readonly secrets: Readonly<Record<string, Secret>>;
}

interface Secret {
  readonly keys: Readonly<Record<string, string>>;
  readonly kms_key_id?: string;
}

const string = (value: string) => ({ type: 'String', tier: 'Standard', value });
const secure = (value: string, key = 'alias/aws/ssm') => ({
  type: 'SecureString',
  tier: 'Standard',
  value,
  key_id: key,
});

/** The quick start of the README with examples/seed.env. */
const SEED: Scene = {
  title: 'the quick start',
  inputs: {
    prefix: '/papyrus/prd',
    dotenv: readFileSync(new URL('../../examples/seed.env', import.meta.url), 'utf8'),
    tags: 'project=portfolio',
  },
  files: {},
  expected: {
    tags: { project: 'portfolio', 'managed-by': 'aws-bootstrap' },
    logGroup: { name: '/ecs/papyrus', arguments: { retention_in_days: 1, log_group_class: 'STANDARD' } },
    repository: {
      name: 'papyrus',
      arguments: {
        image_tag_mutability: 'MUTABLE',
        encryption_configuration: [{ encryption_type: 'AES256' }],
        image_scanning_configuration: [{ scan_on_push: true }],
      },
    },
    parameters: {
      '/papyrus/prd/AUTH0_DOMAIN': string('papyrus.auth0.example'),
      '/papyrus/prd/AUTH0_CALLBACK_URL': string('http://0.0.0.0:5000/callback'),
      '/papyrus/prd/GUNICORN_BIND': string('0.0.0.0:5000'),
      '/papyrus/prd/GUNICORN_WORKERS': string('2'),
      '/papyrus/prd/GUNICORN_THREADS': string('4'),
      '/papyrus/prd/GUNICORN_TIMEOUT': string('30'),
      '/papyrus/prd/LOG_LEVEL': string('info'),
      '/papyrus/prd/MAIL_FROM': string('hello@papyrus.example'),
      '/papyrus/prd/SMTP_PASSWORD': secure('not-a-real-smtp-password'),
      '/papyrus/prd/SENTRY_DSN': secure('https://made-up-user:made-up-password@sentry.example/1'),
    },
    secrets: {
      'papyrus/prd/db': {
        keys: {
          host: 'db.papyrus.example',
          name: 'papyrus',
          password: 'not-a-real-db-password',
          postgres_db: 'papyrus',
          postgres_password: 'not-a-real-postgres-password',
          postgres_user: 'postgres',
          username: 'papyrus',
        },
      },
      'papyrus/prd/auth0': {
        keys: {
          client_id: 'made-up-client-id',
          client_secret: 'not-a-real-client-secret',
          domain: 'papyrus.auth0.example',
        },
      },
      'papyrus/prd/flask': {
        keys: { secret_key: 'not a real key # quotes keep the rest of this line' },
      },
    },
  },
};

const KEY = 'arn:aws:kms:us-west-2:123456789012:key/0a1b2c3d-4e5f-6071-8293-a4b5c6d7e8f9';
const LIFECYCLE = JSON.stringify(
  {
    rules: [
      {
        rulePriority: 2,
        description: 'Keep the last 20 releases',
        selection: {
          tagStatus: 'tagged',
          tagPrefixList: ['v'],
          countType: 'imageCountMoreThan',
          countNumber: 20,
        },
        action: { type: 'expire' },
      },
      {
        rulePriority: 1,
        description: 'What has no tag goes after a week',
        selection: {
          tagStatus: 'untagged',
          countType: 'sinceImagePushed',
          countUnit: 'days',
          countNumber: 7,
        },
        action: { type: 'expire' },
      },
    ],
  },
  null,
  2,
);
/** Both notations have templates, and only one of them in single quotes. */
const TEMPLATE = '$\u007ba} %{b} $$\u007bc}';
const PASSWORD = '"quoted" \\ $\u007bHOME} %{x} é 秘密';
const LONG = 'a long line of a list, '.repeat(230);

/** A key, rules, tags, a lifecycle policy, and texts that have a meaning in one notation or the other. */
const CHOICES: Scene = {
  title: 'with a configuration file',
  inputs: {},
  files: {
    '.github/aws-bootstrap.yml': `prefix: /shop/eu/stg
log-group: /shop/stg
log-retention-days: never
repository: shop/stg
image-tag-mutability: "IMMUTABLE_WITH_EXCLUSION: latest, dev-*"
lifecycle-policy: lifecycle.json
kms-key-id: ${KEY}
tags: { project: shop, "cost center": "42", team: Bücher + Co }
env-file: .env
rules:
  - match: [STRIPE_KEY, GREETING]
    to: secret/payments
  - match: [TEMPLATE, LIST, WORDS]
    to: parameter
`,
    'lifecycle.json': LIFECYCLE,
    '.env': [
      'DB_USER=shop',
      `DB_PASSWORD='${PASSWORD}'`,
      'STRIPE_KEY=not-a-real-key',
      'GREETING="one\\ntwo"',
      `TEMPLATE='${TEMPLATE}'`,
      'WORDS="<ключ> & 秘密"',
      `LIST="${LONG}end"`,
      'API_TOKEN=not-a-real-token',
      '',
    ].join('\n'),
  },
  expected: {
    tags: { project: 'shop', 'cost center': '42', team: 'Bücher + Co', 'managed-by': 'aws-bootstrap' },
    logGroup: { name: '/shop/stg', arguments: { retention_in_days: 0 } },
    repository: {
      name: 'shop/stg',
      arguments: {
        image_tag_mutability: 'IMMUTABLE_WITH_EXCLUSION',
        image_tag_mutability_exclusion_filter: ['dev-*', 'latest'].map((filter) => ({
          filter,
          filter_type: 'WILDCARD',
        })),
        encryption_configuration: [{ encryption_type: 'KMS', kms_key: KEY }],
        image_scanning_configuration: [{ scan_on_push: true }],
      },
    },
    lifecycle: LIFECYCLE,
    parameters: {
      '/shop/eu/stg/TEMPLATE': string(TEMPLATE),
      '/shop/eu/stg/WORDS': string('<ключ> & 秘密'),
      '/shop/eu/stg/LIST': { type: 'String', tier: 'Advanced', value: `${LONG}end` },
      '/shop/eu/stg/API_TOKEN': secure('not-a-real-token', KEY),
    },
    secrets: {
      'shop/eu/stg/db': {
        keys: { password: PASSWORD, username: 'shop' },
        kms_key_id: KEY,
      },
      'shop/eu/stg/payments': {
        keys: { GREETING: 'one\ntwo', STRIPE_KEY: 'not-a-real-key' },
        kms_key_id: KEY,
      },
    },
  },
};

export const SCENES: readonly Scene[] = [SEED, CHOICES];

/** @param idOf ids that AWS has made: the ARN of a secret, and the id of its version */
export function resourcesOf(
  expected: Expected,
  idOf: ReadonlyMap<string, { readonly arn: string; readonly version: string }>,
): Resource[] {
  const { tags, logGroup, repository, lifecycle } = expected;
  const named = (type: string, name: string, more: object): Resource => ({
    type,
    name,
    id: name,
    arguments: { name, tags, ...more },
  });
  return [
    named('aws_cloudwatch_log_group', logGroup.name, logGroup.arguments),
    named('aws_ecr_repository', repository.name, repository.arguments),
    ...(lifecycle === undefined
      ? []
      : [
          {
            type: 'aws_ecr_lifecycle_policy',
            name: repository.name,
            id: repository.name,
            arguments: { repository: repository.name, policy: lifecycle },
          },
        ]),
    ...Object.entries(expected.parameters).map(([name, more]) => named('aws_ssm_parameter', name, more)),
    ...Object.entries(expected.secrets).flatMap(([name, { keys, ...more }]) => {
      const { arn = '', version = '' } = idOf.get(name) ?? {};
      return [
        { ...named('aws_secretsmanager_secret', name, more), id: arn },
        {
          type: 'aws_secretsmanager_secret_version',
          name,
          id: `${arn}|${version}`,
          // Without its label Terraform looks at this version for ever, also where another one is the current one.
          arguments: { secret_id: arn, secret_string: new Encoded(keys), version_stages: ['AWSCURRENT'] },
        },
      ];
    }),
  ];
}

import * as z from 'zod/mini';
import {
  AUTH0_URLS,
  COMMENT_ON_PR,
  CONSENTS,
  LOG_GROUP_CLASSES,
  MODES,
  ON_EMPTY,
  PRUNES,
  STORES,
  TIERS,
} from './choices.ts';
import { inWords, type KnownNames, RETENTION_WORDS, unknownSetting } from './config-words.ts';
import type { Notes } from './fault.ts';
import { globReader, type Matches } from './glob.ts';
import { quoted } from './texts.ts';
import { readYaml } from './yaml.ts';

/**
 * The configuration file: `.github/aws-bootstrap.yml`. One zod schema checks it here and gives the JSON Schema
 * that editors use (`schema/aws-bootstrap.schema.json`, written by `npm run schema`).
 * Values are judged where the same setting given as an input is judged; here only their shape is.
 */
const text = z.string().check(z.minLength(1));
const texts = z.union([text, z.array(text)], {
  error: 'it takes a text or a list of texts; put numbers into quotes',
});
const pairs = z.record(z.string(), z.union([z.string(), z.number(), z.boolean()]));
const PAIRS = { error: 'it takes "KEY: value" lines below it, each value a text, a number, true or false' };

const settings = {
  mode: z.enum(MODES).check(z.describe('what a run does')),
  prefix: text.check(z.describe('/APPLICATION/ENVIRONMENT: where parameters and secrets stand')),
  region: text.check(z.describe('AWS region')),
  'env-file': texts.check(z.describe('.env files inside the workspace')),
  variables: z.union([z.string(), pairs], PAIRS).check(z.describe('variables that are not secret')),
  only: texts.check(z.describe('which resources this run reads and changes')),
  prefer: z.enum(STORES).check(z.describe('where rows go that may stand in either store')),
  'on-empty': z.enum(ON_EMPTY).check(z.describe('what an empty value means')),
  'kms-key-id': text.check(z.describe('KMS key for SecureString parameters, secrets and the repository')),
  'log-group': text.check(
    z.describe('name of the log group; {application} and {environment} are filled in; none leaves it out'),
  ),
  'log-retention-days': z
    .union([z.literal('never'), z.int().check(z.positive())], {
      error: RETENTION_WORDS,
    })
    .check(z.describe('days, or never')),
  'log-group-class': z
    .enum(LOG_GROUP_CLASSES)
    .check(z.describe('class of the log group, which AWS fixes when it is created')),
  'log-group-kms-key-id': text.check(z.describe('ARN of the KMS key of the log group; none takes a key off')),
  repository: text.check(z.describe('name of the ECR repository; none leaves it out')),
  'image-tag-mutability': text.check(
    z.describe(
      'MUTABLE, IMMUTABLE, or one of the two with exclusions: IMMUTABLE_WITH_EXCLUSION: latest, dev-*',
    ),
  ),
  'lifecycle-policy': text.check(z.describe('path of a policy JSON, or keep-last:N')),
  'scan-on-push': z
    .boolean()
    .check(z.describe('whether ECR scans each pushed image for known vulnerabilities')),
  'pull-accounts': texts.check(
    z.describe('other AWS accounts that may pull from the repository; quote them'),
  ),
  tags: z.union([text, pairs], PAIRS).check(z.describe('tags on every resource')),
  'allowed-account-ids': texts.check(
    z.describe('accounts this may run in; quote them, since a leading zero is lost otherwise'),
  ),
  allow: texts.check(z.describe(`consents: ${CONSENTS.join(', ')}`)),
  adopt: z.boolean().check(z.describe('take over what stands without our tag')),
  'fail-on-drift': z.boolean().check(z.describe('drift mode fails when something drifted')),
  image: text.check(
    z.describe('the built image: docker:NAME, oci:DIR, oci-archive:FILE or docker-archive:FILE'),
  ),
  'image-tags': texts.check(z.describe("tags that it gets; default: the image's own, else latest")),
  'app-url': text.check(
    z.describe('the origin that the application is reached at, such as https://app.example.com'),
  ),
  'auth0-domain': text.check(z.describe('host name of the Auth0 tenant, which an input has to name as well')),
  'auth0-management-client-id': text.check(z.describe('client id of the machine to machine application')),
  'auth0-application-id': text.check(
    z.describe('client id of the application; default: the variable AUTH0_CLIENT_ID'),
  ),
  'auth0-urls': z
    .enum(AUTH0_URLS)
    .check(
      z.describe(
        'ensure adds; follow also takes the previous address out; exact takes out all others; remove takes this one out',
      ),
    ),
  prune: z
    .enum(PRUNES)
    .check(
      z.describe('what happens to parameters and secrets that this action made and nobody wants any more'),
    ),
  /** @see https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_DeleteSecret.html (RecoveryWindowInDays) */
  'recovery-window-days': z
    .int()
    .check(z.gte(7), z.lte(30))
    .check(z.describe('days in which a deleted secret can be restored, 30 by default')),
  'callback-path': text.check(
    z.describe('path of the callback URL; default: the path of AUTH0_CALLBACK_URL, else /callback'),
  ),
  'logout-path': text.check(z.describe('path of the logout URL, /logout by default')),
  'comment-on-pr': z
    .union([z.enum(COMMENT_ON_PR), z.literal(false)], {
      error: `it takes one of ${COMMENT_ON_PR.join(', ')}`,
    })
    .check(z.describe('when a pull request gets a comment with the plan')),
  'drift-issue': z.boolean().check(z.describe('keep one issue open while there is drift')),
  'task-definition': text.check(z.describe('ECS task definition JSON to complete')),
  'container-name': text.check(
    z.describe('the container of it that is completed; not needed where there is one'),
  ),
  'iam-policies': z
    .boolean()
    .check(z.describe('print the IAM policies of this configuration in the summary')),
  'deadline-minutes': z
    .number()
    .check(z.positive(), z.lte(360))
    .check(z.describe('minutes after which nothing new is begun; 30 by default')),
  'parameter-tier': z
    .enum(TIERS)
    .check(z.describe('tier of parameters; auto takes Advanced only above 4 KB')),
};

const rule = z.strictObject({
  match: texts.check(
    z.describe('a variable name or glob, or a list of them; the first rule that matches wins'),
  ),
  to: texts.check(
    z.describe(
      'secret/BUNDLE (no slash in its name), parameter, secure-parameter, ignore; or a list of places',
    ),
  ),
  key: z.optional(text).check(z.describe("JSON key, or the parameter's last segment")),
  write: z
    .optional(z.enum(['always', 'once']))
    .check(z.describe('once: created when missing, never overwritten')),
});

const optional = <T extends Record<string, z.ZodMiniType>>(shape: T) =>
  Object.fromEntries(Object.entries(shape).map(([key, schema]) => [key, z.optional(schema)])) as {
    [K in keyof T]: z.ZodMiniOptional<T[K]>;
  };

/** What has no input of its name. */
const ofFile = {
  require: texts.check(
    z.describe(
      'inputs that must not arrive empty, such as expect-plan or allowed-account-ids; confirm and expect-plan only in runs that write',
    ),
  ),
};

const { prefix: _prefix, mode: _mode, ...inputsOfEnvironment } = settings;
const perEnvironment = { ...inputsOfEnvironment, ...ofFile };

export const configSchema = z.strictObject({
  $schema: z.optional(z.string()),
  ...optional(settings),
  ...optional(ofFile),
  rules: z
    .optional(z.array(rule))
    .check(z.describe('where variables go; a rule replaces the built-in table')),
  bundles: z
    .optional(
      z.record(
        z.string(),
        z.strictObject({
          mode: z.enum(['merge', 'exact']).check(z.describe('exact removes keys that nobody wants any more')),
        }),
      ),
    )
    .check(z.describe('settings of single secrets')),
  ignore: z
    .optional(texts)
    .check(
      z.describe(
        'what is left as it is once it stands: parameter:NAME, secret:BUNDLE:key:NAME, log-group:tags',
      ),
    ),
  environments: z
    .optional(z.record(z.string(), z.strictObject(optional(perEnvironment))))
    .check(z.describe('settings of one environment, by what follows the application in the prefix')),
});

export type Config = z.infer<typeof configSchema>;

const known: KnownNames = {
  top: Object.keys(configSchema.shape),
  rule: Object.keys(rule.shape),
  environment: Object.keys(perEnvironment),
};

/** What was read, and at which line a path such as `rules.0.to` stands. */
export interface ConfigFile {
  readonly path: string;
  readonly config: Config;
  lineOf(path: ReadonlyArray<PropertyKey>): number | undefined;
  /**
   * What a pattern of the file matches; it comes with the file, since a run without one has no pattern.
   * @throws Unclear where it is no pattern
   */
  glob(pattern: string): Matches;
}

/** Room for thousands of rules; the parser takes a second for so much, and whoever writes a pull request writes the file. */
const MOST_CHARACTERS = 2 ** 18;

/**
 * @param path shown in faults, below the workspace
 * @returns undefined when something is wrong; every fault is in `notes` with its line
 */
export function readConfig(source: string, path: string, notes: Notes): ConfigFile | undefined {
  const before = notes.faults.length;
  const fault = (line: number | undefined, key: string | undefined, text: string) =>
    notes.fault({ where: path, file: path, line, key, text });
  if (source.length > MOST_CHARACTERS) {
    fault(
      undefined,
      undefined,
      `it has more than ${MOST_CHARACTERS} characters; take out what is no setting`,
    );
    return undefined;
  }
  const { document, lineAt } = readYaml(source, (line, text) => fault(line, undefined, text));
  if (notes.faults.length > before) return undefined;

  const lineOf = (keys: ReadonlyArray<PropertyKey>): number | undefined => {
    for (let length = keys.length; length > 0; length--) {
      const node = document.getIn(keys.slice(0, length), true);
      const range = node !== null && typeof node === 'object' && 'range' in node ? node.range : undefined;
      if (Array.isArray(range)) return lineAt(range);
    }
    return undefined;
  };

  const read = configSchema.safeParse(document.toJS() ?? {});
  if (!read.success) {
    for (const issue of read.error.issues)
      if (issue.code === 'unrecognized_keys')
        for (const key of issue.keys)
          fault(lineOf([...issue.path, key]), nameOf(issue.path), unknownSetting(key, issue.path, known));
      else fault(lineOf(issue.path), nameOf(issue.path), inWords(issue));
    return undefined;
  }
  return { path, config: read.data, lineOf, glob: globReader() };
}

/** A name between may be the user's own, and so a value that slipped. */
function nameOf(path: ReadonlyArray<PropertyKey>): string | undefined {
  if (path.length === 0) return undefined;
  return path.map((step) => quoted(String(step)).replace(/^"|"$/g, '')).join('.');
}

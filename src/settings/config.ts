import * as z from 'zod/mini';
import { NAMES, type SettingShape, SHARED_KINDS } from '../model/spec.ts';
import { AUTH0_URLS, COMMENT_ON_PR, MODES, ON_EMPTY, PRUNES, STORES, TIERS } from './choices.ts';
import type { Diagnostics } from './diagnostics.ts';
import { globReader, type Matches } from './glob.ts';
import { nearest, quoted } from './parse.ts';
import { readYaml } from './yaml.ts';

/** Shapes in messages of this action, since zod's own messages may repeat values. */
const TYPES: Readonly<Record<string, string>> = {
  string: 'a text; put numbers into quotes',
  boolean: 'true or false',
  array: 'a list',
  object: 'settings below it, as "name: value"',
  record: 'names below it',
};

/** In Terraform and in the API of the console, 0 keeps logs for ever. */
const RETENTION_WORDS = "it takes a number of days, or never (Terraform's 0 is never here)";

const NAME_WORDS = 'it takes a name, or none to leave it out; put a number into quotes';

/** Settings whose shape does not say which values they accept. */
const TAKEN: Readonly<Record<string, string>> = {
  'log-retention-days': RETENTION_WORDS,
  'log-group': NAME_WORDS,
  repository: NAME_WORDS,
  'recovery-window-days': 'it takes a whole number of days from 7 to 30, without quotes',
  'deadline-minutes': 'it takes a number of minutes above 0 and up to 360, without quotes',
};

/** @returns the error in the shape of a setting, and the accepted shape. */
export function inWords(issue: z.core.$ZodIssue): string {
  const range = TAKEN[String(issue.path.at(-1))];
  if (range !== undefined) return range;
  switch (issue.code) {
    case 'invalid_value':
      return `it takes one of ${issue.values.map(String).join(', ')}`;
    case 'invalid_type':
      return `it takes ${TYPES[issue.expected] ?? `a ${issue.expected}`}`;
    case 'invalid_union':
      return issue.message;
    case 'too_small':
      return 'it is empty; give it a value, or leave it out';
    default:
      return 'it has another shape; see docs/configuration.md';
  }
}

/**
 * The configuration file: `.github/aws-bootstrap.yml`. One zod schema checks it here and gives the JSON Schema
 * that editors use (`schema/aws-bootstrap.schema.json`, written by `npm run schema`, which adds the descriptions).
 * Values are validated with those of the inputs; here only their shape is.
 */
const text = z.string().check(z.minLength(1));
const texts = z.union([text, z.array(text)], {
  error: 'it takes a text or a list of texts; put numbers into quotes',
});
const pairs = z.record(z.string(), z.union([z.string(), z.number(), z.boolean()]));
const PAIRS = { error: 'it takes "KEY: value" lines below it, each value a text, a number, true or false' };

function schemaOf(shape: SettingShape): z.ZodMiniType {
  if (typeof shape === 'object') return z.enum(shape);
  const schemas = {
    text,
    texts,
    boolean: z.boolean(),
    days: z.union([z.literal('never'), z.int().check(z.positive())], { error: RETENTION_WORDS }),
  };
  return schemas[shape];
}

const OF_APPLICATION = Object.fromEntries(
  SHARED_KINDS.flatMap((kind) => Object.entries<SettingShape>(NAMES[kind].settings)).map(([name, shape]) => [
    name,
    schemaOf(shape),
  ]),
);

const settings = {
  mode: z.enum(MODES),
  prefix: text,
  region: text,
  'env-file': texts,
  variables: z.union([z.string(), pairs], PAIRS),
  only: texts,
  prefer: z.enum(STORES),
  'on-empty': z.enum(ON_EMPTY),
  'kms-key-id': text,
  ...OF_APPLICATION,
  tags: z.union([text, pairs], PAIRS),
  'allowed-account-ids': texts,
  allow: texts,
  adopt: z.boolean(),
  'fail-on-drift': z.boolean(),
  image: text,
  'image-tags': texts,
  'app-url': text,
  'auth0-domain': text,
  'auth0-management-client-id': text,
  'auth0-application-id': text,
  'auth0-urls': z.enum(AUTH0_URLS),
  prune: z.enum(PRUNES),
  /** @see https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_DeleteSecret.html (RecoveryWindowInDays) */
  'recovery-window-days': z.int().check(z.gte(7), z.lte(30)),
  'callback-path': text,
  'logout-path': text,
  'comment-on-pr': z.union([z.enum(COMMENT_ON_PR), z.literal(false)], {
    error: `it takes one of ${COMMENT_ON_PR.join(', ')}`,
  }),
  'drift-issue': z.boolean(),
  'task-definition': text,
  'container-name': text,
  'iam-policies': z.boolean(),
  'deadline-minutes': z.number().check(z.positive(), z.lte(360)),
  'parameter-tier': z.enum(TIERS),
};

const rule = z.strictObject({
  match: texts,
  to: texts,
  key: z.optional(text),
  write: z.optional(z.enum(['always', 'once'])),
});

const optional = <T extends Record<string, z.ZodMiniType>>(shape: T) =>
  Object.fromEntries(Object.entries(shape).map(([key, schema]) => [key, z.optional(schema)])) as {
    [K in keyof T]: z.ZodMiniOptional<T[K]>;
  };

/** Settings without an input of their name. */
const ofFile = {
  require: texts,
};

const { prefix: _prefix, mode: _mode, ...inputsOfEnvironment } = settings;
const perEnvironment = { ...inputsOfEnvironment, ...ofFile };

export const configSchema = z.strictObject({
  $schema: z.optional(z.string()),
  ...optional(settings),
  ...optional(ofFile),
  rules: z.optional(z.array(rule)),
  bundles: z.optional(
    z.record(
      z.string(),
      z.strictObject({
        mode: z.enum(['merge', 'exact']),
      }),
    ),
  ),
  ignore: z.optional(texts),
  environments: z.optional(z.record(z.string(), z.strictObject(optional(perEnvironment)))),
});

export type Config = z.infer<typeof configSchema>;

/** Names by their place in the file. */
interface NameCatalog {
  readonly top: readonly string[];
  readonly rule: readonly string[];
  readonly environment: readonly string[];
}

/** @returns why the name is unknown, and the nearest known one; a possible secret is not repeated. */
function unknownSetting(key: string, path: ReadonlyArray<PropertyKey>, known: NameCatalog): string {
  const refused = `${quoted(key)}: secrets do not belong in a committed file`;
  if (key === 'secrets' || key === 'dotenv')
    return `${refused}; give them as the inputs "secrets" or "dotenv"`;
  if (key === 'auth0-management-client-secret') return `${refused}; give it as an input`;
  if (path[0] === 'environments' && known.top.includes(key))
    return `"${key}" belongs to the whole file; set it at its top`;
  const place = path[0] === 'rules' ? 'rule' : path[0] === 'environments' ? 'environment' : 'top';
  return `there is no setting called ${quoted(key)} here${nearest(key, known[place])}`;
}

const known: NameCatalog = {
  top: Object.keys(configSchema.shape),
  rule: Object.keys(rule.shape),
  environment: Object.keys(perEnvironment),
};

/** The parsed file, and the line of a path such as `rules.0.to`. */
export interface ConfigFile {
  readonly path: string;
  readonly config: Config;
  lineOf(path: ReadonlyArray<PropertyKey>): number | undefined;
  /**
   * Compiles a pattern of the file; it comes with the file, since a run without one has no pattern.
   * @throws ParseError if it is no pattern
   */
  glob(pattern: string): Matches;
}

/**
 * Room for thousands of rules; the parser needs a second for this size, and the author of a pull request controls the
 * file.
 */
const MOST_CHARACTERS = 2 ** 18;

/**
 * @param path shown in errors, below the workspace
 * @returns undefined if something is wrong; every error is in `notes` with its line
 */
export function readConfig(source: string, path: string, notes: Diagnostics): ConfigFile | undefined {
  const before = notes.errors.length;
  const fault = (line: number | undefined, key: string | undefined, text: string) =>
    notes.fault({ where: path, file: path, line, key, text });
  if (source.length > MOST_CHARACTERS) {
    fault(
      undefined,
      undefined,
      `it has more than ${MOST_CHARACTERS} characters; remove everything that is no setting`,
    );
    return undefined;
  }
  const { document, lineAt } = readYaml(source, (line, text) => fault(line, undefined, text));
  if (notes.errors.length > before) return undefined;

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

/** A name on the way may be the user's own, and so a misplaced value. */
function nameOf(path: ReadonlyArray<PropertyKey>): string | undefined {
  if (path.length === 0) return undefined;
  return path.map((step) => quoted(String(step)).replace(/^"|"$/g, '')).join('.');
}

import fc from 'fast-check';
import type {
  Configuration,
  Existing,
  ExistingParameter,
  ExistingSecret,
  Layered,
  NameKind,
  Owner,
  Rule,
  Settings,
  Source,
  Tags,
  Tampering,
  ValueKind,
  Variable,
} from './configuration.ts';

const NAMES: Readonly<Record<NameKind, readonly string[]>> = {
  table: [
    'DB_USER',
    'DB_PASSWORD',
    'DB_HOST',
    'DB_NAME',
    'POSTGRES_USER',
    'POSTGRES_PASSWORD',
    'POSTGRES_DB',
    'AUTH0_CLIENT_ID',
    'AUTH0_CLIENT_SECRET',
    'AUTH0_DOMAIN',
    'FLASK_SECRET_KEY',
    'GUNICORN_WORKERS',
    'GUNICORN_BIND',
    'GUNICORN_TIMEOUT',
  ],
  secret: ['STRIPE_API_KEY', 'SMTP_PASSWORD', 'JWT_SECRET', 'clientSecret'],
  measure: ['PASSWORD_MIN_LENGTH', 'TOKEN_TTL'],
  neutral: [
    'LOG_LEVEL',
    'APP_MODE',
    'GREETING',
    'PAGE_SIZE',
    'SITE_HOST',
    'DATA_FOLDER',
    'TZ',
    'worker_count',
  ],
};
const NAME_KINDS = new Map(
  Object.entries(NAMES).flatMap(([kind, names]) => names.map((name) => [name, kind as NameKind] as const)),
);
export const kindOf = (name: string): NameKind => NAME_KINDS.get(name) ?? 'neutral';

/** Parameters of an earlier time. */
const OLD = ['OLD_A', 'OLD_B', 'OLD_C', 'OLD_D', 'OLD_E', 'OLD_F'];
const BUNDLES = ['db', 'auth0', 'flask', 'payments', 'old'];
const TAG_KEYS = ['project', 'team', 'cost-center'];

const HARMLESS = [
  'true',
  '4',
  '30s',
  '1.2.3',
  'en_US',
  'info',
  'db.internal.example',
  '0.0.0.0:5000',
  '/var/lib/papyrus',
  'https://example.com/docs',
  'hello world',
  'Europe/Amsterdam',
  'red, green, blue',
];

const signs = (alphabet: string, length: number) =>
  fc
    .array(fc.constantFrom(...alphabet), { minLength: length, maxLength: length })
    .map((chosen) => chosen.join(''));
const SIGNS = 'abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789';
/** No form of anything: letters of both cases and digits in turn. */
const opaque = fc
  .tuple(signs('abcdefghkmnpqrstuvwxyz', 6), signs('ABCDEFGHKLMNPRSTUVWXYZ', 6), signs('23456789', 6))
  .map(([small, large, digits]) =>
    [0, 1, 2, 3, 4, 5].map((at) => `${small[at]}${digits[at]}${large[at]}`).join(''),
  );
const token = fc.oneof(
  signs(SIGNS, 36).map((text) => `ghp_${text}`),
  signs(SIGNS, 24).map((text) => `sk_live_${text}`),
  opaque.map((text) => `postgres://papyrus:${text}@db.internal.example:5432/papyrus`),
  signs(SIGNS, 64).map((text) => `-----BEGIN PRIVATE KEY-----\n${text}\n-----END PRIVATE KEY-----`),
);

const VALUES: Readonly<Record<ValueKind, fc.Arbitrary<string>>> = {
  harmless: fc.constantFrom(...HARMLESS),
  opaque,
  token,
  empty: fc.constant(''),
};
const KINDS: Readonly<Record<NameKind, fc.Arbitrary<ValueKind>>> = {
  table: weighted<ValueKind>([8, 'harmless'], [12, 'opaque'], [2, 'token'], [1, 'empty']),
  secret: weighted<ValueKind>([2, 'harmless'], [12, 'opaque'], [2, 'token'], [1, 'empty']),
  measure: fc.constant('harmless'),
  neutral: weighted<ValueKind>([10, 'harmless'], [8, 'opaque'], [2, 'token'], [1, 'empty']),
};

function weighted<T>(...rows: ReadonlyArray<readonly [number, T]>): fc.Arbitrary<T> {
  return fc.oneof(...rows.map(([weight, value]) => ({ weight, arbitrary: fc.constant(value) })));
}

const source = weighted<Source>(
  [6, 'dotenv'],
  [2, 'env-file'],
  [2, 'variables'],
  [2, 'file'],
  [2, 'secrets'],
);

const variable = (name: string): fc.Arbitrary<Variable> => {
  const nameKind = kindOf(name);
  // A length is a number, and a time to live a duration.
  const measured = name === 'PASSWORD_MIN_LENGTH' ? '12' : '1h';
  return KINDS[nameKind].chain((valueKind) =>
    fc.record({
      name: fc.constant(name),
      nameKind: fc.constant(nameKind),
      value: nameKind === 'measure' ? fc.constant(measured) : VALUES[valueKind],
      valueKind: fc.constant(valueKind),
      source,
    }),
  );
};

const some = <T>(from: readonly T[], maxLength: number, minLength = 0) =>
  fc.subarray([...from], { minLength, maxLength: Math.min(maxLength, from.length) });
const rarely = <T>(arbitrary: fc.Arbitrary<T>, freq = 3): fc.Arbitrary<T | undefined> =>
  fc.option(arbitrary, { nil: undefined, freq });
/** Present in about one of `of` cases. */
const sometimes = <T>(arbitrary: fc.Arbitrary<T>, of: number): fc.Arbitrary<T | undefined> =>
  fc.oneof({ weight: 1, arbitrary }, { weight: of - 1, arbitrary: fc.constant(undefined) });

const variables: fc.Arbitrary<Variable[]> = fc
  .tuple(some(NAMES.table, 7, 1), some(NAMES.secret, 2), some(NAMES.measure, 1), some(NAMES.neutral, 4))
  .chain((names) => fc.tuple(...names.flat().map(variable)))
  // The input and the file's map of the same name are one setting, of which the input wins.
  .map((all) =>
    all.map((one) => (one.source === 'file' && hasInput(all) ? { ...one, source: 'variables' } : one)),
  )
  .map((all) => {
    const [first, ...rest] = all as Variable[];
    if (first === undefined || first.valueKind !== 'empty') return all as Variable[];
    return [{ ...first, value: 'v7K2m9Qx4', valueKind: 'opaque' }, ...rest] as Variable[];
  });
const hasInput = (all: readonly Variable[]) => all.some((one) => one.source === 'variables');

function rules(names: readonly string[]): fc.Arbitrary<Rule[]> {
  const to = fc.constantFrom<string | string[]>(
    'parameter',
    'secure-parameter',
    'secure-parameter',
    'ignore',
    'secret/payments',
    'secret/payments',
    'secret/db',
    ['secret/payments', 'parameter'],
    ['secret/payments', 'secure-parameter'],
  );
  const write = sometimes(fc.constantFrom('once' as const, 'always' as const), 4);
  const single = fc.record({
    match: fc.constantFrom(...names),
    to,
    key: sometimes(fc.constantFrom('renamed', 'dsn'), 4),
    write,
  });
  const many = fc.record({
    match: fc.oneof(
      fc.constantFrom('GUNICORN_*', '*_PASSWORD', 'DB_*', '{GREETING,TZ}', 'POSTGRES_?B', '[A-C]*'),
      some(names, 3, 1),
    ),
    to,
    key: fc.constant(undefined),
    write,
  });
  return fc
    .array(fc.oneof(single, many), { maxLength: 2 })
    .map((all) => (all as Rule[]).map((rule) => withoutIdle(rule)))
    .map((all) =>
      all.filter(
        (rule, at) => all.findIndex((other) => other.key === rule.key) === at || rule.key === undefined,
      ),
    );
}

/** What goes nowhere has no key there, and is not written. */
const withoutIdle = (rule: Rule): Rule => (rule.to === 'ignore' ? { match: rule.match, to: rule.to } : rule);

const tags: fc.Arbitrary<Tags> = fc.dictionary(
  fc.constantFrom(...TAG_KEYS),
  fc.constantFrom('papyrus', 'web', '42'),
  { minKeys: 1, maxKeys: 2, noNullPrototype: true },
);

/** A setting in one, two or all of its places; not in `environments:` where that is refused. */
function layered<T>(value: fc.Arbitrary<T>, of: number, hasEnvironment = true): fc.Arbitrary<Layered<T>> {
  const layer = sometimes(value, of);
  return fc.record({
    input: layer,
    environment: hasEnvironment ? layer : fc.constant(undefined),
    file: layer,
  });
}

const ONLY = ['log-group', 'parameters', 'secrets', 'repository'];
const settings: fc.Arbitrary<Settings> = fc
  .record({
    'log-group': fc.record({
      file: weighted<string | undefined>(
        [4, undefined],
        [3, '/ecs/{application}-{environment}'],
        [1, 'none'],
      ),
    }),
    repository: fc.record({
      file: weighted<string | undefined>([4, undefined], [3, '{application}/{environment}'], [1, 'none']),
    }),
  })
  .chain((names) =>
    fc.record({
      prefer: layered(fc.constantFrom('secrets-manager' as const, 'ssm' as const), 4),
      only: layered(some(ONLY, 3, 1), 14),
      tags: layered(tags, 3),
      'log-group': fc.constant(names['log-group']),
      'log-retention-days': layered(
        fc.constantFrom<number | 'never'>(1, 7, 30, 'never'),
        3,
        isOwn(names['log-group'].file),
      ),
      repository: fc.constant(names.repository),
      'image-tag-mutability': layered(
        fc.constantFrom('MUTABLE', 'IMMUTABLE'),
        3,
        isOwn(names.repository.file),
      ),
      'lifecycle-policy': layered(
        fc.constantFrom('keep-last:5', 'keep-last:20'),
        5,
        isOwn(names.repository.file),
      ),
      adopt: layered(fc.boolean(), 6),
      'on-empty': layered(fc.constantFrom('auto' as const, 'skip' as const, 'fail' as const), 6),
      allow: layered(some(['shorten-retention', 'loosen'], 2, 1), 4),
      prune: layered(fc.constantFrom('off' as const, 'report' as const), 5),
    }),
  );
const isOwn = (name: string | undefined) => name?.includes('{environment}') === true;

const owner = weighted<Owner>(
  [6, 'created'],
  [2, 'adopted'],
  [3, 'nobody'],
  [1, 'terraform'],
  [1, 'cloudformation'],
  [1, 'other'],
);
const someTags: fc.Arbitrary<Tags> = fc.dictionary(
  fc.constantFrom(...TAG_KEYS, 'foreign'),
  fc.constantFrom('papyrus', 'elsewhere'),
  { maxKeys: 2, noNullPrototype: true },
);

function parameters(environment: string, names: readonly string[]): fc.Arbitrary<ExistingParameter[]> {
  const parameter = (path: string) =>
    fc.record({
      path: fc.constant(path),
      value: rarely(opaque, 2),
      type: weighted<'String' | 'SecureString'>([3, 'String'], [2, 'SecureString']),
      owner,
      tags: someTags,
    });
  return fc
    .tuple(some(names, 3), some(OLD, 6))
    .map((parts) => [...parts.flat().map((name) => `${environment}/${name}`)])
    .chain((own) =>
      fc.tuple(some(own, own.length), some([`${environment}/nested/DEEP`, 'elsewhere/LOG_LEVEL'], 2)),
    )
    .chain((paths) => fc.tuple(...paths.flat().map(parameter)));
}

function secrets(environment: string): fc.Arbitrary<ExistingSecret[]> {
  const keys = fc.dictionary(
    fc.constantFrom('username', 'password', 'host', 'client_id', 'secret_key', 'foreign', 'DB_USER'),
    opaque,
    { minKeys: 1, maxKeys: 3, noNullPrototype: true },
  );
  const secret = (bundle: string) =>
    fc
      .record({
        path: fc.constant(bundle === 'elsewhere' ? 'elsewhere/db' : `${environment}/${bundle}`),
        keys: fc.oneof(
          { weight: 12, arbitrary: keys },
          { weight: 1, arbitrary: fc.constant('no object' as const) },
        ),
        owner,
        tags: someTags,
        isDeleted: weighted([6, false], [1, true]),
      })
      // What a deleted one holds is only seen when it is restored.
      .map((one) => (one.keys === 'no object' ? { ...one, isDeleted: false } : one));
  return some([...BUNDLES, 'elsewhere'], 2).chain((bundles) => fc.tuple(...bundles.map(secret)));
}

function existing(environment: string, names: readonly string[]): fc.Arbitrary<Existing> {
  const logGroup = fc.record({
    retention: rarely(fc.constantFrom(1, 14, 365), 4),
    owner,
    tags: someTags,
    holdsLogs: fc.boolean(),
  });
  const repository = fc.record({
    mutability: fc.constantFrom('MUTABLE' as const, 'IMMUTABLE' as const),
    owner,
    tags: someTags,
    keepLast: sometimes(fc.constantFrom(9, 11), 3),
  });
  const all = fc.record({
    parameters: parameters(environment, names),
    secrets: secrets(environment),
    logGroup: sometimes(logGroup, 2),
    repository: sometimes(repository, 2),
  });
  const nothing: Existing = { parameters: [], secrets: [], logGroup: undefined, repository: undefined };
  return fc.oneof({ weight: 1, arbitrary: fc.constant(nothing) }, { weight: 2, arbitrary: all });
}

function ignore(names: readonly string[]): fc.Arbitrary<string[]> {
  const entry = fc.oneof(
    fc.constantFrom(
      'log-group',
      'log-group:retention',
      'log-group:tags',
      'log-group:tag:team',
      'repository',
      'repository:mutability',
      'repository:tag:*',
      'secret:db',
      'secret:*:key:username',
      'secret:db:tags',
      'parameter:OLD_*',
      'parameter:*:tag:project',
      'parameter:GUNICORN_*',
    ),
    fc
      .tuple(fc.constantFrom(...names), fc.constantFrom('', ':value', ':tags', ':type'))
      .map(([name, field]) => `parameter:${name}${field}`),
  );
  return sometimes(fc.array(entry, { minLength: 1, maxLength: 2 }), 3).map((entries) => entries ?? []);
}

const tampering: fc.Arbitrary<Tampering> = fc.record({
  what: fc.constantFrom<Tampering['what'][]>(
    'parameter value',
    'parameter value',
    'parameter type',
    'parameter tag',
    'parameter disowned',
    'parameter deleted',
    'secret key changed',
    'secret key removed',
    'secret key added',
    'secret tag',
    'secret scheduled',
    'secret deleted',
    'log group retention',
    'log group tag',
    'log group deleted',
    'repository mutability',
    'repository tag',
    'repository lifecycle',
    'repository deleted',
  ),
  pick: fc.nat({ max: 99 }),
  value: opaque,
});

export const configurations: fc.Arbitrary<Configuration> = fc
  .tuple(fc.constantFrom('prd', 'prd', 'stg', 'eu/prd'), variables)
  .chain(([environment, chosen]) => {
    const names = chosen.map(({ name }) => name);
    return fc.record({
      environment: fc.constant(environment),
      variables: fc.constant(chosen),
      rules: rules(names),
      exact: sometimes(some(['db', 'payments', 'auth0'], 2, 1), 3).map((bundles) => bundles ?? []),
      ignore: ignore(names),
      settings,
      existing: existing(environment, names),
      tampering: fc.array(tampering, { minLength: 1, maxLength: 4 }),
      dropped: fc.nat({ max: 8 }),
      pruneMany: fc.boolean(),
      destroyAllow: some(['delete-log-group', 'delete-repository'], 2),
    });
  });

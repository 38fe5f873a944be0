import { describe, expect, it } from 'vitest';
import { ask, CONFIG, type Given } from '../asking.ts';

const settings = (given: Given) => {
  const { settings: found, faults } = ask(given);
  expect(faults).toEqual([]);
  return found;
};

describe('without anything but a prefix', () => {
  it('the defaults apply', () => {
    expect(settings({})).toMatchObject({
      mode: 'apply',
      prefix: '/papyrus/prd',
      application: 'papyrus',
      environment: 'prd',
      region: 'us-west-2',
      only: new Set(['log-group', 'parameters', 'secrets', 'repository', 'image', 'auth0']),
      prefer: 'secrets-manager',
      onEmpty: 'auto',
      kmsKeyId: undefined,
      parameterTier: 'auto',
      logGroup: { name: '/ecs/papyrus', retention: { value: 1, given: false }, tags: new Map() },
      repository: {
        name: 'papyrus',
        account: undefined,
        mutability: { value: { value: 'MUTABLE', exclusions: undefined }, given: false },
        lifecycle: undefined,
        kmsKeyId: undefined,
      },
      tags: new Map(),
      allowedAccountIds: [],
      allow: new Set(),
      adopt: true,
      failOnDrift: true,
      rules: [],
      exactBundles: new Set(),
      ignore: [],
      envFiles: [],
    });
  });

  it('the region is us-west-2 if none is given, with a notice', () => {
    const { settings: found, notices } = ask({ region: '' });
    expect(found.region).toBe('us-west-2');
    expect(notices).toEqual([expect.stringMatching(/^input region: .*AWS_REGION.*us-west-2/)]);
    expect(ask({ region: 'eu-west-1' })).toMatchObject({ settings: { region: 'eu-west-1' }, notices: [] });
  });
});

it('what a file that cannot be read would have given is not missed', () => {
  expect(ask({ inputs: { prefix: '' }, config: 'prefix: /papyrus/prd\ntag: { a: b }' }).faults).toEqual([
    expect.stringMatching(/^\.github\/aws-bootstrap\.yml line 2: .*"tag"/),
  ]);
  expect(ask({ inputs: { prefix: '' }, config: 'region: us-west-2' }).faults).toEqual([
    expect.stringMatching(/^input prefix: /),
  ]);
});

it('the inputs of Auth0 are checked with Auth0 and with the parameters, one of which follows them', () => {
  const faults = (only: string) => ask({ inputs: { only, 'app-url': 'nonsense' } }).faults;
  for (const only of ['auth0', 'parameters', 'secrets, parameters'])
    expect(faults(only)).toEqual([expect.stringMatching(/^input app-url: /)]);
  expect(faults('secrets, log-group')).toEqual([]);
});

it('Auth0 itself is asked for with Auth0 alone', () => {
  const inputs = { 'app-url': 'https://app.example.com', 'auth0-management-client-id': 'x' };
  expect(ask({ inputs: { ...inputs, only: 'parameters' } })).toMatchObject({ faults: [], notices: [] });
  expect(ask({ inputs: { ...inputs, only: 'auth0' } }).faults).not.toEqual([]);
});

describe('names', () => {
  it.each<[what: string, given: Given, logGroup: string | undefined, repository: string | undefined]>([
    [
      'are filled in',
      { inputs: { 'log-group': '/{application}/{environment}', repository: '{environment}/{application}' } },
      '/papyrus/prd',
      'prd/papyrus',
    ],
    [
      'with all segments of the environment',
      { inputs: { prefix: '/papyrus/prd/eu', 'log-group': '/ecs/{environment}' } },
      '/ecs/prd/eu',
      'papyrus',
    ],
    ['may be none', { inputs: { 'log-group': 'none', repository: ' none ' } }, undefined, undefined],
    ['are left out with their part', { inputs: { only: 'parameters, secrets' } }, undefined, undefined],
    ['one of them', { inputs: { only: 'repository' } }, undefined, 'papyrus'],
    ['come from the file', { config: 'log-group: /a/b\nrepository: c/d' }, '/a/b', 'c/d'],
  ])('%s', (_what, given, logGroup, repository) => {
    const found = settings(given);
    expect([found.logGroup?.name, found.repository?.name]).toEqual([logGroup, repository]);
  });

  it.each([
    ['123456789012.dkr.ecr.us-west-2.amazonaws.com/papyrus/web', 'papyrus/web'],
    ['https://123456789012.dkr.ecr.us-west-2.amazonaws.com/papyrus', 'papyrus'],
    ['123456789012.dkr.ecr.us-west-2.amazonaws.com/papyrus:latest', 'papyrus'],
    ['123456789012.dkr.ecr.us-west-2.amazonaws.com/papyrus@sha256:abc', 'papyrus'],
    ['123456789012.dkr.ecr.us-west-2.amazonaws.com/ghcr.io/papyrus', 'ghcr.io/papyrus'],
    ['123456789012.dkr.ecr.us-west-2.localhost.localstack.cloud:4566/papyrus', 'papyrus'],
    ['123456789012.dkr-ecr.us-west-2.on.aws/papyrus', 'papyrus'],
    ['123456789012.dkr.ecr-fips.us-west-2.amazonaws.com/papyrus', 'papyrus'],
  ])('of a repository may be its URI: %s', (repository, name) => {
    expect(settings({ inputs: { repository } }).repository).toMatchObject({ name, account: '123456789012' });
  });

  it('of a repository that begins like a host is taken, and warned of', () => {
    const { settings: found, warnings } = ask({ inputs: { repository: 'example.com/papyrus' } });
    expect(found?.repository?.name).toBe('example.com/papyrus');
    expect(warnings).toEqual([expect.stringMatching(/^input repository: /)]);
    expect(ask({ inputs: { repository: 'my.team' } }).warnings).toEqual([]);
  });

  it('of a URI in China holds its own region', () => {
    const repository = '123456789012.dkr.ecr.cn-north-1.amazonaws.com.cn/papyrus';
    expect(settings({ inputs: { repository }, region: 'cn-north-1' }).repository?.name).toBe('papyrus');
  });

  it('of a repository that begins with a digit is warned of', () => {
    expect(ask({ inputs: { repository: '3d' } }).warnings).toEqual([
      expect.stringMatching(/^input repository: .* a digit/),
    ]);
  });
});

describe('values', () => {
  it.each([
    ['1', 1],
    [' 365 ', 365],
    ['never', 'never'],
  ])('retention %j', (days, value) => {
    expect(settings({ inputs: { 'log-retention-days': days } }).logGroup?.retention).toEqual({
      value,
      given: true,
    });
  });

  it('tags are on everything', () => {
    const found = settings({ inputs: { tags: 'project=portfolio\n# comment\ncost=a=b' } });
    const tags = new Map([
      ['project', 'portfolio'],
      ['cost', 'a=b'],
    ]);
    expect([found.tags, found.logGroup?.tags, found.repository?.tags]).toEqual([tags, tags, tags]);
  });

  it('49 tags are the most, beside managed-by', () => {
    const tags = (count: number) => Array.from({ length: count }, (_, index) => `k${index}=v`).join('\n');
    expect(settings({ inputs: { tags: tags(49) } }).tags.size).toBe(49);
    expect(ask({ inputs: { tags: tags(50) } }).faults).toEqual([
      expect.stringMatching(/^input tags: .*\b50\b.*"managed-by"/),
    ]);
  });

  it('lists', () => {
    const found = settings({
      inputs: {
        'allowed-account-ids': '123456789012, 210987654321',
        allow: 'loosen\nchange-type',
        'env-file': 'a.env,\nb.env',
      },
      files: { 'a.env': '', 'b.env': '' },
    });
    expect(found.allowedAccountIds).toEqual(['123456789012', '210987654321']);
    expect(found.allow).toEqual(new Set(['loosen', 'change-type']));
    expect(found.envFiles).toEqual(['a.env', 'b.env']);
  });

  it('booleans from text and from the file', () => {
    expect(settings({ inputs: { adopt: 'false', 'fail-on-drift': 'False' } })).toMatchObject({
      adopt: false,
      failOnDrift: false,
    });
    expect(settings({ config: 'adopt: false\nfail-on-drift: false' })).toMatchObject({
      adopt: false,
      failOnDrift: false,
    });
    expect(settings({ inputs: { adopt: 'true' }, config: 'adopt: false' })).toMatchObject({ adopt: true });
  });

  it('a lifecycle policy from a file of the workspace', () => {
    const policy = JSON.stringify({
      rules: [
        {
          rulePriority: 1,
          selection: { tagStatus: 'any', countType: 'imageCountMoreThan', countNumber: 5 },
          action: { type: 'expire' },
        },
      ],
    });
    const found = settings({
      inputs: { 'lifecycle-policy': 'policy.json' },
      files: { 'policy.json': policy },
    });
    expect(JSON.parse(found.repository?.lifecycle ?? '')).toEqual(JSON.parse(policy));
  });

  it('a key for everything', () => {
    const found = settings({ inputs: { 'kms-key-id': 'alias/papyrus' } });
    expect([found.kmsKeyId, found.repository?.kmsKeyId]).toEqual(['alias/papyrus', 'alias/papyrus']);
  });

  it('of the file alone', () => {
    expect(
      settings({
        config: 'parameter-tier: Advanced\nbundles: { db: { mode: exact }, auth0: { mode: merge } }',
      }),
    ).toMatchObject({ parameterTier: 'Advanced', exactBundles: new Set(['db']) });
  });
});

describe('precedence: input > environment > file > default', () => {
  const config = [
    'prefer: ssm',
    'on-empty: skip',
    'environments:',
    '  prd:',
    '    prefer: secrets-manager',
    '    variables: { STAGE: prd }',
    '    env-file: prd.env',
    'variables: { STAGE: all }',
  ].join('\n');

  it('of the environment of the prefix', () => {
    const files = { 'prd.env': 'PORT=1' };
    expect(settings({ config, files })).toMatchObject({
      prefer: 'secrets-manager',
      onEmpty: 'skip',
      envFiles: ['prd.env'],
    });
    expect(settings({ config, inputs: { prefix: '/papyrus/stg' } })).toMatchObject({
      prefer: 'ssm',
      envFiles: [],
    });
    expect(settings({ config, files, inputs: { prefer: 'ssm', 'on-empty': 'fail' } })).toMatchObject({
      prefer: 'ssm',
      onEmpty: 'fail',
    });
  });

  it.each([
    ['/papyrus/prd', undefined, 'prd'],
    ['/papyrus/stg', undefined, 'all'],
    ['/papyrus/prd', 'STAGE=input', 'input'],
  ])('of variables: %s with %s gives %s', (prefix, variables, value) => {
    const { variables: found } = ask({
      config,
      files: { 'prd.env': '' },
      inputs: { prefix, ...(variables === undefined ? {} : { variables }) },
    });
    expect(found.map((variable) => [variable.name, variable.value.reveal()])).toEqual([['STAGE', value]]);
  });

  it('may give the prefix and the region', () => {
    expect(ask({ inputs: { prefix: '' }, config: 'prefix: /a/b\nregion: eu-west-1' }).settings).toMatchObject(
      { prefix: '/a/b', region: 'eu-west-1' },
    );
  });
});

describe('what environments share', () => {
  it.each<[what: string, config: string, place?: string, name?: string]>([
    [
      'the days of a shared log group',
      'environments:\n  prd:\n    log-retention-days: 7',
      'log-retention-days',
      '/ecs/papyrus',
    ],
    [
      'the mutability of a shared repository',
      'environments:\n  prd:\n    image-tag-mutability: IMMUTABLE',
      'image-tag-mutability',
      'papyrus',
    ],
    [
      'the policy of a shared repository',
      'environments:\n  prd:\n    lifecycle-policy: keep-last:5',
      'lifecycle-policy',
      'papyrus',
    ],
    ['those of another environment are allowed', 'environments:\n  stg:\n    log-retention-days: 7'],
    [
      'those of a log group of its own',
      'log-group: /ecs/{application}/{environment}\nenvironments:\n  prd:\n    log-retention-days: 7',
    ],
    [
      'those of a log group that is named after it',
      'log-group: /ecs/papyrus-prd\nenvironments:\n  prd:\n    log-retention-days: 7',
    ],
  ])('%s', (_what, config, key, name) => {
    const { notes, faults } = ask({ config });
    expect(notes.errors).toMatchObject(key === undefined ? [] : [{ file: CONFIG, line: 3, key }]);
    expect(faults).toEqual(
      name === undefined ? [] : [expect.stringMatching(`"${name}" .*\\{environment\\}`)],
    );
  });

  it.each([
    ['/devtools/dev', '/ecs/{application}', false],
    ['/dev/dev', '/ecs/{application}', false],
    ['/devtools/dev', '/ecs/{application}-dev', true],
    ['/devtools/dev', '/ecs/{application}-{environment}', true],
    ['/a/prd/eu', '/ecs/a/prd-eu', true],
    ['/a/prd/eu', '/ecs/a/prd', false],
  ])('%s with the log group %s: its own: %s', (prefix, logGroup, own) => {
    const environment = prefix.split('/').slice(2).join('/');
    const config = `log-group: "${logGroup}"\nenvironments:\n  ${environment}:\n    log-retention-days: 7`;
    expect(ask({ inputs: { prefix, only: 'log-group' }, config }).faults).toHaveLength(own ? 0 : 1);
  });

  it('tags and key of an environment are not on what is shared', () => {
    const config = 'tags: { a: "1" }\nenvironments:\n  prd:\n    tags: { a: "2" }\n    kms-key-id: alias/prd';
    const found = settings({ config });
    expect(found.tags).toEqual(new Map([['a', '2']]));
    expect(found.kmsKeyId).toBe('alias/prd');
    expect(found.logGroup?.tags).toEqual(new Map([['a', '1']]));
    expect(found.repository?.tags).toEqual(new Map([['a', '1']]));
    expect(found.repository?.kmsKeyId).toBeUndefined();
  });

  it('tags and key of an environment are on what is its own', () => {
    const config =
      'repository: "{application}-{environment}"\nenvironments:\n  prd:\n    tags: { a: "2" }\n    kms-key-id: alias/prd';
    expect(settings({ config }).repository).toMatchObject({
      tags: new Map([['a', '2']]),
      kmsKeyId: 'alias/prd',
    });
  });
});

describe('a repository whose name begins with a digit', () => {
  it.each<[what: string, given: Given, where: string]>([
    ['the input', { inputs: { repository: '3papyrus' } }, 'input repository:'],
    [
      'its place in the file',
      { config: 'mode: plan\nrepository: 3papyrus' },
      '.github/aws-bootstrap.yml line 2: repository:',
    ],
    ['the input, where the prefix made it', { inputs: { prefix: '/3papyrus/prd' } }, 'input repository:'],
  ])('is warned of at %s', (_what, given, where) => {
    const { faults, warnings } = ask(given);
    expect(faults).toEqual([]);
    expect(warnings).toEqual([expect.stringContaining(`${where} `)]);
  });
});

describe('an entry of environments that is nearly the environment of the prefix', () => {
  const notices = (prefix: string, ...names: string[]) =>
    ask({
      inputs: { prefix },
      config: `environments:\n${names.map((name) => `  ${name}: { prefer: ssm }`).join('\n')}`,
    }).notices;

  it.each([
    ['/papyrus/prd', 'prod'],
    ['/papyrus/staging', 'stagin'],
    ['/papyrus/Prd', 'prd'],
    ['/papyrus/prd', 'PRD'],
    ['/papyrus/eu/prd', 'eu-prd'],
  ])('%s beside %s is reported', (prefix, name) => {
    expect(notices(prefix, 'other', name)).toEqual([expect.stringContaining(`"${name}"`)]);
  });

  it.each([
    ['/papyrus/prd', ['prd', 'prod']],
    ['/papyrus/prd', ['stg', 'dev']],
    ['/papyrus/dev1', ['dev2']],
  ])('%s beside %j is not', (prefix, names) => {
    expect(notices(prefix, ...names)).toEqual([]);
  });
});

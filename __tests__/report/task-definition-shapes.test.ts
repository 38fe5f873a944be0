/** Task definitions as people have them: what comes out, or which error. All values are made up. */
import { describe, expect, it } from 'vitest';
import {
  completeTaskDefinition,
  removalNotes,
  taskDefinitionNotes,
} from '../../src/report/task-definition.ts';
import { repeatedNames } from '../../src/settings/container.ts';
import { ParseError } from '../../src/settings/parse.ts';
import { readTaskDefinition } from '../../src/settings/task-definition.ts';

const ARN = 'arn:aws:secretsmanager:us-west-2:123456789012:secret:papyrus/prd/db-AbCdEf:password::';
const OURS = [
  {
    name: 'AUTH0_DOMAIN',
    valueFrom: 'arn:aws:ssm:us-west-2:123456789012:parameter/papyrus/prd/AUTH0_DOMAIN',
  },
  { name: 'DB_PASSWORD', valueFrom: ARN },
];
const COMPLETION = {
  secrets: OURS,
  image: '123456789012.dkr.ecr.us-west-2.amazonaws.com/papyrus@sha256:abc',
  logs: { group: '/ecs/papyrus', region: 'us-west-2', streamPrefix: 'papyrus' },
  fingerprint: 'f1',
};
const LOGS = {
  logDriver: 'awslogs',
  options: {
    'awslogs-group': '/ecs/papyrus',
    'awslogs-region': 'us-west-2',
    'awslogs-stream-prefix': 'papyrus',
  },
};
const ROLE = 'arn:aws:iam::123456789012:role/papyrus-execution';
const PLAIN = [
  { name: 'DB_PASSWORD', value: 'dev' },
  { name: 'PORT', value: '5000' },
];
const app = (more: object = {}) => ({ name: 'app', image: 'PLACEHOLDER', essential: true, ...more });
const definition = (container: object = app(), more: object = {}) => ({
  family: 'papyrus',
  executionRoleArn: ROLE,
  containerDefinitions: [container],
  ...more,
});
/** As envsubst fills them. */
const placeholder = (name: string) => ['$', '{', name, '}'].join('');
const json = (document: unknown) => JSON.stringify(document, null, 2);

function complete(text: string, container?: string) {
  const settings = readTaskDefinition('task.json', container, () => text);
  const done = completeTaskDefinition(settings, COMPLETION);
  return {
    done,
    document: JSON.parse(done),
    container: JSON.parse(done).containerDefinitions[settings.container],
    notes: [...taskDefinitionNotes(settings), ...removalNotes(settings, COMPLETION)].join('\n'),
  };
}

function refusal(text: string): string {
  try {
    readTaskDefinition('task.json', undefined, () => text);
  } catch (error) {
    if (error instanceof ParseError) return error.message;
    throw error;
  }
  return '';
}

/** What AWS answers beside what it takes. */
const ANSWERED = {
  taskDefinitionArn: 'arn:aws:ecs:us-west-2:123456789012:task-definition/papyrus:7',
  ...definition(app({ cpu: 0, portMappings: [], environment: PLAIN, mountPoints: [], systemControls: [] })),
  revision: 7,
  volumes: [],
  status: 'ACTIVE',
  requiresAttributes: [{ name: 'com.amazonaws.ecs.capability.ecr-auth' }],
  placementConstraints: [],
  compatibilities: ['EC2', 'FARGATE'],
  registeredAt: '2026-01-02T03:04:05.678000+00:00',
  registeredBy: 'arn:aws:sts::123456789012:assumed-role/deployer/run',
};
const READ_ONLY = [
  'taskDefinitionArn',
  'revision',
  'status',
  'requiresAttributes',
  'compatibilities',
  'registeredAt',
  'registeredBy',
];

type Done = ReturnType<typeof complete>;
type Row = [what: string, text: string, check: (done: Done) => void, container?: string];
const taken: Row[] = [
  [
    'the least that ECS takes',
    json({ family: 'papyrus', containerDefinitions: [{ name: 'app', image: 'x', memory: 512 }] }),
    ({ container, notes }) => {
      expect(container).toMatchObject({ memory: 512, secrets: OURS, logConfiguration: LOGS });
      expect(notes).toMatch(/executionRoleArn/);
    },
  ],
  [
    'Fargate with unknown members',
    json(
      definition(app({ linuxParameters: { initProcessEnabled: true }, someday: { 'a-b': [1e3, null] } }), {
        networkMode: 'awsvpc',
        requiresCompatibilities: ['FARGATE'],
        cpu: '256',
        memory: '512',
        runtimePlatform: { cpuArchitecture: 'ARM64', operatingSystemFamily: 'LINUX' },
        ephemeralStorage: { sizeInGiB: 21 },
        tags: [{ key: 'project', value: 'portfolio' }],
      }),
    ),
    ({ document, container, notes }) => {
      expect(Object.keys(document)).toEqual([
        'family',
        'executionRoleArn',
        'containerDefinitions',
        'networkMode',
        'requiresCompatibilities',
        'cpu',
        'memory',
        'runtimePlatform',
        'ephemeralStorage',
        'tags',
      ]);
      expect(container.someday).toEqual({ 'a-b': [1000, null] });
      expect(notes).toBe('');
    },
  ],
  [
    'development values in its environment',
    json(definition(app({ environment: PLAIN }))),
    ({ container, done, notes }) => {
      expect(container.environment).toEqual([{ name: 'PORT', value: '5000' }]);
      expect(done).not.toContain('"dev"');
      expect(notes).toMatch(/environment.*DB_PASSWORD/);
    },
  ],
  [
    'a name that comes twice in its secrets',
    json(
      definition(
        app({
          secrets: [
            { name: 'DB_PASSWORD', valueFrom: 'arn:first' },
            { name: 'API', valueFrom: 'arn:api' },
            { name: 'DB_PASSWORD', valueFrom: 'arn:second' },
            { name: 'API', valueFrom: 'arn:api' },
            { name: 'DB_PASSWORD', valueFrom: 'arn:third' },
          ],
        }),
      ),
    ),
    ({ container, notes }) => {
      expect(container.secrets).toEqual([
        { name: 'DB_PASSWORD', valueFrom: ARN },
        { name: 'API', valueFrom: 'arn:api' },
        OURS[0],
      ]);
      expect(notes).toMatch(/DB_PASSWORD.*API/);
    },
  ],
  [
    'a name in both of its lists',
    json(definition(app({ environment: PLAIN, secrets: [{ name: 'DB_PASSWORD', valueFrom: 'arn:old' }] }))),
    ({ container }) => {
      expect(container.environment).toEqual([{ name: 'PORT', value: '5000' }]);
      expect(container.secrets).toEqual([OURS[1], OURS[0]]);
    },
  ],
  ...[null, '', ' '].map(
    (role): Row => [
      `a role of ${JSON.stringify(role)}`,
      json(definition(app(), { executionRoleArn: role })),
      ({ notes }: Done) => expect(notes).toMatch(/executionRoleArn/),
    ],
  ),
  ...[{}, null, { logDriver: null }, { logDriver: '' }, { logDriver: null, options: null }].map(
    (logConfiguration): Row => [
      `a log configuration of ${JSON.stringify(logConfiguration)}`,
      json(definition(app({ logConfiguration }))),
      ({ container, notes }: Done) => {
        expect(container.logConfiguration).toEqual(LOGS);
        expect(notes).toBe('');
      },
    ],
  ),
  [
    'FireLens with its log router',
    json({
      ...definition(),
      containerDefinitions: [
        {
          name: 'log_router',
          image: 'public.ecr.aws/aws-observability/aws-for-fluent-bit:stable',
          firelensConfiguration: { type: 'fluentbit', options: { 'enable-ecs-log-metadata': 'true' } },
          environment: PLAIN,
        },
        app({
          dependsOn: [{ containerName: 'log_router', condition: 'START' }],
          logConfiguration: { logDriver: 'awsfirelens', options: { Name: 'cloudwatch' } },
          environmentFiles: [{ type: 's3', value: 'arn:aws:s3:::papyrus/app.env' }],
        }),
      ],
    }),
    ({ document, container, notes }) => {
      expect(document.containerDefinitions[0]).toEqual({
        name: 'log_router',
        image: 'public.ecr.aws/aws-observability/aws-for-fluent-bit:stable',
        firelensConfiguration: { type: 'fluentbit', options: { 'enable-ecs-log-metadata': 'true' } },
        environment: PLAIN,
      });
      expect(container).toMatchObject({
        secrets: OURS,
        dependsOn: [{ containerName: 'log_router', condition: 'START' }],
        logConfiguration: { logDriver: 'awsfirelens', options: { Name: 'cloudwatch' } },
        environmentFiles: [{ type: 's3', value: 'arn:aws:s3:::papyrus/app.env' }],
      });
      // What the other one holds in plain text is reported, and its driver.
      expect(notes).toMatch(/"log_router".*DB_PASSWORD/);
      expect(notes).toMatch(/log driver/);
    },
    'app',
  ],
  [
    'the answer of describe-task-definition',
    json({ taskDefinition: ANSWERED, tags: [] }),
    ({ document, container, done, notes }) => {
      expect(Object.keys(document)).toEqual([
        'family',
        'executionRoleArn',
        'containerDefinitions',
        'volumes',
        'placementConstraints',
      ]);
      expect(container.secrets).toEqual(OURS);
      expect(container.image).toBe(COMPLETION.image);
      for (const member of READ_ONLY) expect(notes).toContain(member);
      expect(done).toMatch(/^\{\n {2}"family": "papyrus",\n/);
    },
  ],
  [
    'its task definition alone, by --query',
    json(ANSWERED),
    ({ document }) => expect(READ_ONLY.filter((member) => member in document)).toEqual([]),
  ],
  [
    'its answer with tags, nulls and in one line',
    JSON.stringify({
      taskDefinition: {
        ...ANSWERED,
        taskRoleArn: null,
        pidMode: null,
        containerDefinitions: [app({ secrets: null, dockerLabels: null })],
      },
      tags: [{ key: 'project', value: 'portfolio' }],
    }),
    ({ document, container }) => {
      expect(document.tags).toEqual([{ key: 'project', value: 'portfolio' }]);
      expect(container.secrets).toEqual(OURS);
    },
  ],
  [
    'a byte order mark and the line ends of Windows',
    `\uFEFF${json(definition(app({ environment: PLAIN }))).replaceAll('\n', '\r\n')}\r\n`,
    ({ done, container }) => {
      expect(container.secrets).toEqual(OURS);
      expect(done).not.toMatch(/[^\r]\n/);
    },
  ],
  [
    'placeholders in quotes',
    json(
      definition(
        app({ image: placeholder('IMAGE'), environment: [{ name: 'STAGE', value: placeholder('STAGE') }] }),
      ),
    ),
    ({ container }) =>
      expect(container.environment).toEqual([{ name: 'STAGE', value: placeholder('STAGE') }]),
  ],
];

describe('taken and completed', () => {
  it.each<Row>(taken)('%s', (_what, text, check, container) => {
    const done = complete(text, container);
    check(done);
    // Completed again, it is the same.
    expect(complete(done.done, container).done).toBe(done.done);
  });
});

const broken = json(definition());
describe('named as what it is, with its place', () => {
  it.each<[what: string, text: string, message: RegExp]>([
    [
      'a service',
      json({ cluster: 'papyrus', serviceName: 'app', taskDefinition: 'papyrus:7', desiredCount: 1 }),
      /"serviceName" at line 3, column 3.*describe-task-definition/,
    ],
    ['the answer of describe-services', json({ services: [{ serviceName: 'app' }] }), /describe-services/],
    [
      'a template of CDK',
      json({
        Resources: {
          TaskDef: {
            Type: 'AWS::ECS::TaskDefinition',
            Properties: { ContainerDefinitions: [{ Name: 'app' }] },
          },
        },
      }),
      /CloudFormation.*"Resources" at line 2, column 3.*aws ecs describe-task-definition/,
    ],
    ['properties', json({ Family: 'x', ContainerDefinitions: [{ Name: 'app' }] }), /CloudFormation.*line 3/],
    ['a deployment of CodeDeploy', json({ version: 1, Resources: [{ TargetService: {} }] }), /CodeDeploy/],
    ['a manifest of Copilot', 'name: app\ntype: Backend Service\nimage:\n  port: 80\n', /Copilot/],
    ['a Compose file', 'services:\n  app:\n    image: papyrus\n', /Compose/],
    ['Compose in JSON', json({ name: 'papyrus', services: { app: { image: 'x' } } }), /Compose.*line 3/],
    ['a task definition in YAML', 'family: papyrus\ncontainerDefinitions:\n  - name: app\n', /YAML/],
    ['Terraform', 'resource "aws_ecs_task_definition" "app" {\n  family = "papyrus"\n}\n', /Terraform/],
    ['its containers alone, by --query', json([app()]), /list of containers.*--query taskDefinition /],
    ['the images of CodePipeline', json([{ name: 'app', imageUri: 'x' }]), /imagedefinitions\.json/],
    ['one container', json(app()), /one container.*line 3/],
    ['no quotes', broken.replace('true', placeholder('ESSENTIAL')), /line 8, column 20 has a placeholder/],
    ['a template of Jinja', broken.replace('true', '{{ essential }}'), /line 8, column 20 has a placeholder/],
    ['comments', broken.replace('"image"', '// the image\n"image"'), /line 7, column 7 has a comment/],
    ['a comma at the end', broken.replace('true', 'true,'), /line 8, column 24 has a comma/],
    ['single quotes', broken.replace('"app"', "'app'"), /line 6, column 15 has a single quote/],
    ['a file that is cut off', broken.slice(0, -4), /too early.*line 10/],
    ['an empty file', ' \n', /is empty/],
  ])('%s', (_what, text, message) => {
    const said = refusal(text);
    expect(said).toMatch(message);
    // Nothing of the file is repeated.
    expect(said).not.toMatch(/ESSENTIAL|essential|papyrus/);
  });
});

describe('what ECS refuses, and only the user can put right', () => {
  const faults = (container: object) => {
    const settings = readTaskDefinition('task.json', undefined, () => json(definition(app(container))));
    return repeatedNames(settings, new Set(OURS.map(({ name }) => name)));
  };
  it.each<[what: string, container: object, count: number]>([
    [
      'two references of one name',
      {
        secrets: [
          { name: 'API', valueFrom: 'a' },
          { name: 'API', valueFrom: 'b' },
        ],
      },
      1,
    ],
    [
      'one reference twice',
      {
        secrets: [
          { name: 'API', valueFrom: 'a' },
          { name: 'API', valueFrom: 'a' },
        ],
      },
      0,
    ],
    [
      'a name in both lists',
      { secrets: [{ name: 'API', valueFrom: 'a' }], environment: [{ name: 'API', value: 'b' }] },
      1,
    ],
    [
      'one of ours in both lists, and twice',
      {
        secrets: [
          { name: 'DB_PASSWORD', valueFrom: 'a' },
          { name: 'DB_PASSWORD', valueFrom: 'b' },
        ],
        environment: PLAIN,
      },
      0,
    ],
    ['nothing', {}, 0],
  ])('%s', (_what, container, count) => {
    expect(faults(container)).toHaveLength(count);
  });
});

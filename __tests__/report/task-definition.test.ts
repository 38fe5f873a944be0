import { describe, expect, it } from 'vitest';
import { completeTaskDefinition, taskDefinitionNotes } from '../../src/report/task-definition.ts';

const TEXT = `{
    "family": "papyrus",
    "cpu": 256.0, "memory":  "512",
    "big": 12345678901234567890,
    "containerDefinitions": [
        { "name": "sidecar", "image": "busybox" },
        {
            "name": "app",
            "image": "old",
            "environment": [
                { "name": "KEEP", "value": "1" },
                { "name": "DB_PASSWORD", "value": "plain" },
                { "name": "GUNICORN_WORKERS", "value": "2" }
            ],
            "secrets": [
                { "valueFrom": "arn:old", "name": "DB_PASSWORD" },
                { "name": "OTHER", "valueFrom": "arn:other" }
            ],
            "ulimits": [{ "hardLimit": 1e3, "name": "nofile", "softLimit": 1000 }]
        }
    ],
    "tags": []
}
`;
const settings = { path: 'task.json', text: TEXT, container: 1 };
const completion = {
  secrets: [
    { name: 'DB_PASSWORD', valueFrom: 'arn:db:password::' },
    { name: 'GUNICORN_WORKERS', valueFrom: 'arn:workers' },
  ],
  image: 'host/papyrus@sha256:abc',
  logs: { group: '/ecs/papyrus', region: 'us-west-2', streamPrefix: 'papyrus' },
  fingerprint: 'f1',
};

describe('a completed task definition', () => {
  const text = completeTaskDefinition(settings, completion);
  const container = JSON.parse(text).containerDefinitions[1];

  it('has image, secrets, logs and fingerprint', () => {
    expect(container.image).toBe('host/papyrus@sha256:abc');
    expect(container.secrets).toEqual([
      { name: 'DB_PASSWORD', valueFrom: 'arn:db:password::' },
      { name: 'OTHER', valueFrom: 'arn:other' },
      { name: 'GUNICORN_WORKERS', valueFrom: 'arn:workers' },
    ]);
    expect(container.environment).toEqual([{ name: 'KEEP', value: '1' }]);
    expect(container.logConfiguration).toEqual({
      logDriver: 'awslogs',
      options: {
        'awslogs-group': '/ecs/papyrus',
        'awslogs-region': 'us-west-2',
        'awslogs-stream-prefix': 'papyrus',
      },
    });
    expect(container.dockerLabels).toEqual({ 'aws-bootstrap.config-fingerprint': 'f1' });
  });

  it('leaves everything else as it is written, digits and order too', () => {
    for (const line of [
      '"cpu": 256.0, "memory":  "512"',
      '"big": 12345678901234567890',
      '"hardLimit": 1e3',
      '{ "name": "sidecar", "image": "busybox" }',
    ])
      expect(text).toContain(line);
    expect(Object.keys(container).slice(0, 5)).toEqual([
      'name',
      'image',
      'environment',
      'secrets',
      'ulimits',
    ]);
    expect(text.slice(0, 120)).toBe(TEXT.slice(0, 120));
  });

  it('is the same when it is completed again', () => {
    expect(completeTaskDefinition({ ...settings, text }, completion)).toBe(text);
  });

  it('keeps image and logs where nothing is known of them, and another log driver', () => {
    const bare = JSON.stringify({
      containerDefinitions: [{ name: 'a', image: 'mine', logConfiguration: { logDriver: 'awsfirelens' } }],
    });
    const done = completeTaskDefinition(
      { path: 't', text: bare, container: 0 },
      { ...completion, image: undefined, secrets: [] },
    );
    expect(JSON.parse(done).containerDefinitions[0]).toEqual({
      name: 'a',
      image: 'mine',
      logConfiguration: { logDriver: 'awsfirelens' },
      dockerLabels: { 'aws-bootstrap.config-fingerprint': 'f1' },
    });
    expect(taskDefinitionNotes({ path: 't', text: bare, container: 0 })).toHaveLength(2);
  });

  it('keeps the stream prefix and the options that were chosen', () => {
    const options = { 'awslogs-group': 'old', 'awslogs-stream-prefix': 'mine', mode: 'non-blocking' };
    const bare = JSON.stringify({
      containerDefinitions: [{ logConfiguration: { logDriver: 'awslogs', options } }],
    });
    const done = completeTaskDefinition({ path: 't', text: bare, container: 0 }, completion);
    expect(JSON.parse(done).containerDefinitions[0].logConfiguration.options).toEqual({
      'awslogs-group': '/ecs/papyrus',
      'awslogs-stream-prefix': 'mine',
      mode: 'non-blocking',
      'awslogs-region': 'us-west-2',
    });
  });

  /** One container, completed. */
  const complete = (container: object, indent?: string) => {
    const bare = JSON.stringify({ containerDefinitions: [container] }, null, indent);
    return completeTaskDefinition({ path: 't', text: bare, container: 0 }, completion);
  };
  const labels = { 'aws-bootstrap.config-fingerprint': 'f1' };
  const options = {
    'awslogs-group': '/ecs/papyrus',
    'awslogs-region': 'us-west-2',
    'awslogs-stream-prefix': 'papyrus',
  };

  it.each<[what: string, container: object, part: object]>([
    ['labels', { dockerLabels: null }, { dockerLabels: labels }],
    ['logs', { logConfiguration: null }, { logConfiguration: { logDriver: 'awslogs', options } }],
    [
      'options of the logs',
      { logConfiguration: { logDriver: 'awslogs', options: null } },
      { logConfiguration: { logDriver: 'awslogs', options } },
    ],
    ['secrets', { secrets: null }, { secrets: completion.secrets }],
    ['environment', { environment: null }, { environment: null, secrets: completion.secrets }],
  ])('has %s also where null means none', (_what, container, part) => {
    expect(JSON.parse(complete(container)).containerDefinitions[0]).toMatchObject(part);
  });

  it('keeps entries whose name is none', () => {
    const odd = [{ value: '1' }, { name: 2, value: '2' }];
    const [container] = JSON.parse(
      complete({ environment: [...odd, { name: 'DB_PASSWORD', value: 'plain' }], secrets: odd }),
    ).containerDefinitions;
    expect(container.environment).toEqual(odd);
    expect(container.secrets).toEqual([...odd, ...completion.secrets]);
  });

  it.each([
    ['tabs', '\t', '\n\t\t\t"image": "host/papyrus'],
    ['four spaces', '    ', '\n            "image": "host/papyrus'],
    ['no line breaks', undefined, '"image": "host/papyrus'],
  ])('is indented by %s like what is around it', (_what, indent, line) => {
    expect(complete({ name: 'a' }, indent)).toContain(line);
  });

  it('ends its lines as they were', () => {
    const windows = TEXT.replaceAll('\n', '\r\n');
    const done = completeTaskDefinition({ ...settings, text: windows }, completion);
    expect(done).not.toMatch(/[^\r]\n/);
    expect(done.replaceAll('\r\n', '\n')).toBe(completeTaskDefinition(settings, completion));
  });
});

/** The parts of the reports that need no server: Mermaid parses, tables keep their cells, nothing is too long. */
import { describe, expect, it } from 'vitest';
import type { ResolvedDestination } from '../../src/desired/destination.ts';
import type { Change } from '../../src/model/change.ts';
import { ABSENT, type Difference } from '../../src/model/fields.ts';
import type { Outcome } from '../../src/model/outcome.ts';
import type { Metadata } from '../../src/model/spec.ts';
import { consoleUrl } from '../../src/report/console-link.ts';
import { openGate } from '../../src/report/gate.ts';
import type { Values } from '../../src/report/labels.ts';
import { code, forMermaid, inUrl } from '../../src/report/markdown.ts';
import { insteadOf, withheld } from '../../src/report/outputs.ts';
import { alternatives } from '../../src/report/price.ts';
import { resourcesOf } from '../../src/report/resources.ts';
import { differences } from '../../src/report/sections/differences.ts';
import { ownership } from '../../src/report/sections/notes.ts';
import { diagram } from '../../src/report/sections/variables.ts';
import { assemble, table } from '../../src/report/sections.ts';
import { Secret } from '../../src/secret.ts';
import { Masks } from '../../src/settings/masks.ts';
import { OURS, spec } from '../plan/desired-resources.ts';
import { parseMermaid } from './mermaid.ts';
import { runOf } from './runs.ts';

const destination = (variable: string, bundle?: string): ResolvedDestination => ({
  route: {
    variable: { name: variable, value: new Secret('x'), source: 'env-file', where: '.env' },
    destinations: [],
    reason: 'a reason',
    class: 'secret',
    shown: false,
    once: false,
    explicit: false,
  },
  destination:
    bundle === undefined
      ? { store: 'parameter', type: 'String', segment: variable }
      : { store: 'secret', bundle, key: 'k' },
  kind: bundle === undefined ? 'AWS::SSM::Parameter' : 'AWS::SecretsManager::Secret',
  name: bundle === undefined ? `/papyrus/prd/${variable}` : `papyrus/prd/${bundle}`,
  empty: false,
});
const HOSTILE = [
  'a"]; click x',
  'end',
  'x-->y',
  '%%{init:{}}%%',
  '`md`',
  '<img src=x>',
  'a|b',
  '#quot;',
  '"`',
  'ü日本',
  '\\',
  '[(',
  '1. x',
];

describe('the picture', () => {
  it.each([0, 1, 5, 40, 41, 400])('of %i variables is what Mermaid parses', async (count) => {
    const destinations = Array.from({ length: count }, (_, n) =>
      destination(`NAME_${n}`, n % 3 === 0 ? `b${n}` : undefined),
    );
    const text = diagram(destinations);
    await parseMermaid(text);
    expect(text.length).toBeLessThan(50_000);
    expect(text.includes('NAME_0')).toBe(count > 0 && count <= 40);
  });

  it.each(HOSTILE)('stays one with the name %s', async (name) => {
    await parseMermaid(diagram([destination(name, name), destination(name)]));
    expect(forMermaid(name).slice(1, -1)).not.toMatch(/["<>`|[\](){}%\\]/);
  });

  it('of more secrets than anybody follows has one box for the rest, and one line to it', async () => {
    const single = Array.from({ length: 27 }, (_, n) => destination(`NAME_${n}`, `b${n + 10}`));
    const text = diagram([...single, destination('WIDE', 'y'), destination('WIDE', 'z')]);
    await parseMermaid(text);
    const box = /(t\d+)\[\("more secrets"\)\]/.exec(text)?.[1];
    expect(text.match(/^ {2}t\d+\[/gm)).toHaveLength(26);
    const edges = text.split('\n').filter((line) => line.endsWith(`--> ${box}`));
    // Two of the single ones, and the one that goes to two of the rest.
    expect(edges).toHaveLength(3);
    expect(new Set(edges).size).toBe(3);
  });

  it('fails here where Mermaid would not parse', async () => {
    await expect(parseMermaid('flowchart LR\n  a["x --> b["y"]')).rejects.toThrow();
  });
});

describe('sections', () => {
  it('are cut with a count, the large ones first, whatever the size', () => {
    const rows = (count: number) =>
      Array.from({ length: count }, (_, n) => [code(`row ${n}`), 'x'.repeat(200)]);
    const { text, cut } = assemble(
      [
        { title: 'Small', ...table(['a', 'b'], rows(3)) },
        { title: 'Large', ...table(['a', 'b'], rows(9000)) },
        { title: 'Picture', before: ['```mermaid'], rows: ['x'.repeat(400_000)], after: ['```'] },
      ],
      1_000_000,
    );
    expect(Buffer.byteLength(text)).toBeLessThan(1_000_000);
    expect(text).toContain('row 2`');
    const kept = [...text.matchAll(/^\| `row/gm)].length;
    expect(kept).toBeGreaterThan(2000);
    expect(text).toContain(`… and ${9003 - kept} more`);
    expect(cut).toBe(9003 - kept);
    expect([...text.matchAll(/```/g)]).toHaveLength(2);
  });
});

describe('the table of differences', () => {
  const SSM = 'AWS::SSM::Parameter';
  const existing = spec(SSM, { ...OURS, value: '1', type: 'String' }, {}, '/papyrus/prd/PORT');
  const change: Change = {
    ...{ id: 'a', kind: SSM, name: '/papyrus/prd/PORT', action: 'delete', differences: [], notes: [] },
    ...{ desired: existing, observed: existing },
  };
  const { settings } = runOf({ inputs: { mode: 'plan' } });
  const rowsOf = (outcome: Partial<Outcome>, values: Values = 'shown', of: Partial<Change> = {}) =>
    differences(
      resourcesOf(
        {
          outcomes: [
            { change: { ...change, ...of } as Change, result: 'planned', after: existing, ...outcome },
          ],
          settings,
        },
        values,
      ),
      { isApplied: false, isPublic: values === 'hidden' },
    ).flatMap(({ rows }) => rows);

  const many = {
    action: 'update',
    differences: Array.from({ length: 70 }, (_, n) => ({ field: `tag:t${n}`, from: '1', to: '2' })),
  } as const;

  it('folds one resource that has more rows than are shown, and leaves none of them out', () => {
    const outcome: Outcome = { change: { ...change, ...many }, result: 'planned', after: existing };
    const [section, ...others] = differences(resourcesOf({ outcomes: [outcome], settings }), {
      isApplied: false,
      isPublic: false,
    });
    expect(others).toEqual([]);
    expect(section?.folded).toMatch(/1 parameter$/);
    expect(section?.rows).toHaveLength(71);
  });

  it.each([
    [3, 3, 0],
    [4, 0, 4],
  ])('shows %i created resources beside one that failed: %i open, %i folded', (count, open, folded) => {
    const created = Array.from({ length: count }, (_, n): Outcome => {
      const name = `/papyrus/prd/V${n}`;
      const of = { id: name, name, action: 'create', observed: undefined, desired: { ...existing, name } };
      return { change: { ...change, ...of } as Change, result: 'done', after: existing };
    });
    const failed: Outcome = { change, result: 'failed', after: undefined, error: new Error('no') };
    const options = { isApplied: true, isPublic: false };
    const counts = (outcomes: readonly Outcome[]) =>
      [false, true].map((isFold) =>
        differences(resourcesOf({ outcomes, settings }), options)
          .filter((section) => (section.folded !== undefined) === isFold)
          .reduce((sum, { rows }) => sum + rows.length, 0),
      );
    expect(counts([...created, failed])).toEqual([open, folded]);
    expect(counts(created)).toEqual([count, 0]);
  });

  it.each<[what: string, difference: Difference, shown: string, hidden: string]>([
    ['a value', { field: 'value', from: ABSENT, to: '2' }, 'String, `2`', 'String'],
    ['a secret value', { field: 'value', from: ABSENT, to: new Secret('canary') }, 'String', 'String'],
  ])('has one row for what is created, with %s', (_what, difference, shown, hidden) => {
    const of = { action: 'create', observed: undefined, differences: [difference] } as const;
    expect([rowsOf({ after: undefined }, 'shown', of), rowsOf({ after: undefined }, 'hidden', of)]).toEqual([
      [`| **Parameter** \`PORT\` | 🆕 to create | ${shown} |`],
      [`| **Parameter** \`PORT\` | 🆕 to create | ${hidden} |`],
    ]);
  });

  it.each<[what: string, metadata: Metadata, difference: Difference, from: string, to: string]>([
    ['what was not read', { unread: true }, { field: 'value', from: undefined, to: '2' }, 'not read', '`2`'],
    [
      'what a secret that waits for its deletion does not give out',
      { scheduledForDeletion: true },
      { field: 'key:password', from: undefined, to: new Secret('x') },
      'not read',
      'hidden value',
    ],
    ['what is missing', {}, { field: 'tag:a', from: ABSENT, to: 'b' }, 'missing', '`b`'],
    ['what is removed', {}, { field: 'tag:a', from: 'b', to: ABSENT }, '`b`', 'removed'],
    [
      'another hidden value',
      {},
      { field: 'value', from: new Secret('x'), to: new Secret('y') },
      'hidden value',
      'another hidden value',
    ],
  ])('says of %s only what is known', (_what, metadata, difference, from, to) => {
    const [, row = ''] = rowsOf({}, 'shown', {
      action: 'update',
      observed: { ...existing, metadata },
      differences: [difference],
    } as Partial<Change>);
    expect(row.split(' | ').slice(1)).toEqual([from, `**${to}** |`]);
  });
});

describe('console links', () => {
  const arn = (partition: string, region: string, rest: string) =>
    `arn:${partition}:${rest.split(' ')[0]}:${region}:123456789012:${rest.split(' ')[1]}`;
  it.each([
    ['aws', 'us-west-2', 'https://console.aws.amazon.com/'],
    ['aws-cn', 'cn-north-1', 'https://console.amazonaws.cn/'],
    ['aws-us-gov', 'us-gov-west-1', 'https://console.amazonaws-us-gov.com/'],
  ])('of %s lead to its own host and region', (partition, region, host) => {
    const url = consoleUrl(
      'AWS::SecretsManager::Secret',
      'papyrus/prd/db',
      arn(partition, region, 'secretsmanager secret:papyrus/prd/db-AbCdEf'),
    );
    expect(url).toBe(`${host}secretsmanager/secret?name=papyrus%2Fprd%2Fdb&region=${region}`);
  });

  it('encode names as each page wants them', () => {
    expect(
      consoleUrl(
        'AWS::Logs::LogGroup',
        '/ecs/papyrus',
        arn('aws', 'us-west-2', 'logs log-group:/ecs/papyrus'),
      ),
    ).toBe(
      'https://console.aws.amazon.com/cloudwatch/home?region=us-west-2#logsV2:log-groups/log-group/$252Fecs$252Fpapyrus',
    );
    expect(
      consoleUrl(
        'AWS::ECR::Repository',
        'team/papyrus',
        arn('aws', 'us-west-2', 'ecr repository/team/papyrus'),
      ),
    ).toBe(
      'https://console.aws.amazon.com/ecr/repositories/private/123456789012/team/papyrus?region=us-west-2',
    );
    expect(inUrl("a(b)'c")).toBe('a%28b%29%27c');
  });

  it.each(['Image', 'Auth0::Application'] as const)('there are none of %s', (kind) => {
    expect(consoleUrl(kind, 'papyrus', arn('aws', 'us-west-2', 'ecr repository/papyrus'))).toBeUndefined();
  });

  it('are left out where AWS returned no ARN, or one of a partition that is not known', () => {
    expect(consoleUrl('AWS::ECR::Repository', 'x', 'repository/x')).toBeUndefined();
    expect(consoleUrl('AWS::ECR::Repository', 'x', undefined)).toBeUndefined();
    expect(
      consoleUrl('AWS::ECR::Repository', 'x', 'arn:aws-iso:ecr:us-iso-east-1:1:repository/x'),
    ).toBeUndefined();
  });
});

describe('the price', () => {
  it('of other ways: a password keeps its bundle, a bundle without one may go', () => {
    const destinations = [
      destination('DB_PASSWORD', 'db'),
      destination('DB_USER', 'db'),
      destination('AUTH0_CLIENT_ID', 'auth0'),
    ];
    const planned = { secrets: 2, advancedParameters: 1, monthlyUsd: 0.85 };
    const ways = alternatives(destinations, planned, 'secrets-manager');
    expect(ways.map(({ monthlyUsd }) => monthlyUsd)).toEqual([1.25, 0.45, 0.05]);
    // What is preferred already is no other way.
    expect(alternatives(destinations, planned, 'ssm').map(({ monthlyUsd }) => monthlyUsd)).toEqual([
      1.25, 0.05,
    ]);
  });
});

describe('the output guard', () => {
  it('finds hidden texts in outputs, as they are and as JSON or a URL writes them', () => {
    const masks = new Masks(() => {}, []);
    masks.hide(new Secret('pa"ss'), 'DB_PASSWORD');
    masks.hide(new Secret('a bc'), 'TOKEN');
    masks.hide(new Secret('a bc'), 'SAME_TOKEN');
    const outputs = new Map([
      ['clean', 'x'],
      ['json', '{"v":"pa\\"ss"}'],
      ['url', 'https://x/a%20bc'],
      ['plain', 'a bc'],
    ]);
    expect(withheld(outputs, openGate(masks))).toEqual([
      { output: 'json', holds: 'DB_PASSWORD' },
      { output: 'url', holds: 'TOKEN' },
      { output: 'plain', holds: 'TOKEN' },
    ]);
  });

  it('knows what says the same, unless that is dropped too', () => {
    expect(insteadOf('repository-uri', new Set(['repository-uri']))).toEqual([
      'repository-name',
      'registry-id',
    ]);
    expect(insteadOf('repository-uri', new Set(['repository-uri', 'repository-name']))).toBeUndefined();
    expect(insteadOf('plan', new Set(['plan']))).toEqual(['plan-file']);
    expect(insteadOf('changed', new Set(['changed']))).toBeUndefined();
  });
});

it('an image, which has no tags of AWS, is not listed as unmanaged', () => {
  const image = spec('Image', { 'image:v1': 'sha256:1' });
  const change: Change = {
    ...{ id: 'a', kind: 'Image', name: 'papyrus', action: 'none', differences: [], notes: [] },
    ...{ desired: image, observed: image },
  };
  const outcomes: Outcome[] = [{ change, result: 'unchanged', after: image }];
  expect(ownership({ ...runOf({}), outcomes })).toBeUndefined();
});

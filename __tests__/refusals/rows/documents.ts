import type { Given } from '../../asking.ts';
import { CANARY, file, input, long, type Row } from '../row.ts';

const policy = (text: string): Given => file('lifecycle-policy', text);
/** A policy of rules that are long enough for ECR. */
const rules = (...all: unknown[]): Given => policy(JSON.stringify({ rules: all }));
const good = {
  rulePriority: 1,
  description: CANARY.repeat(4),
  selection: { tagStatus: 'any', countType: 'imageCountMoreThan', countNumber: 5 },
  action: { type: 'expire' },
};
const deep = (levels: number) => `${'['.repeat(levels)}${']'.repeat(levels)}`;

const task = (container: unknown, more: Record<string, string> = {}): Given =>
  file('task-definition', JSON.stringify({ containerDefinitions: [container] }), more);
const plan = (text: string): Given => input('expect-plan', text);

/** Lifecycle policies of the repository. */
export const POLICIES: readonly Row[] = [
  ['keep-last:0', input('lifecycle-policy', 'keep-last:0'), /^input lifecycle-policy:/, /at least one/],
  ['keep-last', input('lifecycle-policy', 'keep-last=5'), /^input lifecycle-policy:/, /keep-last:N/],
  [
    'a policy that is not there',
    input('lifecycle-policy', 'missing.json'),
    /^input lifecycle-policy:/,
    /actions\/checkout/,
  ],
  [
    'a policy itself for its path',
    input('lifecycle-policy', `{"rules": "=${CANARY}"}`),
    /^input lifecycle-policy:/,
    /not the path of a file/,
  ],
  [
    'a policy that is no JSON',
    policy(`{${CANARY}`),
    /^input lifecycle-policy:/,
    /write a lifecycle policy, or use keep-last/,
  ],
  ['a policy without rules', policy('{}'), /^input lifecycle-policy:/, /"rules"/],
  ['a short policy', policy('{"rules":[{}]}'), /^input lifecycle-policy:/, /from 100 characters/],
  [
    'a long policy',
    policy(`{"rules":[{"description":"${long(31_000)}"}]}`),
    /^input lifecycle-policy:/,
    /at most 30,720/,
  ],
  [
    'more images than there are',
    input('lifecycle-policy', `keep-last:${'9'.repeat(30)}`),
    /^input lifecycle-policy:/,
    /1,000,000 of them at most/,
  ],
  ['a list for a policy', policy('[]'), /^input lifecycle-policy:/, /"rules"/],
  [
    'a policy of many levels',
    policy(`{"rules":${deep(50_000)}}`),
    /^input lifecycle-policy:/,
    /nested deeper than 64 levels/,
  ],
  [
    'a policy with a key twice',
    policy(`{"rules":[],"rules":[${JSON.stringify(good)}]}`),
    /^input lifecycle-policy:/,
    /"rules" twice in one object; keep one/,
  ],
  [
    'a policy with a value twice for a key',
    policy(`{"rules":[{"${CANARY}":1,"${CANARY}":2}]}`),
    /^input lifecycle-policy:/,
    /a key twice in one object; keep one/,
  ],
  ['texts for rules', rules(CANARY.repeat(9)), /^input lifecycle-policy:/, /rule 1 .*rulePriority/],
  [
    'a rule without a selection',
    rules({ ...good, selection: undefined }),
    /^input lifecycle-policy:/,
    /rule 1 .*tagStatus and countType/,
  ],
  [
    'a rule that counts to nothing',
    rules({ ...good, selection: { ...good.selection, countNumber: 0 } }),
    /^input lifecycle-policy:/,
    /rule 1 .*countNumber/,
  ],
  [
    'a rule that counts in text',
    rules({ ...good, selection: { ...good.selection, countNumber: '5' } }),
    /^input lifecycle-policy:/,
    /rule 1 .*countNumber/,
  ],
  [
    'a rule that does nothing',
    rules(good, { ...good, rulePriority: 2, action: {} }),
    /^input lifecycle-policy:/,
    /rule 2 .*action with a type/,
  ],
  [
    'two rules of one priority',
    rules(good, good),
    /^input lifecycle-policy:/,
    /rule 2 .*give each rule its own/,
  ],
  [
    'a policy in YAML',
    policy(`rules:\n  - rulePriority: ${CANARY}`),
    /^input lifecycle-policy:/,
    /write a lifecycle policy/,
  ],
  [
    'a policy in Latin-1',
    file('lifecycle-policy', Buffer.from('{"rules":"é"}', 'latin1')),
    /^input lifecycle-policy:/,
    /save it as UTF-8/,
  ],
];

/** ECS task definitions, which are completed after the apply: what cannot be is refused before it. */
export const TASK_DEFINITIONS: readonly Row[] = [
  [
    'a task definition that is no JSON',
    file('task-definition', `{${CANARY}`),
    /^input task-definition:/,
    /register-task-definition/,
  ],
  [
    'a task definition with comments',
    file('task-definition', '{ // x\n}'),
    /^input task-definition:/,
    /is not JSON: line 1, column 3 has a comment/,
  ],
  [
    'a list for a task definition',
    file('task-definition', '[]'),
    /^input task-definition:/,
    /no containerDefinitions/,
  ],
  [
    'a task definition of null',
    file('task-definition', 'null'),
    /^input task-definition:/,
    /no containerDefinitions/,
  ],
  [
    'a task definition without containers',
    file('task-definition', '{"containerDefinitions":[]}'),
    /^input task-definition:/,
    /no containerDefinitions/,
  ],
  [
    'an object for its containers',
    file('task-definition', '{"containerDefinitions":{"name":"app"}}'),
    /^input task-definition:/,
    /no containerDefinitions/,
  ],
  [
    'a service',
    file('task-definition', JSON.stringify({ serviceName: CANARY, taskDefinition: CANARY })),
    /^input task-definition:/,
    /"serviceName" at line 1, column 2/,
  ],
  [
    'two references of one name',
    task({
      name: 'a',
      secrets: [
        { name: 'API', valueFrom: CANARY },
        { name: 'API', valueFrom: 'b' },
      ],
    }),
    /^input task-definition:/,
    /"API" twice.*keep one/,
  ],
  [
    'a name in both lists of the container',
    task({
      name: 'a',
      secrets: [{ name: 'API', valueFrom: 'b' }],
      environment: [{ name: 'API', value: CANARY }],
    }),
    /^input task-definition:/,
    /"API" is in "environment" and in "secrets".*keep one/,
  ],
  [
    'a task definition of many levels',
    file('task-definition', `{"containerDefinitions":[{"name":"a","x":${deep(50_000)}}]}`),
    /^input task-definition:/,
    /nested deeper than 64 levels/,
  ],
  [
    'two lists of containers',
    file('task-definition', '{"containerDefinitions":[{"name":"a"}],"containerDefinitions":[{"name":"b"}]}'),
    /^input task-definition:/,
    /"containerDefinitions" twice/,
  ],
  ['a text for a container', task('app'), /^input task-definition:/, /no object/],
  ['null for a container', task(null), /^input task-definition:/, /no object/],
  [
    'an object for its environment',
    task({ name: 'a', environment: { PASSWORD: CANARY } }),
    /^input task-definition:/,
    /"environment" of the container is no list/,
  ],
  [
    'texts for its environment',
    task({ name: 'a', environment: [`PASSWORD=${CANARY}`] }),
    /^input task-definition:/,
    /"environment" of the container is no list/,
  ],
  [
    'an object for its secrets',
    task({ name: 'a', secrets: { PASSWORD: CANARY } }),
    /^input task-definition:/,
    /"secrets" of the container is no list/,
  ],
  [
    'a list for its labels',
    task({ name: 'a', dockerLabels: [CANARY] }),
    /^input task-definition:/,
    /"dockerLabels" of the container is no object/,
  ],
  [
    'a text for its log',
    task({ name: 'a', logConfiguration: CANARY }),
    /^input task-definition:/,
    /"logConfiguration" of the container is no object/,
  ],
  [
    'a text for the options of its log',
    task({ name: 'a', logConfiguration: { logDriver: 'awslogs', options: CANARY } }),
    /^input task-definition:/,
    /"logConfiguration\.options" of the container is no object/,
  ],
  [
    'two containers and no name',
    file('task-definition', '{"containerDefinitions":[{"name":"a"},{"name":"b"}]}'),
    /^input task-definition:/,
    /name one by container-name/,
  ],
  [
    'two containers of one name',
    file('task-definition', '{"containerDefinitions":[{"name":"a"},{"name":"a"}]}', {
      'container-name': 'a',
    }),
    /^input task-definition:/,
    /give each its own name/,
  ],
  [
    'a container that is not there',
    task({ name: 'a' }, { 'container-name': CANARY }),
    /^input task-definition:/,
    /no container of the name in container-name; it has "a"/,
  ],
  [
    'a container that is not there, among names that may be values',
    task({ name: 'zQ7vX2Kp9LmT4w' }, { 'container-name': 'a' }),
    /^input task-definition:/,
    /no container of the name in container-name; it has this value/,
  ],
];

/** Approved plans. */
export const PLANS: readonly Row[] = [
  [
    'a plan-hash without its last digit',
    plan('a'.repeat(63)),
    /^input expect-plan:/,
    /has 64 digits.*this has 63/,
  ],
  [
    'a plan-hash with its algorithm',
    plan(`sha256:${'a'.repeat(64)}`),
    /^input expect-plan:/,
    /has 64 digits and nothing before them/,
  ],
  [
    'the sha of a commit for a plan-hash',
    plan('4a3b81f0c1d2e3f4a5b6c7d8e9f0a1b2c3d4e5f6'),
    /^input expect-plan:/,
    /this has 40/,
  ],
  [
    'JSON that is no plan',
    plan(`{"a":"${CANARY}"}`),
    /^input expect-plan:/,
    /take the output plan, plan-file or plan-hash/,
  ],
  ['a plan that is cut off', plan(`{"changes":["${CANARY}`), /^input expect-plan:/, /take the output plan/],
  ['a plan whose changes are none', plan('{"changes":{}}'), /^input expect-plan:/, /take the output plan/],
  ['a plan of nulls', plan('{"changes":[null]}'), /^input expect-plan:/, /take the output plan/],
  ['a value for a plan', plan(CANARY), /^input expect-plan:/, /there is no file of this name/],
  ['the summary for a plan', plan(`## Plan\n${CANARY}`), /^input expect-plan:/, /it takes a plan-hash/],
  [
    'a file that is no plan',
    file('expect-plan', `"${CANARY}"`),
    /^input expect-plan:/,
    /the file holds no plan/,
  ],
];

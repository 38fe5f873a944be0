import type { Given } from '../../asking.ts';
import { at, CANARY, file, input, long, type Row, row } from '../row.ts';

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

const policyRow = at(/^input lifecycle-policy:/);
const taskRow = at(/^input task-definition:/);
const planRow = at(/^input expect-plan:/);

/** Lifecycle policies of the repository. */
export const POLICIES: readonly Row[] = [
  row('keep-last:0', 'lifecycle-policy', 'keep-last:0', /least one/),
  row('keep-last', 'lifecycle-policy', 'keep-last=5', /keep-last:N/),
  row('a policy that is not there', 'lifecycle-policy', 'missing.json', /actions\/checkout/),
  row('a policy for its path', 'lifecycle-policy', `{"rules": "=${CANARY}"}`, /the path/),
  policyRow('a policy that is no JSON', policy(`{${CANARY}`), /lifecycle policy.* keep-last/),
  policyRow('a policy without rules', policy('{}'), /"rules"/),
  policyRow('a short policy', policy('{"rules":[{}]}'), /from 100 characters/),
  policyRow('a long policy', policy(`{"rules":[{"description":"${long(31_000)}"}]}`), /at most 30,720/),
  row('too many images', 'lifecycle-policy', `keep-last:${'9'.repeat(30)}`, /1,000,000 .*at most/),
  policyRow('a list for a policy', policy('[]'), /"rules"/),
  policyRow('a policy of many levels', policy(`{"rules":${deep(50_000)}}`), /nested deeper.* 64 levels/),
  policyRow(
    'a policy with a key twice',
    policy(`{"rules":[],"rules":[${JSON.stringify(good)}]}`),
    /"rules" .*one object; keep one/,
  ),
  policyRow(
    'a policy with a value twice for a key',
    policy(`{"rules":[{"${CANARY}":1,"${CANARY}":2}]}`),
    /one object; keep one/,
  ),
  policyRow('texts for rules', rules(CANARY.repeat(9)), /rule 1 .*rulePriority/),
  policyRow('no selection', rules({ ...good, selection: undefined }), /rule 1 .*tagStatus and countType/),
  policyRow(
    'a rule that counts to nothing',
    rules({ ...good, selection: { ...good.selection, countNumber: 0 } }),
    /rule 1 .*countNumber/,
  ),
  policyRow(
    'a rule that counts in text',
    rules({ ...good, selection: { ...good.selection, countNumber: '5' } }),
    /rule 1 .*countNumber/,
  ),
  policyRow(
    'a rule that does nothing',
    rules(good, { ...good, rulePriority: 2, action: {} }),
    /rule 2 .*a type/,
  ),
  policyRow('two rules of one priority', rules(good, good), /rule 2 .*each rule/),
  policyRow('a policy in YAML', policy(`rules:\n  - rulePriority: ${CANARY}`), /lifecycle policy/),
  policyRow(
    'a policy in Latin-1',
    file('lifecycle-policy', Buffer.from('{"rules":"é"}', 'latin1')),
    /save it.* UTF-8/,
  ),
];

/** ECS task definitions, which are completed after the apply: what cannot be is refused before it. */
export const TASK_DEFINITIONS: readonly Row[] = [
  taskRow('a task definition of no JSON', file('task-definition', `{${CANARY}`), /register-task-definition/),
  taskRow(
    'a task definition with comments',
    file('task-definition', '{ // x\n}'),
    /is not JSON: line 1, column 3 .*a comment/,
  ),
  taskRow('a list for a task definition', file('task-definition', '[]'), /no containerDefinitions/),
  taskRow('a task definition of null', file('task-definition', 'null'), /no containerDefinitions/),
  taskRow('no containers', file('task-definition', '{"containerDefinitions":[]}'), /no containerDefinitions/),
  taskRow(
    'an object for its containers',
    file('task-definition', '{"containerDefinitions":{"name":"app"}}'),
    /no containerDefinitions/,
  ),
  taskRow(
    'a service',
    file('task-definition', JSON.stringify({ serviceName: CANARY, taskDefinition: CANARY })),
    /"serviceName" at line 1, column 2/,
  ),
  taskRow(
    'two references of one name',
    task({
      name: 'a',
      secrets: [
        { name: 'API', valueFrom: CANARY },
        { name: 'API', valueFrom: 'b' },
      ],
    }),
    /"API" twice.*keep one/,
  ),
  taskRow(
    'a name in both lists of the container',
    task({
      name: 'a',
      secrets: [{ name: 'API', valueFrom: 'b' }],
      environment: [{ name: 'API', value: CANARY }],
    }),
    /"API" is in "environment" and in "secrets".*keep one/,
  ),
  taskRow(
    'a task definition of many levels',
    file('task-definition', `{"containerDefinitions":[{"name":"a","x":${deep(50_000)}}]}`),
    /nested deeper.* 64 levels/,
  ),
  taskRow(
    'two lists of containers',
    file('task-definition', '{"containerDefinitions":[{"name":"a"}],"containerDefinitions":[{"name":"b"}]}'),
    /"containerDefinitions" twice/,
  ),
  taskRow('a text for a container', task('app'), /no object/),
  taskRow('null for a container', task(null), /no object/),
  taskRow(
    'an object for its environment',
    task({ name: 'a', environment: { PASSWORD: CANARY } }),
    /"environment" .*no list/,
  ),
  taskRow(
    'texts for its environment',
    task({ name: 'a', environment: [`PASSWORD=${CANARY}`] }),
    /"environment" .*no list/,
  ),
  taskRow(
    'an object for its secrets',
    task({ name: 'a', secrets: { PASSWORD: CANARY } }),
    /"secrets" .*no list/,
  ),
  taskRow('a list for its labels', task({ name: 'a', dockerLabels: [CANARY] }), /"dockerLabels" .*no object/),
  taskRow(
    'a text for its log',
    task({ name: 'a', logConfiguration: CANARY }),
    /"logConfiguration" .*no object/,
  ),
  taskRow(
    'a text for the options of its log',
    task({ name: 'a', logConfiguration: { logDriver: 'awslogs', options: CANARY } }),
    /"logConfiguration\.options" .*no object/,
  ),
  taskRow(
    'two containers and no name',
    file('task-definition', '{"containerDefinitions":[{"name":"a"},{"name":"b"}]}'),
    /name one.* container-name/,
  ),
  taskRow(
    'two containers of one name',
    file('task-definition', '{"containerDefinitions":[{"name":"a"},{"name":"a"}]}', {
      'container-name': 'a',
    }),
    /own name/,
  ),
  taskRow(
    'a container that is not there',
    task({ name: 'a' }, { 'container-name': CANARY }),
    /name in container-name; it has "a"/,
  ),
  taskRow(
    'a container that is not there, among names that may be values',
    task({ name: 'zQ7vX2Kp9LmT4w' }, { 'container-name': 'a' }),
    /name in container-name; .*this value/,
  ),
];

/** Approved plans. */
export const PLANS: readonly Row[] = [
  planRow('a plan-hash without its last digit', plan('a'.repeat(63)), /has 64 digits.*this has 63/),
  planRow('a plan-hash with its algorithm', plan(`sha256:${'a'.repeat(64)}`), /has 64 .*before them/),
  planRow('a commit for a plan-hash', plan('4a3b81f0c1d2e3f4a5b6c7d8e9f0a1b2c3d4e5f6'), /this has 40/),
  planRow('JSON that is no plan', plan(`{"a":"${CANARY}"}`), /output plan, plan-file or plan-hash/),
  planRow('a plan that is cut off', plan(`{"changes":["${CANARY}`), /output plan/),
  planRow('a plan whose changes are none', plan('{"changes":{}}'), /output plan/),
  planRow('a plan of nulls', plan('{"changes":[null]}'), /output plan/),
  planRow('a value for a plan', plan(CANARY), /this name/),
  planRow('the summary for a plan', plan(`## Plan\n${CANARY}`), /takes a plan-hash/),
  planRow('a file that is no plan', file('expect-plan', `"${CANARY}"`), /no plan/),
];

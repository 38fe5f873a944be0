/** Many secrets, read by one listing, which shows changes only minutes later. */
import { expect, test } from 'vitest';
import { stageForFile } from '../servers/for-file.ts';
import { passed } from './outcome.ts';
import { changesOf } from './stage.ts';

const stage = await stageForFile();

const numbers = [0, 1, 2, 3, 4, 5];
const rules = numbers.map((i) => `  - { match: S_${i}, to: secret/bundle${i} }\n`).join('');
const act = (mode: string, value: string) =>
  stage.act(
    {
      mode,
      config: 'rules.yml',
      variables: numbers.map((i) => `S_${i}=${i < 2 ? value : 'one'}`).join('\n'),
    },
    { files: { 'rules.yml': `rules:\n${rules}` } },
  );

test('a rotation that was switched on a moment ago is in the plan, and its value is not overwritten', async () => {
  passed(await act('apply', 'one'));
  const { SecretList = [] } = await stage.others.secrets.listSecrets({ MaxResults: 100 });
  const old = SecretList.map((entry) => ({ ...entry, CreatedDate: 0, LastChangedDate: 0 }));
  stage.aws.answer('ListSecrets', () => ({ SecretList: old }));
  await stage.others.secrets
    .rotateSecret({
      SecretId: 'papyrus/prd/bundle0',
      RotationLambdaARN: 'arn:aws:lambda:us-west-2:123456789012:function:x',
      RotationRules: { AutomaticallyAfterDays: 30 },
    })
    .catch(() => {});

  const open = ['papyrus/prd/bundle0 blocked', 'papyrus/prd/bundle1 update'];
  const openSecrets = (run: Awaited<ReturnType<typeof act>>) =>
    changesOf(run)
      .filter(({ kind, action }) => kind === 'AWS::SecretsManager::Secret' && action !== 'none')
      .map(({ name, action }) => `${name} ${action}`);
  await using plan = await act('plan', 'two');
  expect(openSecrets(plan)).toEqual(open);
  await using run = await act('apply', 'two');
  expect(openSecrets(run)).toEqual(open);
  expect(run.outputs['failure-reason']).toBe('blocked');
  expect(await stage.secret('bundle0')).toEqual({ S_0: 'one' });
  expect(await stage.secret('bundle1')).toEqual({ S_1: 'two' });
});

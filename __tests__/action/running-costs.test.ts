/** The calls of a run without changes of the example are those that docs/costs.md names. */
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { accountForFile } from '../servers/for-file.ts';

const { aws, at } = await accountForFile();

const read = (name: string) => readFileSync(new URL(`../../${name}`, import.meta.url), 'utf8');
const WORDS = ['none', 'one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine'];

it('makes the calls that the page names', async () => {
  const inputs = { dotenv: read('examples/seed.env'), mode: 'apply' };
  expect((await at.step(inputs)).exitCode).toBe(0);
  const before = aws.calls.length;
  expect((await at.step(inputs)).outputs['changed']).toBe('false');
  const calls = aws.calls.slice(before);
  const secrets = calls.filter(({ service }) => service === 'secretsmanager').length;
  expect(read('docs/costs.md')).toMatch(
    new RegExp(`${calls.length} calls, ${WORDS[secrets]} .*Secrets Manager`),
  );
});

import { fileURLToPath } from 'node:url';
import { beforeAll, expect, it } from 'vitest';
import { cfnLint, ensureCfnLint } from './cfn-lint.ts';
import { pinOf } from './python.ts';

// No other file needs the linter: it is installed here, beside other tests.
beforeAll(async () => void (await ensureCfnLint()), 600_000);

it('the linter of templates is the one that is pinned', async () => {
  const { code, output } = await cfnLint('--version');
  expect(code, output).toBe(0);
  expect(output).toContain(await pinOf('cfn-lint'));
});

it('iam/roles.yml is a template without a fault', async () => {
  const { code, output } = await cfnLint(fileURLToPath(new URL('../../iam/roles.yml', import.meta.url)));
  expect(output.trim()).toBe('');
  expect(code).toBe(0);
});

import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runAction } from '../__tests__/action/run.ts';
import { startAws } from '../__tests__/servers/aws.ts';
import { DOTENV } from './wishes.ts';

const folder = await mkdtemp(join(tmpdir(), 'side-'));
await writeFile(join(folder, '.env'), DOTENV);
const aws = await startAws();
const inputs = { prefix: '/papyrus/prd', 'env-file': '.env', mode: 'apply' };
const r = await runAction({ entry: '/work/main/dist/index.js', inputs, workspace: folder, env: aws.env() });
console.log(r.log.split('\n').slice(-5).join('\n'));
await writeFile(
  '/tmp/n/env.json',
  JSON.stringify({
    ...aws.env(),
    GITHUB_WORKSPACE: folder,
    INPUT_PREFIX: '/papyrus/prd',
    'INPUT_ENV-FILE': '.env',
    INPUT_MODE: 'apply',
  }),
);
setTimeout(() => {}, 100 * 60_000);

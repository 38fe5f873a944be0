import { execFileSync } from 'node:child_process';
import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import type { Given } from '../../asking.ts';
import { at, CANARY, long, type Row, row } from '../row.ts';

/** The input, where the workspace holds a link of the name `link` that leads to `target`. */
const linked = (name: string, target: string): Given => ({
  inputs: { [name]: 'link' },
  files: { 'a.env': 'A=1' },
  prepare: (folder) => symlinkSync(target, join(folder, 'link')),
});

const envFile = at(/^input env-file:/);

/** Paths of `.env` files, and what they lead to. */
export const ENV_FILES: readonly Row[] = [
  row('a file that is not there', 'env-file', 'prd.env', /actions\/checkout/),
  row('the text of a file for its path', 'env-file', `A=${CANARY}`, /input dotenv/),
  row('a file outside', 'env-file', '../../../../../../../../../../etc/hostname', /outside/),
  [
    'a file in UTF-16',
    { inputs: { 'env-file': 'a.env' }, files: { 'a.env': Buffer.from(`\uFEFFA=${CANARY}`, 'utf16le') } },
    /^a\.env line 1:/,
    /save it.* UTF-8/,
  ],
  [
    'a file in Latin-1',
    { inputs: { 'env-file': 'a.env' }, files: { 'a.env': Buffer.from(`B=1\nA=${CANARY}é`, 'latin1') } },
    /^a\.env line 2:/,
    /file as UTF-8/,
  ],
  envFile(
    'a large file',
    { inputs: { 'env-file': 'a.env' }, files: { 'a.env': `A=${long(1_100_000)}` } },
    /larger than 1 MiB/,
  ),
  row('a value for a path', 'env-file', CANARY, /this name; is actions\/checkout/),
  row('a URL for a path', 'env-file', `https://example.com/${CANARY}.env`, /this name/),
  row('a home for a path', 'env-file', '~/.env', /path below.*\?/),
  row('a pattern for a path', 'env-file', '*.env', /no file/),
  row('an absolute path', 'env-file', '/etc/passwd', /file inside/),
  row('a device', 'env-file', '/dev/zero', /file inside/),
  row("the runner's own environment", 'env-file', '/proc/self/environ', /file inside/),
  envFile('the workspace itself', { inputs: { 'env-file': '.' }, files: {} }, /file inside/),
  envFile(
    'a folder',
    { inputs: { 'env-file': 'deploy' }, files: { 'deploy/a.env': 'A=1' } },
    /plain file; .*a file/,
  ),
  envFile('a file below a file', { inputs: { 'env-file': 'a.env/b' }, files: { 'a.env': 'A=1' } }, /no file/),
  envFile('a link out of the workspace', linked('env-file', '/etc/hostname'), /outside/),
  envFile('a link to a device', linked('env-file', '/dev/zero'), /outside/),
  envFile('a link to nothing', linked('env-file', 'nothing.env'), /no file/),
  envFile('a link to itself', linked('env-file', 'link'), /no file/),
  envFile(
    'a folder that is a link out',
    {
      inputs: { 'env-file': 'out/hostname' },
      files: {},
      prepare: (folder) => symlinkSync('/etc', join(folder, 'out')),
    },
    /outside/,
  ),
  envFile(
    'a pipe',
    {
      inputs: { 'env-file': 'pipe' },
      files: {},
      prepare: (folder) => void execFileSync('mkfifo', [join(folder, 'pipe')]),
    },
    /plain file/,
  ),
  row('a path with a NUL', 'env-file', 'a.env\0.txt', /the path/),
  envFile(
    'one good file and one bad',
    { inputs: { 'env-file': 'a.env\nmissing.env' }, files: { 'a.env': 'A=1' } },
    /missing\.env/,
  ),
  [
    'a file of the file that is missing',
    { files: {}, config: 'mode: plan\nenv-file: [missing.env]' },
    /aws-bootstrap\.yml line 2: env-file:/,
    /missing\.env/,
  ],
  [
    'a picture for a .env',
    {
      inputs: { 'env-file': 'a.png' },
      files: { 'a.png': Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex') },
    },
    /^a\.png line 1:/,
    /file as UTF-8/,
  ],
  [
    'a file with a NUL',
    { inputs: { 'env-file': 'a.env' }, files: { 'a.env': `A=${CANARY}\0` } },
    /^a\.env line 1: A:/,
    /delete it/,
  ],
  [
    'a file with half a letter at its end',
    { inputs: { 'env-file': 'a.env' }, files: { 'a.env': Buffer.from([0x41, 0x3d, 0xe2, 0x82]) } },
    /^a\.env line 1:/,
    /file as UTF-8/,
  ],
  [
    'a letter that is written too long',
    { inputs: { 'env-file': 'a.env' }, files: { 'a.env': Buffer.from([0x41, 0x3d, 0xc0, 0xaf]) } },
    /^a\.env line 1:/,
    /file as UTF-8/,
  ],
];

/** Other inputs that name a file go through the same door. */
export const OTHER_FILES: readonly Row[] = [
  row('a policy outside', 'lifecycle-policy', '/etc/hostname', /file inside/),
  [
    'a policy that is a link out',
    linked('lifecycle-policy', '/etc/hostname'),
    /^input lifecycle-policy:/,
    /outside/,
  ],
  row('a task definition outside', 'task-definition', '/etc/hostname', /file inside/),
  [
    'a task definition that is a folder',
    { inputs: { 'task-definition': 'deploy' }, files: { 'deploy/a': '' } },
    /^input task-definition:/,
    /a file/,
  ],
  row('a plan outside', 'expect-plan', '/etc/hostname', /file inside/),
  [
    'a plan that is a device behind a link',
    linked('expect-plan', '/dev/zero'),
    /^input expect-plan:/,
    /outside/,
  ],
];

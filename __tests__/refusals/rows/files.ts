import { execFileSync } from 'node:child_process';
import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import type { Given } from '../../asking.ts';
import { CANARY, input, long, type Row } from '../row.ts';

/** The input, where the workspace holds a link of the name `link` that leads to `target`. */
const linked = (name: string, target: string): Given => ({
  inputs: { [name]: 'link' },
  files: { 'a.env': 'A=1' },
  prepare: (folder) => symlinkSync(target, join(folder, 'link')),
});

/** Paths of `.env` files, and what they lead to. */
export const ENV_FILES: readonly Row[] = [
  ['a file that is not there', input('env-file', 'prd.env'), /^input env-file:/, /actions\/checkout/],
  [
    'the text of a file for its path',
    input('env-file', `A=${CANARY}`),
    /^input env-file:/,
    /goes into the input dotenv/,
  ],
  [
    'a file outside',
    input('env-file', '../../../../../../../../../../etc/hostname'),
    /^input env-file:/,
    /outside of the workspace/,
  ],
  [
    'a file in UTF-16',
    { inputs: { 'env-file': 'a.env' }, files: { 'a.env': Buffer.from(`\uFEFFA=${CANARY}`, 'utf16le') } },
    /^a\.env line 1:/,
    /save it as UTF-8/,
  ],
  [
    'a file in Latin-1',
    { inputs: { 'env-file': 'a.env' }, files: { 'a.env': Buffer.from(`B=1\nA=${CANARY}é`, 'latin1') } },
    /^a\.env line 2:/,
    /save the file as UTF-8/,
  ],
  [
    'a large file',
    { inputs: { 'env-file': 'a.env' }, files: { 'a.env': `A=${long(1_100_000)}` } },
    /^input env-file:/,
    /larger than 1 MiB/,
  ],
  [
    'a value for a path',
    input('env-file', CANARY),
    /^input env-file:/,
    /there is no file of this name; is actions\/checkout/,
  ],
  [
    'an address for a path',
    input('env-file', `https://example.com/${CANARY}.env`),
    /^input env-file:/,
    /there is no file of this name/,
  ],
  ['a home for a path', input('env-file', '~/.env'), /^input env-file:/, /path below the workspace\?/],
  ['a pattern for a path', input('env-file', '*.env'), /^input env-file:/, /there is no file/],
  ['an absolute path', input('env-file', '/etc/passwd'), /^input env-file:/, /name a file inside it/],
  ['a device', input('env-file', '/dev/zero'), /^input env-file:/, /name a file inside it/],
  [
    "the runner's own environment",
    input('env-file', '/proc/self/environ'),
    /^input env-file:/,
    /name a file inside it/,
  ],
  [
    'the workspace itself',
    { inputs: { 'env-file': '.' }, files: {} },
    /^input env-file:/,
    /name a file inside it/,
  ],
  [
    'a folder',
    { inputs: { 'env-file': 'deploy' }, files: { 'deploy/a.env': 'A=1' } },
    /^input env-file:/,
    /is not a plain file; name a file/,
  ],
  [
    'a file below a file',
    { inputs: { 'env-file': 'a.env/b' }, files: { 'a.env': 'A=1' } },
    /^input env-file:/,
    /there is no file/,
  ],
  [
    'a link that leaves the workspace',
    linked('env-file', '/etc/hostname'),
    /^input env-file:/,
    /outside of the workspace/,
  ],
  ['a link to a device', linked('env-file', '/dev/zero'), /^input env-file:/, /outside of the workspace/],
  ['a link to nothing', linked('env-file', 'nothing.env'), /^input env-file:/, /there is no file/],
  ['a link to itself', linked('env-file', 'link'), /^input env-file:/, /there is no file/],
  [
    'a folder that is a link out',
    {
      inputs: { 'env-file': 'out/hostname' },
      files: {},
      prepare: (folder) => symlinkSync('/etc', join(folder, 'out')),
    },
    /^input env-file:/,
    /outside of the workspace/,
  ],
  [
    'a pipe',
    {
      inputs: { 'env-file': 'pipe' },
      files: {},
      prepare: (folder) => void execFileSync('mkfifo', [join(folder, 'pipe')]),
    },
    /^input env-file:/,
    /is not a plain file/,
  ],
  ['a path with a NUL', input('env-file', 'a.env\0.txt'), /^input env-file:/, /not the path of a file/],
  [
    'one good file and one bad',
    { inputs: { 'env-file': 'a.env\nmissing.env' }, files: { 'a.env': 'A=1' } },
    /^input env-file:/,
    /there is no file missing\.env/,
  ],
  [
    'a file of the file that is missing',
    { files: {}, config: 'mode: plan\nenv-file: [missing.env]' },
    /aws-bootstrap\.yml line 2: env-file:/,
    /there is no file missing\.env/,
  ],
  [
    'a picture for a .env',
    {
      inputs: { 'env-file': 'a.png' },
      files: { 'a.png': Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex') },
    },
    /^a\.png line 1:/,
    /save the file as UTF-8/,
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
    /save the file as UTF-8/,
  ],
  [
    'a letter that is written too long',
    { inputs: { 'env-file': 'a.env' }, files: { 'a.env': Buffer.from([0x41, 0x3d, 0xc0, 0xaf]) } },
    /^a\.env line 1:/,
    /save the file as UTF-8/,
  ],
];

/** Other inputs that name a file go through the same door. */
export const OTHER_FILES: readonly Row[] = [
  [
    'a policy outside',
    input('lifecycle-policy', '/etc/hostname'),
    /^input lifecycle-policy:/,
    /name a file inside it/,
  ],
  [
    'a policy that is a link out',
    linked('lifecycle-policy', '/etc/hostname'),
    /^input lifecycle-policy:/,
    /outside of the workspace/,
  ],
  [
    'a task definition outside',
    input('task-definition', '/etc/hostname'),
    /^input task-definition:/,
    /name a file inside it/,
  ],
  [
    'a task definition that is a folder',
    { inputs: { 'task-definition': 'deploy' }, files: { 'deploy/a': '' } },
    /^input task-definition:/,
    /name a file/,
  ],
  ['a plan outside', input('expect-plan', '/etc/hostname'), /^input expect-plan:/, /name a file inside it/],
  [
    'a plan that is a device behind a link',
    linked('expect-plan', '/dev/zero'),
    /^input expect-plan:/,
    /outside of the workspace/,
  ],
];

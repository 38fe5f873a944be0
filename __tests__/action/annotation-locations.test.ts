/**
 * An annotation has a location only where it shows in the diff of a pull request: in a file that git tracks, by its path in the
 * repository. The bundle reads git's index itself, which git writes here in each of its forms.
 */
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { type CheckoutOptions, checkOut, git } from './checkout.ts';
import { type ActionOptions, runAction } from './run.ts';
import { makeFolder } from './temp.ts';

/** Line 3 is no assignment, which is an input error. */
const WRONG = 'A=1\nB=2\nwrong\n';

/** @returns a folder with files; those in `env` have an error in line 3 */
function folderWith(...env: readonly string[]): string {
  const folder = makeFolder();
  for (const path of env) put(folder, path, WRONG);
  return folder;
}

function put(folder: string, path: string, text: string): void {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), text);
}

/** @returns the locations of the annotations of the errors: one for each file that the input names */
async function locationsOf(workspace: string, files: readonly string[], env: ActionOptions['env'] = {}) {
  await using run = await runAction({
    inputs: { prefix: '/papyrus/prd', 'env-file': files.join('\n') },
    env: { AWS_REGION: 'us-west-2', ...env },
    workspace,
  });
  expect(run.outputs['failure-reason']).toBe('input');
  const errors = run.annotations.filter(({ level, message }) => level === 'error' && /line 3/.test(message));
  expect(errors, run.log).toHaveLength(files.length);
  return errors.map(({ properties }) => properties);
}

/** @returns the location of the annotation of the error in one file */
const locationOf = async (workspace: string, file = '.env', env: ActionOptions['env'] = {}) =>
  (await locationsOf(workspace, [file], env))[0];

const at = (file: string) => ({ file, line: '3' });
const NOWHERE = {};

test('a file that git tracks, by whichever path the input names it', async () => {
  const folder = folderWith('.env', 'deploy/production.env');
  checkOut(folder);
  const files = ['.env', './deploy/../deploy/production.env', join(folder, 'deploy', 'production.env')];
  const production = at('deploy/production.env');
  expect(await locationsOf(folder, files)).toEqual([at('.env'), production, production]);
  // Neither git nor its configuration is needed.
  expect(await locationOf(folder, '.env', { PATH: '/nowhere', HOME: '/nowhere' })).toEqual(at('.env'));
});

test('a file that git ignores or does not know has no location', async () => {
  const folder = folderWith('.env', 'new/.env', 'deploy/.env');
  put(folder, '.gitignore', '/.env\n');
  checkOut(folder, { tracked: ['.gitignore', 'deploy'] });
  expect(git(folder, 'check-ignore', '.env').trim()).toBe('.env');
  const files = ['.env', 'new/.env', 'deploy/.env'];
  expect(await locationsOf(folder, files)).toEqual([NOWHERE, NOWHERE, at('deploy/.env')]);
});

test('without a repository, or with an index that cannot be read, there is no location', async () => {
  const broken = ['', 'DIRC', 'DIRC\0\0\0\x09\0\0\0\x01', 'DIRC\0\0\0\x02\0\0\0\x01.env\0'];
  const names = ['none', 'untracked', 'tracked', ...broken.map((_, index) => `broken-${index}`)];
  const files = names.map((name) => `${name}/.env`);
  const folder = folderWith(...files);
  checkOut(join(folder, 'untracked'), { tracked: [] });
  for (const name of names.slice(2)) checkOut(join(folder, name));
  broken.forEach((index, number) => {
    put(folder, `broken-${number}/.git/index`, index);
  });
  const locations = names.map((name) => (name === 'tracked' ? at('.env') : NOWHERE));
  expect(await locationsOf(folder, files)).toEqual(locations);
});

test.each<[version: number, what: string, options: CheckoutOptions]>([
  [2, 'object names by SHA-1', {}],
  [2, 'object names by SHA-256', { objectFormat: 'sha256' }],
  [3, 'extended flags', {}],
  [4, 'compressed names', {}],
])('an index of version %i with %s', async (version, _what, options) => {
  const names = Array.from({ length: 40 }, (_, index) => `services/number-${'x'.repeat(index * 5)}/.env`);
  const folder = folderWith('.env', 'other/.env', 'services/.env', ...names);
  checkOut(folder, { ...options, tracked: ['other'] });
  // A file whose content is added later has an extended flag, by which an index becomes version 3.
  git(folder, 'add', ...(version === 3 ? ['--intent-to-add'] : []), 'services');
  if (version === 4) git(folder, 'update-index', '--index-version=4');
  expect(readFileSync(join(folder, '.git', 'index')).readUInt32BE(4)).toBe(version);
  const files = [...names.filter((_, index) => [0, 7, 39].includes(index)), 'services/.env', 'other/.env'];
  expect(await locationsOf(folder, [...files, '.env'])).toEqual([...files.map(at), NOWHERE]);
});

test('the location is the path in the repository where the checkout is a folder of the workspace', async () => {
  const folder = folderWith('app/deploy/.env', 'tools/deploy/.env');
  checkOut(join(folder, 'app'));
  // A second checkout, of another repository.
  checkOut(join(folder, 'tools'), { repository: 'papyrus/demo-tools' });
  const files = ['app/deploy/.env', 'tools/deploy/.env'];
  expect(await locationsOf(folder, files)).toEqual([at('deploy/.env'), NOWHERE]);
});

test('the repository of the workflow by each form of its remote', async () => {
  const remotes = [
    'https://github.com/papyrus/demo',
    'https://github.com/Papyrus/demo.git',
    'git@github.com:papyrus/demo.git',
    'ssh://git@github.example.com/papyrus/demo/',
  ];
  const files = remotes.map((_, index) => `${index}/.env`);
  const folder = folderWith(...files);
  remotes.forEach((url, index) => {
    checkOut(join(folder, String(index)));
    git(join(folder, String(index)), 'remote', 'set-url', 'origin', url);
  });
  expect(await locationsOf(folder, files)).toEqual(remotes.map(() => at('.env')));
});

test('a link has the location of the file that it leads to', async () => {
  const folder = folderWith('deploy/.env', 'outside.env');
  symlinkSync('deploy/.env', join(folder, '.env'));
  symlinkSync('outside.env', join(folder, 'link.env'));
  symlinkSync('deploy', join(folder, 'current'));
  checkOut(folder, { tracked: ['deploy', '.env', 'link.env', 'current'] });
  const target = at('deploy/.env');
  const files = ['.env', 'current/.env', 'link.env'];
  expect(await locationsOf(folder, files)).toEqual([target, target, NOWHERE]);
  const link = join(makeFolder(), 'workspace');
  symlinkSync(folder, link);
  expect(await locationOf(link, 'deploy/.env')).toEqual(at('deploy/.env'));
});

test('a worktree and a submodule have a file in place of the folder .git', async () => {
  const folder = folderWith('.env');
  checkOut(folder);
  git(folder, '-c', 'user.name=a', '-c', 'user.email=a@example.com', 'commit', '--quiet', '-m', 'first');
  const tree = join(makeFolder(), 'tree');
  git(folder, 'worktree', 'add', '--quiet', tree);
  expect(await locationOf(tree)).toEqual(at('.env'));
  git(folder, 'remote', 'set-url', 'origin', 'https://github.com/papyrus/other');
  expect(await locationOf(tree)).toEqual(NOWHERE);
  const outer = makeFolder();
  checkOut(outer);
  git(outer, '-c', 'protocol.file.allow=always', 'submodule', '--quiet', 'add', folder, 'library');
  // Its files are of another repository.
  expect(await locationOf(outer, 'library/.env')).toEqual(NOWHERE);
});

test('GIT_DIR names a repository elsewhere', async () => {
  const folder = folderWith('.env');
  const elsewhere = join(makeFolder(), 'repository.git');
  git(folder, 'init', '--quiet', `--separate-git-dir=${elsewhere}`);
  git(folder, 'add', '.env');
  expect(await locationOf(folder)).toEqual(at('.env'));
  const files = folderWith('sources/.env');
  const env = { GIT_DIR: elsewhere };
  expect(await locationOf(files, 'sources/.env', { ...env, GIT_WORK_TREE: 'sources' })).toEqual(at('.env'));
  expect(await locationOf(files, 'sources/.env', env)).toEqual(NOWHERE);
});

test('a repository above the workspace is not that of the workflow', async () => {
  const folder = folderWith('work/.env');
  checkOut(folder);
  expect(await locationOf(join(folder, 'work'))).toEqual(NOWHERE);
});

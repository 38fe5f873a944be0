/** The image through the bundle: planned, pushed after its repository, silent, drifted, healed. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { type AwsServer, startAws } from '../servers/aws.ts';
import { joinRegistry } from '../servers/aws-images.ts';
import { TestRegistry } from '../servers/registry.ts';
import { LayoutWriter, makeImage, makeTar, noise, toSaved } from '../servers/registry-images.ts';
import { findLeaks } from './leaks.ts';
import { failed, passed } from './outcome.ts';
import { runAction } from './run.ts';

let aws: AwsServer;
let registry: TestRegistry;
const workspace = mkdtempSync(join(tmpdir(), 'image-'));
const image = makeImage([noise(100_000), 'second layer', 'third layer']);
const other = makeImage([noise(50_000), 'second layer']);

beforeAll(async () => {
  aws = await startAws();
  writeFileSync(join(workspace, 'image.tar'), makeTar(toSaved(image, ['papyrus:1.4'])));
  writeFileSync(join(workspace, 'other.tar'), makeTar(toSaved(other, ['papyrus:1.5'])));
  const layout = new LayoutWriter();
  layout.list(layout.index([layout.image(image), layout.image(makeImage(['arm'], 'arm64'))]), 'multi');
  writeFileSync(join(workspace, 'layout.tar'), makeTar(layout.entries()));
});
afterAll(async () => {
  await aws.close();
  await registry?.[Symbol.asyncDispose]();
  rmSync(workspace, { recursive: true, force: true });
});
beforeEach(async () => {
  await aws.reset();
  await registry?.[Symbol.asyncDispose]();
  registry = await TestRegistry.start();
  joinRegistry(aws, registry);
});

const run = (inputs: Record<string, string> = {}) =>
  runAction({
    inputs: {
      prefix: '/papyrus/prd',
      image: 'docker-archive:image.tar',
      only: 'repository, image',
      ...inputs,
    },
    env: aws.env(),
    workspace,
  });
const tags = () => Object.fromEntries(registry.repositories.get('papyrus')?.tags ?? []);

it('plans, pushes after it creates the repository, and writes nothing the second time', async () => {
  const planned = passed(await run({ mode: 'plan' }));
  expect(planned.outputs).toMatchObject({ 'to-create': '2', 'image-uri': '' });
  expect(registry.count('POST', 'PATCH', 'PUT')).toBe(0);

  const pushed = passed(await run());
  expect(Object.keys(tags())).toEqual(['1.4']);
  expect(pushed.outputs['image-digest']).toBe(tags()['1.4']);
  expect(pushed.outputs['image-uri']).toBe(`${registry.url.host}/papyrus:1.4`);
  expect(pushed.summary).toMatch(/[0-9]+ blobs sent/);
  const canaries = [registry.token, Buffer.from(registry.token, 'base64').toString()];
  expect(findLeaks(pushed, canaries)).toEqual([]);

  aws.forget();
  registry.seen.length = 0;
  const silent = passed(await run());
  expect(silent.outputs['changed']).toBe('false');
  expect(silent.outputs['image-digest']).toBe(tags()['1.4']);
  expect(silent.outputs['image-uri']).toBe(`${registry.url.host}/papyrus:1.4`);
  expect(aws.writes()).toEqual([]);
  // One BatchGetImage tells it; the registry itself is not spoken to.
  expect(aws.count('BatchGetImage')).toBe(1);
  expect(registry.seen.filter(({ path }) => path.startsWith('/v2'))).toEqual([]);
});

it('finds and corrects a missing tag and a moved one', async () => {
  await run({ 'image-tags': 'v1, latest' });
  expect(Object.keys(tags()).sort()).toEqual(['latest', 'v1']);
  registry.repositories.get('papyrus')?.tags.delete('latest');
  const missing = await run({ mode: 'drift', 'image-tags': 'v1, latest' });
  expect(missing.exitCode).toBe(1);
  expect(missing.log).toContain('image:latest');
  registry.seen.length = 0;
  passed(await run({ 'image-tags': 'v1, latest' }));
  expect(tags()['latest']).toBe(tags()['v1']);
  // A new tag on a known image is one manifest.
  expect(registry.count('POST', 'PATCH')).toBe(0);

  await run({ image: 'docker-archive:other.tar', 'image-tags': 'latest' });
  expect(tags()['latest']).not.toBe(tags()['v1']);
  const moved = await run({ mode: 'drift', 'image-tags': 'v1, latest' });
  expect(moved.exitCode).toBe(1);
  expect(moved.outputs['to-update']).toBe('1');
  expect((await run({ 'image-tags': 'v1, latest' })).exitCode).toBe(0);
  expect(tags()['latest']).toBe(tags()['v1']);
});

it('accepts the same image under an immutable tag, and refuses another before the upload', async () => {
  const immutable = { 'image-tag-mutability': 'IMMUTABLE', 'image-tags': 'v1' };
  expect((await run(immutable)).exitCode).toBe(0);
  expect((await run(immutable)).exitCode).toBe(0);
  registry.seen.length = 0;
  const refused = failed(await run({ ...immutable, image: 'docker-archive:other.tar' }), 'blocked');
  expect(refused.log).toContain('cannot be moved');
  expect(registry.count('POST', 'PATCH', 'PUT')).toBe(0);
  // A file would name the image behind the tag, and not the one that was built.
  writeFileSync(join(workspace, 'task.json'), '{"containerDefinitions":[{"name":"app"}]}');
  const task = { 'task-definition': 'task.json', 'log-group': 'none' };
  const given = await run({ ...immutable, ...task, image: 'docker-archive:other.tar' });
  expect([given.exitCode, given.outputs['task-definition'] ?? '']).toEqual([1, '']);
});

it.each([
  ['a file that is not there', { image: 'docker-archive:nothing.tar' }, /nothing\.tar/],
  ['a file outside of the workspace', { image: 'docker-archive:/etc/hostname' }, /outside/],
  ['an unknown transport', { image: 'ftp:x' }, /image/],
  ['no tag', { 'image-tags': '-x' }, /image-tags.*a tag is made of/],
  ['no archive', { image: 'oci-archive:image.txt' }, /image\.txt/],
  ['no repository', { repository: 'none' }, /no repository to push it to/],
])('refused before any call: %s', async (_name, inputs, message) => {
  writeFileSync(join(workspace, 'image.txt'), 'this is no archive');
  const refused = await run(inputs);
  expect(refused.exitCode).toBe(1);
  expect(refused.log).toMatch(message);
  expect(refused.outputs['failure-reason']).toBe('input');
  expect(aws.calls).toEqual([]);
});

it('completes the task definition with the image that the same run pushed, by its digest', async () => {
  const containerDefinitions = [
    { name: 'app', image: 'PLACEHOLDER', essential: true },
    { name: 'proxy', image: 'public.ecr.aws/nginx/nginx:1', essential: false },
  ];
  writeFileSync(
    join(workspace, 'task.json'),
    JSON.stringify({
      family: 'papyrus',
      executionRoleArn: 'arn:aws:iam::123456789012:role/x',
      containerDefinitions,
    }),
  );
  const task = { 'task-definition': 'task.json', 'container-name': 'app', 'log-group': 'none' };
  const completed = (done: Awaited<ReturnType<typeof run>>) => {
    expect(done.exitCode, done.log).toBe(0);
    return JSON.parse(readFileSync(done.outputs['task-definition'] ?? '', 'utf8')).containerDefinitions;
  };
  // Before the push there is nothing to name.
  const planned = await run({ ...task, mode: 'plan' });
  expect(planned.outputs['task-definition']).toBe('');

  const [app, proxy] = completed(await run(task));
  expect(app.image).toBe(`${registry.url.host}/papyrus@${tags()['1.4']}`);
  expect(app.image).toMatch(/@sha256:[0-9a-f]{64}$/);
  expect(proxy).toEqual(containerDefinitions[1]);
  // A silent run names the same, another image another one.
  expect(completed(await run(task))[0].image).toBe(app.image);
  const [next] = completed(await run({ ...task, image: 'docker-archive:other.tar' }));
  expect(next.image).toBe(`${registry.url.host}/papyrus@${tags()['1.5']}`);
  expect(next.image).not.toBe(app.image);
});

it('reports progress during the upload of a layer', async () => {
  // A report comes every three seconds.
  registry.faults.push({ on: 'PATCH upload', delayMs: 3_300 }, { on: 'PUT upload', delayMs: 3_300 });
  const pushed = await run();
  expect(pushed.exitCode, pushed.log).toBe(0);
  const told = pushed.log.split('\n').filter((line) => line.startsWith('image: '));
  expect(told.length).toBeGreaterThan(0);
  for (const line of told) expect(line).toMatch(/^image: layers \d\/3, \d+ of \d+ MB, \d+\.\d MB\/s$/);
  expect((await run()).log).not.toContain('image: layers');
});

it('leaves the repository alone with only: image, and outputs its URI', async () => {
  await run({ only: 'repository' });
  aws.forget();
  const pushed = await run({ only: 'image' });
  expect(pushed.exitCode, pushed.log).toBe(0);
  expect(pushed.outputs['image-uri']).toBe(`${registry.url.host}/papyrus:1.4`);
  expect(aws.writes()).toEqual([]);
});

it('a plan where nothing was built yet says so, and goes on', async () => {
  const env = { ...aws.env(), DOCKER_HOST: 'tcp://127.0.0.1:1' };
  const inputs = { prefix: '/papyrus/prd', image: 'docker:papyrus', only: 'repository, image' };
  const planned = await runAction({ inputs: { ...inputs, mode: 'plan' }, env, workspace });
  expect(planned.exitCode, planned.log).toBe(0);
  expect(planned.log).toContain('it is skipped');
  expect(planned.outputs['to-create']).toBe('1');
  const applied = await runAction({ inputs, env, workspace });
  expect(applied.exitCode).toBe(1);
  expect(applied.outputs['failure-reason']).toBe('input');
});

it('completes the task definition with the image that an earlier run pushed, by its tag', async () => {
  const containerDefinitions = [{ name: 'app', image: 'PLACEHOLDER' }];
  writeFileSync(join(workspace, 'task.json'), JSON.stringify({ family: 'papyrus', containerDefinitions }));
  const later = { 'task-definition': 'task.json', 'log-group': 'none', only: 'repository' };
  const absent = await run({ ...later, 'image-tags': '1.4' });
  expect([absent.exitCode, absent.outputs['failure-reason']]).toEqual([1, 'input']);
  expect(absent.log).toContain('papyrus:1.4');

  await run();
  // The image itself is not on this machine.
  for (const inputs of [{ 'image-tags': '1.4' }, { image: 'docker:papyrus:1.4' }]) {
    aws.forget();
    const done = await run({ ...later, image: 'docker-archive:gone.tar', ...inputs });
    expect(done.exitCode, done.log).toBe(0);
    const file = JSON.parse(readFileSync(done.outputs['task-definition'] ?? '', 'utf8'));
    expect(file.containerDefinitions[0].image).toBe(`${registry.url.host}/papyrus@${tags()['1.4']}`);
    expect(done.outputs['image-uri']).toBe('');
    expect(aws.writes()).toEqual([]);
  }
  const nameless = await run({ ...later, image: 'docker-archive:gone.tar' });
  expect(nameless.log).toContain('image-tags');
  expect(nameless.outputs['failure-reason']).toBe('input');
});

it('an image whose own name is no legal tag gets one as metadata-action makes it, and says so', async () => {
  const layout = new LayoutWriter();
  layout.list(layout.image(image), '0.1.0+build');
  writeFileSync(join(workspace, 'named.tar'), makeTar(layout.entries()));
  const inputs = { image: 'oci-archive:named.tar' };
  const pushed = await run(inputs);
  expect(pushed.exitCode, pushed.log).toBe(0);
  expect(Object.keys(tags())).toEqual(['0.1.0-build']);
  expect(pushed.log).toMatch(/notice.*0\.1\.0-build/);
  // Of a name that is not used nothing is said.
  const given = await run({ ...inputs, 'image-tags': 'v1' });
  expect(given.log).not.toContain('0.1.0-build');
  expect(Object.keys(tags()).sort()).toEqual(['0.1.0-build', 'v1']);
});

it('a repository that is missing is told in words, before a byte is sent', async () => {
  const failed = await run({ only: 'image' });
  expect(failed.exitCode).toBe(1);
  expect(failed.log).toContain('the repository papyrus does not exist');
  expect(registry.count('POST', 'PATCH', 'PUT')).toBe(0);
});

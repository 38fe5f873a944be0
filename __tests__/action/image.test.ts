/** The image through the bundle: planned, pushed after its repository, silent, drifted, corrected. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { joinRegistry } from '../servers/aws-images.ts';
import { connect } from '../servers/clients.ts';
import { awsForFile } from '../servers/for-file.ts';
import { TestRegistry } from '../servers/registry.ts';
import { LayoutWriter, makeImage, makeTar, noise, toSaved } from '../servers/registry-images.ts';
import { findLeaks } from './leaks.ts';
import { failed, linesOf, messagesOf, passed } from './outcome.ts';
import { runAction } from './run.ts';
import { changesOf } from './stage.ts';

const aws = await awsForFile();
let registry: TestRegistry;
const workspace = mkdtempSync(join(tmpdir(), 'image-'));
const image = makeImage([noise(100_000), 'second layer', 'third layer']);
const other = makeImage([noise(50_000), 'second layer']);

beforeAll(() => {
  writeFileSync(join(workspace, 'image.tar'), makeTar(toSaved(image, ['papyrus:1.4'])));
  writeFileSync(join(workspace, 'other.tar'), makeTar(toSaved(other, ['papyrus:1.5'])));
  const layout = new LayoutWriter();
  layout.list(layout.index([layout.image(image), layout.image(makeImage(['arm'], 'arm64'))]), 'multi');
  writeFileSync(join(workspace, 'layout.tar'), makeTar(layout.entries()));
});
afterAll(async () => {
  await registry?.[Symbol.asyncDispose]();
  rmSync(workspace, { recursive: true, force: true });
});
beforeEach(async () => {
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
  expect(silent.log).not.toContain('image: layers');
  expect(aws.writes()).toEqual([]);
  // One BatchGetImage is enough; the registry itself is not asked.
  expect(aws.count('BatchGetImage')).toBe(1);
  expect(registry.seen.filter(({ path }) => path.startsWith('/v2'))).toEqual([]);
});

it('finds and corrects a missing tag and a moved one', async () => {
  const three = { 'image-tags': 'v1, latest, edge' };
  passed(await run(three));
  passed(await run({ image: 'docker-archive:other.tar', 'image-tags': 'other' }));
  const stored = registry.repositories.get('papyrus')?.tags;
  stored?.delete('latest');
  stored?.set('edge', tags()['other'] ?? '');
  const drift = failed(await run({ mode: 'drift', ...three }), 'drifted');
  const fields = changesOf(drift).flatMap((change) => change.fields.map(({ field }) => field));
  expect(fields.sort()).toEqual(['image:edge', 'image:latest']);
  registry.seen.length = 0;
  passed(await run(three));
  expect([tags()['latest'], tags()['edge']]).toEqual([tags()['v1'], tags()['v1']]);
  expect(tags()['other']).not.toBe(tags()['v1']);
  // A new tag on a known image is one manifest.
  expect(registry.count('POST', 'PATCH')).toBe(0);
});

it('accepts the same image under an immutable tag, and refuses another before the upload', async () => {
  const immutable = { 'image-tag-mutability': 'IMMUTABLE', 'image-tags': 'v1' };
  passed(await run(immutable));
  passed(await run(immutable));
  registry.seen.length = 0;
  // A file would name the image behind the tag, and not the one that was built.
  writeFileSync(join(workspace, 'task.json'), '{"containerDefinitions":[{"name":"app"}]}');
  const task = { 'task-definition': 'task.json', 'log-group': 'none' };
  const refused = failed(await run({ ...immutable, ...task, image: 'docker-archive:other.tar' }), 'blocked');
  expect(refused.outputs['task-definition'] ?? '').toBe('');
  expect(changesOf(refused).filter(({ action }) => action === 'blocked')).toMatchObject([
    { kind: 'Image', fields: [{ field: 'image:v1' }] },
  ]);
  expect(registry.count('POST', 'PATCH', 'PUT')).toBe(0);
});

it.each([
  ['an archive that is none', 'image.txt', { image: 'oci-archive:image.txt' }],
  ['an invalid tag', 'image-tags', { 'image-tags': '-x' }],
  ['no repository', 'repository', { repository: 'none' }],
])('refuses %s before any call', async (_name, key, inputs) => {
  writeFileSync(join(workspace, 'image.txt'), 'this is no archive');
  const refused = failed(await run(inputs), 'input');
  expect(messagesOf(refused, 'error', key)).not.toEqual([]);
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
  registry.faults.push({ on: 'PATCH upload', delayMs: 3_300 });
  const pushed = passed(await run());
  const lines = pushed.log.split('\n').filter((line) => line.startsWith('image: '));
  expect(lines.length).toBeGreaterThan(0);
  for (const line of lines) expect(line).toMatch(/^image: layers \d\/3, \d+ of \d+ MB, \d+\.\d MB\/s$/);
});

it('leaves the repository alone with only: image, and outputs its URI', async () => {
  await connect(aws.url).ecr.createRepository({ repositoryName: 'papyrus' });
  aws.forget();
  const pushed = passed(await run({ only: 'image' }));
  expect(pushed.outputs['image-uri']).toBe(`${registry.url.host}/papyrus:1.4`);
  expect(aws.writes()).toEqual([]);
});

it('a plan where nothing was built yet reports it, and goes on', async () => {
  const env = { ...aws.env(), DOCKER_HOST: 'tcp://127.0.0.1:1' };
  const inputs = { prefix: '/papyrus/prd', image: 'docker:papyrus', only: 'repository, image' };
  const planned = passed(await runAction({ inputs: { ...inputs, mode: 'plan' }, env, workspace }));
  expect(messagesOf(planned, 'notice', 'image')).toHaveLength(1);
  expect(planned.outputs['to-create']).toBe('1');
  failed(await runAction({ inputs, env, workspace }), 'input');
});

it('completes the task definition with the image that an earlier run pushed, by its tag', async () => {
  const containerDefinitions = [{ name: 'app', image: 'PLACEHOLDER' }];
  writeFileSync(join(workspace, 'task.json'), JSON.stringify({ family: 'papyrus', containerDefinitions }));
  const later = { 'task-definition': 'task.json', 'log-group': 'none', only: 'repository' };
  const absent = failed(await run({ ...later, 'image-tags': '1.4' }), 'input');
  expect(absent.log).toContain('papyrus:1.4');

  await run();
  // The image itself is not on this machine.
  for (const inputs of [{ 'image-tags': '1.4' }, { image: 'docker:papyrus:1.4' }]) {
    aws.forget();
    const done = passed(await run({ ...later, image: 'docker-archive:gone.tar', ...inputs }));
    const file = JSON.parse(readFileSync(done.outputs['task-definition'] ?? '', 'utf8'));
    expect(file.containerDefinitions[0].image).toBe(`${registry.url.host}/papyrus@${tags()['1.4']}`);
    expect(done.outputs['image-uri']).toBe('');
    expect(aws.writes()).toEqual([]);
  }
  const nameless = failed(await run({ ...later, image: 'docker-archive:gone.tar' }), 'input');
  expect(nameless.log).toContain('image-tags');
});

it('an image whose own name is no legal tag gets one as metadata-action makes it, with a notice', async () => {
  const layout = new LayoutWriter();
  layout.list(layout.image(image), '0.1.0+build');
  writeFileSync(join(workspace, 'named.tar'), makeTar(layout.entries()));
  const inputs = { image: 'oci-archive:named.tar' };
  const pushed = passed(await run(inputs));
  expect(Object.keys(tags())).toEqual(['0.1.0-build']);
  expect(messagesOf(pushed, 'notice', '0.1.0-build')).toHaveLength(1);
  // A name that is not used has no notice.
  const given = await run({ ...inputs, 'image-tags': 'v1' });
  expect(given.log).not.toContain('0.1.0-build');
  expect(Object.keys(tags()).sort()).toEqual(['0.1.0-build', 'v1']);
});

it('a repository that is missing is named, before a byte is sent', async () => {
  const refused = await run({ only: 'image' });
  expect(refused.exitCode).toBe(1);
  expect(linesOf(refused, 'repository papyrus')).not.toEqual([]);
  expect(registry.count('POST', 'PATCH', 'PUT')).toBe(0);
});

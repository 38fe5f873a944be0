import { spawnSync } from 'node:child_process';
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { DockerEngine } from '../__tests__/servers/docker-engine.ts';
import { DockerRegistry } from '../__tests__/servers/docker-registry.ts';
import { median } from './process.ts';
import { type Filling, writeCurlScript, writeImage } from './push-images.ts';
import type { PushRow } from './results.ts';
import { record } from './store.ts';

/*
 * The push side by side with its peers, against the same registry in the same run: `npm run bench:push [-- ROUNDS]`.
 * Needs docker-registry, dockerd, docker, skopeo and curl, and root for dockerd. Times are whole processes, medians.
 */
const ROUNDS = Number(process.argv[2] ?? 3);
const MIB = 1024 * 1024;
const FILLINGS: Readonly<Record<Filling, string>> = { rand: 'incompressible', text: 'compressible' };
const LAYERS = 8;
const LAYER_BYTES = 40 * MIB;

interface Run {
  readonly seconds: number;
  readonly bytes: number;
  readonly memory: number | undefined;
}

// Node 20 reads these certificates at its start, which costs it 60 ms.
delete process.env['NODE_EXTRA_CA_CERTS'];
const work = await mkdtemp(join(tmpdir(), 'push-'));
// In memory, where there is such a place: the disk's moods are not what is measured.
const storage = await mkdtemp(join(await stat('/dev/shm').then(() => '/dev/shm', tmpdir), 'push-'));
const registry = await DockerRegistry.start(storage);
const engine = await DockerEngine.start(join(work, 'engine'));
const ours = join(work, 'ours.mjs');
const rows: PushRow[] = [];
try {
  await build({
    entryPoints: [join(import.meta.dirname, 'push-ours.ts')],
    outfile: ours,
    bundle: true,
    platform: 'node',
    format: 'esm',
    minify: true,
  });
  for (const filling of ['rand', 'text'] as const) await compare(filling);
  await measureMemory();
} finally {
  await engine[Symbol.asyncDispose]();
  await registry[Symbol.asyncDispose]();
  await rm(storage, { recursive: true, force: true });
  await rm(work, { recursive: true, force: true });
}
await record({ push: rows });

async function compare(filling: Filling): Promise<void> {
  const one = await prepare(filling, 'one', LAYERS, LAYER_BYTES);
  const two = await prepare(filling, 'two', LAYERS, LAYER_BYTES, one.layers.slice(0, LAYERS - 1));
  const curl = join(work, `${filling}-curl.sh`);
  await writeCurlScript(curl, one.oci, registry.url, 4);
  const docker = (tag: string) => ['docker', 'push', '-q', tag];
  const peers: Record<string, (image: typeof one) => readonly string[]> = {
    'skopeo oci:': ({ oci }) => skopeo(`oci:${oci}`),
    'ours oci:': ({ oci }) => node(`oci:${oci}`),
    'skopeo docker-archive:': ({ archive }) => skopeo(`docker-archive:${archive}`),
    'ours docker-archive:': ({ archive }) => node(`docker-archive:${archive}`),
    'docker push': ({ tag }) => docker(tag),
    'ours docker:': ({ tag }) => node(`docker:${tag}`),
  };
  const first = new Map<string, Run[]>();
  const again = new Map<string, Run[]>();
  const changed = new Map<string, Run[]>();
  for (let round = 0; round < ROUNDS; round += 1) {
    await registry.reset();
    note(first, 'curl x4', await timed(['bash', curl]));
    // What no one can go below who takes an image from this engine: it only gives all layers at once.
    note(changed, 'export by the engine', await timed(exportOf(two.tag)));
    for (const [name, command] of Object.entries(peers)) {
      await registry.reset();
      if (name === 'docker push') await engine.forgetPushes();
      note(first, name, await timed(command(one)));
      note(again, name, await timed(command(one)));
      // As on a runner that pushed nothing before: the daemon has its image from a build.
      if (name === 'docker push') {
        await engine.forgetPushes();
        engine.docker('tag', two.tag, one.tag);
      }
      note(changed, name, await timed(name === 'docker push' ? docker(one.tag) : command(two)));
      if (name === 'docker push') engine.docker('tag', one.id, one.tag);
    }
  }
  const scenes = { 'first push': first, 'second push': again, 'one layer changed': changed };
  for (const [title, runs] of Object.entries(scenes)) tell(`${FILLINGS[filling]}, ${title}`, runs);
}

async function prepare(
  filling: Filling,
  name: string,
  layers: number,
  bytes: number,
  shared: Awaited<ReturnType<typeof writeImage>> = [],
) {
  const directory = join(work, `${filling}-${name}`);
  const tag = `127.0.0.1:${registry.port}/app:${name === 'one' ? 'latest' : `${filling}-${name}`}`;
  const files = await writeImage(directory, tag, filling, layers, bytes, shared);
  engine.docker('load', '-q', '-i', join(directory, 'load.tar'));
  const archive = join(directory, 'save.tar');
  engine.docker('save', '-o', archive, tag);
  const oci = join(directory, 'oci');
  run(['skopeo', 'copy', '-q', `docker-archive:${archive}`, `oci:${oci}`]);
  await rm(join(directory, 'load.tar'));
  return { layers: files, tag, archive, oci, id: engine.docker('image', 'inspect', '-f', '{{.Id}}', tag) };
}

/** One layer of 1.5 GiB: what is held in memory must not grow with it. */
async function measureMemory(): Promise<void> {
  const runs = new Map<string, Run[]>();
  for (const filling of ['rand', 'text'] as const) {
    const { oci, archive, tag } = await prepare(filling, 'large', 1, 1536 * MIB);
    for (const image of [`oci:${oci}`, `docker-archive:${archive}`, `docker:${tag}`]) {
      await registry.reset();
      note(runs, `ours ${image.split(':')[0]}:, ${FILLINGS[filling]}`, await timed(node(image)));
    }
    engine.docker('rmi', tag);
    await rm(join(work, `${filling}-large`), { recursive: true });
  }
  tell('one layer of 1,536 MiB', runs);
}

function skopeo(from: string): readonly string[] {
  return [
    'skopeo',
    'copy',
    '-q',
    '--dest-tls-verify=false',
    from,
    `docker://127.0.0.1:${registry.port}/app:latest`,
  ];
}

function node(image: string): readonly string[] {
  return [process.execPath, ours, image, registry.url.href, 'app'];
}

function exportOf(tag: string): readonly string[] {
  return [
    'curl',
    '-sS',
    '-f',
    '--unix-socket',
    engine.socketPath,
    '-o',
    '/dev/null',
    `http://engine/images/${tag}/get`,
  ];
}

function run(command: readonly string[]): string {
  const [program = '', ...args] = command;
  const done = spawnSync(program, args, {
    env: { ...process.env, DOCKER_HOST: engine.host },
    encoding: 'utf8',
  });
  if (done.status !== 0) throw new Error(`${command.join(' ')}: ${done.stderr}${done.stdout}`);
  return done.stdout;
}

async function timed(command: readonly string[]): Promise<Run> {
  const before = await sizeOf(registry.storage);
  const begun = performance.now();
  const output = run(command);
  const seconds = (performance.now() - begun) / 1000;
  const memory = /^maxrss (\d+)$/m.exec(output)?.[1];
  return {
    seconds,
    bytes: (await sizeOf(registry.storage)) - before,
    memory: memory === undefined ? undefined : Number(memory),
  };
}

async function sizeOf(directory: string): Promise<number> {
  const files = await readdir(directory, { recursive: true, withFileTypes: true });
  const sizes = files
    .filter((file) => file.isFile())
    .map(async (file) => (await stat(join(file.parentPath, file.name))).size);
  return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
}

function note(runs: Map<string, Run[]>, name: string, run: Run): void {
  runs.set(name, [...(runs.get(name) ?? []), run]);
}

function tell(scene: string, runs: ReadonlyMap<string, readonly Run[]>): void {
  for (const [name, all] of runs) {
    const weighed = all.flatMap(({ memory }) => memory ?? []);
    const row: PushRow = {
      scene,
      name,
      seconds: median(all.map(({ seconds }) => seconds)),
      bytes: median(all.map(({ bytes }) => bytes)),
      peakMiB: weighed.length === 0 ? undefined : Math.max(...weighed),
    };
    rows.push(row);
    console.log(JSON.stringify(row));
  }
}

/** What each tool makes of one small image: a layer of noise, the same layer twice, an empty file, a variable. */
import { copyFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { join, relative } from 'node:path';
import { gzipSync } from 'node:zlib';
import { DockerEngine } from '../../__tests__/servers/docker-engine.ts';
import { Daemon } from '../../__tests__/servers/docker-process.ts';
import { call, INSECURE } from '../../__tests__/servers/pulled-image.ts';
import { makeTar, noise } from '../../__tests__/servers/registry-images.ts';
import type { Made } from './archive-judge.ts';
import { installGoTool } from './go-tool.ts';

/** What the tools work with. */
export interface Workbench {
  /** Where images are written. */
  readonly images: string;
  /** For all else that a tool keeps; a short path, since sockets are below it. */
  readonly own: string;
  /** Host and port of a registry that holds `base:v1`, an image of skopeo's. */
  readonly registry: string;
  /** What a tool has started ends with the script. */
  readonly ends: AsyncDisposable[];
}

/** A tool, and where it comes from. */
export interface Tool {
  readonly name: string;
  /** A program and the Debian package that brings it, or a Go module that is built. */
  readonly from: readonly [program: string, debian: string] | (() => Promise<string>);
  make(bench: Workbench): Promise<readonly Made[]>;
}

// The last crane that writes eStargz.
const crane = () => goTool('github.com/google/go-containerregistry/cmd/crane', 'v0.20.7');
export const regctl = (): Promise<string> => goTool('github.com/regclient/regclient/cmd/regctl', 'v0.11.7');
const ko = () => goTool('github.com/google/ko', 'v0.18.1');

let building: Promise<unknown> = Promise.resolve();
const built = new Map<string, Promise<string>>();

/** Builds one program after the other, each once. */
function goTool(path: string, version: string): Promise<string> {
  const known = built.get(path);
  if (known !== undefined) return known;
  const program = building.then(() => installGoTool(path, version));
  building = program.catch(() => undefined);
  built.set(path, program);
  return program;
}

const CONTAINERFILE =
  'FROM scratch\nCOPY noise /noise\nCOPY empty /empty\nENV MODE=witness\nCOPY noise /noise\n';

/** Writes what images are built of, and the first image. */
export async function prepare(bench: Pick<Workbench, 'images' | 'own' | 'registry'>): Promise<void> {
  const { images, own, registry } = bench;
  await mkdir(images, { recursive: true });
  await mkdir(join(own, 'context'), { recursive: true });
  await writeFile(join(own, 'context/noise'), noise(300_000));
  await writeFile(join(own, 'context/empty'), '');
  await writeFile(join(own, 'context/Containerfile'), CONTAINERFILE);
  await writeFile(join(own, 'layer.tar'), makeTar([['noise', noise(300_000)]]));
  // What no tool but umoci begins with nothing: an image of one layer, which skopeo makes of a root file system.
  await writeFile(join(own, 'rootfs.tar'), makeTar([['etc/base', noise(20_000)]]));
  skopeo(bench, `tarball:${join(own, 'rootfs.tar')}`, `oci:${join(own, 'base')}:v1`);
  skopeo(bench, `oci:${join(own, 'base')}:v1`, `docker://${registry}/base:v1`, '--dest-tls-verify=false');
}

function skopeo({ images }: { images: string }, from: string, to: string, ...flags: readonly string[]) {
  return call('skopeo', ['copy', '-q', INSECURE, ...flags, from, to], { cwd: images });
}

/** The storage of podman and buildah, which is theirs alone. */
const storage = ({ own }: Workbench): string[] => [
  ...['--root', join(own, 'store'), '--runroot', join(own, 'run'), '--storage-driver', 'vfs'],
];

const classic = (title: string, file: string, tag = 'v1', select = ''): Made => ({
  title,
  image: `docker-archive:${file}${select}`,
  source: `docker-archive:${file}${select}`,
  tag,
  isKept: false,
});
const kept = (title: string, image: string, tag = 'v1', source = image): Made => ({
  title,
  image,
  source,
  tag,
  isKept: true,
});

/** @returns what `index.json` says of a tag: skopeo reads Docker's manifests in no layout, not even in its own */
function listed(index: Buffer, tag: string): string {
  const { manifests } = JSON.parse(String(index)) as {
    manifests: { digest: string; annotations: Record<string, string> }[];
  };
  const found = manifests.find(({ annotations }) => annotations['org.opencontainers.image.ref.name'] === tag);
  if (found === undefined) throw new Error(`index.json does not list ${tag}`);
  return found.digest;
}

export const TOOLS: readonly Tool[] = [
  {
    name: 'skopeo',
    from: ['skopeo', 'skopeo'],
    async make(bench) {
      const base = `oci:${join(bench.own, 'base')}:v1`;
      skopeo(bench, base, 'oci:skopeo:team/app:v1');
      skopeo(bench, base, 'oci:skopeo-zstd:v1', '--dest-compress-format', 'zstd', '--dest-compress');
      skopeo(bench, base, 'oci:skopeo-v2s2:v1', '--format', 'v2s2');
      skopeo(bench, base, 'oci-archive:skopeo-oci.tar:team/app:v1');
      skopeo(bench, base, 'docker-archive:skopeo.tar:team/app:v1');
      skopeo(bench, base, 'docker-archive:skopeo-unnamed.tar');
      return [
        kept('a layout by a whole name', 'oci:skopeo:team/app:v1'),
        kept('zstd layers', 'oci:skopeo-zstd:v1'),
        {
          title: "Docker's manifest in a layout",
          image: 'oci:skopeo-v2s2:v1',
          tag: 'v1',
          digest: listed(await readFile(join(bench.images, 'skopeo-v2s2/index.json')), 'v1'),
          isKept: true,
        },
        kept('oci-archive', 'oci-archive:skopeo-oci.tar:team/app:v1'),
        classic('docker-archive', 'skopeo.tar', 'v1', ':team/app:v1'),
        classic('docker-archive without a name', 'skopeo-unnamed.tar', 'latest'),
      ];
    },
  },
  {
    name: 'docker',
    from: ['dockerd', 'docker.io'],
    async make(bench) {
      const { own, images } = bench;
      const engine = await DockerEngine.start(join(own, 'd'));
      bench.ends.push(engine);
      const env = { DOCKER_HOST: engine.host };
      const context = join(own, 'context');
      call('docker', ['build', '-q', '-t', 'team/app:v1', '-f', join(context, 'Containerfile'), context], {
        env: { ...env, DOCKER_BUILDKIT: '0' },
      });
      const archive = call('docker', ['save', 'team/app:v1'], { env });
      await writeFile(join(images, 'docker.tar'), archive);
      await writeFile(join(images, 'docker.tar.gz'), gzipSync(archive));
      engine.docker('tag', 'team/app:v1', 'other:v2');
      engine.docker('import', join(own, 'rootfs.tar'), 'base:v3');
      engine.docker('save', '-o', join(images, 'docker-several.tar'), 'team/app:v1', 'other:v2', 'base:v3');
      const id = engine.docker('image', 'inspect', '-f', '{{.Id}}', 'team/app:v1');
      engine.docker('save', '-o', join(images, 'docker-id.tar'), id);
      const fromEngine = { tag: 'v1', config: id, isKept: false, env };
      return [
        { ...fromEngine, title: 'the engine, classic store', image: 'docker:team/app:v1' },
        { ...classic('docker save', 'docker.tar'), config: id },
        { ...fromEngine, env: {}, title: 'docker save | gzip', image: 'docker-archive:docker.tar.gz' },
        { ...classic('docker save of an id', 'docker-id.tar', 'latest'), config: id },
        { ...classic('one of several images', 'docker-several.tar', 'v2', ':other:v2'), config: id },
        classic('docker import', 'docker-several.tar', 'v3', ':base:v3'),
      ];
    },
  },
  {
    name: 'podman',
    from: ['podman', 'podman'],
    async make(bench) {
      const { images, own } = bench;
      const run = (...args: readonly string[]) =>
        String(call('podman', [...storage(bench), ...args], { cwd: images })).trim();
      const build = ['build', '-q', '--isolation', 'chroot', '--network', 'host', '--layers'];
      run(...build, '-t', 'app:v1', join(own, 'context'));
      const id = `sha256:${run('image', 'inspect', '-f', '{{.Id}}', 'app:v1')}`;
      const save = (format: string, file: string, ...names: readonly string[]) =>
        run('save', '-q', '--format', format, '-o', join(images, file), ...names);
      save('docker-archive', 'podman.tar', 'app:v1');
      save('oci-archive', 'podman-oci.tar', 'app:v1');
      save('oci-dir', 'podman-oci', 'app:v1');
      run('tag', 'app:v1', 'localhost/other:v2');
      run('save', '-q', '-m', '-o', join(images, 'podman-several.tar'), 'app:v1', 'localhost/other:v2');
      const socket = join(own, 'p.sock');
      bench.ends.push(
        await Daemon.start(
          'podman',
          [...storage(bench), 'system', 'service', '--time', '0', `unix://${socket}`],
          () => answers(socket),
        ),
      );
      const env = { DOCKER_HOST: `unix://${socket}` };
      return [
        { ...classic('podman save', 'podman.tar'), config: id },
        kept('oci-archive', 'oci-archive:podman-oci.tar'),
        kept('oci-dir', 'oci:podman-oci'),
        { ...classic('one of several names', 'podman-several.tar', 'v2', ':localhost/other:v2'), config: id },
        {
          title: "podman's socket",
          image: 'docker:localhost/app:v1',
          tag: 'v1',
          config: id,
          isKept: false,
          env,
        },
      ];
    },
  },
  {
    name: 'buildah',
    from: ['buildah', 'buildah'],
    async make(bench) {
      const { images, own } = bench;
      const run = (...args: readonly string[]) =>
        String(call('buildah', [...storage(bench), ...args], { cwd: images })).trim();
      const container = run('from', 'scratch');
      run('add', container, join(own, 'context/noise'), '/noise');
      run('config', '--cmd', '/noise', container);
      run('commit', '-q', '--format', 'docker', container, 'built:v1');
      run('config', '--arch', 'arm64', container);
      run('commit', '-q', container, 'built:arm');
      run('push', '-q', 'built:v1', 'docker-archive:buildah.tar:built:v1');
      run('push', '-q', 'built:v1', 'oci-archive:buildah-oci.tar:built:v1');
      const zstd = ['push', '-q', '--format', 'oci', '--compression-format'];
      run(...zstd, 'zstd', 'built:v1', 'oci:buildah-zstd:v1');
      run(...zstd, 'zstd:chunked', 'built:v1', 'oci:buildah-chunked:v1');
      run('manifest', 'create', 'list');
      for (const name of ['built:v1', 'built:arm'])
        run('manifest', 'add', 'list', `containers-storage:localhost/${name}`);
      run('manifest', 'push', '-q', '--all', 'list', 'oci:buildah-list:v1');
      return [
        classic('docker-archive', 'buildah.tar'),
        kept('oci-archive', 'oci-archive:buildah-oci.tar'),
        kept('zstd layers', 'oci:buildah-zstd'),
        kept('zstd:chunked layers', 'oci:buildah-chunked'),
        kept('an index of two platforms', 'oci:buildah-list'),
      ];
    },
  },
  {
    name: 'containerd',
    from: ['containerd', 'containerd'],
    async make(bench) {
      const { images, own } = bench;
      const home = join(own, 'c');
      const socket = join(home, 's.sock');
      await mkdir(home, { recursive: true });
      await writeFile(
        join(home, 'config.toml'),
        `version = 2
root = "${home}/root"
state = "${home}/state"
disabled_plugins = ["io.containerd.grpc.v1.cri", "io.containerd.internal.v1.opt"]
[grpc]
  address = "${socket}"
`,
      );
      const ctr = (...args: readonly string[]) => call('ctr', ['-a', socket, ...args], { cwd: images });
      const flags = ['-c', join(home, 'config.toml'), '-l', 'error'];
      bench.ends.push(await Daemon.start('containerd', flags, async () => ctr('version').length > 0));
      const base = `oci:${join(own, 'base')}:v1`;
      skopeo(bench, base, `oci-archive:${join(own, 'one.tar')}:docker.io/team/app:v1`);
      skopeo(bench, base, `docker-archive:${join(own, 'two.tar')}:docker.io/team/other:v2`);
      for (const file of ['one.tar', 'two.tar'])
        ctr('images', 'import', '--snapshotter', 'native', join(own, file));
      // The writer of `docker save` where Docker keeps its images in containerd.
      ctr('images', 'export', 'containerd.tar', 'docker.io/team/app:v1');
      ctr('images', 'export', 'containerd-several.tar', 'docker.io/team/app:v1', 'docker.io/team/other:v2');
      return [
        kept('as docker-archive', 'docker-archive:containerd.tar', 'v1', 'oci-archive:containerd.tar'),
        kept('as oci-archive', 'oci-archive:containerd.tar'),
        {
          title: 'one of several images',
          image: 'docker-archive:containerd-several.tar:team/other:v2',
          tag: 'v2',
          digest: listed(
            call('tar', ['-xOf', 'containerd-several.tar', 'index.json'], { cwd: images }),
            'v2',
          ),
          isKept: true,
        },
      ];
    },
  },
  {
    name: 'umoci',
    from: ['umoci', 'umoci'],
    async make({ images, own }) {
      const run = (...args: readonly string[]) => call('umoci', args, { cwd: images });
      const bundle = join(own, 'bundle');
      run('init', '--layout', 'umoci');
      run('new', '--image', 'umoci:v1');
      run('unpack', '--image', 'umoci:v1', bundle);
      await copyFile(join(own, 'context/noise'), join(bundle, 'rootfs/noise'));
      run('repack', '--image', 'umoci:v1', bundle);
      run('config', '--image', 'umoci:v1', '--tag', 'v2', '--config.env', 'MODE=witness');
      return [kept('one tag', 'oci:umoci:v1'), kept('another tag', 'oci:umoci:v2', 'v2')];
    },
  },
  {
    name: 'crane',
    from: crane,
    async make({ images, own, registry }) {
      const program = await crane();
      const run = (env: Record<string, string>, ...args: readonly string[]) =>
        call(program, args, { cwd: images, env });
      const layers = ['-f', join(own, 'layer.tar')];
      run({}, 'append', ...layers, '-t', 'team/app:v1', '-o', 'crane-append.tar');
      run({ GGCR_EXPERIMENT_ESTARGZ: '1' }, 'append', ...layers, '-t', 'app:v1', '-o', 'crane-estargz.tar');
      run({ GGCR_EXPERIMENT_ESTARGZ: '1' }, 'append', ...layers, '-t', `${registry}/estargz:v1`);
      // With the format `tarball` crane writes what kaniko's --tar-path and ko's --tarball do, by the same library.
      for (const format of ['tarball', 'legacy', 'oci'])
        run({}, 'pull', '--format', format, `${registry}/base:v1`, `crane-${format}`);
      run({}, 'pull', '--format', 'oci', `${registry}/estargz:v1`, 'crane-estargz');
      return [
        classic('append', 'crane-append.tar'),
        classic('pull: tarball, as kaniko writes it', 'crane-tarball'),
        classic('pull: legacy', 'crane-legacy'),
        kept('pull: oci', 'oci:crane-oci', 'latest'),
        classic('eStargz layers in a tarball', 'crane-estargz.tar'),
        kept('eStargz layers in a layout', 'oci:crane-estargz', 'latest'),
      ];
    },
  },
  {
    name: 'regctl',
    from: regctl,
    async make({ images, registry }) {
      const program = await regctl();
      const run = (...args: readonly string[]) =>
        call(program, [...args, '--host', `reg=${registry},tls=disabled`], { cwd: images });
      run('image', 'copy', `${registry}/base:v1`, 'ocidir://regctl:v1');
      run('image', 'mod', 'ocidir://regctl:v1', '--layer-compress', 'zstd', '--create', 'zstd');
      run('image', 'export', 'ocidir://regctl:v1', 'regctl.tar');
      run('image', 'export', '--compress', 'ocidir://regctl:v1', 'regctl.tar.gz');
      run('index', 'create', 'ocidir://regctl:list', '--ref', 'ocidir://regctl:v1');
      run('index', 'add', 'ocidir://regctl:list', '--ref', 'ocidir://regctl:zstd');
      const list = String(run('manifest', 'head', 'ocidir://regctl:list')).trim();
      run('index', 'create', 'ocidir://regctl:nested', '--digest', list);
      run('image', 'copy', 'ocidir://regctl:v1', 'ocidir://regctl-signed:v1');
      await writeFile(join(images, 'statement'), 'signed');
      run(
        ...['artifact', 'put', '--subject', 'ocidir://regctl-signed:v1'],
        ...['--artifact-type', 'application/vnd.example.signature', '--file', 'statement'],
      );
      return [
        kept('a layout', 'oci:regctl:v1'),
        kept('zstd layers', 'oci:regctl:zstd', 'zstd'),
        kept('image export', 'oci-archive:regctl.tar'),
        kept('image export as docker-archive', 'docker-archive:regctl.tar', 'v1', 'oci-archive:regctl.tar'),
        kept('image export --compress', 'oci-archive:regctl.tar.gz'),
        kept('an index', 'oci:regctl:list', 'list'),
        { ...kept('an index in an index', 'oci:regctl:nested', 'nested'), isNested: true },
        kept('a signature beside', 'oci:regctl-signed', 'v1', 'oci:regctl-signed:v1'),
      ];
    },
  },
  {
    name: 'ko',
    from: ko,
    async make({ images, own, registry }) {
      const source = join(own, 'program');
      await mkdir(source, { recursive: true });
      await writeFile(join(source, 'go.mod'), 'module witness.invalid/program\n\ngo 1.19\n');
      await writeFile(join(source, 'main.go'), 'package main\n\nfunc main() {}\n');
      const env = {
        KO_DEFAULTBASEIMAGE: `${registry}/base:v1`,
        KO_DOCKER_REPO: 'witness.invalid',
        GOFLAGS: '',
      };
      const flags = ['build', '--push=false', '--sbom=none', '--platform=linux/amd64', '--tags=v1', '-B'];
      // It takes the path for a repository's name, which has no capitals.
      const layout = relative(source, join(images, 'ko'));
      const out = ['--tarball', join(images, 'ko.tar'), '--oci-layout-path', layout];
      call(await ko(), [...flags, ...out, '.'], { cwd: source, env });
      return [classic('--tarball', 'ko.tar'), kept('--oci-layout-path', 'oci:ko', 'latest')];
    },
  },
];

function answers(socketPath: string): Promise<boolean> {
  return new Promise((resolve, reject) => {
    request({ socketPath, path: '/_ping' }, (response) => {
      response.resume();
      resolve(response.statusCode === 200);
    })
      .once('error', reject)
      .end();
  });
}

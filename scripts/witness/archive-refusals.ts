/** What is no image for us: its error names a command, and what that makes is taken. */
import { cp, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DockerEngine } from '../../__tests__/servers/docker-engine.ts';
import { call, INSECURE } from '../../__tests__/servers/pulled-image.ts';
import type { Workbench } from './archive-cases.ts';
import type { Made } from './archive-judge.ts';

export interface Refused {
  readonly title: string;
  /** The input `image`. */
  readonly image: string;
  /** Words of the command as the message writes them, and what a user puts there. */
  readonly words: Readonly<Record<string, string>>;
  /** What the command has made. */
  readonly converted: Made;
  readonly env?: Readonly<Record<string, string>>;
}

const made = (image: string, tag: string, known: Partial<Made>): Made => ({
  title: 'as it was planned',
  image,
  tag,
  isKept: false,
  ...known,
});

/** Makes what is refused, of the image `base:v1`. */
export async function makeRefused(bench: Workbench): Promise<readonly Refused[]> {
  const { images, own } = bench;
  const run = (command: string, ...args: readonly string[]) => call(command, args, { cwd: images });
  const base = `oci:${join(own, 'base')}:v1`;
  const copy = (to: string) => run('skopeo', 'copy', '-q', INSECURE, base, to);
  copy('docker-archive:plain.tar:team/app:v1');
  const { config } = JSON.parse(String(run('skopeo', 'inspect', '--raw', 'docker-archive:plain.tar'))) as {
    config: { digest: string };
  };
  const known = { config: config.digest };

  const compressed = ['zstd', 'xz', 'bzip2', 'lz4'].map((program): Refused => {
    run('bash', '-c', `${program} -c plain.tar > plain.tar.${program}`);
    return {
      title: `an archive in ${program}`,
      image: `docker-archive:plain.tar.${program}`,
      words: { 'OTHER.tar': `${program}.tar` },
      converted: made(`docker-archive:${program}.tar`, 'v1', known),
    };
  });

  await mkdir(join(images, 'saved'));
  run('tar', '-C', 'saved', '-xf', 'plain.tar');
  await cp(join(images, 'saved'), join(images, 'packed'), { recursive: true, verbatimSymlinks: true });
  run('bash', '-c', 'for f in packed/*.tar; do zstd -q "$f" -o x.zst && mv x.zst "$f"; done');
  run('tar', '-C', 'packed', '-cf', 'packed.tar', '.');

  copy('dir:loose');
  const engine = await DockerEngine.start(join(own, 'r'));
  bench.ends.push(engine);
  const env = { DOCKER_HOST: engine.host };
  await mkdir(join(images, 'bundle/rootfs'), { recursive: true });
  run('tar', '-C', 'bundle/rootfs', '-xf', join(own, 'rootfs.tar'));
  await writeFile(join(images, 'bundle/config.json'), '{"ociVersion":"1.0.2"}');
  await cp(join(own, 'rootfs.tar'), join(images, 'rootfs.tar'));

  const layout = (folder: string, more: Partial<Made> = {}) =>
    made(`oci:${folder}`, 'latest', { source: `oci:${folder}`, isKept: true, ...more });
  return [
    ...compressed,
    {
      title: 'layers in zstd in a docker-archive',
      image: 'docker-archive:packed.tar',
      words: { 'oci:DIR': 'oci:unpacked' },
      converted: layout('unpacked', known),
    },
    {
      title: 'a docker-archive that was unpacked',
      image: 'oci:saved',
      words: { FILE: 'again.tar' },
      converted: made('docker-archive:again.tar', 'v1', known),
    },
    {
      title: "skopeo's dir by its name",
      image: 'dir:loose',
      words: { 'dir:DIR': 'dir:loose', OTHER: 'named' },
      converted: layout('named', known),
    },
    {
      title: "skopeo's dir as a layout",
      image: 'oci:loose',
      words: { OTHER: 'converted' },
      converted: layout('converted', known),
    },
    {
      title: 'a root file system by its name',
      image: 'tarball:rootfs.tar',
      words: { FILE: 'rootfs.tar', DIR: 'tarball' },
      converted: layout('tarball'),
    },
    ...['docker-archive', 'oci-archive'].map((transport): Refused => {
      const name = `from-${transport}`;
      return {
        title: `a root file system as ${transport}`,
        image: `${transport}:rootfs.tar`,
        words: { FILE: 'rootfs.tar', 'NAME:TAG': `${name}:v1` },
        converted: made(`docker:${name}:v1`, 'v1', { env }),
        env,
      };
    }),
    {
      title: 'a bundle of a runtime',
      image: 'oci:bundle',
      words: { 'NAME:TAG': 'from-bundle:v1' },
      converted: made('docker:from-bundle:v1', 'v1', { env }),
      env,
    },
  ];
}

/** @returns the command that a message names, with the words that a user fills in; undefined where it names none */
export function commandOf(message: string, words: Readonly<Record<string, string>>): string | undefined {
  const command = /(?:\(|by )((?:skopeo|docker|tar|umoci|zstd|xz|bzip2|lz4) [^();]+)(?=[);])/.exec(
    message,
  )?.[1];
  if (command === undefined) return undefined;
  return Object.entries(words).reduce(
    (filled, [word, text]) => filled.replaceAll(word, text),
    command.replace('skopeo copy', `skopeo copy ${INSECURE}`),
  );
}

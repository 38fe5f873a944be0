import { execFileSync } from 'node:child_process';
import { symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ImageFault } from '../../../src/registry/errors.ts';
import { CANARY } from '../row.ts';

/** What the input `image` names, what is wrong with it, and the remedy. */
export type Reference = readonly [what: string, image: string, remedy: RegExp];

export const REFERENCES: readonly Reference[] = [
  ['a value for an image', CANARY, /with lower-case letters in NAME/],
  ['an image without a name', 'docker:', /write docker:NAME/],
  ['an image of a registry', `docker://${CANARY}/app`, /write docker:NAME\[:TAG\] .*local engine/],
  ['an image of the daemon by its old name', 'docker-daemon:app:v1', /local engine/],
  ['an image of the storage of podman', 'containers-storage:app', /podman save .*oci-archive:FILE/],
  ["skopeo's directory", 'dir:out', /skopeo copy dir:DIR oci:OTHER/],
  ["skopeo's root file system", 'tarball:rootfs.tar', /skopeo copy tarball:FILE oci:DIR/],
  ['another form of skopeo', 'sif:./app.sif', /skopeo copy SOURCE oci:DIR/],
  ["podman's name for skopeo's directory", 'docker-dir:out', /skopeo copy dir:DIR/],
  ["regctl's name for a layout", 'ocidir://out:v1', /write oci:DIR\[:TAG\]/],
  ["podman's name for a layout", 'oci-dir:out', /an OCI layout; write oci:DIR/],
  ["buildx's name for an image of a registry", `docker-image://${CANARY}/app`, /docker pull NAME/],
  ['an image of containerd', 'containerd:team/app', /ctr images export FILE NAME/],
  ['a Go package', 'ko://example.com/app', /ko build --push=false --tarball FILE/],
  ["docker's name for a layout", 'oci-layout://out:v1', /write oci:DIR/],
  ['an output of buildx', 'type=oci,dest=image.tar', /write oci-archive:FILE/],
  ['an archive by its name alone', 'image.tar', /write docker-archive:FILE .* oci-archive:FILE/],
  ['an archive and a tag', 'out/image.tar:v1', /write docker-archive:FILE/],
  ['a compressed archive', 'image.tar.gz', /write docker-archive:FILE/],
  ['a folder of the workspace', './out', /oci:DIR .*a directory/],
  ['a file at its address', 'file:///tmp/image.tar', /write docker-archive:FILE/],
  ['a folder of Windows', 'C:\\out\\image', /oci:DIR .*a directory/],
  ['an image in capitals', 'Team/App', /with lower-case letters in NAME/],
  ['an image with an empty tag', 'app:', /image's name/],
  ['an image whose tag begins with a hyphen', 'app:-x', /image's name/],
  ['an image that climbs', '../app', /image's name/],
  ['an image with a blank', `app ${CANARY}`, /image's name/],
  ['a short digest', 'app@sha256:12', /image's name/],
  ['a digest of another algorithm', `app@sha512:${'a'.repeat(128)}`, /image's name/],
  ['an option of docker', '--privileged', /image's name/],
  ['a command behind an image', 'app;id', /image's name/],
  ['an address for an image', `https://user:${CANARY}@ghcr.io/team/app`, /image's name/],
  ['a host with a port that is none', 'localhost:port/app', /image's name/],
  ['two slashes in an image', 'team//app', /image's name/],
  ['a layout without a path', 'oci:', /path behind/],
  ['an archive with a name for a tag', `oci-archive:image.tar:/${CANARY}`, /a tag; write letters/],
  ['an archive in two lines', 'oci-archive:a.tar\nb.tar', /one path/],
];

/** Where the engine is said to listen. */
export type Host = readonly [what: string, host: string, remedy: RegExp];

export const HOSTS: readonly Host[] = [
  ['an engine behind ssh', `ssh://user:${CANARY}@host`, /give unix:\/\/, npipe:\/\/ or tcp:\/\//],
  ['an engine without a scheme', '127.0.0.1:2375', /give unix/],
  ['an engine without a host', 'tcp://:2375', /give unix/],
  ['an engine at a port past all ports', 'tcp://localhost:99999', /give unix/],
  ['an engine behind a bracket', 'tcp://[', /give unix/],
  ['an engine that does not run', `tcp://user:${CANARY}@127.0.0.1:1`, /Docker engine .*start/],
];

/** What lies in a folder of the workspace and is named as an image. */
export type ImagePath = readonly [
  what: string,
  image: (folder: string) => string,
  fault: ImageFault,
  key: RegExp,
];

export const PATHS: readonly ImagePath[] = [
  [
    'an archive that is not there',
    (folder) => `docker-archive:${join(folder, 'nowhere')}`,
    'NO_SUCH_IMAGE',
    /not exist; .*image first/,
  ],
  ['a folder for an archive', (folder) => `docker-archive:${folder}`, 'LAYOUT', /a file; .*the archive/],
  [
    'a pipe for an archive',
    (folder) => {
      execFileSync('mkfifo', [join(folder, 'pipe')]);
      return `oci-archive:${join(folder, 'pipe')}`;
    },
    'LAYOUT',
    /a file; .*the archive/,
  ],
  [
    'a link to itself for an archive',
    (folder) => {
      symlinkSync('loop', join(folder, 'loop'));
      return `oci-archive:${join(folder, 'loop')}`;
    },
    'NO_SUCH_IMAGE',
    /be read; .*the path/,
  ],
  [
    'an archive behind a link out of the workspace',
    (folder) => {
      symlinkSync('/etc/hostname', join(folder, 'out.tar'));
      return `docker-archive:${join(folder, 'out.tar')}`;
    },
    'UNSAFE_PATH',
    /outside .*/,
  ],
  [
    'a layout that is not there',
    (folder) => `oci:${join(folder, 'none')}`,
    'NO_SUCH_IMAGE',
    /a directory; .*image first/,
  ],
  [
    'a file for a layout',
    (folder) => {
      writeFileSync(join(folder, 'file'), '');
      return `oci:${join(folder, 'file')}`;
    },
    'LAYOUT',
    /a directory/,
  ],
  ['a layout outside the workspace', () => 'oci:/etc', 'UNSAFE_PATH', /outside/],
  ['a device for an archive', () => 'docker-archive:/dev/zero', 'UNSAFE_PATH', /outside/],
];

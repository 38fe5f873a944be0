import { measuredOn, mebibytes, seconds, table } from './page-table.ts';
import type { PushRow, Results } from './results.ts';

/** What the others are measured by, where it took part in the scene. */
const PEERS = [
  'curl x4',
  'skopeo oci:',
  'skopeo docker-archive:',
  'docker push',
  'export by the engine',
] as const;

/** @returns the part about the image, a table for each scene; empty where it was not measured */
export function pushPart({ push, machines }: Results): string {
  if (push === undefined) return '';
  const scenes = [...new Set(push.map(({ scene }) => scene))];
  return `## The image

The image has eight layers of 40 MiB. Each row is a whole process that pushes it to Debian's docker-registry on the same machine: the action from an OCI layout, from an archive of \`docker save\` and from the
engine, beside skopeo and \`docker push\`.

"curl x4" sends the same bytes with four requests at a time. No push can be faster.

Before the first push the registry is empty and the engine has no record of earlier pushes, as on a fresh runner. For "one layer changed" the machine has never pushed either. A classic engine exports an image only as a whole,
so a push from it takes at least as long as its export. \`npm run bench:push\` makes these tables.

${measuredOn(machines.push)}

${scenes
  .map((scene) =>
    sceneOf(
      scene,
      push.filter((row) => row.scene === scene),
    ),
  )
  .join('\n\n')}`;
}

function sceneOf(scene: string, rows: readonly PushRow[]): string {
  const peers = PEERS.filter((peer) => rows.some(({ name }) => name === peer));
  const secondsOf = (peer: string) => rows.find(({ name }) => name === peer)?.seconds ?? Number.NaN;
  return `### ${scene.slice(0, 1).toUpperCase()}${scene.slice(1)}

${table(
  ['push', 'seconds', ...peers.map((peer) => `× ${peer}`), 'MB sent', 'MiB at the peak'],
  rows.map((row) => [
    row.name,
    seconds(row.seconds),
    ...peers.map((peer) => (row.seconds / secondsOf(peer)).toFixed(2)),
    (row.bytes / 1e6).toFixed(1),
    mebibytes(row.peakMiB),
  ]),
)}`;
}

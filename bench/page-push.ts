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

Eight layers of 40 MiB to Debian's docker-registry on the same machine, by whole processes: this action's push from an OCI layout,
from \`docker save\`'s archive and from the engine, beside skopeo and \`docker push\`. "curl x4" sends the same bytes, four requests at a
time: nobody can be quicker. Before the first push the registry is empty, and the engine has forgotten what it pushed, as on a fresh runner;
when one layer has changed, the machine has never pushed either. A classic engine gives an image only as a whole, so what comes from it
takes as long as its export at least. Made by \`npm run bench:push\`.

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

import { join } from 'node:path';
import { cache, installOnce, run } from './install.ts';

const VERSION = '24.21.0';

/** The path of a Node 24: today's runners start a `node20` action on it. */
export async function ensureNode24(): Promise<string> {
  const folder = join(cache, `node-${VERSION}`);
  const windows = process.platform === 'win32';
  const binary = windows ? 'node.exe' : 'node';
  const platform = `${windows ? 'win' : process.platform}-${process.arch}`;
  // The package `node` only fetches one of these in an install script, which newer npm may block: take it directly.
  const name = `${platform === 'darwin-arm64' ? 'node-bin' : 'node'}-${platform}`;
  const pathIn = (place: string) => join(place, 'node_modules', name, 'bin', binary);
  await installOnce(folder, VERSION, async (place) => {
    const flags = ['--no-save', '--no-audit', '--no-fund', '--loglevel=error'];
    const args = ['install', '--prefix', windows ? `"${place}"` : place, ...flags, `${name}@${VERSION}`];
    const installed = await run(windows ? 'npm.cmd' : 'npm', args, { shell: windows });
    if (installed.code !== 0)
      throw new Error(`Node ${VERSION} could not be installed with npm:\n${installed.output.trim()}`);
    const { output } = await run(pathIn(place), ['--version']);
    if (output.trim() !== `v${VERSION}`)
      throw new Error(`${pathIn(place)} is not Node ${VERSION}: ${output.trim()}`);
  });
  return pathIn(folder);
}

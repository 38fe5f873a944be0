/**
 * A second emulator of AWS as a witness: ministack, which shares no code with moto. The same stories (plan, apply, silence, drift,
 * restoring, a move, prune, destroy) are played against both, by what `dist` holds; after each run the whole account is read by the
 * SDK and held against what must be. AWS's service models judge every request.
 *
 *     npx tsx scripts/witness-ministack.ts [moto | ministack]
 *
 * Where ministack is not AWS and it matters, __tests__/servers/ministack-corrections.ts says so, with AWS's page. Where moto is not,
 * the laws of __tests__/servers/laws do.
 */

import { ensureMinistack } from '../__tests__/servers/ministack.ts';
import { takeOffences } from '../__tests__/servers/offences.ts';
import { EMULATORS, type Emulator } from './witness/emulator.ts';
import type { Scene } from './witness/story.ts';
import { articleStory } from './witness/story-article.ts';
import { rulesStory } from './witness/story-rules.ts';

process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] = 'true';

type Story = (emulator: Emulator) => Scene[] | Promise<Scene[]>;
const STORIES: Readonly<Record<string, Story>> = { article: articleStory, rules: rulesStory };

const begin = performance.now();
const seconds = (from: number) => `${((performance.now() - from) / 1000).toFixed(1)} s`;
const [, , requested] = process.argv;
const chosen = Object.keys(EMULATORS).filter((name) => requested === undefined || name === requested);
let [played, faults] = [0, 0];

try {
  await ensureMinistack();
} catch (error) {
  console.log(`ministack is not asked: ${textOf(error)}`);
  process.exit(process.env['CI'] === 'true' ? 1 : 0);
}
await Promise.all(chosen.map(tell));
for (const offence of takeOffences()) fault('what AWS would refuse', offence);
if (played === 0) fault('the emulators', `there is none that is called ${requested}`);
console.log(`${played} scenes against ${chosen.join(' and ')}: ${faults} faults (${seconds(begin)})`);
process.exitCode = faults === 0 ? 0 : 1;

/** Plays all stories against one emulator. */
async function tell(name: string): Promise<void> {
  for (const title of Object.keys(STORIES)) {
    await using emulator = await EMULATORS[name]?.();
    if (emulator !== undefined) await tellStory(emulator, `${name}, ${title}`, STORIES[title]);
  }
}

/** A scene builds on the one before, so the first fault ends the story. */
async function tellStory(emulator: Emulator, name: string, story: Story | undefined): Promise<void> {
  let where = name;
  try {
    for (const { title, play } of (await story?.(emulator)) ?? []) {
      where = `${name}: ${title}`;
      const from = performance.now();
      played += 1;
      await play();
      console.log(`ok ${where} (${seconds(from)})`);
    }
  } catch (error) {
    fault(where, textOf(error));
  }
}

function fault(where: string, what: string): void {
  faults += 1;
  console.log(`FAULT ${where}: ${what}`);
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

import type { Cancellation } from './clients/cancellation.ts';
import { imageNotices } from './desired/application.ts';
import { ImageError } from './registry/errors.ts';
import { openImage } from './registry/open.ts';
import type { ImageSource } from './registry/source.ts';
import type { Diagnostics } from './settings/diagnostics.ts';
import { type Runner, readEngineEnvironment } from './settings/inputs.ts';
import type { Settings } from './settings/settings.ts';

/** Opened before the plan, which compares its digest. A broken image is an input error. */
export async function openImageInput(
  image: NonNullable<Settings['image']>,
  mode: Settings['mode'],
  runner: Runner,
  notes: Diagnostics,
  { signal }: Cancellation,
): Promise<ImageSource | undefined> {
  const where = 'input image';
  try {
    const source = await openImage(image.name, {
      environment: readEngineEnvironment(),
      platform: process.platform,
      // The user of a command line may push any image.
      roots:
        runner.commandLine === undefined
          ? [runner.workspace, runner.temp].filter((root) => root !== undefined)
          : [],
      temp: runner.temp,
      signal,
    });
    for (const text of imageNotices(source, image.tags)) notes.notice({ where, text });
    return source;
  } catch (error) {
    if (!(error instanceof ImageError)) throw error;
    const text = error.message.replace(/^image: /, '');
    // A plan on a pull request, or a drift check, may run in a job that builds no image.
    const isAbsent = error.fault === 'NO_SUCH_IMAGE' || error.fault === 'ENGINE';
    if (mode !== 'apply' && isAbsent) notes.notice({ where, text: `${text}; it is skipped` });
    else notes.fault({ where, text });
    return undefined;
  }
}

import { readRunSettings } from '../run-settings.ts';
import { Diagnostics, InputErrors } from '../settings/diagnostics.ts';
import type { Runner } from '../settings/inputs.ts';
import type { Settings } from '../settings/settings.ts';

/**
 * Reads the settings alone, for commands that need no variable.
 * @throws InputErrors with every error of flags and configuration file
 */
export async function readTerminalSettings(runner: Runner): Promise<Settings> {
  const notes = new Diagnostics();
  const { settings } = await readRunSettings(runner, notes);
  if (notes.errors.length > 0) throw new InputErrors(notes.errors);
  return settings;
}

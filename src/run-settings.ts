import type { Diagnostics } from './settings/diagnostics.ts';
import { type Runner, readConfigFile, readInputs } from './settings/inputs.ts';
import { mayHaveDocuments } from './settings/setting-sources.ts';
import { readSettings, type Settings } from './settings/settings.ts';
import { readText } from './settings/workspace-file.ts';

/**
 * Reads inputs and configuration file.
 * @param notes gets every error of both
 * @returns the settings, and the inputs that hold variables
 */
export async function readRunSettings(
  runner: Runner,
  notes: Diagnostics,
): Promise<{ readonly inputs: ReadonlyMap<string, string>; readonly settings: Settings }> {
  const inputs = readInputs(runner);
  const file = await readConfigFile(inputs, runner, notes);
  // Loaded only if such a document may be given: most runs have none.
  const documents = mayHaveDocuments(inputs, file)
    ? (await import('./settings/documents.ts')).DOCUMENTS
    : undefined;
  const settings = readSettings(
    {
      inputs,
      file,
      fileIsBroken: file === undefined && notes.errors.length > 0,
      event: runner.event,
      ambientRegion: runner.region,
      asksFirst: runner.commandLine !== undefined,
      documents,
      readText: (path) => readText(path, runner),
    },
    notes,
  );
  return { inputs, settings };
}

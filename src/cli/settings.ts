import { Diagnostics, InputErrors } from '../settings/diagnostics.ts';
import { mayHaveDocuments } from '../settings/document-source.ts';
import { type Runner, readConfigFile, readInputs } from '../settings/inputs.ts';
import { readSettings, type Settings } from '../settings/settings.ts';
import { readText } from '../settings/workspace-file.ts';

/**
 * Reads the settings alone, for commands that need no variable.
 * @throws InputErrors with every error of flags and configuration file
 */
export async function readTerminalSettings(runner: Runner): Promise<Settings> {
  const notes = new Diagnostics();
  const inputs = readInputs(runner);
  const file = await readConfigFile(inputs, runner, notes);
  const documents = mayHaveDocuments(inputs, file)
    ? (await import('../settings/documents.ts')).DOCUMENTS
    : undefined;
  const settings = readSettings(
    {
      inputs,
      file,
      fileIsBroken: file === undefined && notes.errors.length > 0,
      event: runner.event,
      ambientRegion: runner.region,
      documents,
      readText: (path) => readText(path, runner),
    },
    notes,
  );
  if (notes.errors.length > 0) throw new InputErrors(notes.errors);
  return settings;
}

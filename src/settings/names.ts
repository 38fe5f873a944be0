import type { ConfigFile } from './config.ts';
import type { Diagnostics } from './diagnostics.ts';
import { bundleNameFault } from './limits.ts';
import { nearestOf } from './nearest.ts';
import { quoted } from './parse.ts';

// Names that the configuration file gives to its own parts. An invalid one would be ignored silently.

/**
 * @param application the first segment of the prefix
 * @param environment the rest of the prefix
 */
export function judgeEnvironments(
  file: ConfigFile | undefined,
  application: string,
  environment: string,
  notes: Diagnostics,
): void {
  if (file === undefined) return;
  reportNearMiss(file, environment, notes);
  for (const name of Object.keys(file.config.environments ?? {})) {
    const isWhole = name === `${application}/${environment}` && environment !== '';
    if (/^[A-Za-z0-9_.-]+(?:\/[A-Za-z0-9_.-]+)*$/.test(name) && !isWhole) continue;
    report(
      file,
      ['environments', name],
      'an environment is named by what follows the application in the prefix, like prd of /papyrus/prd',
      notes,
    );
  }
}

/** An entry for another environment is no mistake; one whose name is nearly that of this run most likely is. */
function reportNearMiss(file: ConfigFile, environment: string, notes: Diagnostics): void {
  const names = Object.keys(file.config.environments ?? {});
  if (environment === '' || names.includes(environment)) return;
  // Numbers distinguish environments on purpose.
  const words = (name: string) => name.replace(/\d+/g, '');
  const meant = nearestOf(
    environment,
    names.filter(
      (name) => words(name) !== words(environment) || name.toLowerCase() === environment.toLowerCase(),
    ),
  );
  if (meant === undefined) return;
  notes.notice({
    where: file.path,
    file: file.path,
    line: file.lineOf(['environments', meant]),
    key: 'environments',
    text: `no entry is for ${quoted(environment)}, the environment of the prefix. If you mean ${quoted(meant)}, rename it to ${quoted(environment)}`,
  });
}

/** @returns the bundles from which unconfigured keys are removed. */
export function readExactBundles(file: ConfigFile | undefined, notes: Diagnostics): ReadonlySet<string> {
  if (file === undefined) return new Set();
  const bundles = Object.entries(file.config.bundles ?? {});
  for (const [name] of bundles) {
    const wrong = bundleNameFault(name);
    if (wrong !== undefined) report(file, ['bundles', name], wrong, notes);
  }
  return new Set(bundles.flatMap(([name, { mode }]) => (mode === 'exact' ? [name] : [])));
}

function report(
  file: ConfigFile,
  [part, name]: readonly [string, string],
  text: string,
  notes: Diagnostics,
): void {
  const { path } = file;
  const line = file.lineOf([part, name]);
  notes.fault({ where: path, file: path, line, key: part, text: `${quoted(name)}: ${text}` });
}

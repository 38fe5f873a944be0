import { MODES, type Mode } from './choices.ts';
import type { ConfigFile } from './config.ts';
import type { Diagnostics } from './diagnostics.ts';
import { readChoice } from './parse.ts';
import type { RawSetting, SettingSources } from './setting-sources.ts';

/**
 * Events whose run has the files of a branch that a user with write access pushed or chose. Outside of GitHub there
 * is no event, and the user who starts the run owns the files.
 * @see https://docs.github.com/en/actions/reference/workflows-and-actions/events-that-trigger-workflows
 */
const APPLYING: ReadonlySet<string> = new Set([
  'push',
  'schedule',
  'workflow_dispatch',
  'repository_dispatch',
  'release',
  'workflow_run',
  '',
]);

/** @returns whether the files of the checkout may choose to write; on other events they may be a pull request's */
export function filesMayWrite(event: string): boolean {
  return APPLYING.has(event);
}

/**
 * Reads `mode`. The checkout of a pull request is its author's, so there only the input can choose a mode that writes;
 * a configuration file that does is not followed, and the run is a plan.
 * @param event `GITHUB_EVENT_NAME`; empty outside of GitHub
 */
export function readMode(sources: SettingSources, event: string, notes: Diagnostics): Mode {
  // The event runs with this repository's secrets on code that a stranger wrote.
  if (event === 'pull_request_target')
    sources.fault(
      'mode',
      'the event pull_request_target is refused, since it gives secrets to code of strangers; use pull_request',
    );
  const given = sources.get('mode');
  const mode = sources.read('mode', 'auto', (value) => readChoice(value, MODES));
  if (mode === 'auto') {
    if (filesMayWrite(event)) return 'apply';
    if (event !== 'pull_request')
      notes.notice({
        where: 'input mode',
        text: `auto is plan on the event ${event}. Set the input mode to apply if this workflow runs trusted code only`,
      });
    return 'plan';
  }
  if ((mode === 'apply' || mode === 'destroy') && isOfFile(given) && !filesMayWrite(event)) {
    sources.warn(
      'mode',
      `${mode} is not followed on the event ${event}, where this file may come from a pull request: the run is a plan. Only the input mode can choose to write here`,
    );
    return 'plan';
  }
  return mode;
}

/** Warns once of all that the file permits in a run that writes although the file may be a pull request's. */
export function warnOfLoosening(
  sources: SettingSources,
  file: ConfigFile | undefined,
  { mode, event }: { readonly mode: Mode; readonly event: string },
  notes: Diagnostics,
): void {
  if (file === undefined || filesMayWrite(event) || (mode !== 'apply' && mode !== 'destroy')) return;
  const ofFile = (name: string) => {
    const raw = sources.get(name);
    return isOfFile(raw) ? raw?.value : undefined;
  };
  const loosened = [
    ...(isEmpty(ofFile('allow')) ? [] : ['allow']),
    ...(ofFile('prune') === 'delete' ? ['prune: delete'] : []),
    ...['exact', 'remove']
      .filter((urls) => ofFile('auth0-urls') === urls)
      .map((urls) => `auth0-urls: ${urls}`),
    ...(Object.values(file.config.bundles ?? {}).some((bundle) => bundle.mode === 'exact')
      ? ['bundles with mode: exact']
      : []),
  ];
  if (loosened.length === 0) return;
  notes.warn({
    where: file.path,
    file: file.path,
    text: `this run writes on the event ${event}, and this file, which may come from a pull request, lets it do more than by default: ${loosened.join(', ')}. Set these as inputs of the step, or run on push`,
  });
}

function isOfFile(mode: RawSetting | undefined): boolean {
  return mode?.file !== undefined;
}

function isEmpty(value: unknown): boolean {
  return value === undefined || (Array.isArray(value) && value.length === 0);
}

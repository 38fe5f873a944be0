import {
  type ApplicationSettings,
  type Names,
  readApplication,
  readKmsKey,
  readTags,
} from './application.ts';
import { type Auth0Settings, readAuth0 } from './auth0.ts';
import {
  type Mode,
  ON_EMPTY,
  type OnEmpty,
  OPT_INS,
  type OptInName,
  PARTS,
  type Part,
  STORES,
  type Store,
  TIERS,
  type Tier,
} from './choices.ts';
import type { Diagnostics } from './diagnostics.ts';
import { type ImageSettings, readImage } from './image.ts';
import { readRequired } from './input-names.ts';
import { prefixFault } from './limits.ts';
import { readMode, warnOfLoosening } from './mode.ts';
import { type OwnershipSettings, readOwnership } from './ownership.ts';
import { ParseError, quoted, readAccounts, readBoolean, readChoice, readChoices, readList } from './parse.ts';
import { type Referred, type ReportSettings, readReferred, readReportSettings } from './report-settings.ts';
import type { IgnoreEntry, Rule } from './rules.ts';
import { type RawSetting, type Request, readersOf, SettingSources } from './setting-sources.ts';

export interface Settings extends ApplicationSettings {
  readonly mode: Mode;
  readonly prefix: string;
  readonly application: string;
  readonly environment: string;
  readonly region: string;
  readonly only: ReadonlySet<Part>;
  readonly prefer: Store;
  readonly onEmpty: OnEmpty;
  readonly kmsKeyId: string | undefined;
  readonly parameterTier: Tier;
  readonly tags: ReadonlyMap<string, string>;
  readonly allowedAccountIds: readonly string[];
  readonly allow: ReadonlySet<OptInName>;
  readonly adopt: boolean;
  readonly failOnDrift: boolean;
  readonly rules: readonly Rule[];
  /** Bundles from which unconfigured keys are removed. */
  readonly exactBundles: ReadonlySet<string>;
  /** Every bundle that the file has settings of. */
  readonly bundles: readonly string[];
  readonly ignore: readonly IgnoreEntry[];
  readonly envFiles: readonly string[];
  /** The built image, by skopeo's transport names; undefined if the run manages none. */
  readonly image: ImageSettings | undefined;
  /** Undefined if `only` leaves out both Auth0 and the parameters, one of which follows `app-url`, and no task definition has that. */
  readonly auth0: Auth0Settings | undefined;
  readonly ownership: OwnershipSettings;
  readonly reports: ReportSettings;
  /** Undefined if no task definition is completed. */
  readonly referred: Referred | undefined;
  /** After so many minutes nothing new begins. */
  readonly deadlineMinutes: number;
  /** The sources of the `.env` files and the variables: an input, or a place in the configuration file. */
  readonly envFilesAsked: RawSetting | undefined;
  readonly variables: RawSetting | undefined;
}

/** @returns every setting with its default; all errors are in `notes`. */
export function readSettings(request: Request, notes: Diagnostics): Settings {
  const { file } = request;
  const sources = new SettingSources(request.inputs, file, notes);
  const prefix = sources.read('prefix', '', (value) => readPrefix(String(value).trim()));
  if (sources.get('prefix') === undefined && request.fileIsBroken !== true)
    sources.fault('prefix', 'it is missing; give /APPLICATION/ENVIRONMENT, like /papyrus/prd');
  const [application = '', ...rest] = prefix.slice(1).split('/');
  const environment = rest.join('/');
  sources.choose(environment);
  const ofFile = file && readersOf(request);
  ofFile?.judgeEnvironments(file, application, environment, notes);
  const names: Names = { application, environment };

  const region = readRegion(sources, request.ambientRegion, notes);
  const kmsKeyId = sources.read('kms-key-id', undefined, readKmsKey(region));
  const only = new Set(sources.read('only', PARTS, readParts));
  const mode = readMode(sources, request.event, notes);
  readRequired(sources, request.inputs, mode);
  warnOfLoosening(sources, file, { mode, event: request.event }, notes);
  const reports = readReportSettings(sources, request);
  const { taskDefinition } = reports;
  const isReferring = taskDefinition !== undefined && mode !== 'destroy';
  return {
    mode,
    prefix,
    ...names,
    region,
    only,
    prefer: sources.read('prefer', 'secrets-manager', (value) => readChoice(value, STORES)),
    onEmpty: sources.read('on-empty', 'auto', (value) => readChoice(value, ON_EMPTY)),
    kmsKeyId,
    parameterTier: sources.read('parameter-tier', 'auto', (value) => readChoice(value, TIERS)),
    ...readApplication(sources, names, region, only, request),
    tags: readTags(sources),
    allowedAccountIds: sources.read('allowed-account-ids', [], readAccounts),
    allow: new Set(sources.read('allow', [], (value) => readChoices(value, OPT_INS))),
    adopt: sources.read('adopt', true, readBoolean),
    failOnDrift: sources.read('fail-on-drift', true, readBoolean),
    rules: ofFile?.readRules(file, notes) ?? [],
    exactBundles: ofFile?.readExactBundles(file, notes) ?? new Set(),
    bundles: Object.keys(file?.config.bundles ?? {}),
    ignore: ofFile?.readIgnored(file, notes) ?? [],
    image: only.has('image') ? readImage(sources) : undefined,
    envFiles: sources.read('env-file', [], readList),
    deadlineMinutes: sources.read('deadline-minutes', 30, Number),
    auth0:
      only.has('auth0') || only.has('parameters') || isReferring
        ? readAuth0(sources, request.inputs)
        : undefined,
    ownership: readOwnership(sources, request, mode, prefix),
    reports,
    referred: isReferring ? readReferred(sources, names, region, only, taskDefinition) : undefined,
    envFilesAsked: sources.get('env-file'),
    variables: sources.get('variables'),
  };
}

function readPrefix(prefix: string): string {
  const wrong = prefixFault(prefix);
  if (wrong !== undefined) throw new ParseError(wrong);
  return prefix;
}

function readRegion(sources: SettingSources, ambient: string | undefined, notes: Diagnostics): string {
  const fallback = ambient === undefined || ambient === '' ? 'us-west-2' : ambient;
  if (sources.get('region') === undefined && fallback !== ambient)
    notes.notice({
      where: 'input region',
      text: 'it is not given and AWS_REGION is not set: us-west-2 is used',
    });
  else if (sources.get('region') === undefined && !isRegion(fallback))
    notes.fault({ where: 'AWS_REGION', text: 'it is not a region; write it like us-west-2' });
  return sources.read('region', fallback, (value) => {
    const region = String(value).trim();
    if (!isRegion(region)) throw new ParseError(`${quoted(region)} is not a region; write it like us-west-2`);
    return region;
  });
}

function readParts(value: unknown): readonly Part[] {
  const parts = readChoices(value, PARTS);
  // More likely an unset variable than an intent to include everything.
  if (parts.length === 0) throw new ParseError(`the list is empty; it takes ${PARTS.join(', ')}`);
  return parts;
}

const isRegion = (text: string) => /^[a-z]{2,}(?:-[a-z]+)+-\d+$/.test(text);

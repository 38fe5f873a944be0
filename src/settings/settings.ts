import { readAccounts } from './accounts.ts';
import {
  type LogGroupSettings,
  type Names,
  type RepositorySettings,
  readKmsKey,
  readLogGroup,
  readRepository,
  readTags,
} from './application.ts';
import { type Auth0Settings, readAuth0 } from './auth0.ts';
import {
  CONSENTS,
  type Consent,
  type Mode,
  ON_EMPTY,
  type OnEmpty,
  PARTS,
  type Part,
  STORES,
  type Store,
  TIERS,
  type Tier,
} from './choices.ts';
import { readersOf } from './document-source.ts';
import type { Notes } from './fault.ts';
import { type ImageSettings, readImage } from './image.ts';
import { type Asked, Layers } from './layers.ts';
import { prefixFault } from './limits.ts';
import { readMode, warnOfLoosening } from './mode.ts';
import { judgeEnvironments, readExactBundles } from './names.ts';
import { type OwnershipSettings, readOwnership } from './ownership.ts';
import { type Referred, readReferred } from './referred.ts';
import { type ReportSettings, readReportSettings } from './report-settings.ts';
import type { Request } from './request.ts';
import { readRequired } from './required.ts';
import type { IgnoreEntry, Rule } from './rules.ts';
import { quoted, readBoolean, readChoice, readChoices, readList, Unclear } from './texts.ts';

export interface Settings {
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
  readonly logGroup: LogGroupSettings | undefined;
  readonly repository: RepositorySettings | undefined;
  readonly tags: ReadonlyMap<string, string>;
  readonly allowedAccountIds: readonly string[];
  readonly allow: ReadonlySet<Consent>;
  readonly adopt: boolean;
  readonly failOnDrift: boolean;
  readonly rules: readonly Rule[];
  /** Bundles from which keys that nobody wants are removed. */
  readonly exactBundles: ReadonlySet<string>;
  /** Every bundle that the file has settings of. */
  readonly bundles: readonly string[];
  readonly ignore: readonly IgnoreEntry[];
  readonly envFiles: readonly string[];
  /** The built image, by skopeo's transport names; undefined where there is none to look after. */
  readonly image: ImageSettings | undefined;
  /** Undefined where `only` leaves out both Auth0 and the parameters, one of which follows `app-url`, and no task definition has that. */
  readonly auth0: Auth0Settings | undefined;
  readonly ownership: OwnershipSettings;
  readonly reports: ReportSettings;
  /** Undefined where no task definition is completed. */
  readonly referred: Referred | undefined;
  /** After so many minutes nothing new begins. */
  readonly deadlineMinutes: number;
  /** Where the `.env` files and the variables are named: an input, or a place of the configuration file. */
  readonly envFilesAsked: Asked | undefined;
  readonly variables: Asked | undefined;
}

/** @returns every setting with its default filled in; what is wrong is in `notes`, all of it. */
export function readSettings(request: Request, notes: Notes): Settings {
  const { file } = request;
  const layers = new Layers(request.inputs, file, notes);
  const prefix = layers.read('prefix', '', (value) => readPrefix(String(value).trim()));
  if (layers.get('prefix') === undefined && request.fileIsBroken !== true)
    layers.fault('prefix', 'it is missing; give /APPLICATION/ENVIRONMENT, like /papyrus/prd');
  const [application = '', ...rest] = prefix.slice(1).split('/');
  const environment = rest.join('/');
  layers.choose(environment);
  judgeEnvironments(file, application, environment, notes);
  const names: Names = { application, environment };

  const region = readRegion(layers, request.ambientRegion, notes);
  const kmsKeyId = layers.read('kms-key-id', undefined, readKmsKey(region));
  const only = new Set(layers.read('only', PARTS, readParts));
  const mode = readMode(layers, request.event, notes);
  readRequired(layers, request.inputs, mode);
  warnOfLoosening(layers, file, { mode, event: request.event }, notes);
  const reports = readReportSettings(layers, request);
  const { taskDefinition } = reports;
  const isReferring = taskDefinition !== undefined && mode !== 'destroy';
  return {
    mode,
    prefix,
    ...names,
    region,
    only,
    prefer: layers.read('prefer', 'secrets-manager', (value) => readChoice(value, STORES)),
    onEmpty: layers.read('on-empty', 'auto', (value) => readChoice(value, ON_EMPTY)),
    kmsKeyId,
    parameterTier: layers.read('parameter-tier', 'auto', (value) => readChoice(value, TIERS)),
    logGroup: only.has('log-group') ? readLogGroup(layers, names, region) : undefined,
    repository:
      only.has('repository') || only.has('image')
        ? readRepository(layers, names, region, request)
        : undefined,
    tags: readTags(layers),
    allowedAccountIds: layers.read('allowed-account-ids', [], readAccounts),
    allow: new Set(layers.read('allow', [], (value) => readChoices(value, CONSENTS))),
    adopt: layers.read('adopt', true, readBoolean),
    failOnDrift: layers.read('fail-on-drift', true, readBoolean),
    rules: file === undefined ? [] : readersOf(request).readRules(file, notes),
    exactBundles: readExactBundles(file, notes),
    bundles: Object.keys(file?.config.bundles ?? {}),
    ignore: file === undefined ? [] : readersOf(request).readIgnored(file, notes),
    image: only.has('image') ? readImage(layers) : undefined,
    envFiles: layers.read('env-file', [], readList),
    deadlineMinutes: layers.read('deadline-minutes', 30, Number),
    auth0:
      only.has('auth0') || only.has('parameters') || isReferring
        ? readAuth0(layers, request.inputs)
        : undefined,
    ownership: readOwnership(layers, request, mode, prefix),
    reports,
    referred: isReferring ? readReferred(layers, names, region, only, taskDefinition) : undefined,
    envFilesAsked: layers.get('env-file'),
    variables: layers.get('variables'),
  };
}

function readPrefix(prefix: string): string {
  const wrong = prefixFault(prefix);
  if (wrong !== undefined) throw new Unclear(wrong);
  return prefix;
}

function readRegion(layers: Layers, ambient: string | undefined, notes: Notes): string {
  const fallback = ambient === undefined || ambient === '' ? 'us-west-2' : ambient;
  if (layers.get('region') === undefined && fallback !== ambient)
    notes.notice({
      where: 'input region',
      text: 'it is not given and AWS_REGION is not set: us-west-2 is used',
    });
  else if (layers.get('region') === undefined && !isRegion(fallback))
    notes.fault({ where: 'AWS_REGION', text: 'it is not a region; write it like us-west-2' });
  return layers.read('region', fallback, (value) => {
    const region = String(value).trim();
    if (!isRegion(region)) throw new Unclear(`${quoted(region)} is not a region; write it like us-west-2`);
    return region;
  });
}

function readParts(value: unknown): readonly Part[] {
  const parts = readChoices(value, PARTS);
  // More likely a variable that is not set than a wish for everything.
  if (parts.length === 0) throw new Unclear(`the list is empty; it takes ${PARTS.join(', ')}`);
  return parts;
}

const isRegion = (text: string) => /^[a-z]{2,}(?:-[a-z]+)+-\d+$/.test(text);

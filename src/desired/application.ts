import { ABSENT, type TagFields } from '../model/fields.ts';
import { PULL_TAG } from '../model/ownership.ts';
import { imageFields, type RepositoryFields, SHARED_KINDS } from '../model/spec.ts';
import {
  type ApplicationSettings,
  type LogGroupSettings,
  managedSettings,
  type RepositorySettings,
  SHARED_SETTINGS,
} from '../settings/application.ts';
import type { Settings } from '../settings/settings.ts';
import type { DesiredResource, DesiredResourceOf } from './desired-resource.ts';

const none: ReadonlySet<string> = new Set();

export function tagFields(tags: ReadonlyMap<string, string>): TagFields {
  return Object.fromEntries([...tags].map(([key, value]) => [`tag:${key}`, value]));
}

/** The spec of each kind of the application by its settings. */
const SPECS: {
  readonly [Name in keyof ApplicationSettings]: (
    settings: NonNullable<ApplicationSettings[Name]>,
  ) => DesiredResource;
} = { logGroup, repository };

/** @returns the resources of the application that the run manages */
export function applicationResources(settings: Settings): DesiredResource[] {
  return SHARED_KINDS.flatMap((kind) => {
    const given = managedSettings(kind, settings);
    return given === undefined
      ? []
      : (SPECS[SHARED_SETTINGS[kind]] as (settings: typeof given) => DesiredResource)(given);
  });
}

function logGroup(settings: LogGroupSettings): DesiredResourceOf<'AWS::Logs::LogGroup'> {
  const defaults = new Set<string>();
  if (!settings.class.given) defaults.add('class');
  if (!settings.retention.given) defaults.add('retention');
  return {
    kind: 'AWS::Logs::LogGroup',
    spec: {
      name: settings.name,
      fields: {
        retention: settings.retention.value,
        class: settings.class.value,
        'key-id': settings.kmsKey === 'none' ? ABSENT : settings.kmsKey,
        ...tagFields(settings.tags),
      },
      metadata: {},
    },
    defaults,
    once: none,
    closed: none,
    unknown: none,
    expected: true,
  };
}

function repository(settings: RepositorySettings): DesiredResourceOf<'AWS::ECR::Repository'> {
  const defaults = new Set<string>();
  if (!settings.mutability.given) defaults.add('mutability').add('exclusions');
  if (settings.kmsKeyId === undefined) defaults.add('encryption');
  if (!settings.scanOnPush.given) defaults.add('scan-on-push');
  const { value, exclusions } = settings.mutability.value;
  const fields: RepositoryFields = {
    mutability: value,
    exclusions,
    encryption: settings.kmsKeyId === undefined ? 'AES256' : 'KMS',
    'key-id': settings.kmsKeyId,
    lifecycle: settings.lifecycle,
    'scan-on-push': settings.scanOnPush.value ? 'true' : 'false',
    'pull-accounts': settings.pullAccounts ?? ABSENT,
    [`tag:${PULL_TAG}`]: settings.pullAccounts === undefined ? ABSENT : 'granted',
    ...tagFields(settings.tags),
  };
  return {
    kind: 'AWS::ECR::Repository',
    spec: { name: settings.name, fields, metadata: {} },
    defaults,
    once: none,
    closed: none,
    unknown: none,
    expected: true,
  };
}

/** @returns the tags of the image: those given, else its own, else `latest` */
export function desiredTags(
  image: { readonly tag: string | undefined },
  given: readonly string[],
): readonly string[] {
  return given.length > 0 ? given : [image.tag ?? 'latest'];
}

/** @returns notices on the image: on its own tag only if that is used */
export function imageNotices(
  image: { readonly notices: readonly string[]; readonly tagNotice?: string | undefined },
  given: readonly string[],
): readonly string[] {
  const { notices, tagNotice } = image;
  return tagNotice === undefined || given.length > 0 ? notices : [...notices, tagNotice];
}

/** @param digest the digest that the image is compared by */
export function desiredImage(
  repository: string,
  tags: readonly string[],
  digest: string,
): DesiredResourceOf<'Image'> {
  return {
    kind: 'Image',
    spec: {
      name: repository,
      fields: imageFields(tags.map((tag) => [tag, digest])),
      metadata: {},
    },
    defaults: new Set(),
    once: new Set(),
    closed: new Set(),
    unknown: new Set(),
    expected: true,
  };
}

import { ABSENT, type TagFields } from '../model/fields.ts';
import { PULL_TAG } from '../model/ownership.ts';
import type { RepositoryFields } from '../model/spec.ts';
import type { LogGroupSettings, RepositorySettings } from '../settings/application.ts';
import type { DesiredResource } from './desired-resource.ts';

/*
 * Resources of the application rather than of one environment, unless their name says otherwise.
 */

const none: ReadonlySet<string> = new Set();

export function tagFields(tags: ReadonlyMap<string, string>): TagFields {
  return Object.fromEntries([...tags].map(([key, value]) => [`tag:${key}`, value]));
}

export function logGroup(settings: LogGroupSettings): DesiredResource {
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

export function repository(settings: RepositorySettings): DesiredResource {
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

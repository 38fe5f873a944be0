import type { Configuration, Layered, Settings, Tags } from './configuration.ts';

export type Mode = 'apply' | 'drift' | 'destroy';

/** What holds after all layers, by the README: an input wins over `environments:`, that over the file, that over the default. */
export interface Resolved {
  readonly environment: string;
  readonly prefersSsm: boolean;
  readonly only: ReadonlySet<string>;
  readonly tags: Tags;
  /** Of what all environments share. */
  readonly sharedTags: Tags;
  readonly logGroup: string | undefined;
  readonly isLogGroupOwn: boolean;
  readonly retention: number | 'never' | undefined;
  readonly repository: string | undefined;
  readonly isRepositoryOwn: boolean;
  readonly mutability: string | undefined;
  readonly keepLast: number | undefined;
  readonly adopts: boolean;
  readonly onEmpty: 'auto' | 'skip' | 'fail';
  readonly allow: ReadonlySet<string>;
  readonly prune: 'off' | 'report' | 'delete';
}

const ALL = ['log-group', 'parameters', 'secrets', 'repository'];
const pick = <T>({ input, environment, file }: Layered<T>): T | undefined => input ?? environment ?? file;

export function resolve(
  { settings, environment }: { settings: Settings; environment: string },
  application: string,
): Resolved {
  const named = (template: string | undefined, fallback: string) => {
    const chosen = template ?? fallback;
    if (chosen === 'none') return undefined;
    return chosen.replaceAll('{application}', application).replaceAll('{environment}', environment);
  };
  const logGroup = pick(settings['log-group']);
  const repository = pick(settings.repository);
  const policy = pick(settings['lifecycle-policy']);
  return {
    environment,
    prefersSsm: pick(settings.prefer) === 'ssm',
    only: new Set(pick(settings.only) ?? ALL),
    tags: pick(settings.tags) ?? {},
    sharedTags: settings.tags.input ?? settings.tags.file ?? {},
    logGroup: named(logGroup, '/ecs/{application}'),
    isLogGroupOwn: logGroup?.includes('{environment}') === true,
    retention: pick(settings['log-retention-days']),
    repository: named(repository, '{application}'),
    isRepositoryOwn: repository?.includes('{environment}') === true,
    mutability: pick(settings['image-tag-mutability']),
    keepLast: policy === undefined ? undefined : Number(policy.slice('keep-last:'.length)),
    adopts: pick(settings.adopt) ?? true,
    onEmpty: pick(settings['on-empty']) ?? 'auto',
    allow: new Set(pick(settings.allow) ?? []),
    prune: pick(settings.prune) ?? 'report',
  };
}

/** Whether an entry of `ignore` names this: a whole resource, a field of it, `tags`, or one `tag:KEY`. */
export function ignores(ignore: Configuration['ignore'], resource: string, field?: string): boolean {
  const names = [resource];
  if (field !== undefined) names.push(`${resource}:${field}`);
  if (field?.startsWith('tag:')) names.push(`${resource}:tags`);
  return ignore.some((entry) => names.some((name) => fits(entry, name)));
}

/** `*`, `?`, `[abc]`, `[a-z]`, `[!a]`, `{a,b}`. */
export function fits(glob: string, text: string): boolean {
  const source = glob
    .replace(/[.+^$()|\\]/g, '\\$&')
    .replace(/\*/g, '.*')
    .replace(/\?/g, '.')
    .replace(/\[!/g, '[^')
    .replace(/\{([^}]*)\}/g, (_whole, words: string) => `(?:${words.split(',').join('|')})`);
  return new RegExp(`^${source}$`, 's').test(text);
}

import type { Owner, ParameterType, Tags } from './configuration.ts';

/** An account as far as one application sees it; paths are below the application. */
export interface Parameter {
  type: ParameterType;
  value: string;
  tags: Record<string, string>;
}
export interface Secret {
  /** A text where it is not a JSON object. */
  value: Record<string, string> | string;
  tags: Record<string, string>;
  isDeleted: boolean;
}
export interface LogGroup {
  /** undefined: for ever. */
  retention: number | undefined;
  tags: Record<string, string>;
  holdsLogs: boolean;
}
export interface Repository {
  mutability: string;
  tags: Record<string, string>;
  /** Of a policy like `keep-last:N`. */
  keepLast: number | undefined;
}
export interface State {
  parameters: Record<string, Parameter>;
  secrets: Record<string, Secret>;
  logGroup: LogGroup | undefined;
  repository: Repository | undefined;
}

const OWNER_TAGS: Readonly<Record<Owner, Tags>> = {
  created: { 'managed-by': 'aws-bootstrap' },
  adopted: { 'managed-by': 'aws-bootstrap:adopted' },
  nobody: {},
  terraform: { ManagedBy: 'Terraform' },
  cloudformation: { 'aws:cloudformation:stack-name': 'network' },
  other: { 'managed-by': 'platform-team' },
};

export const tagsOf = (owner: Owner, tags: Tags): Record<string, string> => ({
  ...tags,
  ...OWNER_TAGS[owner],
});

export function ownerOf(tags: Tags): Owner {
  if (Object.keys(tags).some((key) => key.startsWith('aws:cloudformation:'))) return 'cloudformation';
  if (/^terraform$/i.test(tags['ManagedBy'] ?? '')) return 'terraform';
  const by = tags['managed-by'];
  if (by === undefined) return 'nobody';
  if (by === 'aws-bootstrap') return 'created';
  return by === 'aws-bootstrap:adopted' ? 'adopted' : 'other';
}

export const isForeign = (owner: Owner): boolean =>
  owner === 'terraform' || owner === 'cloudformation' || owner === 'other';

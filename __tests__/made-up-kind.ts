/**
 * A made-up kind of resource, an S3 bucket: its whole change of `src`, in the order of CONTRIBUTING.md. A file is new, or
 * gets texts behind those that it has; behind nothing is at its end.
 */
export type Edits = string | ReadonlyArray<readonly [behind: string, text: string]>;

export const MADE_UP_KIND: Readonly<Record<string, Edits>> = {
  'model/spec.ts': [
    ['export interface Specs {\n', "  'AWS::S3::Bucket': Spec<BucketFields>;\n"],
    [
      '',
      `
export type BucketFields = TagFields & {
  readonly versioning?: 'Enabled' | 'Suspended' | undefined;
};
`,
    ],
    [
      'export const NAMES = {\n',
      `  'AWS::S3::Bucket': {
    part: 'bucket',
    ignore: 'bucket',
    settings: { bucket: 'text', 'bucket-versioning': 'boolean' },
    deletion: 'delete-bucket',
    fields: { versioning: true },
  },
`,
    ],
  ],
  'kinds/bucket.ts': `import type { Descriptor } from './descriptor.ts';

/** US dollars for a stored GB a month. @see https://aws.amazon.com/s3/pricing/ */
export const BUCKET_GB_USD = 0.023;

export const BUCKET: Descriptor<'AWS::S3::Bucket'> = {
  noun: 'bucket',
  isTagged: true,
  fields: { versioning: {} },
  cost: () => \`$\${BUCKET_GB_USD.toFixed(3)} a month for each GB of objects\`,
  aspects: ({ fields: { versioning } }) => (versioning === 'Enabled' ? ['versioning'] : []),
  consolePath: (name, { region, encode }) => \`/s3/buckets/\${encode(name)}?region=\${region}\`,
  exposure: undefined,
  deletion: {
    all: 'with all its objects',
    command: (name, region) => \`aws s3 rb --region \${region} --force s3://\${name}\`,
    protectedText: undefined,
    ownFields: [],
  },
};
`,
  'kinds/kinds.ts': [
    ['', "import { BUCKET } from './bucket.ts';\n"],
    ['export const KINDS: { readonly [K in Kind]: Descriptor<K> } = {\n', "  'AWS::S3::Bucket': BUCKET,\n"],
  ],
  'settings/application.ts': [
    ['export interface ApplicationSettings {\n', '  readonly bucket: BucketSettings | undefined;\n'],
    ['export const SHARED_SETTINGS = {\n', "  'AWS::S3::Bucket': 'bucket',\n"],
    [
      '): ApplicationSettings {\n  return {\n',
      "    bucket: only.has('bucket') ? readBucket(sources, names) : undefined,\n",
    ],
    [
      '',
      `
export interface BucketSettings extends SharedSettings {
  readonly versioning: Given<boolean>;
}

/** @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html */
function bucketNameFault(name: string): string | undefined {
  return /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(name)
    ? undefined
    : 'S3 allows 3 to 63 lower-case letters, digits, dots and hyphens';
}

function readBucket(sources: SettingSources, names: Names): BucketSettings | undefined {
  const found = readName(sources, 'bucket', 'none', names);
  if (found === undefined) return undefined;
  const wrong = bucketNameFault(found.name);
  if (wrong !== undefined) sources.fault('bucket', wrong);
  refuseShared(sources, found.shared, 'bucket', found.name, ['bucket-versioning']);
  return {
    ...found,
    versioning: {
      value: sources.read('bucket-versioning', true, readBoolean),
      given: sources.get('bucket-versioning') !== undefined,
    },
    tags: readTags(sources, found.shared),
  };
}
`,
    ],
  ],
  'desired/application.ts': [
    ['', "import type { BucketSettings } from '../settings/application.ts';\n"],
    ['} = { logGroup, repository', ', bucket'],
    [
      '',
      `
function bucket({ name, versioning, tags }: BucketSettings): DesiredResourceOf<'AWS::S3::Bucket'> {
  return {
    kind: 'AWS::S3::Bucket',
    spec: {
      name,
      fields: { versioning: versioning.value ? 'Enabled' : 'Suspended', ...tagFields(tags) },
      metadata: {},
    },
    defaults: versioning.given ? none : new Set(['versioning']),
    once: none,
    closed: none,
    unknown: none,
    expected: true,
  };
}
`,
    ],
  ],
  // A real one sends commands of @aws-sdk/client-s3.
  'providers/bucket.ts': `import type { Difference } from '../model/fields.ts';
import type { Specs } from '../model/spec.ts';
import { observeEach, type ProviderContext, type Sender, sender } from './context.ts';
import type { Provider } from './provider.ts';

type BucketSpec = Specs['AWS::S3::Bucket'];

export interface BucketClient {
  read(name: string): Promise<BucketSpec | undefined>;
  create(desired: BucketSpec): Promise<void>;
  setVersioning(name: string, status: string): Promise<void>;
  delete(name: string): Promise<void>;
}

/** S3 buckets. */
export class Buckets implements Provider<BucketSpec> {
  readonly #client: BucketClient;
  readonly #send: Sender;

  constructor(client: BucketClient, context: ProviderContext) {
    this.#client = client;
    this.#send = sender(context, 's3');
  }

  observe(names: readonly string[]) {
    return observeEach(names, (name) => this.#send('HeadBucket', name, 'other', () => this.#client.read(name)));
  }

  async create(desired: BucketSpec) {
    await this.#send('CreateBucket', desired.name, 'other', () => this.#client.create(desired));
    return desired;
  }

  async update(desired: BucketSpec, _observed: BucketSpec, differences: readonly Difference[]) {
    const { name, fields } = desired;
    if (differences.some(({ field }) => field === 'versioning'))
      await this.#send('PutBucketVersioning', name, 'other', () =>
        this.#client.setVersioning(name, String(fields.versioning)),
      );
    return desired;
  }

  delete({ name }: BucketSpec) {
    return this.#send('DeleteBucket', name, 'other', () => this.#client.delete(name));
  }
}
`,
  'providers/providers.ts': [
    [
      "    'Auth0::Application': auth0 ?? CLOSED,\n",
      `    'AWS::S3::Bucket': opened(loading, async () => {
      const { Buckets } = await import('./bucket.ts');
      const none = async () => undefined;
      return new Buckets({ read: none, create: none, setVersioning: none, delete: none }, context);
    }),
`,
    ],
  ],
  'clients/permissions.ts': [
    ["'repository' | 'any'", " | 'bucket'"],
    [
      'export const PERMISSIONS: Readonly<Record<string, Permission>> = {\n',
      `  's3:ListBucket': { target: 'bucket', access: 'read' },
  's3:CreateBucket': { target: 'bucket', access: 'write' },
  's3:PutBucketVersioning': { target: 'bucket', access: 'write' },
  's3:DeleteBucket': { target: 'bucket', access: 'write', only: 'delete-bucket' },
`,
    ],
    ["  | 'delete-repository'", "\n  | 'delete-bucket'"],
    [
      "  ecr: { word: 'Repository', target: 'repository' },\n",
      "  s3: { word: 'Bucket', target: 'bucket' },\n",
    ],
    [
      'export const TARGETS: Readonly<Record<PermissionTarget, Target>> = {\n',
      "  bucket: { kind: 'bucket', part: '', resources: (name, arn) => arn('s3', name) },\n",
    ],
  ],
};

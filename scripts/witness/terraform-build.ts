/**
 * OpenTofu and the AWS provider, built from their Go modules into `.cache`. No package registry has the programs, and the whole
 * provider takes too much time and memory to build. Left out are services of AWS and stores of state that the witness does not
 * use. The resources that it uses are built from the files as they were published, unchanged.
 */
import { execFile } from 'node:child_process';
import { cp, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { cache, installOnce } from '../../__tests__/servers/install.ts';

/** Each with the checksum of its files, as go.sum has it. */
const TOFU = {
  path: 'github.com/opentofu/opentofu',
  version: 'v1.10.6',
  sum: 'h1:J57O7HrW7gakftSLFQr+/p7fniZjZ3FQLFyzv4XsSmQ=',
};
/** The last tag that Go takes is of 2019: a module of a major version above 1 would need it in its path. This is 6.48. */
const PROVIDER = {
  path: 'github.com/hashicorp/terraform-provider-aws',
  version: 'v1.60.1-0.20260602190131-5f2286d6d836',
  sum: 'h1:haLmsj0WF7e6d2TGbk0fbz5qWdA9f8w9sNpMe6J6WqM=',
};
type Module = typeof PROVIDER;

/** Services of AWS, by the provider's own names. */
const SERVICES = ['ecr', 'logs', 'secretsmanager', 'ssm', 'sts'];
/** Packages of the SDK: of those services, and what the provider itself refers to. */
const CLIENTS = [
  'ecr',
  'cloudwatchlogs',
  'secretsmanager',
  'ssm',
  'sts',
  's3',
  'resourcegroupstaggingapi',
  'iam',
];
/** secretsmanager calls one function of iam. */
const FOLDERS = [...SERVICES, 'iam'];
const STORES = 'azure|azurerm|consul|cos|gcs|kubernetes|oss|pg|s3';
const KEYS = 'aws_kms|gcp_kms|openbao';

export interface Built {
  /** The program `tofu`. */
  readonly tofu: string;
  /** The folder of the program `terraform-provider-aws`. */
  readonly provider: string;
}

const environment = {
  ...process.env,
  GOFLAGS: '-mod=readonly -trimpath',
  CGO_ENABLED: '0',
};
/** Nothing is inlined: that saves a third of the compiler's time. */
const FLAGS = ['build', '-gcflags=all=-l'];

async function go(folder: string, ...args: string[]): Promise<string> {
  try {
    const { stdout } = await promisify(execFile)('go', args, {
      cwd: folder,
      env: environment,
      maxBuffer: 2 ** 26,
    });
    return stdout;
  } catch (error) {
    const { code, stderr } = error as { code?: unknown; stderr?: string };
    if (code === 'ENOENT')
      throw new Error('go is missing; install it (Debian and Ubuntu: apt-get install golang-go)');
    throw new Error(
      `go ${args.join(' ')}: ${(stderr ?? String(error)).trim().split('\n').slice(-5).join('\n')}`,
    );
  }
}

/** @returns both programs, built where they are not there yet. @throws Error that says what is missing */
export async function buildTerraform(): Promise<Built> {
  const folder = join(cache, `terraform-${TOFU.version}`);
  const key = JSON.stringify([TOFU, PROVIDER, SERVICES, FLAGS]);
  await installOnce(folder, key, async (work) => {
    const source = join(work, 'source');
    await copyTofu(await download(work, TOFU), join(source, 'tofu'));
    await go(
      join(source, 'tofu'),
      ...FLAGS,
      `-ldflags=-s -w -X ${TOFU.path}/version.dev=no`,
      '-o',
      join(work, 'tofu'),
      './cmd/tofu',
    );
    await copyProvider(await download(work, PROVIDER), join(source, 'provider'));
    const program = join(work, 'provider', 'terraform-provider-aws');
    await go(join(source, 'provider'), ...FLAGS, '-ldflags=-s -w', '-o', program, '.');
    await rm(source, { recursive: true });
  });
  return { tofu: join(folder, 'tofu'), provider: join(folder, 'provider') };
}

/** @returns the folder of its files */
async function download(folder: string, { path, version, sum }: Module): Promise<string> {
  const output = await go(folder, 'mod', 'download', '-json', `${path}@${version}`);
  const { Dir, Sum } = JSON.parse(output) as { Dir: string; Sum: string };
  if (Sum !== sum) throw new Error(`${path}@${version} has the checksum ${Sum}, not ${sum}`);
  return Dir;
}

/** Tests would only be in the way. */
const isNoTest = (path: string) => !path.endsWith('_test.go');
/** Go keeps modules read-only, and a copy is as they are. */
const unlock = (folder: string) => promisify(execFile)('chmod', ['-R', 'u+w', folder]);

async function copyTofu(from: string, to: string): Promise<void> {
  for (const name of ['go.mod', 'go.sum', 'cmd', 'internal', 'version'])
    await cp(join(from, name), join(to, name), { recursive: true, filter: isNoTest });
  await unlock(to);
  await edit(join(to, 'internal/backend/init/init.go'), [
    [new RegExp(`^\\t\\w+ "[^"]+/remote-state/(${STORES})"\\n`, 'gm'), 8],
    [new RegExp(`^\\t\\t"(${STORES})": +func.*\\n`, 'gm'), 8],
  ]);
  await edit(join(to, 'internal/encryption/default_registry.go'), [
    [new RegExp(`^\\t"[^"]+/keyprovider/(${KEYS})"\\n`, 'gm'), 3],
    [new RegExp(`^\\tif err := DefaultRegistry.RegisterKeyProvider\\((${KEYS})\\.[^}]*}\\n`, 'gm'), 3],
  ]);
}

async function copyProvider(from: string, to: string): Promise<void> {
  for (const name of ['go.mod', 'go.sum', 'main.go', 'names', 'version'])
    await cp(join(from, name), join(to, name), { recursive: true, filter: isNoTest });
  const internal = join(from, 'internal');
  for (const name of await readdir(internal))
    if (!['acctest', 'generate', 'service'].includes(name))
      await cp(join(internal, name), join(to, 'internal', name), { recursive: true, filter: isNoTest });
  await mkdir(join(to, 'internal/service'));
  for (const name of [...FOLDERS, 'smarterr.hcl'])
    await cp(join(internal, 'service', name), join(to, 'internal/service', name), {
      recursive: true,
      filter: isNoTest,
    });
  await unlock(to);
  await edit(join(to, 'internal/embed.go'), [[/^\/\/go:embed service\/\*.*\n/gm, 1]]);
  const services = SERVICES.join('|');
  await edit(join(to, 'internal/provider/sdkv2/service_packages_gen.go'), [
    [new RegExp(`^\\t"[^"]+/internal/service/(?!(${services})")\\w+"\\n`, 'gm')],
    [new RegExp(`^\\t\\t(?!(${services})\\.)\\w+\\.ServicePackage\\(ctx\\),\\n`, 'gm')],
  ]);
  const clients = CLIENTS.join('|');
  await edit(join(to, 'internal/conns/awsclient_gen.go'), [
    [
      new RegExp(
        `^func \\(c \\*AWSClient\\) \\w+\\(ctx context.Context\\) \\*(?!(${clients})\\.)\\w+\\.Client {\\n[^}]*}\\n`,
        'gm',
      ),
    ],
    [new RegExp(`^\\t(\\w+ )?"github.com/aws/aws-sdk-go-v2/service/(?!(${clients})")\\w+"\\n`, 'gm')],
  ]);
}

/** Takes out what matches; so many times, or at least a hundred. */
async function edit(path: string, cuts: ReadonlyArray<readonly [RegExp, number?]>): Promise<void> {
  let text = await readFile(path, 'utf8');
  for (const [pattern, count] of cuts) {
    const found = text.match(pattern)?.length ?? 0;
    if (count === undefined ? found < 100 : found !== count)
      throw new Error(`${path} is not as expected: ${pattern} matches ${found} times`);
    text = text.replace(pattern, '');
  }
  await writeFile(path, text);
}

/** What a published workflow runs against: an AWS account, GitHub, Auth0, a registry, a Docker engine, and its repository. */
import { execFileSync } from 'node:child_process';
import { cp, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Account, account } from '../../__tests__/action/account.ts';
import { payloadOf } from '../../__tests__/action/context.ts';
import { Auth0Server } from '../../__tests__/servers/auth0.ts';
import { type AwsServer, startAws } from '../../__tests__/servers/aws.ts';
import { joinRegistry } from '../../__tests__/servers/aws-images.ts';
import { DockerEngine } from '../../__tests__/servers/docker-engine.ts';
import { GitHubServer } from '../../__tests__/servers/github.ts';
import { TestRegistry } from '../../__tests__/servers/registry.ts';
import { LayoutWriter, makeImage, makeTar } from '../../__tests__/servers/registry-images.ts';
import { openAccount } from '../demo/account.ts';
import { type ActRun, type Noted, readNotes, runAct } from './act.ts';
import { actionsOf, type Published, permissionsOf } from './published.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const STAND_IN = fileURLToPath(new URL('stand-in', import.meta.url));
export const SHA = '5f3c1e0b9a7d2468ace013579bdf02468ace1357';
const OURS = 'papyrus/aws-bootstrap@v1';
/** The `client_id` of the application that users sign in to. */
export const APPLICATION = 'made-up-client-id';
/** A new application has no lists at all: they come into being when they are first saved. */
const NEVER_SAVED = { callbacks: undefined, allowed_logout_urls: undefined, web_origins: undefined };

export interface Event {
  readonly name: string;
  /** Of workflow_dispatch. */
  readonly inputs?: Readonly<Record<string, string>>;
  /** The pull request comes from a fork. */
  readonly isFork?: true;
}

export interface Given {
  readonly event: Event;
  readonly secrets: Readonly<Record<string, string>>;
  readonly vars: Readonly<Record<string, string>>;
  /** Of the caller's repository, beside the workflow. */
  readonly files: Readonly<Record<string, string>>;
}

export interface Seen extends ActRun {
  readonly notes: readonly Noted[];
  /** The text of all that was uploaded. */
  readonly artifacts: string;
}

export class Stage implements AsyncDisposable {
  readonly account: Account;
  #count = 0;

  private constructor(
    readonly folder: string,
    readonly act: string,
    readonly aws: AwsServer,
    readonly github: GitHubServer,
    readonly auth0: Auth0Server,
    readonly engine: DockerEngine,
    public registry: TestRegistry,
  ) {
    this.account = account(aws);
  }

  /** @param folder a short path: the engine's socket is below it */
  static async start(folder: string, act: string): Promise<Stage> {
    await mkdir(folder, { recursive: true });
    await writeProduct(join(folder, 'product'));
    const layout = new LayoutWriter();
    layout.list(layout.image(makeImage(['the base', 'the application'])));
    await writeFile(join(folder, 'image.tar'), makeTar(layout.entries()));
    const [aws, github, auth0, engine, registry] = await Promise.all([
      startAws(),
      GitHubServer.start(),
      Auth0Server.start({
        applications: [{ client_id: APPLICATION, name: 'papyrus' }],
      }),
      DockerEngine.start(join(folder, 'docker')),
      TestRegistry.start(),
    ]);
    return new Stage(folder, act, aws, github, auth0, engine, registry);
  }

  /** An empty account, and nothing at GitHub. */
  async clear(): Promise<void> {
    await this.aws.reset();
    this.github.reset();
    Object.assign(this.auth0.application(APPLICATION), NEVER_SAVED);
    await this.registry[Symbol.asyncDispose]();
    this.registry = await TestRegistry.start();
    joinRegistry(this.aws, this.registry);
  }

  /** Somebody else writes a parameter. */
  setParameter(name: string, value: string): Promise<string> {
    return openAccount(this.aws.motoUrl).setParameter(name, value);
  }

  /** Runs a workflow for one event. */
  async run({ name, text }: Published, given: Given): Promise<Seen> {
    this.#count += 1;
    const folder = join(this.folder, String(this.#count));
    const product = join(this.folder, 'product');
    const isOwn = name.startsWith('.github/');
    const repository = join(folder, 'repository');
    if (isOwn) await cp(product, repository, { recursive: true });
    const workflow = isOwn ? name : '.github/workflows/published.yml';
    const files = {
      ...given.files,
      ...(isOwn ? {} : { [workflow]: text }),
    };
    for (const [path, content] of Object.entries(files)) {
      await mkdir(dirname(join(repository, path)), { recursive: true });
      await writeFile(join(repository, path), content);
    }
    const { event } = given;
    const isPull = event.name === 'pull_request';
    const permissions = permissionsOf(text);
    const needed = isPull ? 'pull-requests: write' : 'issues: write';
    this.github.readOnly = !Object.values(permissions).flat().includes(needed);
    const record = join(folder, 'record');
    await mkdir(join(folder, 'artifacts'), { recursive: true });
    const run = await runAct(this.act, {
      repository,
      workflow,
      folder: join(folder, 'act'),
      event: event.name,
      payload: payloadFor(event),
      secrets: { GITHUB_TOKEN: this.github.token, ...given.secrets },
      vars: given.vars,
      actions: new Map(actionsOf(text).map((uses) => [uses, uses === OURS ? product : STAND_IN])),
      env: {
        AWS_ENDPOINT_URL: this.aws.url,
        AWS_EC2_METADATA_DISABLED: 'true',
        DOCKER_HOST: this.engine.host,
        GITHUB_API_URL: this.github.url,
        GITHUB_GRAPHQL_URL: `${this.github.url}/graphql`,
        GITHUB_REPOSITORY: this.github.repository,
        GITHUB_REF: isPull ? 'refs/pull/1/merge' : 'refs/heads/main',
        GITHUB_REF_NAME: isPull ? '1/merge' : 'main',
        SHA_REF: SHA,
        WITNESS_ARTIFACTS: join(folder, 'artifacts'),
        WITNESS_IMAGE: join(this.folder, 'image.tar'),
        WITNESS_PERMISSIONS: JSON.stringify(permissions),
        WITNESS_PRODUCT: product,
        WITNESS_RECORD: record,
        WITNESS_REPOSITORY: repository,
      },
    });
    const artifacts = await readAll(join(folder, 'artifacts'));
    const seen = { ...run, notes: await readNotes(record), artifacts };
    await rm(folder, { recursive: true, force: true });
    return seen;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(
      [this.aws, this.github, this.auth0, this.engine, this.registry].map((each) =>
        each[Symbol.asyncDispose](),
      ),
    );
    await rm(this.folder, { recursive: true, force: true });
  }
}

function payloadFor({ name, inputs, isFork }: Event): unknown {
  const payload = payloadOf({ name }) as Record<string, unknown>;
  if (name === 'workflow_dispatch') return { ...payload, inputs: inputs ?? {} };
  if (isFork !== true) return payload;
  const { pull_request: pull } = payload as { pull_request: { head: object } };
  const head = { ...pull.head, repo: { full_name: 'somebody/demo', fork: true } };
  return { ...payload, pull_request: { ...pull, head } };
}

async function readAll(folder: string): Promise<string> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  const texts = await Promise.all(
    files.map(({ parentPath, name }) => readFile(join(parentPath, name), 'utf8')),
  );
  return texts.join('\n');
}

/** What git holds of this repository, as it is on disk: what a user's `uses:` brings. */
async function writeProduct(folder: string): Promise<void> {
  const tracked = execFileSync('git', ['ls-files', '-z', 'action.yml', 'dist', 'package.json', '.github'], {
    cwd: ROOT,
    encoding: 'utf8',
  });
  for (const path of tracked.split('\0').filter((each) => each !== ''))
    await cp(join(ROOT, path), join(folder, path));
}

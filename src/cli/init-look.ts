import { basename, join, resolve } from 'node:path';
import { classify } from '../desired/classify.ts';
import { isUndecided, route } from '../desired/routing.ts';
import { rowOf } from '../desired/table.ts';
import { Diagnostics } from '../settings/diagnostics.ts';
import { readVariables } from '../settings/variables.ts';
import { listFiles, readIfThere } from './files.ts';
import { runProgram } from './programs.ts';

/** Facts that `init` finds in a repository. */
export interface Findings {
  readonly isGit: boolean;
  /** `owner/name` of the remote on GitHub. */
  readonly repository: string | undefined;
  readonly branch: string | undefined;
  /** A name for the application, as ECR takes it. */
  readonly application: string;
  /** Files that may hold the variables, the likeliest first. */
  readonly envFiles: readonly string[];
  readonly dockerfiles: readonly string[];
  readonly taskDefinitions: ReadonlyArray<{ readonly path: string; readonly containers: readonly string[] }>;
  /** Existing workflows. */
  readonly workflows: readonly string[];
}

/** Depth of the search: `services/api/Dockerfile`, `apps/web/deploy/Dockerfile`. */
const DEPTH = 3;

/** Inspects a repository: reads files and runs git. */
export async function lookAt(root: string): Promise<Findings> {
  const files = listFiles(root, DEPTH);
  const git = await lookAtGit(root);
  const named = (pattern: RegExp) => files.filter((path) => pattern.test(path));
  return {
    ...git,
    application: applicationName(root, git.repository),
    envFiles: ['.env', '.env.production', '.env.prod'].flatMap((name) =>
      files.filter((path) => basename(path) === name),
    ),
    dockerfiles: named(/(?:^|\/)Dockerfile$/),
    taskDefinitions: named(/(?:^|\/)[\w.-]*task-?def(?:inition)?[\w.-]*\.json$/i).flatMap((path) => {
      const containers = containersOf(readIfThere(join(root, path)));
      return containers === undefined ? [] : [{ path, containers }];
    }),
    workflows: named(/^\.github\/workflows\/[^/]+\.ya?ml$/),
  };
}

async function lookAtGit(root: string): Promise<Pick<Findings, 'isGit' | 'repository' | 'branch'>> {
  const git = async (...args: string[]) => {
    const { code, output } = await runProgram('git', args, { folder: root });
    return code === 0 ? output.trim() : undefined;
  };
  const isGit = (await git('rev-parse', '--is-inside-work-tree')) === 'true';
  if (!isGit) return { isGit, repository: undefined, branch: undefined };
  const [remote, head, current] = await Promise.all([
    git('remote', 'get-url', 'origin'),
    git('symbolic-ref', '--short', 'refs/remotes/origin/HEAD'),
    git('symbolic-ref', '--short', 'HEAD'),
  ]);
  return {
    isGit,
    repository: remote === undefined ? undefined : repositoryOf(remote),
    branch: head?.replace(/^origin\//, '') ?? current,
  };
}

/** @returns `owner/name` of an address on github.com: https, ssh, or `git@…:` */
export function repositoryOf(remote: string): string | undefined {
  const found =
    /^(?:https:\/\/(?:[^@/]+@)?|ssh:\/\/(?:[^@/]+@)?|git:\/\/|(?:[^@/]+@)?)(?:www\.|ssh\.)?github\.com(?::\d+)?[:/]([A-Za-z0-9._-]+)\/([A-Za-z0-9._-]+?)(?:\.git)?\/?$/i.exec(
      remote,
    );
  return found === null ? undefined : `${found[1]}/${found[2]}`;
}

function applicationName(root: string, repository: string | undefined): string {
  const manifest = nameOfPackage(readIfThere(join(root, 'package.json')));
  const project = /^[\t ]*name[\t ]*=[\t ]*["']([^"'\n]+)["']/m.exec(
    readIfThere(join(root, 'pyproject.toml')) ?? '',
  )?.[1];
  for (const name of [repository?.split('/')[1], manifest, project, basename(root)]) {
    const found = (name ?? '')
      .toLowerCase()
      .replace(/^@[^/]*\//, '')
      .replace(/[^a-z0-9]+/g, '-')
      .replace(/^-|-$/g, '')
      .slice(0, 40);
    if (/^[a-z]/.test(found)) return found;
  }
  return 'app';
}

function nameOfPackage(text: string | undefined): string | undefined {
  const found = parsed(text);
  return typeof found?.['name'] === 'string' ? found['name'] : undefined;
}

function containersOf(text: string | undefined): string[] | undefined {
  const containers = parsed(text)?.['containerDefinitions'];
  if (!Array.isArray(containers)) return undefined;
  return containers.flatMap((one: unknown) =>
    typeof one === 'object' && one !== null && 'name' in one && typeof one.name === 'string'
      ? [one.name]
      : [],
  );
}

function parsed(text: string | undefined): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text ?? '');
    return typeof value === 'object' && value !== null ? { ...value } : undefined;
  } catch {
    return undefined;
  }
}

/** Facts on a `.env`: names, never values. */
export interface EnvReading {
  readonly undecided: readonly string[];
  readonly notes: Diagnostics;
}

/** @returns the variables that need a decision of the user, by the rules of a run */
export function readEnvFile(root: string, path: string): EnvReading {
  const notes = new Diagnostics();
  const content = readIfThere(resolve(root, path));
  if (content === undefined) {
    notes.fault({ where: path, text: 'it cannot be read' });
    return { undecided: [], notes };
  }
  const { variables } = readVariables(
    [{ source: 'env-file', content, where: path, file: path, inFile: true }],
    (name) => rowOf(name) !== undefined,
    () => undefined,
    notes,
  );
  const settings = { rules: [], prefer: 'secrets-manager', parameterTier: 'auto' } as const;
  const routes = variables.map((variable) => route(variable, settings, new Diagnostics(), classify));
  return { undecided: routes.filter(isUndecided).map(({ variable }) => variable.name), notes };
}

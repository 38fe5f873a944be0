import { join } from 'node:path';
import { LineCounter, parseDocument } from 'yaml';
import { listFiles, readIfThere } from './files.ts';
import { repositoryOf } from './init-look.ts';
import { runProgram } from './programs.ts';

/** Facts about the folder of a repository. */
export interface RepositoryFolder {
  /** Of the work tree. */
  readonly root: string;
  /** `OWNER/NAME` of the remote `origin` on GitHub; undefined where it is elsewhere. */
  readonly repository: string | undefined;
}

/** @returns undefined outside of a git work tree */
export async function findRepository(folder: string): Promise<RepositoryFolder | undefined> {
  const git = async (...args: string[]) => {
    const { code, output } = await runProgram('git', args, { folder });
    return code === 0 ? output.trim() : undefined;
  };
  const root = await git('rev-parse', '--show-toplevel');
  if (root === undefined || root === '') return undefined;
  const remote = await git('remote', 'get-url', 'origin');
  return { root, repository: remote === undefined ? undefined : repositoryOf(remote) };
}

const WORKFLOWS = '.github/workflows';

/** @returns the workflows of the repository; one that cannot be read is left out */
export function readWorkflowFiles(root: string): WorkflowFile[] {
  return listFiles(join(root, WORKFLOWS), 0)
    .filter((name) => /\.ya?ml$/.test(name))
    .sort()
    .flatMap((name) => {
      const path = `${WORKFLOWS}/${name}`;
      const text = readIfThere(join(root, path));
      return text === undefined ? [] : [{ path, text }];
    });
}

/** A job that runs this action. */
export interface WorkflowJob {
  /** `.github/workflows/deploy.yml` */
  readonly file: string;
  readonly job: string;
  /** Undefined where it has none; an expression is not evaluated. */
  readonly environment: string | undefined;
  /** Whether it may ask GitHub for a token: `id-token: write`. */
  readonly mayAskForToken: boolean;
  /** `role-to-assume` of the last configure-aws-credentials before the step, where it is no expression. */
  readonly role: string | undefined;
  /** The variable of GitHub that names the role instead. */
  readonly roleVariable: string | undefined;
  /** Whether an earlier step configures credentials. */
  readonly hasCredentials: boolean;
  /** GitHub secrets that its inputs name. */
  readonly secrets: readonly string[];
  /** Those of them that hold a whole `.env`. */
  readonly dotenvSecrets: readonly string[];
  /** Events of the workflow. */
  readonly events: readonly string[];
  /** The input `mode`; undefined where it is not given, or an expression. */
  readonly mode: string | undefined;
}

interface WorkflowFile {
  readonly path: string;
  readonly text: string;
}

export interface WorkflowFacts {
  readonly jobs: readonly WorkflowJob[];
  /** Files that hold no YAML, with the line. */
  readonly broken: ReadonlyArray<{ readonly file: string; readonly line: number }>;
}

const OURS = /(?:^|\/)aws-bootstrap(?:@|$)/;
const CREDENTIALS = /^aws-actions\/configure-aws-credentials@/;

/** @returns facts on the jobs that run this action, from the workflows of a repository */
export function readWorkflows(files: readonly WorkflowFile[]): WorkflowFacts {
  const broken: Array<{ file: string; line: number }> = [];
  const jobs = files.flatMap(({ path, text }): WorkflowJob[] => {
    const lineCounter = new LineCounter();
    const document = parseDocument(text, { lineCounter, logLevel: 'silent' });
    const [error] = document.errors;
    if (error !== undefined) {
      broken.push({ file: path, line: lineCounter.linePos(error.pos[0]).line });
      return [];
    }
    let workflow: unknown;
    try {
      workflow = document.toJS({ maxAliasCount: 100 });
    } catch {
      broken.push({ file: path, line: 1 });
      return [];
    }
    return Object.entries(mapOf(mapOf(workflow)['jobs'])).flatMap(([name, job]) =>
      readJob(path, name, mapOf(job), mapOf(workflow)),
    );
  });
  return { jobs, broken };
}

type Json = Readonly<Record<string, unknown>>;
const mapOf = (value: unknown): Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : {};
const textOf = (value: unknown) => (typeof value === 'string' ? value : undefined);

/** @returns undefined also for an expression, which only GitHub evaluates */
function literalOf(value: unknown): string | undefined {
  const text = textOf(value)?.trim();
  return text === undefined || text === '' || text.includes('${{') ? undefined : text;
}

function eventsOf(on: unknown): string[] {
  if (typeof on === 'string') return [on];
  return Array.isArray(on) ? on.map(String) : Object.keys(mapOf(on));
}

function readJob(file: string, job: string, body: Json, workflow: Json): WorkflowJob[] {
  const steps = (Array.isArray(body['steps']) ? body['steps'] : []).map(mapOf);
  const at = steps.findIndex(({ uses }) => OURS.test(textOf(uses) ?? ''));
  if (at < 0) return [];
  const before = steps.slice(0, at).filter(({ uses }) => CREDENTIALS.test(textOf(uses) ?? ''));
  const role = mapOf(before.at(-1)?.['with'])['role-to-assume'];
  const { environment } = body;
  const named = textOf(environment) ?? textOf(mapOf(environment)['name']);
  return [
    {
      file,
      job,
      environment: literalOf(named),
      mayAskForToken: mayAskForToken(body['permissions'] ?? workflow['permissions']),
      role: literalOf(role),
      roleVariable: /^\s*\$\{\{\s*vars\.([A-Za-z_]\w*)\s*\}\}\s*$/.exec(textOf(role) ?? '')?.[1],
      hasCredentials: before.length > 0,
      events: eventsOf(workflow['on']),
      mode: literalOf(mapOf(mapOf(steps[at])['with'])['mode']),
      dotenvSecrets: secretsIn([{ dotenv: mapOf(mapOf(steps[at])['with'])['dotenv'] }]),
      secrets: secretsIn([mapOf(steps[at])['with'], mapOf(steps[at])['env'], body['env'], workflow['env']]),
    },
  ];
}

function mayAskForToken(permissions: unknown): boolean {
  return permissions === 'write-all' || mapOf(permissions)['id-token'] === 'write';
}

/** Every job has this one. */
const GIVEN = 'GITHUB_TOKEN';

function secretsIn(places: readonly unknown[]): string[] {
  const texts = places
    .flatMap((place) => Object.values(mapOf(place)))
    .flatMap((value) => textOf(value) ?? []);
  const names = texts.flatMap((text) =>
    [...text.matchAll(/\$\{\{[^}]*?\bsecrets\.([A-Za-z_]\w*)[^}]*?\}\}/g)].map(([, name = '']) => name),
  );
  return [...new Set(names)].filter((name) => name.toUpperCase() !== GIVEN);
}

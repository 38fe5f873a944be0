/** Every workflow that is published: in the documentation, in the example projects, and those of this repository for others. */
import { readdirSync, readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { jobOf, readBlocks } from '../workflow-blocks.mjs';
import { readWritten } from './written.ts';

export interface Published {
  /** Page, file or `init`; on a page with the workflow's name, or the heading above a list of steps. */
  readonly name: string;
  readonly text: string;
}

/** Those that work for this repository alone; every other one below `.github` is for others too. */
const OWN = new Set(['ci.yml', 'codeql.yml', 'release.yml', 'scorecard.yml']);

/** What a page leaves out where it shows steps alone. */
const BEFORE = `- uses: actions/checkout@v7
- uses: aws-actions/configure-aws-credentials@v6
  with: { role-to-assume: "arn:aws:iam::123456789012:role/papyrus-deploy", aws-region: us-west-2 }
`;

export function readPublished(): Published[] {
  const shown = readBlocks().flatMap(({ page, heading, text, kind }) => {
    if (kind === 'file') return [];
    if (kind === 'workflow') return [{ name: `${page}: ${parse(text).name}`, text }];
    const job = jobOf(BEFORE + text);
    const permissions = 'permissions: { contents: read, id-token: write }';
    return [{ name: `${page}: ${heading || 'steps'}`, text: job.replace('permissions: {}', permissions) }];
  });
  const files = readdirSync('examples', { recursive: true, encoding: 'utf8' })
    .map((name) => `examples/${name.replaceAll('\\', '/')}`)
    .filter((name) => /\.github\/workflows\/[^/]+\.ya?ml$/.test(name));
  const own = readdirSync('.github/workflows').filter((name) => !OWN.has(name));
  return [
    ...shown,
    ...readWritten(),
    ...[...files, ...own.map((name) => `.github/workflows/${name}`)].map(readFile),
  ];
}

const readFile = (name: string): Published => ({ name, text: readFileSync(name, 'utf8') });

/** @returns the block of a page that begins with the path of a file, after a line for editors. */
export function readFileBlock(page: string, path: string): string {
  const found = readBlocks().filter(
    (block) => block.page === page && block.kind === 'file' && block.text.includes(`# ${path}\n`),
  );
  if (found.length !== 1) throw new Error(`${page} shows ${path} ${found.length} times`);
  return found[0]?.text ?? '';
}

interface Job {
  readonly permissions?: Readonly<Record<string, string>>;
  readonly uses?: string;
  readonly steps?: ReadonlyArray<{ readonly uses?: string }>;
}
interface Workflow {
  readonly on: string | readonly string[] | Readonly<Record<string, unknown>>;
  readonly permissions?: Readonly<Record<string, string>>;
  readonly jobs: Readonly<Record<string, Job>>;
}

/** @returns what the token of each job may, as `contents: read`; a called workflow gets no more than the job that calls it. */
export function permissionsOf(text: string, most?: readonly string[]): Record<string, string[]> {
  const workflow = parse(text) as Workflow;
  const found: Record<string, string[]> = {};
  for (const [name, job] of Object.entries(workflow.jobs)) {
    const given = Object.entries(job.permissions ?? workflow.permissions ?? {});
    const all = given.map(([scope, access]) => `${scope}: ${access}`);
    found[name] = most === undefined ? all : all.filter((one) => most.includes(one));
    if (job.uses !== undefined)
      Object.assign(found, permissionsOf(readFileSync(calledFile(job.uses), 'utf8'), found[name]));
  }
  return found;
}

const calledFile = (uses: string) => uses.replace(/^.*(?=\.github\/workflows\/)/, '').replace(/@.*$/, '');

/** @returns every action of the workflow and of those that it calls, as `uses:` names it; local ones are left out. */
export function actionsOf(text: string): string[] {
  const { jobs } = parse(text) as Workflow;
  return Object.values(jobs).flatMap((job) => [
    ...(job.steps ?? []).flatMap(({ uses }) => (uses === undefined || uses.startsWith('./') ? [] : [uses])),
    ...(job.uses === undefined
      ? []
      : [
          ...(job.uses.startsWith('./') ? [] : [job.uses.replace(/\/\.github\/workflows\/[^@]+/, '')]),
          ...actionsOf(readFileSync(calledFile(job.uses), 'utf8')),
        ]),
  ]);
}

/** @returns the events that start the workflow. */
export function eventsOf(text: string): string[] {
  const { on } = parse(text) as Workflow;
  if (typeof on === 'string') return [on];
  return Array.isArray(on) ? on.map(String) : Object.keys(on);
}

/** One event that a published workflow runs for, and how it ends by the page that shows it. */
import { findCanaries } from '../../__tests__/action/leaks.ts';
import { readDotenv } from '../../src/settings/dotenv.ts';
import type { Event, Seen, Stage } from './stage.ts';

export interface Expected {
  /** By act's name for a job; a job that is skipped has no end. */
  readonly jobs: Readonly<Record<string, 'succeeded' | 'failed'>>;
  /** The roles that were asked for, by name, in any order. */
  readonly roles?: readonly string[];
  /** Whether something was written in AWS. */
  readonly writes: boolean;
  /** How often this action wrote a job summary; once a step by default. */
  readonly summaries: number;
  /** Lines of the log. */
  readonly log?: ReadonlyArray<string | RegExp>;
}

export interface Scene {
  readonly title: string;
  readonly event: Event;
  readonly secrets?: Readonly<Record<string, string>>;
  readonly vars?: Readonly<Record<string, string>>;
  /** Steps that somebody adds to the last job. */
  readonly added?: string;
  /** What somebody does before. */
  readonly before?: (stage: Stage) => unknown;
  readonly expected: Expected;
  /** @returns what is not as the page says. */
  readonly after?: (stage: Stage, seen: Seen) => readonly string[] | Promise<readonly string[]>;
}

/** The scenes of one workflow, one after the other in the same account, which is empty at first. */
export interface Play {
  readonly files?: Readonly<Record<string, string>>;
  readonly secrets?: (stage: Stage) => Readonly<Record<string, string>>;
  readonly vars?: Readonly<Record<string, string>>;
  readonly scenes: readonly Scene[];
}

/** What a name has to say for its value to be looked for in all that act prints. */
const SECRET = /PASSWORD|SECRET|SENTRY_DSN|(?:_KEY|DATABASE_URL|REDIS_URL|WEBHOOK_URL)$|GITHUB_TOKEN/;

export function secretValues(secrets: Readonly<Record<string, string>>): string[] {
  const pairs = Object.entries(secrets).flatMap(([name, text]) =>
    name === 'DOTENV'
      ? readDotenv(text).entries.map(({ key, value }) => [key, value] as const)
      : [[name, text] as const],
  );
  return pairs.flatMap(([name, value]) => (SECRET.test(name) && value !== '' ? [value] : []));
}

/** @returns what the run does not hold to. */
export function complaints(
  expected: Expected,
  seen: Seen,
  stage: Stage,
  secrets: readonly string[],
): string[] {
  const faults: string[] = [];
  const compare = (what: string, found: unknown, expected: unknown) => {
    if (JSON.stringify(found) !== JSON.stringify(expected))
      faults.push(`${what}: ${JSON.stringify(found)} instead of ${JSON.stringify(expected)}`);
  };
  const sorted = (jobs: Readonly<Record<string, string>>) => Object.entries(jobs).sort();
  compare('jobs', sorted(jobsOf(seen.text)), sorted(expected.jobs));
  compare('exit code', seen.code, Object.values(expected.jobs).includes('failed') ? 1 : 0);
  const { calls } = stage.aws;
  const roles = calls.flatMap(({ input }) =>
    input['RoleArn'] === undefined ? [] : [String(input['RoleArn'])],
  );
  const names = roles.map((role) => role.replace(/^.*\//, '')).sort();
  if (expected.roles !== undefined) compare('roles', names, [...expected.roles].sort());
  const writes = calls.filter(({ service, write }) => write && service !== 'sts');
  if (writes.length > 0 !== expected.writes)
    faults.push(`writes: ${writes.map(({ operation }) => operation).join(', ') || 'none'}`);
  compare('summaries', seen.text.split('⚙  Summary - ').length - 1, expected.summaries);
  for (const line of expected.log ?? [])
    if (typeof line === 'string' ? !seen.text.includes(line) : !line.test(seen.text))
      faults.push(`the log has no ${line}`);
  const sent = stage.github.calls.map(({ raw }) => raw).join('\n');
  const places = { "act's output": seen.text, 'what GitHub got': sent, 'an artifact': seen.artifacts };
  return [
    ...faults,
    ...Object.entries(places).flatMap(([place, text]) => findCanaries(place, text, [...secrets])),
  ];
}

/** How the jobs ended, by act's name without its workflow's. */
function jobsOf(text: string): Record<string, string> {
  return Object.fromEntries(
    [...text.matchAll(/^\[([^\]]+?) *\] 🏁 {2}Job (\w+)$/gm)].map(([, name = '', end = '']) => [
      name.slice(name.indexOf('/') + 1),
      end,
    ]),
  );
}

/** The values that a job's step has set as output, as act shows them. */
export function outputs(seen: Seen, job: string, name: string): string[] {
  const lines = seen.text.split('\n').filter((line) => /^\[/.test(line) && line.includes(`/${job}`));
  return lines.flatMap((line) => {
    const [, value] = new RegExp(`⚙ {2}::set-output:: ${name}=(.*)$`).exec(line) ?? [];
    return value === undefined ? [] : [value];
  });
}

import { ARTICLE_ENV } from '../seed.ts';
import type { AwsServer } from '../servers/aws.ts';
import type { GitHubServer } from '../servers/github.ts';
import type { Event } from './context.ts';
import { type ActionOptions, type ActionRun, runAction } from './run.ts';

export { ARTICLE_CANARIES as CANARIES, ARTICLE_ENV as DOTENV } from '../seed.ts';

/** One step against the two servers. */
export function step(
  aws: AwsServer,
  github: GitHubServer | undefined,
  inputs: Record<string, string>,
  more: Partial<ActionOptions> = {},
): Promise<ActionRun> {
  return runAction({
    token: github?.token ?? '',
    ...more,
    inputs: { prefix: '/papyrus/prd', dotenv: ARTICLE_ENV, ...inputs },
    env: { ...aws.env(), ...(github === undefined ? {} : { GITHUB_API_URL: github.url }), ...more.env },
  });
}

/** The event of a pull request of the repository itself, which is private, or of one that looks otherwise. */
export function pullRequest(visible: object = { private: true }, head = 'papyrus/demo'): Event {
  const repository = { full_name: 'papyrus/demo', ...visible };
  const request = {
    number: 7,
    head: { ref: 'x', repo: { full_name: head } },
    base: { ref: 'main', repo: repository },
  };
  return { name: 'pull_request', payload: { number: 7, repository, pull_request: request } };
}

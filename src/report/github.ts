import type { Agent } from 'node:http';
import { systemClock } from '../clients/clock.ts';
import { type GitHubAccess, type Runner, readEnvironment, readGitHubAccess } from '../settings/inputs.ts';
import * as log from './log.ts';
import { originOf, type Run } from './run.ts';

/**
 * Comments on the pull request and keeps the drift issue. A failure here does not change the result of the run: it is one
 * line of the log.
 */
export async function reportToGitHub(run: Run, runner: Runner): Promise<void> {
  const { settings, failure } = run;
  const { commentOnPr, driftIssue } = settings.reports;
  const comments = commentOnPr !== 'false' && runner.event === 'pull_request';
  if ((!comments && !driftIssue) || failure?.reason === 'cancelled') return;
  const access = readGitHubAccess();
  if (access === undefined || runner.repository === '') {
    const why = 'there is no github-token, or no GitHub to speak to';
    if (driftIssue) warn('the drift issue is not kept', why);
    if (comments && commentOnPr === 'always') warn('no comment on the pull request', why);
    return;
  }
  const github = await open(access, runner);
  const { event } = access;
  const { pullRequest } = event;
  if (comments && pullRequest !== undefined) {
    const { commentOnPullRequest } = await import('./comment.ts');
    const from = pullRequest.fromFork ? ' (the pull request comes from a fork, whose token only reads)' : '';
    await attempt(
      `no comment on the pull request${from}; the job summary has the plan`,
      'pull-requests: write',
      async () =>
        commentOnPullRequest(github, pullRequest.number, run, {
          event,
          origin: originOf(runner, pullRequest.head),
        }),
      log.info,
    );
  }
  if (driftIssue) {
    const { keepDriftIssue } = await import('./drift-issue.ts');
    await attempt('the drift issue is not kept', 'issues: write', () =>
      keepDriftIssue(github, run, event, originOf(runner)),
    );
  }
}

async function open({ apiUrl, token }: GitHubAccess, { repository, usesProxy }: Runner) {
  const { GitHub } = await import('../clients/github.ts');
  const agent: Agent | undefined = usesProxy
    ? new (await import('../clients/proxy.ts')).ProxyAgent(readEnvironment)
    : undefined;
  return new GitHub({ apiUrl, repository, token, clock: systemClock, agent });
}

async function attempt(
  otherwise: string,
  permission: string,
  action: () => Promise<void>,
  say: (text: string) => void = (text) => log.warning({ where: 'GitHub', text }),
): Promise<void> {
  try {
    await action();
  } catch (error) {
    const { GitHubError } = await import('../clients/github-error.ts');
    const isOurs = error instanceof GitHubError;
    const reason = isOurs ? error.message : 'something unexpected happened';
    // Other causes, such as a locked conversation, have the remedy in their message.
    const mayLackPermission =
      isOurs &&
      (error.status === 403 || error.status === 404) &&
      (error.failureCause === undefined || error.failureCause === 'missing-permission');
    const remedy = mayLackPermission ? `; the job needs "permissions: ${permission}"` : '';
    say(`${otherwise}: ${reason}${remedy}`);
  }
}

function warn(what: string, why: string): void {
  log.warning({ where: 'GitHub', text: `${what}: ${why}` });
}

import type { Runner } from '../settings/inputs.ts';
import type { Origin } from './run.ts';

/**
 * @param head of the pull request: the commit that the runner names there is a merge that is in no branch
 * @returns where a report comes from
 */
export function originOf(
  { serverUrl, repository, runId, runNumber, sha, event }: Runner,
  head = event.startsWith('pull_request') ? '' : sha,
): Origin {
  const home = serverUrl === '' || repository === '' ? '' : `${serverUrl}/${repository}`;
  return {
    runUrl: home === '' || runId === '' ? '' : `${home}/actions/runs/${runId}`,
    runNumber: /^\d+$/.test(runNumber) ? runNumber : '',
    commit: head,
    commitUrl: home === '' || head === '' ? '' : `${home}/commit/${head}`,
  };
}

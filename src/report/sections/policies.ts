import { policiesOf } from '../iam.ts';
import { codeBlock, rich, richHtml } from '../markdown.ts';
import * as messages from '../messages.ts';
import type { Run } from '../run.ts';
import type { Section } from '../sections.ts';

/** The IAM policies of this configuration, on request (`iam-policies: true`). */
export function policies(run: Run): Section | undefined {
  if (!run.settings.reports.policies) return undefined;
  const all = policiesOf(run);
  if (all === undefined) return undefined;
  const mode = run.settings.mode === 'destroy' ? 'destroy' : 'apply';
  const { policyTitles } = messages;
  const shown = [
    [policyTitles.deployer(mode), all.deployer],
    [policyTitles.reader, all.reader],
    [policyTitles.execution, all.execution],
  ] as const;
  return {
    folded: richHtml(messages.folds.policies),
    // One row each: a policy is shown whole or not at all.
    rows: shown.map(
      ([title, policy]) =>
        `${rich(title)}:\n\n${codeBlock('json', JSON.stringify(policy, null, 2).split('\n')).join('\n')}\n`,
    ),
    rank: 1,
  };
}

import { policiesOf } from '../iam.ts';
import type { Run } from '../run.ts';
import type { Section } from '../sections.ts';

/** The IAM policies of this configuration, on request (`iam-policies: true`). */
export function policies(run: Run): Section | undefined {
  if (!run.settings.reports.policies) return undefined;
  const all = policiesOf(run);
  if (all === undefined) return undefined;
  const mode = run.settings.mode === 'destroy' ? 'destroy' : 'apply';
  const shown = [
    [`For \`mode: ${mode}\` (the role that deploys)`, all.deployer],
    [
      'For `mode: plan` and `mode: drift` (a role that only reads; without the statements whose Sid ends with Values it compares everything but the values)',
      all.reader,
    ],
    ['For the task execution role of ECS', all.execution],
  ] as const;
  return {
    title: 'IAM policies of this configuration',
    // One row each: a policy is shown whole or not at all.
    rows: shown.map(([title, policy]) => `${title}:\n\n${fenced(JSON.stringify(policy, null, 2))}\n`),
  };
}

/** Names in a policy are those of AWS, whose grammar knows no backtick. */
function fenced(json: string): string {
  return `\`\`\`json\n${json.replaceAll('`', "'")}\n\`\`\``;
}

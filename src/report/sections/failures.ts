import type { Cause } from '../causes.ts';
import { codeBlock, rich, richHtml, troubleshootingLink } from '../markdown.ts';
import * as messages from '../messages.ts';
import { countKinds, shortName } from '../resources.ts';
import type { Run } from '../run.ts';
import { fold, type Section } from '../sections.ts';

/** More causes than this are folded. */
const MOST_CAUSES = 5;
/** More names than this are folded. */
const MOST_NAMES = 5;

/**
 * One block for each cause, with the failed resources and the remedy.
 * @param isPublic in public repositories only the summary has the statement, since it names the account
 */
export function failures(run: Run, isPublic: boolean): Section[] {
  const blocks = run.causes.map((cause) => block(cause, run, isPublic));
  const shown = blocks.slice(0, MOST_CAUSES).flat();
  const rest = blocks.slice(MOST_CAUSES);
  return rest.length === 0
    ? shown
    : [...shown, fold(richHtml(messages.moreCauses(rest.length)), rest.flat(), 2)];
}

function block(cause: Cause, { settings, caller, gate }: Run, isPublic: boolean): Section[] {
  const { reason, resources, statements } = cause;
  const kinds = countKinds(resources);
  // Text of services is scrubbed before it is escaped, and again with the whole report.
  const text = [cause.what, cause.remedy]
    .flatMap((one) => (one === undefined ? [] : [messages.sentence(gate.scrub(one))]))
    .join(' ');
  const names = resources.map(({ kind, name }) => gate.scrub(shortName(kind, name, settings.prefix)));
  const isFolded = names.length > MOST_NAMES;
  const rows = [
    `#### ${rich(messages.causeTitle(reason, kinds))}`,
    '',
    [
      rich(text),
      ...(isFolded ? [] : [`${rich(messages.affected(names))}.`]),
      troubleshootingLink(reason),
    ].join(' '),
  ];
  if (statements.length > 0)
    rows.push(
      '',
      ...(isPublic
        ? [rich(messages.statementInSummary)]
        : [
            rich(messages.addStatement(roleOf(caller.arn), statements.length > 1)),
            '',
            ...codeBlock('json', statementLines(statements)),
          ]),
    );
  return [
    { rows: [rows.join('\n')] },
    ...(isFolded
      ? [
          {
            folded: richHtml(messages.affectedFold(kinds)),
            rows: [names.map((name) => rich(messages.quoted(name))).join(', ')],
            rank: 1,
          },
        ]
      : []),
  ];
}

function statementLines(statements: Cause['statements']): string[] {
  const shown = statements.length === 1 ? statements[0] : statements;
  return JSON.stringify(shown, null, 2).split('\n');
}

/** `arn:aws:sts::123456789012:assumed-role/deployer/session` → `deployer` */
function roleOf(arn: string): string | undefined {
  return /:assumed-role\/([^/]+)\//.exec(arn)?.[1];
}

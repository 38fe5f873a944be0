/**
 * Writes the generated part of docs/terminal.md: the commands and their flags, as `--help` has them.
 *
 *     npx tsx scripts/terminal.ts [--check]
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { COMMANDS, PROGRAM } from '../src/cli/commands.ts';
import { COMMON_FLAGS } from '../src/cli/flags.ts';
import { type FlagHelp, flagsOf, readDescriptions } from '../src/cli/help.ts';

const PAGE = 'docs/terminal.md';
const MARKS = ['<!-- commands -->', '<!-- /commands -->'] as const;

/** @returns the page with its generated part as the source has it now */
export function terminalPage(page: string): string {
  const [begin, end] = MARKS.map((mark) => page.indexOf(mark));
  if (begin === undefined || end === undefined || begin < 0 || end < begin)
    throw new Error(`${PAGE} lacks ${MARKS.join(' or ')}`);
  return `${page.slice(0, begin + MARKS[0].length)}\n${generated()}${page.slice(end)}`;
}

function generated(): string {
  // Descriptions come from the action.yml beside dist/.
  const descriptions = readDescriptions('dist/cli.js');
  const helps = COMMANDS.map((command) => ({ command, flags: flagsOf(command, descriptions) }));
  const isCommon = ({ name }: FlagHelp) => Object.hasOwn(COMMON_FLAGS, name);
  const common = helps[0]?.flags.own.filter(isCommon) ?? [];
  const inputs = helps.find(({ command }) => command.name === 'plan')?.flags.inputs ?? [];
  const parts = helps.map(({ command, flags }) => {
    const own = flags.own.filter((flag) => !isCommon(flag));
    const takesAll = flags.inputs.length === inputs.length;
    const listed = takesAll ? own : [...own, ...flags.inputs];
    const rest = takesAll ? 'the [inputs](#inputs-as-flags) and ' : '';
    return `### ${command.name}

${command.description}

${command.examples.map(([what, text]) => `    # ${what}\n    ${text}`).join('\n\n')}

${listed.length === 0 ? '' : `${table(listed)}\n`}It also takes ${rest}the [flags of every command](#flags-of-every-command).
`;
  });
  return `
Start a command with \`${PROGRAM} COMMAND [flags]\`.

${parts.join('\n')}
### Flags of every command

${table(common)}
### Inputs as flags

\`plan\`, \`apply\`, \`drift\` and \`destroy\` take every input of the action as a flag of the same name.
\`--comment-on-pr\` and \`--drift-issue\` are accepted and do nothing here.

${table(inputs)}`;
}

function table(flags: readonly FlagHelp[]): string {
  const cell = (text: string) => text.replaceAll('|', '\\|').replaceAll('<', '&lt;');
  const rows = flags.map(({ usage, description }) => `| \`${usage}\` | ${cell(description)} |`);
  return `| Flag | Meaning |\n| --- | --- |\n${rows.join('\n')}\n`;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const before = readFileSync(PAGE, 'utf8');
  const after = terminalPage(before);
  if (!process.argv.includes('--check')) writeFileSync(PAGE, after);
  else if (before !== after) {
    console.log(`${PAGE} is out of date: npx tsx scripts/terminal.ts`);
    process.exitCode = 1;
  }
}

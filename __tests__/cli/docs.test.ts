import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { terminalPage } from '../../scripts/terminal.ts';
import { COMMANDS } from '../../src/cli/commands.ts';
import { SECRET_INPUTS } from '../../src/cli/flags.ts';

const page = readFileSync('docs/terminal.md', 'utf8');

it('docs/terminal.md has the commands and flags of the source: npx tsx scripts/terminal.ts', () => {
  expect(terminalPage(page)).toBe(page);
  for (const { name } of COMMANDS) expect(page).toContain(`### ${name}\n`);
});

it('it names every environment variable that a value comes by', () => {
  for (const variable of Object.values(SECRET_INPUTS).filter((name) => name !== 'GITHUB_TOKEN'))
    expect(page).toContain(variable);
});

it.each(COMMANDS.map((command) => [command.name, command] as const))(
  '%s has an example, and flags with words',
  (_, command) => {
    expect(command.examples.length).toBeGreaterThan(0);
    for (const { description = 'of action.yml' } of Object.values(command.flags))
      expect(description).not.toBe('');
  },
);

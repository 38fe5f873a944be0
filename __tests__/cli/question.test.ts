/** What counts as yes to the question of apply and destroy. */
import { expect, it, test } from 'vitest';
import { TerminalView } from '../../src/cli/run.ts';
import type { Terminal } from '../../src/cli/terminal.ts';
import type { ChangeOf } from '../../src/model/change.ts';
import { recordTerminal } from './recorded-terminal.ts';

const CHANGE: ChangeOf<'AWS::Logs::LogGroup'> = {
  id: 'log-group',
  kind: 'AWS::Logs::LogGroup',
  name: '/ecs/papyrus',
  action: 'create',
  desired: { name: '/ecs/papyrus', fields: {}, metadata: {} },
  observed: undefined,
  differences: [],
  notes: [],
};

const viewOf = (terminal: Terminal, isConfirmed = false) =>
  new TerminalView(terminal, { mode: 'apply', isQuiet: false, isJson: false, isConfirmed });

test.each([
  ['y', true],
  ['YES', true],
  ['n', false],
  ['', false],
  ['sure', false],
  ['yesterday', false],
  [undefined, false],
])('%j applies the plan: %s', async (answer, isYes) => {
  const terminal = recordTerminal([answer]);
  const view = viewOf(terminal);
  expect(await view.confirm([CHANGE])).toBe(isYes);
  expect(view.isDeclined).toBe(!isYes);
  expect(terminal.questions).toHaveLength(1);
});

it('is not asked with --yes, or if nothing would change', async () => {
  const terminal = recordTerminal(['n']);
  expect(await viewOf(terminal, true).confirm([CHANGE])).toBe(true);
  expect(await viewOf(terminal).confirm([{ ...CHANGE, action: 'none' }])).toBe(true);
  expect(await viewOf(terminal).confirm([{ ...CHANGE, action: 'blocked' }])).toBe(true);
  expect(terminal.questions).toEqual([]);
});

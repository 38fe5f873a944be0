// What a terminal makes of its streams, in this process.
import { PassThrough } from 'node:stream';
import { describe, expect, it, test } from 'vitest';
import { diffLines } from '../../src/cli/line-diff.ts';
import { openTerminal, type Streams } from '../../src/cli/terminal.ts';
import { styled } from '../../src/cli/text.ts';
import { ESCAPE } from './run.ts';

function open(
  more: { isTTY?: boolean; columns?: number; environment?: Readonly<Record<string, string>> } = {},
) {
  const { isTTY = true, columns, environment = {} } = more;
  const stream = () => Object.assign(new PassThrough(), { isTTY, columns });
  const [input, output, errors] = [stream(), stream(), stream()];
  const terminal = openTerminal({ input, output, errors } as unknown as Streams, {
    environment,
    isQuiet: false,
    readsInput: false,
  });
  const shown = (one: PassThrough) => String(one.read() ?? '');
  return { terminal, input, output: () => shown(output), errors: () => shown(errors) };
}

test.each<[string, Parameters<typeof open>[0], number]>([
  ['its own', { columns: 120 }, 120],
  ['that of COLUMNS', { environment: { COLUMNS: '60' } }, 60],
  ['80 without either', {}, 80],
  ['80 where COLUMNS is no number', { environment: { COLUMNS: 'wide' } }, 80],
  ['80 where COLUMNS is 0', { environment: { COLUMNS: '0' } }, 80],
  ['40 at least', { columns: 10 }, 40],
  ['unlimited in a pipe', { isTTY: false, environment: { COLUMNS: '60' } }, Number.POSITIVE_INFINITY],
])('the width is %s', (_, more, width) => {
  expect(open(more).terminal.width).toBe(width);
});

test.each<[string, Parameters<typeof open>[0], boolean]>([
  ['FORCE_COLOR in a pipe', { isTTY: false, environment: { FORCE_COLOR: '1' } }, true],
  ['FORCE_COLOR=0', { environment: { FORCE_COLOR: '0' } }, false],
  ['an empty FORCE_COLOR', { environment: { FORCE_COLOR: '' } }, true],
  ['NO_COLOR beside FORCE_COLOR', { environment: { NO_COLOR: '1', FORCE_COLOR: '1' } }, false],
  ['a dumb terminal', { environment: { TERM: 'dumb' } }, false],
])('colours with %s: %s', (_, more, isColoured) => {
  const { terminal, output } = open(more);
  terminal.print(styled('green', 'Done.'));
  expect(output().includes(ESCAPE)).toBe(isColoured);
});

describe('a file', () => {
  it('shows its control characters on a terminal', () => {
    const { terminal, output } = open();
    terminal.printDocument(`A=1\nB=${ESCAPE}31m\n`);
    const shown = output();
    expect(shown.startsWith('A=1\nB=')).toBe(true);
    expect(shown).not.toContain(ESCAPE);
  });

  it('goes unchanged into a pipe', () => {
    const { terminal, output } = open({ isTTY: false });
    terminal.printDocument(`B=${ESCAPE}31m\n`);
    expect(output()).toBe(`B=${ESCAPE}31m\n`);
  });
});

it('a secret that is printed in two styles stays hidden', () => {
  const { terminal, output } = open();
  terminal.hide('Kanari-7f3e9a1c');
  terminal.print('value Kanari-', styled('green', '7f3e9a1c'));
  expect(output()).toBe('value ***\n');
});

describe('a question', () => {
  it('cannot be asked in a pipe', async () => {
    await expect(open({ isTTY: false }).terminal.ask('Really? ')).rejects.toBeInstanceOf(TypeError);
  });

  it('removes the line of the progress, and takes a line that came before it', async () => {
    const { terminal, input, errors } = open();
    terminal.progress('reading…');
    input.write('first \nsecond\n');
    expect(await terminal.ask('1? ')).toBe('first');
    expect(await terminal.ask('2? ')).toBe('second');
    expect(errors()).toContain(`${ESCAPE}2K`);
  });

  it('has no answer where the input ends', async () => {
    const { terminal, input } = open();
    input.end();
    expect(await terminal.ask('1? ')).toBeUndefined();
  });
});

it('a very long file is shown as replaced whole', () => {
  const long = 'same\n'.repeat(2_001);
  const lines = diffLines(long, 'same\nother\n');
  expect(lines).toHaveLength(2_003);
  expect(lines.slice(-3)).toEqual([
    { sign: '-', text: 'same' },
    { sign: '+', text: 'same' },
    { sign: '+', text: 'other' },
  ]);
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { forLog, valueForLog } from '../../src/report/escape.ts';
import { code, prose } from '../../src/report/markdown.ts';

/** What .NET's Trim takes away at the start of a line, before the runner looks for a command. */
const DOTNET_SPACE = /^[\s\u0085\u200b]+/u;
/** Line ends of the runner, of terminals and of JavaScript. */
const LINE_END = /[\p{Cc}\u2028\u2029]/u;

const hostile = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({ unit: 'grapheme' }),
  fc
    .array(
      fc.constantFrom(
        '::',
        ':',
        '#',
        '##[',
        '[',
        'error',
        ' ',
        '\t',
        '\n',
        '\r',
        '\u00a0',
        '\u0085',
        '\u2028',
        '\ufeff',
        '\u200b',
        '\u001b[1m',
        '`',
        '``',
        '|',
        '\\',
        '<',
        '>',
        '&',
        '@a',
        '#1',
        '_',
        '*',
        '😀',
        '\ud800',
        'x'.repeat(299),
      ),
      { maxLength: 12 },
    )
    .map((pieces) => pieces.join('')),
);

describe('whatever the text', () => {
  it('the log has one line, and no command in it', () => {
    fc.assert(
      fc.property(hostile, (text) => {
        for (const line of [forLog(text), valueForLog(text), forLog(`${text}: ${text}`)]) {
          expect(line).not.toMatch(LINE_END);
          expect(line.replace(DOTNET_SPACE, '').startsWith('::')).toBe(false);
          expect(line).not.toContain('##[');
          expect(line).not.toMatch(/\p{Cc}/u);
        }
      }),
      { numRuns: 2000 },
    );
  });

  it('a code span shows it, inside and outside of a table', () => {
    fc.assert(
      fc.property(hostile, (text) => {
        const span = code(text);
        if (text === '') return;
        expect(span).not.toMatch(LINE_END);
        const [fence = ''] = /^`+/.exec(span) ?? [];
        expect(span.endsWith(fence)).toBe(true);
        let inner = span.slice(fence.length, -fence.length);
        // No run of backticks inside is as long as the fence: nothing closes it early.
        expect([...inner.matchAll(/`+/g)].filter(([run]) => run.length === fence.length)).toEqual([]);
        // As CommonMark takes off one blank at both ends, unless all are blanks.
        if (/^ .*[^ ].* $/su.test(inner)) inner = inner.slice(1, -1);
        // No cell ends inside: each | has a backslash, which the table takes away.
        expect(inner).not.toMatch(/(?<!\\)\|/);
        const shown = inner.replaceAll('\\|', '|');
        const expected = valueForLog(text).replace(/^"|"$/g, '');
        expect(shown.replaceAll('##[', '##\u2009[')).toBe(expected);
      }),
      { numRuns: 2000 },
    );
  });

  it('prose holds no HTML, no cell, no link and no mention', () => {
    fc.assert(
      fc.property(hostile, (text) => {
        const shown = prose(text);
        expect(shown).not.toMatch(LINE_END);
        // What GitHub would make a link or a mention stands as code.
        const outside = shown.replace(/\\.|`[^`]*`/gsu, ' ');
        expect(outside).not.toMatch(/[<>]|&(?!amp;|lt;|gt;)/);
        expect(outside).not.toMatch(/[|`[\]*]/);
        expect(outside).not.toMatch(/[@#][A-Za-z0-9_]|\bGH-\d|:\/\/|www\./i);
      }),
      { numRuns: 2000 },
    );
  });
});

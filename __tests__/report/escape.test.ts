import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { code, forLog, prose, valueForLog } from '../../src/report/escape.ts';

describe('for the log', () => {
  it.each([
    ['plain text', 'plain text'],
    ['::error::x', ':\u2009:error::x'],
    ['  ::error::x', ':\u2009:error::x'],
    ['\u00a0::x', ':\u2009:x'],
    ['a ::error::x', 'a ::error::x'],
    ['##[error]x', '##\u2009[error]x'],
    ['a ##[group]b ##[endgroup]', 'a ##\u2009[group]b ##\u2009[endgroup]'],
    ['####[x', '####\u2009[x'],
    ['a\nb', 'a\\nb'],
    ['a\r::error::b', 'a\\r::error::b'],
    ['a\tb', 'a\\tb'],
    ['\u001b[31mred', '\\u{1b}[31mred'],
    ['a\u2028b\u2029c\u0085d', 'a\\u{2028}b\\u{2029}c\\u{85}d'],
    ['a\u202eb', 'a\\u{202e}b'],
    ['\ufeff::x', '\\u{feff}::x'],
    ['a\0b', 'a\\u{0}b'],
  ])('%j', (text, expected) => {
    expect(forLog(text)).toBe(expected);
  });

  it('a value stands in quotes, and is cut when it is long', () => {
    expect(valueForLog('::x')).toBe('"::x"');
    expect(valueForLog('x'.repeat(300))).toBe(`"${'x'.repeat(300)}"`);
    expect(valueForLog('x'.repeat(301))).toBe(`"${'x'.repeat(300)}… (301 characters)"`);
    expect(valueForLog('😀'.repeat(301))).toBe(`"${'😀'.repeat(300)}… (301 characters)"`);
  });
});

describe('a code span', () => {
  it.each([
    ['', ''],
    ['a', '`a`'],
    ['/papyrus/prd/PORT', '`/papyrus/prd/PORT`'],
    ['a`b', '``a`b``'],
    ['a``b`c', '```a``b`c```'],
    ['`', '`` ` ``'],
    ['`a', '`` `a ``'],
    ['a`', '`` a` ``'],
    [' a ', '`  a  `'],
    [' a', '` a`'],
    ['  ', '`  `'],
    ['a|b', '`a\\|b`'],
    ['a\nb', '`a\\nb`'],
    ['<b>@x #1 [l](u)', '`<b>@x #1 [l](u)`'],
  ])('%j', (text, expected) => {
    expect(code(text)).toBe(expected);
  });
});

describe('prose', () => {
  it.each([
    ['plain text, (with) punctuation. A-b; c: d', 'plain text, (with) punctuation. A-b; c: d'],
    ['<script>&', '&lt;script&gt;&amp;'],
    ['a|b', 'a\\|b'],
    ['*a* `b` ~c~ $d$', '\\*a\\* \\`b\\` \\~c\\~ \\$d\\$'],
    ['[a](b) ![c](d)', '\\[a\\](b) \\!\\[c\\](d)'],
    ['_a_ b_c', '\\_a\\_ b_c'],
    ['\\', '\\\\'],
    ['@user #12', '@\u2060user #\u206012'],
    ['https://x.example', 'https:\u2060//x.example'],
    ['www.example.com WWW.x', 'www\u2060.example.com WWW\u2060.x'],
    ['a\nb', 'a\\\\nb'],
  ])('%j', (text, expected) => {
    expect(prose(text)).toBe(expected);
  });
});

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
        expect(shown).not.toMatch(/[<>]|&(?!amp;|lt;|gt;)/);
        expect(shown.replace(/\\./gsu, '')).not.toMatch(/[|`[\]*]/);
        expect(shown).not.toMatch(/[@#][A-Za-z0-9_]|:\/\/|www\./i);
      }),
      { numRuns: 2000 },
    );
  });
});

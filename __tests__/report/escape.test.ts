import { describe, expect, it } from 'vitest';
import { forLog, valueForLog } from '../../src/report/escape.ts';
import {
  breakable,
  code,
  codeBlock,
  forMermaid,
  inUrl,
  link,
  prose,
  rich,
  shortProse,
} from '../../src/report/markdown.ts';

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

  it('a value is in quotes, and is cut when it is long', () => {
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
    ['a ', '`a `'],
    [' a b', '` a b`'],
    ['a b ', '`a b `'],
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
    ['@user #12', '`@user` `#12`'],
    ['@org/team o/r#1 o/r@0a1b GH-1 gh-23', '`@org/team` `o/r#1` `o/r@0a1b` `GH-1` `gh-23`'],
    ['GH-x HIGH-Q', 'GH-x HIGH-Q'],
    ['https://x.example', '`https://x.example`'],
    [
      'see (https://x.example/a?b=c#d), or "a@b.example".',
      'see (`https://x.example/a?b=c#d`), or "`a@b.example`".',
    ],
    ['a|https://x.example/b|c', 'a\\|`https://x.example/b`\\|c'],
    ['www.example.com WWW.x', '`www.example.com` `WWW.x`'],
    ['a\nb', 'a\\\\nb'],
  ])('%j', (text, expected) => {
    expect(prose(text)).toBe(expected);
  });
});

describe('a text of ours', () => {
  it.each([
    ['Add `allow: loosen` to a_b *c*', 'Add `allow: loosen` to a_b \\*c\\*'],
    ['a lone ` backtick', 'a lone \\` backtick'],
    ['`a|b`', '`a\\|b`'],
  ])('%j', (text, expected) => {
    expect(rich(text)).toBe(expected);
  });
});

describe('a block of code', () => {
  it('ends where we end it', () => {
    expect(codeBlock('diff', ['- ```', '+ a\n```` b'])).toEqual([
      '`````diff',
      '- ```',
      '+ a\\n```` b',
      '`````',
    ]);
  });

  it('takes more backticks than a call takes arguments', () => {
    expect(codeBlock('diff', ['` '.repeat(200_000)]).at(-1)).toBe('```');
  });
});

describe('a name that breaks', () => {
  it('is cut once, and tells its own length', () => {
    expect(breakable('a'.repeat(400))).toContain('… (400 characters)');
  });
});

describe('a long value as prose', () => {
  it('is cut, and then escaped', () => {
    expect(shortProse('<b>')).toBe('&lt;b&gt;');
    expect(shortProse('x'.repeat(300))).toBe('x'.repeat(300));
    expect(shortProse('<'.repeat(301))).toBe(`${'&lt;'.repeat(300)}… (301 characters)`);
  });
});

describe('a link', () => {
  it.each([
    ['PORT', '[`PORT`](https://x.example/?a=b)'],
    ['AUTH0_CALLBACK_URL', '[<code>AUTH0&#95;<wbr>CALLBACK&#95;<wbr>URL</code>](https://x.example/?a=b)'],
    ['a](b)`c', '[<code>a&#93;&#40;b&#41;&#96;c</code>](https://x.example/?a=b)'],
  ])('%j', (text, expected) => {
    expect(link(text, 'https://x.example/?a=b')).toBe(expected);
  });
});

describe('a part of a URL', () => {
  it.each([
    ['PORT-1_a.b', 'PORT-1_a.b'],
    ['/papyrus/prd', '%2Fpapyrus%2Fprd'],
    ['a b&c=d?e#f', 'a%20b%26c%3Dd%3Fe%23f'],
    ["(a)!*'~", '%28a%29%21%2A%27%7E'],
    ['[é]', '%5B%C3%A9%5D'],
  ])('%j', (text, expected) => {
    expect(inUrl(text)).toBe(expected);
  });
});

describe('a label of Mermaid', () => {
  it.each([
    ['', '""'],
    ['papyrus_1 a.b/c,d:e…f-g', '"papyrus_1 a.b/c,d:e…f-g"'],
    ['žluť 日本 ٣½', '"žluť 日本 ٣½"'],
    ['a"b', '"a#34;b"'],
    ['#59;', '"#35;59#59;"'],
    ['<b>|[x](y){z}%`', '"#60;b#62;#124;#91;x#93;#40;y#41;#123;z#125;#37;#96;"'],
    ['a\nb', '"a#92;nb"'],
    ['😀', '"#128512;"'],
  ])('%j', (text, expected) => {
    expect(forMermaid(text)).toBe(expected);
  });

  it('is cut before it grows by being escaped', () => {
    expect(forMermaid('"'.repeat(301))).toBe(`"${'#34;'.repeat(300)}… #40;301 characters#41;"`);
  });
});

// A pattern that looks at a run again from each of its characters would need minutes for these.
it.each(['x', '.', ' ', '`', '@', '/', '_', 'x.', ': '])('a long text of %j is escaped at once', (piece) => {
  const text = ` ${piece.repeat(200_000 / piece.length)}x`;
  for (const show of [prose, code, breakable, rich]) expect(show(text).length).toBeGreaterThan(0);
});

it.each(['::error::x`\\', '\\', '`', 'a\\`b'])('a link of %j is made of its text as HTML', (text) => {
  expect(link(text, 'https://papyrus.example')).toMatch(
    /^\[<code>[^`\\]*<\/code>\]\(https:\/\/papyrus\.example\)$/,
  );
});

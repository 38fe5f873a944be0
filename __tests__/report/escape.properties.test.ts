import fc from 'fast-check';
import { marked } from 'marked';
import { describe, expect, it } from 'vitest';
import { forLog, valueForLog } from '../../src/report/escape.ts';
import { breakable, code, forMermaid, inUrl, link, prose, shortProse } from '../../src/report/markdown.ts';
import { parseCommands } from '../action/commands.ts';
import { runs } from '../sample.ts';
import { parseMermaid } from './mermaid.ts';

/** Pieces of every grammar that reads what we print, and anything between them. */
const hostile = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        ...[
          '::error::x',
          '::add-mask::',
          '::stop-commands::t',
          '##[error]',
          '##[group]',
          '\n',
          '\r',
          '\r\n',
          '\u2028',
          '\ufeff',
          '\u200b',
          '\u0085',
        ],
        ...[
          '<script>',
          '</td>',
          '<img src=x onerror=y>',
          '<!--',
          '-->',
          '&lt;',
          '&#60;',
          '<details>',
          '<a href="x">',
        ],
        ...[
          '`',
          '``',
          '|',
          '\\',
          '\\|',
          '**',
          '_',
          '~~',
          '[x](https://e.example)',
          '![x](y)',
          '[x]: y',
          '](',
          '<https://e.example>',
          'https://e.example',
          'www.e.example',
        ],
        ...[
          '@octocat',
          '#1',
          '$x$',
          '- ',
          '1. ',
          '> ',
          '# ',
          '---',
          '***',
          '\t',
          '    ',
          '"',
          "'",
          '%0A',
          '%25',
          '--> b',
          ']',
          ')',
          '};',
          'end',
          'click a',
          '%%',
        ],
      ),
      fc.string({ unit: 'binary', maxLength: 4 }),
      fc.string({ unit: 'grapheme', maxLength: 4 }),
    ),
    { maxLength: 10 },
  )
  .map((pieces) => pieces.join(''));

const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'" };
/** What a reader sees of HTML that has no tags any more. */
const seen = (html: string) =>
  html.replace(/&(amp|lt|gt|quot|#\d+);/g, (_, name: string) =>
    name.startsWith('#') ? String.fromCodePoint(Number(name.slice(1))) : (ENTITIES[name] ?? ''),
  );
/** What is meant to be seen: control characters and marks of direction as words. */
const visible = (text: string) =>
  text.replace(
    /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu,
    (sign) =>
      ({ '\n': '\\n', '\r': '\\r', '\t': '\\t' })[sign] ?? `\\u{${(sign.codePointAt(0) ?? 0).toString(16)}}`,
  );
const plain = (text: string) => text.replace(/\s+/g, ' ').trim();
const tagsOf = (html: string) =>
  [...html.matchAll(/<\/?([a-z0-9!-]+)[^>]*>/gi)].map(([, name]) => name ?? '');

/** The cells of a table of one row, whose first cell is this text. */
function cellOf(cell: string): { cells: string[]; tags: string[] } {
  const html = String(marked.parse(`| a | b |\n| --- | --- |\n| ${cell} | end |\n`));
  const body = html.slice(html.indexOf('<tbody>'));
  return {
    cells: [...body.matchAll(/<td>(.*?)<\/td>/gs)].map(([, inner]) => inner ?? ''),
    tags: tagsOf(body),
  };
}

const TABLE = ['tbody', 'tr', 'td', 'td', 'td', 'td', 'tr', 'tbody', 'table'];

describe('nothing of a text does anything', () => {
  it('in the log: the runner obeys no line of it', () => {
    fc.assert(
      fc.property(hostile, hostile, (text, other) => {
        const printed = [
          forLog(text),
          valueForLog(text),
          `+ parameter ${forLog(text)}`,
          forLog(`${text}${other}`),
        ];
        const { executed, unknown, log, failed } = parseCommands(`${printed.join('\n')}\n`);
        expect([executed, unknown, failed]).toEqual([[], [], false]);
        // One line each, shown as they are.
        expect(log).toBe(`${printed.join('\n')}\n`);
      }),
      { numRuns: runs(3000) },
    );
  });

  it('in prose: a paragraph and a cell hold text alone', () => {
    fc.assert(
      fc.property(hostile, (text) => {
        const html = String(marked.parse(`note: ${prose(text)}`));
        expect(tagsOf(html).filter((tag) => tag !== 'code')).toEqual(['p', 'p']);
        expect(plain(seen(html.replace(/<\/?(?:p|code)>/g, '')))).toBe(plain(`note: ${visible(text)}`));
        const { cells, tags } = cellOf(shortProse(text));
        expect(tags.filter((tag) => tag !== 'code')).toEqual(TABLE);
        expect(cells).toHaveLength(2);
        expect(cells[1]).toBe('end');
        expect(plain(seen((cells[0] ?? '').replace(/<\/?code>/g, '')))).toBe(plain(visible(text)));
      }),
      { numRuns: runs(3000) },
    );
  });

  it('in a code span: a cell holds that span and shows the text', () => {
    fc.assert(
      fc.property(hostile, (text) => {
        // GitHub's parser takes every bar behind a backslash for a bar; marked counts the backslashes.
        fc.pre(!visible(text).includes('\\|'));
        const { cells, tags } = cellOf(code(text));
        expect(cells).toHaveLength(2);
        expect(cells[1]).toBe('end');
        if (text === '') return;
        expect(tags).toEqual([...TABLE.slice(0, 3), 'code', 'code', ...TABLE.slice(3)]);
        expect(plain(seen((cells[0] ?? '').replace(/<\/?code>/g, '')))).toBe(plain(visible(text)));
      }),
      { numRuns: runs(3000) },
    );
  });

  it('in code that may break: a cell holds it and shows the text, and no break is copied', () => {
    fc.assert(
      fc.property(hostile, (text) => {
        fc.pre(!visible(text).includes('\\|') && text !== '');
        const { cells, tags } = cellOf(breakable(text));
        expect(cells).toHaveLength(2);
        expect(cells[1]).toBe('end');
        expect(tags.filter((tag) => tag !== 'wbr')).toEqual([
          ...TABLE.slice(0, 3),
          ...['code', 'code'],
          ...TABLE.slice(3),
        ]);
        expect(plain(seen((cells[0] ?? '').replace(/<\/?(?:code|wbr)>/g, '')))).toBe(plain(visible(text)));
      }),
      { numRuns: runs(3000) },
    );
  });

  it('in a link: it leads where we say, whatever its name', () => {
    fc.assert(
      fc.property(
        hostile.filter((text) => text.trim() !== ''),
        (text) => {
          // A code span binds tighter than a bracket; marked sees that for one backtick alone.
          fc.pre(!(text.includes('`') && /[[\]]/.test(text)));
          const html = String(
            marked.parse(`see ${link(text, `https://console.example/${inUrl(text)}?x=1`)} there`),
          );
          const hrefs = [...html.matchAll(/href="([^"]*)"/g)].map(([, href]) => href ?? '');
          expect(hrefs).toHaveLength(1);
          const [, name = ''] = /^https:\/\/console\.example\/([^/?#]*)\?x=1$/.exec(hrefs[0] ?? '') ?? [];
          expect(decodeURIComponent(name)).toBe(text);
          expect(tagsOf(html).filter((tag) => tag !== 'wbr')).toEqual(['p', 'a', 'code', 'code', 'a', 'p']);
        },
      ),
      { numRuns: runs(2000) },
    );
  });

  it('in a diagram: Mermaid reads one label, and no sign of its grammar', async () => {
    await fc.assert(
      fc.asyncProperty(hostile, async (text) => {
        fc.pre(text.trim() !== '');
        const label = forMermaid(text);
        expect(label).toMatch(/^"[\p{L}\p{N} _./,:…#;-]*"$/u);
        expect(label.replace(/#\d+;/g, '')).not.toMatch(/[#;]/);
        await parseMermaid(`flowchart LR\n  a[${label}] --> b[${forMermaid(`${text} b`)}]\n`);
      }),
      { numRuns: 60 },
    );
  });
});

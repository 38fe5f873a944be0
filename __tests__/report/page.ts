/** Markdown as GitHub shows it, in Chromium: GitHub's own style sheet, alerts included. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Marked } from 'marked';

export type Theme = 'light' | 'dark';

/** Fonts are loaded before the page is read: up to a second of the page's own time, which passes as quickly as it can. */
const WAITS = '--virtual-time-budget=1000';

/** Undefined where there is no browser. */
export const CHROMIUM = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(
  existsSync,
);

const ALERT = /<blockquote>\s*<p>\[!(NOTE|TIP|IMPORTANT|WARNING|CAUTION)\]\n?([\s\S]*?)<\/blockquote>/g;

/** @returns HTML as GitHub makes it of a report; diagrams are their source, since folds are closed */
export function rendered(markdown: string): string {
  const html = String(new Marked({ gfm: true }).parse(markdown));
  return html.replace(ALERT, (_all, kind: string, body: string) => {
    const word = kind.toLowerCase();
    const title = `${word[0]?.toUpperCase()}${word.slice(1)}`;
    return `<div class="markdown-alert markdown-alert-${word}"><p class="markdown-alert-title">${title}</p><p>${body}</div>`;
  });
}

const folderOf = (name: string): string =>
  dirname(createRequire(import.meta.url).resolve(`${name}/package.json`));

const style = (theme: Theme): string =>
  readFileSync(join(folderOf('github-markdown-css'), `github-markdown-${theme}.css`), 'utf8');

/** As wide as Arial and Courier New: a page is as high on a machine without these as with them. */
const FONTS = [
  { family: 'Arimo', weight: '400 700', file: '@fontsource-variable/arimo:arimo-latin-wght-normal.woff2' },
  { family: 'Cousine', weight: '400', file: '@fontsource/cousine:cousine-latin-400-normal.woff2' },
];

function fonts(): string {
  const faces = FONTS.map(({ family, weight, file }) => {
    const [name = '', path = ''] = file.split(':');
    const data = readFileSync(join(folderOf(name), 'files', path)).toString('base64');
    return `@font-face{font-family:${family};font-weight:${weight};src:url(data:font/woff2;base64,${data})}`;
  });
  const mono = '.markdown-body :is(code,kbd,pre,samp,tt){font-family:Cousine,monospace}';
  return `${faces.join('')} .markdown-body{font-family:Arimo,sans-serif} ${mono}`;
}

function page(body: string, theme: Theme): string {
  const ground = theme === 'dark' ? '#0d1117' : '#ffffff';
  return `<!doctype html><meta charset="utf-8"><style>${style(theme)} ${fonts()} body{margin:0;background:${ground}} .markdown-body{box-sizing:border-box;padding:16px}</style>${body}`;
}

function chromium(html: string, options: readonly string[]): string {
  if (CHROMIUM === undefined) throw new TypeError('there is no Chromium');
  const folder = mkdtempSync(join(tmpdir(), 'aws-bootstrap-page-'));
  try {
    const path = join(folder, 'page.html');
    writeFileSync(path, html);
    return execFileSync(
      CHROMIUM,
      [
        '--headless',
        '--no-sandbox',
        '--disable-gpu',
        '--hide-scrollbars',
        `--user-data-dir=${join(folder, 'profile')}`,
        ...options,
        `file://${path}`,
      ],
      { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'], maxBuffer: 64 * 1024 * 1024 },
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

export interface Measured {
  readonly height: number;
  /** Cells of tables that do not fit into the width, as text. */
  readonly cut: readonly string[];
}

/** Measures all reports at once, at one width. */
export function measure(reports: ReadonlyMap<string, string>, width: number): Map<string, Measured> {
  const articles = [...reports].map(
    ([name, markdown]) =>
      `<article class="markdown-body" id="${name}" style="width:${width}px">${rendered(markdown)}</article>`,
  );
  const script = `<script>
    const fonts = [...document.fonts].map((font) => font.load());
    Promise.all(fonts).then(() => {
    const out = {};
    for (const article of document.querySelectorAll('article')) {
      const height = Math.ceil(article.getBoundingClientRect().height);
      const cut = [];
      const right = article.getBoundingClientRect().right;
      for (const cell of article.querySelectorAll('td, th'))
        if (cell.checkVisibility() && cell.textContent.trim() !== '' && cell.getBoundingClientRect().right > right - 15)
          cut.push(cell.textContent);
      out[article.id] = { height, cut };
    }
    document.title = 'done';
    document.body.innerHTML = '<pre id="out"></pre>';
    document.getElementById('out').textContent = btoa(unescape(encodeURIComponent(JSON.stringify(out))));
    });
  </script>`;
  const dom = chromium(page(`${articles.join('')}${script}`, 'light'), [WAITS, '--dump-dom']);
  const text = /<pre id="out">([^<]*)<\/pre>/.exec(dom)?.[1] ?? '';
  return new Map(Object.entries(JSON.parse(Buffer.from(text, 'base64').toString('utf8'))));
}

/** Writes a picture of one report. */
export function picture(markdown: string, theme: Theme, width: number, height: number, path: string): void {
  const body = `<article class="markdown-body" style="width:${width}px">${rendered(markdown)}</article>`;
  chromium(page(body, theme), [WAITS, `--screenshot=${path}`, `--window-size=${width},${height}`]);
}
